"""Mails (EML) to blocks: the subject, who wrote to whom, and what they wrote."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.policy import default
from email.utils import parsedate_to_datetime

from kin_assistant.errors import DocumentError
from kin_assistant.readers.archive import OLE
from kin_assistant.readers.composition import Extract, TextComposer, clean
from kin_assistant.readers.detection import declared_encoding, decode
from kin_assistant.readers.html import add_html
from kin_assistant.readers.text import add_plain_text

__all__ = ["read_mail", "read_msg"]

_HEADERS = ("From", "To", "Subject", "Date", "Message-ID", "Received", "MIME-Version", "Content-Type", "Return-Path")
_ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_SHOWN = ("From", "To", "Cc")
_LONGEST_HEADER = 300
_DEEPEST = 5
_MOST_PARTS = 200
_SHORT_TEXT = 200
_QUOTE_MARKS = re.compile(r"^(?:>[ \t]?)+", re.MULTILINE)


def read_mail(data: bytes) -> Extract:
    """Read a mail. Raises ``DocumentError`` where it is none, or is encrypted. Attachments are named in the warnings."""
    if data.startswith(OLE):
        return read_msg(data)
    try:
        message = message_from_bytes(data.lstrip(b"\xef\xbb\xbf\r\n \t"), policy=default)
    except Exception as error:
        # The parser takes almost anything; what it does not take fails in many ways.
        raise DocumentError("it is no mail that can be read") from error
    if not any(name in message for name in _HEADERS):
        raise DocumentError("it is no mail: it has no headers")
    reader = _MailReader()
    reader.read(message, depth=0)
    return Extract(reader.composer.finish(), title=_header(message, "Subject") or None, warnings=tuple(reader.warnings))


def read_msg(data: bytes) -> Extract:  # noqa: ARG001 (as all readers)
    """Refuse an Outlook message with a reason."""
    raise DocumentError("Outlook .msg files are not read; save the message as .eml")


class _MailReader:
    """Goes through the parts of a mail and of the mails in it."""

    def __init__(self) -> None:
        self.composer = TextComposer()
        self.warnings: list[str] = []
        self._parts = 0

    def read(self, message: Message, depth: int) -> None:
        kind = _kind(message)
        if kind in _ENCRYPTED and _parameter(message, "smime-type") != "signed-data":
            self._refuse("is encrypted", depth)
            return
        subject = _header(message, "Subject")
        if subject:
            self.composer.add("heading", subject, level=min(depth + 1, 6))
        lines = [f"{name}: {value}" for name in _SHOWN if (value := _header(message, name))]
        date = _date(message)
        self.composer.add("paragraph", "; ".join([*lines, f"Date: {date}"] if date else lines))
        self._read_part(message, depth)

    def _read_part(self, part: Message, depth: int) -> None:
        self._parts += 1
        if self._parts > _MOST_PARTS or depth > _DEEPEST:
            self._warn("parts of it lie too deep, or are too many, and were not read")
            return
        kind = _kind(part)
        if kind == "message/rfc822":
            for inner in _children(part):
                self.read(inner, depth + 1)
        elif part.is_multipart():
            children = _children(part)
            for child in [_best(children)] if kind == "multipart/alternative" and children else children:
                self._read_part(child, depth + 1)
        elif kind in ("text/plain", "text/html") and not _is_attachment(part):
            self._read_text(part, kind)
        elif _is_attachment(part) or not kind.startswith("multipart/"):
            self._warn(f'its attachment "{_name(part) or kind}" was not read')

    def _read_text(self, part: Message, kind: str) -> None:
        try:
            text, warnings = _text(part)
        except DocumentError as error:
            self._warn(f"a part of it was not read: {error}")
            return
        for warning in warnings:
            self._warn(warning)
        if kind == "text/html":
            add_html(self.composer, text)
        else:
            add_plain_text(self.composer, _QUOTE_MARKS.sub("", text), headings=False)

    def _refuse(self, why: str, depth: int) -> None:
        if depth == 0:
            raise DocumentError(f"the mail {why}")
        self._warn(f"a mail in it {why} and was not read")

    def _warn(self, warning: str) -> None:
        if warning not in self.warnings:
            self.warnings.append(warning)


def _best(children: list[Message]) -> Message:
    """Of the same content in several forms, the plain text, unless it only says that there is another form."""
    plain = next((part for part in children if _kind(part) == "text/plain"), None)
    rich = next((part for part in reversed(children) if _kind(part) == "text/html" or part.is_multipart()), None)
    if plain is None or rich is None:
        return plain or rich or children[-1]
    length = len(_payload(plain).strip())
    return plain if length > _SHORT_TEXT or length * 20 > len(_payload(rich)) else rich


def _text(part: Message) -> tuple[str, tuple[str, ...]]:
    data = _payload(part)
    return decode(data, _parameter(part, "charset") or declared_encoding(data))


def _payload(part: Message) -> bytes:
    if part.is_multipart():
        return b"".join(_payload(child) for child in _children(part)[:_DEEPEST])
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        payload = part.get_payload()
    return payload if isinstance(payload, bytes) else str(payload or "").encode("utf-8", "surrogateescape")


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _is_attachment(part: Message) -> bool:
    try:
        disposition = part.get_content_disposition()
    except Exception:  # noqa: BLE001 (the library's header parser fails on broken headers in many ways)
        disposition = None
    return disposition == "attachment" or bool(_name(part))


def _name(part: Message) -> str:
    try:
        return clean(part.get_filename() or "")
    except Exception:  # noqa: BLE001 (as above)
        return ""


def _kind(part: Message) -> str:
    try:
        return part.get_content_type()
    except Exception:  # noqa: BLE001 (as above)
        return "text/plain"


def _parameter(part: Message, name: str) -> str | None:
    try:
        value = part.get_param(name)
    except Exception:  # noqa: BLE001 (as above)
        return None
    return value.strip("\"' ") if isinstance(value, str) else None


def _header(message: Message, name: str) -> str:
    """A header as its reader sees it, on one line; empty where there is none."""
    try:
        value = str(message[name] or "") if isinstance(message, EmailMessage) else _decoded(str(message[name] or ""))
    except Exception:  # noqa: BLE001 (as above)
        value = next((_decoded(str(raw)) for key, raw in message.raw_items() if key.lower() == name.lower()), "")
    value = clean(value)
    if len(value) <= _LONGEST_HEADER:
        return value
    return value[:_LONGEST_HEADER].rpartition(" ")[0] + " \u2026"


def _decoded(raw: str) -> str:
    try:
        return str(make_header(decode_header(raw)))
    except (ValueError, LookupError):
        return raw


def _date(message: Message) -> str:
    value = _header(message, "Date")
    try:
        return f"{parsedate_to_datetime(value):%Y-%m-%d %H:%M}"
    except (ValueError, TypeError, IndexError, OverflowError):
        return value
