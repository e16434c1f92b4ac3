"""Archives that unpack to more than they should, say what is not so, or point out of themselves."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from tests.hostile.seeds import epub, odf, seeds, xlsx
from tests.hostile.specimen import SENTENCE, Specimen, always
from tests.office_files import docx, pack, pptx

__all__ = ["SPECIMENS"]

_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_WORD = f"<w:p><w:r><w:t>{SENTENCE}</w:t></w:r></w:p>"


def _bomb(suffix: str, megabytes: int = 8) -> bytes:
    """A file whose main part is mostly blanks."""
    blanks = " " * (megabytes * 2**20)
    match suffix:
        case ".docx":
            return docx(_WORD + blanks)
        case ".pptx":
            return pptx([blanks])
        case ".xlsx":
            return xlsx(blanks)
        case ".odt":
            return odf("text", blanks)
        case _:
            return epub({"1.xhtml": f"<p>{SENTENCE}</p>{blanks}"})


def _many_members(count: int) -> bytes:
    return docx(_WORD, {f"word/media/{n}.xml": "" for n in range(count)})


def _nested(levels: int) -> bytes:
    inner = pack({"0.txt": b" " * 2**20})
    for level in range(levels):
        inner = pack({f"{level}-{n}.docx": inner for n in range(8)})
    return docx(_WORD, {"word/embeddings/all.docx": inner})


def _headers(data: bytes, mark: bytes) -> Iterator[int]:
    at = data.find(mark)
    while at >= 0:
        yield at
        at = data.find(mark, at + 4)


def _patched(data: bytes, mark: bytes, offset: int, value: bytes, *, every: bool = False) -> bytes:
    for at in list(_headers(data, mark))[: None if every else 1]:
        data = data[: at + offset] + value + data[at + offset + len(value) :]
    return data


def _overlapping() -> bytes:
    """Every member of the directory points to the same bytes."""
    data = seeds()[".docx"]
    return _patched(data, _CENTRAL, 42, struct.pack("<L", 0), every=True)


def _kernel_bomb() -> bytes:
    """Thousands of names for one packed kernel."""
    kernel = zlib.compress(b" " * 2**20, 9)[2:-4]
    name = b"word/document.xml"
    crc = zlib.crc32(b" " * 2**20)
    local = _LOCAL + struct.pack("<HHHHHLLLHH", 20, 0, 8, 0, 0, crc, len(kernel), 2**20, len(name), 0) + name + kernel
    entry = _CENTRAL + struct.pack(
        "<HHHHHHLLLHHHHHLL", 20, 20, 0, 8, 0, 0, crc, len(kernel), 2**20, len(name), 0, 0, 0, 0, 0, 0
    )
    directory = (entry + name) * 1500
    return local + directory + _END + struct.pack("<HHHHLLH", 0, 0, 1500, 1500, len(directory), len(local), 0)


def _longer_than_it_says() -> bytes:
    blanks = zlib.compress(_WORD.encode() + b" " * 50_000_000, 9)[2:-4]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("word/document.xml", blanks)
    data = _patched(file.getvalue(), _CENTRAL, 10, struct.pack("<H", 8))
    return _patched(data, _CENTRAL, 24, struct.pack("<L", 1000))


def _doubled() -> bytes:
    """Two members of one name: readers differ in which they take."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(seeds()[".docx"])) as seed, zipfile.ZipFile(file, "w") as made:
        for name in seed.namelist():
            made.writestr(name, seed.read(name))
            made.writestr(f"{name[:-1]}?", "<x>another</x>")
    return file.getvalue().replace(b"xm?", b"xml").replace(b"rel?", b"rels")


def _with_comment() -> bytes:
    file = io.BytesIO(seeds()[".docx"])
    with zipfile.ZipFile(file, "a") as made:
        made.comment = (_END + bytes(18)) * 2000
    return file.getvalue()


def _claims(disks: int, entries: int, size: int, offset: int) -> bytes:
    data = seeds()[".xlsx"]
    end = data.rindex(_END)
    return data[:end] + _END + struct.pack("<HHHHLLH", disks, disks, entries, entries, size, offset, 0)


def _zip64() -> bytes:
    """A directory that is said to hold 2**63 entries."""
    data = seeds()[".docx"]
    end = data.rindex(_END)
    record = b"PK\x06\x06" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, 2**63, 2**63, 2**40, 0)
    locator = b"PK\x06\x07" + struct.pack("<LQL", 0, end, 1)
    last = _END + struct.pack("<HHHHLLH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return data[:end] + record + locator + last


def _packed_by(method: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(seeds()[".docx"])) as seed, zipfile.ZipFile(file, "w", method) as made:
        for name in seed.namelist():
            made.writestr(name, seed.read(name))
    return file.getvalue()


def _in_a_loop() -> bytes:
    """Relations of a slide that lead to itself and to the presentation."""
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(
            f'<Relationship Id="r{n}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"'
            f' Target="{target}"/>'
            for n, (kind, target) in enumerate(
                (
                    ("notesSlide", "slide1.xml"),
                    ("slideLayout", "slide1.xml"),
                    ("chart", "slide1.xml"),
                    ("diagramData", "../presentation.xml"),
                    ("image", "../../../../../../etc/passwd"),
                    ("hyperlink", "file:///etc/passwd"),
                )
            )
        )
        + "</Relationships>"
    )
    shape = f"<p:sp><p:txBody><a:p><a:r><a:t>{SENTENCE}</a:t></a:r></a:p></p:txBody></p:sp>"
    return pptx([shape], {"ppt/slides/_rels/slide1.xml.rels": rels, "ppt/slideLayouts/_rels/a.rels": rels})


_BOMB = r"more than 100 times|more than 200 MiB|too long to read"

SPECIMENS = (
    *(
        Specimen(f"bomb{suffix}", lambda suffix=suffix: _bomb(suffix), refused=_BOMB)
        for suffix in (".docx", ".pptx", ".xlsx", ".odt", ".epub")
    ),
    Specimen("many members.docx", lambda: _many_members(3000), refused="more than 2,000 files"),
    Specimen("nested archives.docx", lambda: _nested(4)),
    Specimen("overlapping members.docx", _overlapping, refused="overlap|damaged|not where|not as long"),
    Specimen("one kernel of many names.docx", _kernel_bomb, refused="overlap|unpacks to more"),
    Specimen("longer than it says.docx", _longer_than_it_says, refused="not as long|unpacks to more|missing|cut off"),
    Specimen(
        "says four gigabytes.docx",
        lambda: _patched(seeds()[".docx"], _CENTRAL, 24, b"\xfe\xff\xff\xff", every=True),
        refused="unpacks to more",
    ),
    Specimen(
        "says nothing is in it.docx",
        lambda: _patched(seeds()[".docx"], _CENTRAL, 24, bytes(4), every=True),
        refused="damaged|not as long",
    ),
    Specimen("doubled members.docx", _doubled),
    Specimen("comment of ends.docx", _with_comment),
    Specimen("leads out.docx", lambda: docx(_WORD, {"../../../etc/cron.d/x": "x"}), refused="leads out of the archive"),
    Specimen("absolute.odt", lambda: odf("text", "", parts={"/etc/x": "x"}), refused="leads out of the archive"),
    Specimen("windows.epub", lambda: epub({}, parts={"C:\\x.exe": "x"}), refused="leads out of the archive"),
    Specimen(
        "a name with control characters.docx",
        lambda: docx(_WORD, {"word/\x1b]52;a\x07\u202e.xml": "x"}),
        holds=SENTENCE,
    ),
    Specimen("long name.docx", lambda: docx(_WORD, {"word/" + "a" * 60_000: "x"}), holds=SENTENCE),
    Specimen("a thousand folders.docx", lambda: docx(_WORD, {"a/" * 10_000 + "b": "x"}), holds=SENTENCE),
    Specimen(
        "encrypted member.docx",
        lambda: _patched(seeds()[".docx"], _CENTRAL, 8, b"\x01\0", every=True),
        refused="encrypted and needs a password",
    ),
    Specimen("many disks.xlsx", lambda: _claims(9, 9, 9, 9), refused="damaged|cut off"),
    Specimen("directory elsewhere.xlsx", lambda: _claims(0, 4, 4000, 0xFFFFFFF0), refused="damaged|cut off"),
    Specimen("directory of zip64.docx", _zip64, refused="damaged|cut off"),
    Specimen("lzma.docx", lambda: _packed_by(zipfile.ZIP_LZMA), refused="packed in a way"),
    Specimen("bzip2.docx", lambda: _packed_by(zipfile.ZIP_BZIP2), refused="packed in a way"),
    Specimen("slides in a loop.pptx", _in_a_loop, holds=SENTENCE, lacks=("root:",)),
    Specimen("only a directory.docx", always(_END + bytes(18)), refused="named .docx but|missing|damaged"),
    Specimen("junk before.docx", lambda: b"MZ junk " * 1000 + seeds()[".docx"]),
    Specimen("junk behind.docx", lambda: seeds()[".docx"] + b"\0junk" * 20_000),
    Specimen("two in one.docx", lambda: seeds()[".xlsx"] + seeds()[".docx"]),
)
