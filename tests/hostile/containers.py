"""Old Office files and Outlook messages whose tables lie, loop, nest or claim to be larger than they are."""

from __future__ import annotations

import struct

from tests.hostile.seeds import seeds
from tests.hostile.specimen import SCALE, SENTENCE, Specimen
from tests.office97_files import encrypted_doc, ppt, record
from tests.ole_files import Tree, attachment, message, ole, recipient

__all__ = ["SPECIMENS"]

_SUBJECT, _BODY, _HTML, _RTF, _CLASS, _HEADERS = 0x0037, 0x1000, 0x1013, 0x1009, 0x001A, 0x007D


def _message(texts: dict[int, str | bytes], *parts: Tree) -> bytes:
    return ole(message({_BODY: SENTENCE} | texts, parts))


def _nested_messages(levels: int) -> bytes:
    inner = message({_BODY: "The innermost."}, inner=True)
    for _ in range(levels):
        inner = message({_BODY: "Around it."}, (attachment("", inner),), inner=True)
    return _message({}, attachment("", inner))


def _nested_folders(levels: int) -> bytes:
    inner: Tree = {"x": b"x"}
    for _ in range(levels):
        inner = {"folder": inner}
    return ole({**message({_BODY: SENTENCE}), "folder": inner})


def _table_place(data: bytes) -> int:
    """Where the allocation table begins."""
    return 512 * (int.from_bytes(data[76:80], "little") + 1)


def _looping(data: bytes) -> bytes:
    """Every sector is followed by itself."""
    at = _table_place(data)
    table = b"".join(struct.pack("<I", number) for number in range(128))
    return data[:at] + table + data[at + 512 :]


def _claiming(data: bytes, size: int) -> bytes:
    """Every stream says that it has ``size`` bytes."""
    made = bytearray(data)
    at = 512 * (int.from_bytes(data[48:52], "little") + 1)
    while at + 128 <= len(made) and made[at : at + 2] != b"\0\0":
        if made[at + 66] == 2:
            made[at + 120 : at + 128] = struct.pack("<Q", size)
        at += 128
    return bytes(made)


def _one_child_of_all(data: bytes) -> bytes:
    """Every entry of the directory has the first one as its neighbour, and as its child."""
    made = bytearray(data)
    at = 512 * (int.from_bytes(data[48:52], "little") + 1)
    while at + 128 <= len(made) and made[at : at + 2] != b"\0\0":
        made[at + 68 : at + 80] = struct.pack("<III", 0, 1, 0)
        at += 128
    return bytes(made)


def _many_tables(data: bytes) -> bytes:
    """A directory of allocation tables that has four billion of them."""
    return data[:44] + b"\xff\xff\xff\x7f" + data[48:68] + struct.pack("<II", 1, 0x7FFFFFFF) + data[76:]


def _rich(size: int, body: bytes) -> bytes:
    return _message({_BODY: "", _RTF: struct.pack("<II4s4x", len(body) + 12, size, b"LZFu") + body})


def _slides_of(content: bytes) -> bytes:
    return ole({"Current User": bytes(40), "PowerPoint Document": content})


def _nested_records(levels: int) -> bytes:
    inner = b""
    for _ in range(levels):
        inner = record(0x03E8, inner, version=0xF)
    return inner


_CLAIM = "claim to be larger than the file|damaged"

SPECIMENS = (
    *(
        specimen
        for suffix in (".msg", ".doc", ".ppt")
        for specimen in (
            Specimen(f"sectors in a loop{suffix}", lambda suffix=suffix: _looping(seeds()[suffix])),
            Specimen(f"claims two gigabytes{suffix}", lambda suffix=suffix: _claiming(seeds()[suffix], 2**31), refused=_CLAIM)
            if suffix == ".msg"
            else Specimen(f"claims two gigabytes{suffix}", lambda suffix=suffix: _claiming(seeds()[suffix], 2**31)),
            Specimen(f"one child of all{suffix}", lambda suffix=suffix: _one_child_of_all(seeds()[suffix])),
            Specimen(f"many tables{suffix}", lambda suffix=suffix: _many_tables(seeds()[suffix])),
            Specimen(f"only its head{suffix}", lambda suffix=suffix: seeds()[suffix][:512]),
        )
    ),
    Specimen("messages in messages.msg", lambda: _nested_messages(60), holds=SENTENCE, lacks=("innermost",), warns="too deep"),
    Specimen("folders in folders.msg", lambda: _nested_folders(700), refused="nested too deeply"),
    Specimen("many attachments.msg", lambda: _message({}, *[attachment("a")] * 2000), holds=SENTENCE, warns="too many"),
    Specimen("many recipients.msg", lambda: _message({}, *[recipient("A" * 50, "a@example.org")] * 2000), holds=SENTENCE),
    Specimen("control characters.msg", lambda: _message({_SUBJECT: "a\x1b]52;a\x07\u202eb"}), lacks=("\x1b", "\u202e")),
    Specimen("headers in headers.msg", lambda: _message({_SUBJECT: "a\r\nBcc: b", _HEADERS: "From: a\r\n b" * 5000})),
    Specimen("deep page.msg", lambda: _message({_BODY: "", _HTML: b"<div>" * (8000 * SCALE) + SENTENCE.encode()})),
    Specimen("rich text that claims much.msg", lambda: _rich(0xFFFFFFFF, b"\0" * 99)),
    Specimen("rich text that unpacks to much.msg", lambda: _rich(16 * 2**20, b"\xff" + b"\x00\x0f" * 8)),
    Specimen("encrypted.msg", lambda: ole(message({_CLASS: "IPM.Note.SMIME"})), refused="the mail is encrypted"),
    Specimen("encrypted.doc", encrypted_doc, refused="encrypted and needs a password"),
    Specimen("encrypted.ppt", lambda: ppt([("Waste", SENTENCE)], encrypted=True), refused="encrypted and needs a password"),
    Specimen("empty text.doc", lambda: ole({"WordDocument": b"", "1Table": b""}), refused="damaged"),
    Specimen("text of noughts.doc", lambda: ole({"WordDocument": bytes(9000), "1Table": bytes(9000)}), refused="damaged"),
    Specimen("records of four gigabytes.ppt", lambda: _slides_of(struct.pack("<HHI", 0xF, 0x03E8, 0xFFFFFFFF) * 99)),
    Specimen("records in records.ppt", lambda: _slides_of(_nested_records(5000))),
    Specimen("a million empty records.ppt", lambda: _slides_of(record(0x0FA0, b"") * 5000)),
    Specimen("many slides.ppt", lambda: ppt([(f"Slide about {n}", SENTENCE) for n in range(60)]), holds=SENTENCE),
)  # fmt: skip
