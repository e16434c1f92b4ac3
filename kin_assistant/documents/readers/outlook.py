"""Outlook messages (MSG) as mails, so that one reader reads both.

A message is an OLE container in which each property is a stream named after its number and type, and each recipient and
attachment a folder of such streams (MS-OXMSG). What is missing or damaged is left out, and the rest is read.
"""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.errors import HeaderParseError
from email.message import Message
from email.utils import format_datetime
from itertools import islice
from typing import Final

from kin_assistant.documents.readers.compressed_rtf import expand_rtf
from kin_assistant.documents.readers.detection import decode
from kin_assistant.documents.readers.ole import OleFolder, open_container
from kin_assistant.documents.readers.rtf import read_rtf
from kin_assistant.errors import DocumentError
from kin_assistant.text.cleaning import clean

__all__ = ["mail_of_message"]

# Properties, by the names that MS-OXPROPS gives them without "PidTag".
_MESSAGE_CLASS, _SUBJECT, _HEADERS, _SUBMIT_TIME, _DELIVERY_TIME = 0x001A, 0x0037, 0x007D, 0x0039, 0x0E06
_SENDER_NAME, _SENDER_SMTP, _SENDER_ADDRESS = 0x0C1A, 0x5D01, 0x0C1F
_SENT_FOR_NAME, _SENT_FOR_SMTP, _SENT_FOR_ADDRESS = 0x0042, 0x5D02, 0x0065
_RECIPIENT_TYPE, _DISPLAY_NAME, _SMTP_ADDRESS, _ADDRESS = 0x0C15, 0x3001, 0x39FE, 0x3003
_BODY, _RTF, _HTML = 0x1000, 0x1009, 0x1013
_ATTACH_DATA, _SHORT_NAME, _LONG_NAME, _MIME = 0x3701, 0x3704, 0x3707, 0x370E
_BODY_CODEPAGE, _CODEPAGE = 0x3FDE, 0x3FFD

_UNICODE, _BYTES_OF_TEXT, _BINARY, _TIME, _FOLDER = "001F", "001E", "0102", "0040", "000D"
_IN_MESSAGE, _IN_INNER_MESSAGE, _IN_PART = 32, 24, 8
"""Where the table of properties begins in its stream, by whose it is."""
_RECIPIENTS: Final = {1: "To", 2: "Cc"}
_ENCRYPTED_CLASS: Final = re.compile(r"IPM\.Note\.SMIME(?:\.Encrypted)?", re.IGNORECASE)
_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)
_MOST_PARTS = 250
"""Recipients, and attachments, of a message; more than a reader of mails reads."""
_DEEPEST = 5
_UTF_8, _UTF_16 = 65001, 1200


def mail_of_message(data: bytes) -> Message:
    """The Outlook message ``data`` as a mail: From, To, Cc, Date and Subject, its texts, and its attachments by name.

    Messages in it are mails in that mail. Raises ``DocumentError`` where ``data`` is no such message.
    """
    with open_container(data) as root:
        message = _Properties(root, _IN_MESSAGE)
        if not message.are_there:
            raise DocumentError("it is no Outlook message, though its suffix says so")
        return _mail(message, 0)


@dataclass(frozen=True, slots=True)
class _Properties:
    """What is said of a message, a recipient or an attachment."""

    folder: OleFolder
    table_at: int

    @property
    def are_there(self) -> bool:
        return any(name.startswith(("__properties_version1", "__substg1")) for name in self.folder.names())

    def parts(self, prefix: str, table_at: int) -> Iterator[_Properties]:
        return (_Properties(folder, table_at) for folder in self.folder.folders(prefix))

    def text(self, number: int, codepage: int) -> str:
        """A property that is text, in whichever form it is there; empty without it."""
        wide = self._stream(number, _UNICODE)
        if wide:
            return wide.decode("utf-16-le", "replace")
        narrow = self._stream(number, _BYTES_OF_TEXT)
        try:
            return decode(narrow, _encoding(codepage))[0] if narrow else ""
        except DocumentError:
            return ""

    def data(self, number: int) -> bytes:
        return self._stream(number, _BINARY)

    def number(self, number: int) -> int:
        """A property that is a number; 0 without it."""
        return next((struct.unpack("<i", value[:4])[0] for found, _, value in self._table() if found == number), 0)

    def time(self, number: int) -> datetime | None:
        for found, kind, value in self._table():
            if found == number and kind == int(_TIME, 16):
                try:
                    return _EPOCH + timedelta(microseconds=struct.unpack("<Q", value)[0] // 10)
                except OverflowError:
                    return None
        return None

    def _table(self) -> Iterator[tuple[int, int, bytes]]:
        """Number, type and value of what is no stream of its own."""
        stream = self.folder.read("__properties_version1.0")
        for at in range(self.table_at, len(stream) - 15, 16):
            kind, number = struct.unpack_from("<HH", stream, at)
            yield number, kind, stream[at + 8 : at + 16]

    def _stream(self, number: int, kind: str) -> bytes:
        return self.folder.read(f"__substg1.0_{number:04X}{kind}")


def _mail(message: _Properties, depth: int) -> Message:
    codepage = message.number(_CODEPAGE)
    mail = Message()
    sent = _sent_headers(message.text(_HEADERS, codepage))
    for name, value in _envelope(message, codepage).items():
        mail[name] = value if name == "Subject" and value else sent.get(name) or value
    texts = list(_texts(message, codepage))
    if not texts and _ENCRYPTED_CLASS.fullmatch(clean(message.text(_MESSAGE_CLASS, codepage))):
        mail["Content-Type"] = "application/pkcs7-mime"
        return mail
    mail["Content-Type"] = "multipart/mixed"
    if texts:
        mail.attach(_container("multipart/alternative", texts))
    for attachment in islice(message.parts("__attach_version1.0_#", _IN_PART), _MOST_PARTS):
        mail.attach(_attachment(attachment, codepage, depth))
    return mail


def _sent_headers(text: str) -> dict[str, str]:
    """The headers with which the message came; none for one that was never sent."""
    try:
        found = message_from_string(text.lstrip())
    except (HeaderParseError, ValueError, TypeError):
        return {}
    return {name: str(found[name] or "") for name in ("From", "To", "Cc", "Date")}


def _envelope(message: _Properties, codepage: int) -> dict[str, str]:
    """What the properties say for each header of a mail; empty where they say nothing."""
    name, address = message.text(_SENDER_NAME, codepage), _first(message, (_SENDER_SMTP, _SENDER_ADDRESS), codepage)
    if not name and not address:
        name = message.text(_SENT_FOR_NAME, codepage)
        address = _first(message, (_SENT_FOR_SMTP, _SENT_FOR_ADDRESS), codepage)
    people: dict[str, list[str]] = {"To": [], "Cc": []}
    for recipient in islice(message.parts("__recip_version1.0_#", _IN_PART), _MOST_PARTS):
        header = _RECIPIENTS.get(recipient.number(_RECIPIENT_TYPE))
        if header:
            called = recipient.text(_DISPLAY_NAME, codepage)
            people[header].append(_person(called, _first(recipient, (_SMTP_ADDRESS, _ADDRESS), codepage)))
    time = message.time(_SUBMIT_TIME) or message.time(_DELIVERY_TIME)
    return {
        "From": _person(name, address),
        "To": ", ".join(filter(None, people["To"])),
        "Cc": ", ".join(filter(None, people["Cc"])),
        "Subject": message.text(_SUBJECT, codepage),
        "Date": format_datetime(time) if time else "",
    }


def _first(said: _Properties, numbers: tuple[int, ...], codepage: int) -> str:
    """The first address of mail; those of an organisation's directory mean nothing outside it."""
    return next((found for number in numbers if "@" in (found := clean(said.text(number, codepage)))), "")


def _person(name: str, address: str) -> str:
    name = clean(name).strip("'\"")
    return f"{name} <{address}>" if name and address and name != address else name or address


def _texts(message: _Properties, codepage: int) -> Iterator[Message]:
    """What was written: as plain text and as a page, where it is there as such, else as rich text."""
    plain = message.text(_BODY, codepage)
    if plain.strip():
        yield _part("text/plain", plain.encode("utf-8", "replace"), "utf-8")
    page = message.data(_HTML)
    if page.strip():
        yield _part("text/html", page, _encoding(message.number(_BODY_CODEPAGE)))
    elif (as_text := message.text(_HTML, codepage)).strip():
        page = as_text.encode("utf-8", "replace")
        yield _part("text/html", page, "utf-8")
    if not plain.strip() and not page.strip() and (packed := message.data(_RTF)):
        try:
            rich = read_rtf(expand_rtf(packed)).composition.text
        except DocumentError:
            return
        yield _part("text/plain", rich.encode("utf-8", "replace"), "utf-8")


def _attachment(attachment: _Properties, codepage: int, depth: int) -> Message:
    inner = next(attachment.parts(f"__substg1.0_{_ATTACH_DATA:04X}{_FOLDER}", _IN_INNER_MESSAGE), None)
    if inner is not None and inner.are_there and depth < _DEEPEST:
        return _container("message/rfc822", [_mail(inner, depth + 1)])
    names = (attachment.text(number, codepage) for number in (_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME))
    part = Message()
    kind = clean(attachment.text(_MIME, codepage))
    # A type that only holds others would be looked into; what it holds is not here.
    named = re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind) and not kind.lower().startswith(("multipart/", "message/"))
    part["Content-Type"] = kind if named else "application/octet-stream"
    part.add_header(
        "Content-Disposition", "attachment", filename=next((name for name in map(clean, names) if name), "")
    )
    return part


def _part(kind: str, data: bytes, encoding: str | None) -> Message:
    part = Message()
    part["Content-Type"] = f"{kind}; charset={encoding}" if encoding else kind
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(base64.b64encode(data).decode("ascii"))
    return part


def _container(kind: str, parts: list[Message]) -> Message:
    whole = Message()
    whole["Content-Type"] = kind
    for part in parts:
        whole.attach(part)
    return whole


def _encoding(codepage: int) -> str | None:
    """The encoding of a Windows code page by a name that Python may know; None where none is given."""
    if codepage == _UTF_8:
        return "utf-8"
    if codepage in (0, _UTF_16):
        return None
    return _ENCODINGS.get(codepage, f"cp{codepage}")


_ENCODINGS: Final = {
    20127: "cp1252",
    20866: "koi8_r",
    20932: "euc_jp",
    20936: "gb18030",
    20949: "cp949",
    21866: "koi8_u",
    28591: "cp1252",
    **{28590 + part: f"iso8859_{part}" for part in range(2, 17)},
    50220: "iso2022_jp",
    50221: "iso2022_jp",
    50222: "iso2022_jp",
    50225: "iso2022_kr",
    51932: "euc_jp",
    51936: "gb18030",
    51949: "cp949",
    52936: "hz",
    54936: "gb18030",
}
"""Code pages that are not called after their numbers."""
