"""Mails (EML, and MSG of Outlook) to blocks: the subject, who wrote to whom, and what they wrote."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import compat32
from email.utils import collapse_rfc2231_value, parsedate_to_datetime

from kin_assistant.documents.readers.archive import OLE
from kin_assistant.documents.readers.composition import Extract, TextComposer
from kin_assistant.documents.readers.detection import decode, find_declared_encoding
from kin_assistant.documents.readers.html import add_html
from kin_assistant.documents.readers.outlook import mail_of_message
from kin_assistant.documents.readers.text import add_plain_text
from kin_assistant.errors import DocumentError
from kin_assistant.text.cleaning import clean

__all__ = ["read_mail", "read_msg"]

_HEADERS = ("From", "To", "Subject", "Date", "Message-ID", "Received", "MIME-Version", "Content-Type", "Return-Path")
_ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_SHOWN = ("From", "To", "Cc")
_BROKEN_PARAMETER = (ValueError, TypeError)
"""What the library raises for a charset whose name none can have, and for numbered parts beside one without a number."""
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
        # The newer policies make objects of headers, and fail in many more ways where one is broken.
        message = message_from_bytes(data.lstrip(b"\xef\xbb\xbf\r\n \t"), policy=compat32)
    except _BROKEN_PARAMETER as error:
        raise DocumentError("its header is damaged") from error
    except RecursionError as error:
        raise DocumentError("its parts are nested too deeply") from error
    if not any(name in message for name in _HEADERS):
        raise DocumentError("it is no mail: it has no headers")
    return _read(message)


def read_msg(data: bytes) -> Extract:
    """Read an Outlook message as ``read_mail`` reads a mail. Raises ``DocumentError``."""
    if not data.startswith(OLE):
        raise DocumentError("it is no Outlook message, though its suffix says so")
    return _read(mail_of_message(data))


def _read(message: Message) -> Extract:
    reader = _MailReader()
    reader.read(message, depth=0)
    return Extract(reader.composer.finish(), title=_header(message, "Subject") or None, warnings=tuple(reader.warnings))


class _MailReader:
    """Goes through the parts of a mail and of the mails in it."""

    def __init__(self) -> None:
        self.composer = TextComposer()
        self.warnings: list[str] = []
        self._parts = 0

    def read(self, message: Message, depth: int) -> None:
        kind = message.get_content_type()
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
        kind = part.get_content_type()
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
    plain = next((part for part in children if part.get_content_type() == "text/plain"), None)
    rich = next(
        (part for part in reversed(children) if part.get_content_type() == "text/html" or part.is_multipart()), None
    )
    if plain is None or rich is None:
        return plain or rich or children[-1]
    length = len(_payload(plain).strip())
    return plain if length > _SHORT_TEXT or length * 20 > len(_payload(rich)) else rich


def _text(part: Message) -> tuple[str, tuple[str, ...]]:
    data = _payload(part)
    return decode(data, _parameter(part, "charset") or find_declared_encoding(data))


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
    return part.get_content_disposition() == "attachment" or bool(_name(part))


def _name(part: Message) -> str:
    return _parameter(part, "filename", "content-disposition") or _parameter(part, "name")


def _parameter(part: Message, name: str, header: str = "content-type") -> str:
    """A parameter of a header; empty where there is none."""
    try:
        return clean(_decoded(collapse_rfc2231_value(part.get_param(name, "", header))))
    except _BROKEN_PARAMETER:
        return ""


def _header(message: Message, name: str) -> str:
    """A header as its reader sees it, on one line; empty where there is none."""
    value = next((str(raw) for key, raw in message.raw_items() if key.lower() == name.lower()), "")
    value = clean(_decoded(value))
    if len(value) <= _LONGEST_HEADER:
        return value
    return value[:_LONGEST_HEADER].rpartition(" ")[0] + " \u2026"


def _decoded(raw: str) -> str:
    """``raw`` with its encoded words decoded, and bytes that should have been."""
    try:
        text, _ = decode(raw.encode("utf-8", "surrogateescape"))
        return str(make_header(decode_header(text)))
    except DocumentError:
        return raw
    except (ValueError, LookupError, HeaderParseError):
        return text


def _date(message: Message) -> str:
    value = _header(message, "Date")
    try:
        return f"{parsedate_to_datetime(value):%Y-%m-%d %H:%M}"
    except (ValueError, TypeError, IndexError, OverflowError):
        return value
