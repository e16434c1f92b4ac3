"""Archives are refused by their directory, and their members give no more bytes than they say."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kin_assistant.documents.readers.archive import MAX_EXPANDED, MAX_MEMBERS, OLE, iterate_xml, open_archive, parse_xml
from kin_assistant.errors import DocumentError
from tests.office_files import pack


def utf16(*names: str) -> bytes:
    return b"".join(name.encode("utf-16-le") for name in names)


def patched(data: bytes, signature: bytes, offset: int, value: bytes) -> bytes:
    """``data`` with ``value`` at ``offset`` of the first header with this signature."""
    at = data.index(signature) + offset
    return data[:at] + value + data[at + len(value) :]


@contextmanager
def memory_below(limit: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < limit
    finally:
        tracemalloc.stop()


CENTRAL, LOCAL = b"PK\x01\x02", b"PK\x03\x04"


def test_members_are_named_and_read() -> None:
    archive = open_archive(pack({"a/": "", "a/b.xml": "<x>y</x>", "c.txt": "words"}))
    assert archive.names() == ["a/b.xml", "c.txt"]
    assert archive.read("c.txt") == b"words"
    assert archive.xml("a/b.xml").text == "y"
    assert "A/B.XML" in archive
    assert archive.read("C.TXT") == b"words"


def test_stored_members_and_backslashes_are_read() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as made:
        made.writestr("word\\document.xml", "stored")
    assert open_archive(file.getvalue()).read("word/document.xml") == b"stored"


def test_a_missing_member_is_named() -> None:
    with pytest.raises(DocumentError, match=r"its part word/document\.xml is missing"):
        open_archive(pack({"a": "b"})).read("word/document.xml")


@pytest.mark.parametrize("name", ["../up.xml", "a/../../up.xml", "/root.xml", "C:/windows.xml", "..\\up.xml"])
def test_names_that_lead_out_are_refused(name: str) -> None:
    with pytest.raises(DocumentError, match="leads out of the archive"):
        open_archive(pack({name: "x"}))


def test_too_many_members_are_refused() -> None:
    members: dict[str, str | bytes] = {f"{number}.xml": "" for number in range(MAX_MEMBERS + 1)}
    with pytest.raises(DocumentError, match="more than 2,000 files"):
        open_archive(pack(members))
    members.popitem()
    assert len(open_archive(pack(members)).names()) == MAX_MEMBERS


def test_a_bomb_is_refused_before_it_is_expanded() -> None:
    data = pack({"word/document.xml": b" " * 40_000_000})
    with memory_below(1_000_000), pytest.raises(DocumentError, match="more than 100 times its size"):
        open_archive(data)


def test_a_picture_that_packs_well_is_left_where_it_is() -> None:
    archive = open_archive(pack({"word/media/blank.bmp": b"\xff" * 3_000_000, "a.xml": "<a/>"}))
    assert archive.xml("a.xml").tag == "a"
    with pytest.raises(DocumentError, match="more than 100 times"):
        archive.read("word/media/blank.bmp")


def test_the_declared_sum_is_bounded() -> None:
    # Packed sizes that are claimed too keep the ratio low.
    claimed = struct.pack("<LL", 50_000_000, 51_000_000)
    members = io.BytesIO()
    with zipfile.ZipFile(members, "w") as made:
        for number in range(5):
            made.writestr(f"{number}.xml", "x")
    data = members.getvalue()
    for at in [at for at in range(len(data)) if data[at : at + 4] == CENTRAL]:
        data = data[: at + 20] + claimed + data[at + 28 :]
    assert MAX_EXPANDED < 5 * 51_000_000
    with pytest.raises(DocumentError, match="unpacks to more than 200 MiB"):
        open_archive(data)


def test_a_member_that_is_longer_than_it_says_is_not_expanded() -> None:
    bomb = zlib.compress(b" " * 50_000_000, 9)[2:-4]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("a.xml", bomb)
    data = patched(file.getvalue(), CENTRAL, 10, struct.pack("<H", zipfile.ZIP_DEFLATED))
    data = patched(data, CENTRAL, 24, struct.pack("<L", 1000))
    archive = open_archive(data)
    with memory_below(1_000_000), pytest.raises(DocumentError, match="not as long or not the same"):
        archive.read("a.xml")


def test_a_changed_member_is_damaged() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("a.xml", "<a>right</a>")
    with pytest.raises(DocumentError, match="it is damaged"):
        open_archive(file.getvalue().replace(b"right", b"wrong")).read("a.xml")


def test_encrypted_members_are_refused() -> None:
    data = patched(pack({"a.xml": "x"}), CENTRAL, 8, struct.pack("<H", 1))
    with pytest.raises(DocumentError, match="encrypted and needs a password"):
        open_archive(data)


def test_members_that_share_bytes_are_refused() -> None:
    data = pack({"a.xml": "first", "b.xml": "second"})
    second = data.rindex(CENTRAL)
    data = data[: second + 42] + struct.pack("<L", 0) + data[second + 46 :]
    with pytest.raises(DocumentError, match="overlap"):
        open_archive(data)


def test_unusual_packing_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as made:
        made.writestr("a.xml", "x" * 100)
    with pytest.raises(DocumentError, match="packed in a way"):
        open_archive(file.getvalue())


def test_a_header_elsewhere_is_damage() -> None:
    data = patched(pack({"a.xml": "x"}), LOCAL, 0, b"XXXX")
    with pytest.raises(DocumentError, match="is not where the archive says"):
        open_archive(data)


@pytest.mark.parametrize("keep", [0, 3, 10, 30, 60, 100, 114])
def test_what_is_cut_off_is_no_archive(keep: int) -> None:
    with pytest.raises(DocumentError, match=r"damaged or cut off|not a zip archive"):
        open_archive(pack({"a.xml": "words"})[:keep])


@pytest.mark.parametrize(
    ("streams", "reason"),
    [
        (("EncryptedPackage",), "it is encrypted and needs a password"),
        (("WordDocument",), "it is an old Word file and should be named .doc"),
        (("PowerPoint Document",), "it is an old PowerPoint file and should be named .ppt"),
        (("Workbook",), "it is an old Excel file and should be named .xls"),
        (("Unknown",), "it is an old Office file or an encrypted one, not what its suffix says"),
    ],
)
def test_old_office_files_are_told_apart(streams: tuple[str, ...], reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        open_archive(OLE + bytes(504) + utf16(*streams))
    assert str(caught.value) == reason


# XML


@pytest.mark.parametrize(
    "source",
    [
        b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>',
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "http://localhost/a.dtd"><a/>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a +AFs-+ADwAIQ-ENTITY b "c"+AD4-+AF0-+AD4-<a>+ACY-b;</a>',
    ],
    ids=["entities", "a file", "a document type", "UTF-16", "UTF-7"],
)
def test_document_types_are_refused(source: bytes) -> None:
    with pytest.raises(DocumentError, match=r"declares a document type|not well-formed"):
        parse_xml(source, "a.xml")


BOMB = '<!DOCTYPE a [<!ENTITY b "bbbb">]><a c="&b;"><d>&b;</d></a>'
SOUND = "<a><d>e</d></a>"
LONG = 100_000
HIDDEN = {
    **{
        f"{code} {'with' if declared else 'without'} declaration": (code, f'<?xml version="1.0" encoding="{name}"?>' * declared)
        for code, name in (
            ("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16LE"),
            ("utf-16-be", "UTF-16BE"), ("utf-32", "UTF-32"), ("utf-32-le", "UTF-32LE"), ("utf-32-be", "UTF-32BE"),
            ("utf-7", "UTF-7"), ("cp037", "IBM037"), ("latin-1", "ISO-8859-1"),
        )
        for declared in (True, False)
    },
    "behind a long comment": ("utf-8", f"<!--{'x' * LONG}-->"),
    "behind many comments": ("utf-8", "<!--x-->" * (LONG // 8)),
    "behind a long instruction": ("utf-8", f"<?x {'x' * LONG}?>"),
    "behind white space": ("utf-8", " " * LONG),
    "behind a comment in UTF-16": ("utf-16", f"<!--{'x' * LONG}-->"),
}  # fmt: skip
"""Encoding, and what stands before the document type."""


@pytest.mark.parametrize(("code", "prolog"), HIDDEN.values(), ids=HIDDEN)
def test_no_encoding_and_no_prolog_hides_a_document_type(code: str, prolog: str) -> None:
    source = (prolog + BOMB).encode(code)
    with pytest.raises(DocumentError, match=r"declares a document type|not well-formed"):
        parse_xml(source, "a.xml")
    with pytest.raises(DocumentError, match=r"declares a document type|not well-formed"):
        list(iterate_xml(source, "a.xml", {"d"}))


@pytest.mark.parametrize("name", ["utf-8 with declaration", "utf-16 without declaration", "behind a long comment"])
def test_what_hides_nothing_is_read(name: str) -> None:
    code, prolog = HIDDEN[name]
    source = (prolog + SOUND).encode(code)
    assert parse_xml(source, "a.xml").findtext("d") == "e"
    assert [element.text for element in iterate_xml(source, "a.xml", {"d"})] == ["e"]


def test_an_element_that_is_read_alone_is_whole_and_then_emptied() -> None:
    seen = []
    for element in iterate_xml(
        b'<n:a xmlns:n="x"><n:b><c>1</c></n:b><d/><n:b><c>2</c></n:b></n:a>', "a.xml", {"b", "d"}
    ):
        seen.append((element.tag, element.findtext("c")))
        last = element
    assert seen == [("{x}b", "1"), ("d", None), ("{x}b", "2")]
    assert len(last) == 0


@pytest.mark.parametrize("subset", ['[<!ENTITY b "c">]', '[<!ENTITY % b "">]', '[<!ATTLIST a b CDATA "c">]'])
def test_a_document_type_that_declares_something_is_never_let_through(subset: str) -> None:
    with pytest.raises(DocumentError, match="declares a document type"):
        parse_xml(f"<!DOCTYPE a {subset}><a>b</a>".encode("utf-16"), "a.xml", doctype=True)


def test_a_document_type_without_declarations_may_be_let_through() -> None:
    source = b'<!DOCTYPE a PUBLIC "-//X//DTD X//EN" "http://localhost/a.dtd"><a>b&nbsp;c</a>'
    assert "".join(parse_xml(source, "a.xml", doctype=True).itertext()).startswith("b")
    with pytest.raises(DocumentError, match="declares a document type"):
        parse_xml(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "a.xml", doctype=True)


def test_comments_and_instructions_are_no_text() -> None:
    assert "".join(parse_xml(b"<a>b<!-- c --><?d e?>f</a>", "a.xml").itertext()) == "bf"


def test_broken_and_deep_xml_have_a_reason() -> None:
    with pytest.raises(DocumentError, match=r"^its part a\.xml is not well-formed XML: .* line 2, column \d+$"):
        parse_xml(b"<a>\n<b></a>", "a.xml")
    with pytest.raises(DocumentError, match=r"nests its elements too deep"):
        parse_xml(b"<a>" * 300 + b"</a>" * 300, "a.xml")
    with pytest.raises(DocumentError, match=r"its part a\.xml is not well-formed"):
        parse_xml(b"", "a.xml")


def test_xml_of_too_many_elements_is_refused_before_it_is_parsed() -> None:
    source = b"<a>" + b"<b/>" * 9_000_000 + b"</a>"
    with memory_below(1_000_000), pytest.raises(DocumentError, match="too long to read"):
        parse_xml(source, "a.xml")
