"""Zip containers of documents: checked before anything is expanded, then read member by member.

Word, slide, sheet, OpenDocument and EPUB files are zip archives of XML parts. Nothing is written to disk, no member is
opened as an archive of its own, and no part is parsed with entities, a document type or a network.
"""

from __future__ import annotations

import contextlib
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any, Protocol

from kin_assistant.errors import DocumentError

if TYPE_CHECKING:
    from typing import Self

__all__ = [
    "MAX_EXPANDED",
    "MAX_MEMBERS",
    "OLE",
    "Archive",
    "Element",
    "find_ole_kind",
    "iterate_xml",
    "open_archive",
    "parse_xml",
]

MAX_MEMBERS = 2_000
MAX_EXPANDED = 200 * 2**20
"""Bytes of all members together."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What old Office files and encrypted new ones begin with."""

_MAX_RATIO = 100
_RATIO_COUNTS_ABOVE = 2**20
_MAX_PART = 64 * 2**20
_MAX_TREE = 2**30
"""Bytes that the tree of an XML part may take, reckoned before it is made."""
_BRACKET_COST, _EQUALS_COST = 120, 216
"""An element or its text, an attribute and its value."""
_PICTURES = (".bmp", ".dib", ".emf", ".gif", ".jpeg", ".jpg", ".png", ".svm", ".tif", ".tiff", ".wmf", ".wdp")
"""A blank picture packs better than any text; pictures are never expanded, so their ratio does no harm."""
_IN_SOURCE = re.compile(r" \(<string>, line \d+\)$")
_NO_MEMORY = 2
"""Number of that fault in libxml2."""
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_ENCRYPTED = 0x1
_FED_AT_ONCE = 4096
_SAFELY = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
"""How every XML parser here is set."""
_OLE_STREAMS = (
    ("EncryptedPackage", "encrypted"),
    ("__substg1.0_", ".msg"),
    ("WordDocument", ".doc"),
    ("PowerPoint Document", ".ppt"),
    ("Workbook", ".xls"),
)
_OLE_NAMES = {
    ".doc": "an old Word file",
    ".ppt": "an old PowerPoint file",
    ".xls": "an old Excel file",
    ".msg": "an Outlook message",
}


class Element(Protocol):
    """What the readers use of an lxml element."""

    tag: str
    text: str | None
    tail: str | None

    @property
    def attrib(self) -> dict[str, str]: ...  # noqa: D102 (as in ElementTree)
    def get(self, key: str, default: str | None = None) -> str | None: ...  # noqa: D102
    def find(self, path: str) -> Self | None: ...  # noqa: D102
    def findall(self, path: str) -> list[Self]: ...  # noqa: D102
    def findtext(self, path: str) -> str | None: ...  # noqa: D102
    def iter(self, *tags: str) -> Iterator[Self]: ...  # noqa: D102
    def itertext(self) -> Iterator[str]: ...  # noqa: D102
    def getparent(self) -> Self | None: ...  # noqa: D102
    def __iter__(self) -> Iterator[Self]: ...
    def __len__(self) -> int: ...


class Archive:
    """The members of an archive that passed the checks. Made by ``open_archive``."""

    def __init__(self, data: bytes, members: dict[str, zipfile.ZipInfo]) -> None:
        self._data = data
        self._members = members
        self._folded = {name.lower(): name for name in reversed(members)}

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._folded

    def names(self) -> list[str]:
        """Names of the members, without folders, as they stand in the archive; "/" between folders."""
        return list(self._members)

    def read(self, name: str) -> bytes:
        """Bytes of a member; upper and lower case in the name are the same.

        Raises ``DocumentError`` for a member that is missing, damaged, or longer than it says.
        """
        found = self._folded.get(name.lower())
        if found is None:
            raise DocumentError(f"its part {name} is missing")
        member = self._members[found]
        if _is_bomb(member):
            raise DocumentError(f"its part {name} unpacks to more than {_MAX_RATIO} times its size")
        start = _content_start(self._data, member)
        packed = self._data[start : start + member.compress_size]
        try:
            content = packed if member.compress_type == zipfile.ZIP_STORED else _inflate(packed, member.file_size)
        except zlib.error as error:
            raise DocumentError(f"it is damaged: its part {name} cannot be unpacked") from error
        if len(content) != member.file_size or zlib.crc32(content) != member.CRC:
            raise DocumentError(f"it is damaged: its part {name} is not as long or not the same as the archive says")
        return content

    def xml(self, name: str, *, doctype: bool = False) -> Element:
        """Root of a member that is XML; ``doctype`` allows a document type that declares nothing itself."""
        return parse_xml(self.read(name), name, doctype=doctype)


def open_archive(data: bytes) -> Archive:
    """Check the archive ``data`` by its directory, without expanding anything.

    Raises ``DocumentError`` where it is none, is damaged, encrypted, or too large once expanded, and where a name leads
    out of it or two members share bytes.
    """
    if data.startswith(OLE):
        raise DocumentError(_why_ole(data))
    # Each entry of the directory takes ten times its length once it is read; archives inside may add to the count.
    if data.count(b"PK\x01\x02") > 10 * MAX_MEMBERS:
        raise DocumentError(f"it holds more than {MAX_MEMBERS:,} files")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            entries = file.infolist()
    except Exception as error:  # struct.error, ValueError and others, by where the directory is broken
        raise DocumentError(_why_no_zip(data)) from error
    if len(entries) > MAX_MEMBERS:
        raise DocumentError(f"it holds more than {MAX_MEMBERS:,} files")
    if sum(entry.file_size for entry in entries) > MAX_EXPANDED:
        raise DocumentError(f"it unpacks to more than {MAX_EXPANDED // 2**20} MiB")
    members: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        name = _checked_name(entry.filename)
        if entry.flag_bits & _ENCRYPTED:
            raise DocumentError("it is encrypted and needs a password")
        if _is_bomb(entry) and not name.lower().endswith(_PICTURES):
            raise DocumentError(f"its part {name} unpacks to more than {_MAX_RATIO} times its size")
        if not name.endswith("/"):
            members.setdefault(name, entry)
    _refuse_overlaps(data, entries)
    return Archive(data, members)


def parse_xml(data: bytes, name: str, *, doctype: bool = False) -> Element:
    """Root of the XML ``data`` of the part ``name``, without comments and processing instructions.

    Every XML part of a document passes here or through ``iterate_xml``. A document type is refused, as are entities. With
    ``doctype``, one without declarations of its own is let through; it is not fetched. Elements nest at most 256 deep.
    """
    from lxml import etree

    if len(data) > _MAX_PART or data.count(b"<") * _BRACKET_COST + data.count(b"=") * _EQUALS_COST > _MAX_TREE:
        raise DocumentError(f"its part {name} is too long to read")
    data = data.lstrip(b" \t\r\n")
    _refuse_declarations(data, name, bare=doctype)
    try:
        root: Any = etree.fromstring(data, etree.XMLParser(collect_ids=False, **_SAFELY))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DocumentError(f"its part {name} {_fault(error)}") from error
    _check_type(root, name, bare=doctype)
    etree.strip_tags(root, etree.Entity)
    element: Element = root
    return element


def iterate_xml(data: bytes, name: str, tags: Collection[str]) -> Iterator[Element]:
    """Elements of the XML ``data`` with one of the local names ``tags``, each whole, then emptied: no tree is held.

    What ``parse_xml`` refuses for its document type is refused here too.
    """
    from lxml import etree

    data = data.lstrip(b" \t\r\n")
    _refuse_declarations(data, name, bare=False)
    wanted = [f"{{*}}{tag}" for tag in sorted(tags)]
    checked = False
    try:
        for _, element in etree.iterparse(io.BytesIO(data), events=("end",), tag=wanted, **_SAFELY):
            if not checked:
                _check_type(element, name, bare=False)
                checked = True
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise DocumentError(f"its part {name} {_fault(error)}") from error


def _refuse_declarations(data: bytes, name: str, *, bare: bool) -> None:
    """Raise if a document type is declared before the root, in whatever encoding, and behind whatever comments.

    The parser tells, at the root: what it expands is in the attributes and texts that come later. Faults are left to who
    reads on.
    """
    from lxml import etree

    parser = etree.XMLPullParser(events=("start",), **_SAFELY)
    with contextlib.suppress(etree.XMLSyntaxError):
        for start in range(0, len(data), _FED_AT_ONCE):
            parser.feed(data[start : start + _FED_AT_ONCE])
            for _, root in parser.read_events():
                _check_type(root, name, bare=bare)
                return


def _check_type(element: Any, name: str, *, bare: bool) -> None:
    """Raise if the document of ``element`` has a document type; one that declares nothing itself may do if it is ``bare``."""
    from lxml import etree

    tree = element.getroottree()
    if tree.docinfo.internalDTD is None:
        return
    # Where it declares something, a bracket follows in place of its end.
    if not (bare and etree.tostring(tree, encoding="unicode").startswith(tree.docinfo.doctype)):
        raise DocumentError(f"its part {name} declares a document type, which documents of this kind have no use for")


def find_ole_kind(data: bytes, suffix: str = "") -> str | None:
    """``encrypted``, or the suffix of what the OLE file ``data`` holds; None for other files and where it cannot be told.

    A sheet may hold a text, and a text a sheet: where ``suffix`` is among what it holds, it is that.
    """
    if not data.startswith(OLE):
        return None
    kinds = [kind for stream, kind in _OLE_STREAMS if stream.encode("utf-16-le") in data]
    return suffix if suffix in kinds and "encrypted" not in kinds else next(iter(kinds), None)


def _why_ole(data: bytes) -> str:
    kind = find_ole_kind(data)
    if kind == "encrypted":
        return "it is encrypted and needs a password"
    if kind is None:
        return "it is an old Office file or an encrypted one, not what its suffix says"
    return f"it is {_OLE_NAMES[kind]} and should be named {kind}"


def _why_no_zip(data: bytes) -> str:
    if data.startswith(b"PK"):
        return "it is damaged or cut off: the directory of its zip archive cannot be read"
    return "it is not a zip archive, which files of this kind are"


def _checked_name(name: str) -> str:
    # Some programs write "\" between folders.
    name = name.replace("\\", "/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
        raise DocumentError(f"a name in it leads out of the archive: {name[:100]!r}")
    return name


def _is_bomb(member: zipfile.ZipInfo) -> bool:
    return member.file_size > _RATIO_COUNTS_ABOVE and member.file_size > _MAX_RATIO * member.compress_size


def _refuse_overlaps(data: bytes, entries: list[zipfile.ZipInfo]) -> None:
    reached = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise DocumentError(f"its part {entry.filename} is packed in a way that documents of this kind never are")
        if entry.header_offset < reached:
            raise DocumentError("parts of it overlap, as in no archive that an office program writes")
        reached = _content_start(data, entry) + entry.compress_size
    if reached > len(data):
        raise DocumentError("it is cut off: parts are missing at its end")


def _content_start(data: bytes, member: zipfile.ZipInfo) -> int:
    """Where the packed bytes begin. The local header's own lengths count, not those of the directory."""
    header = (
        data[member.header_offset : member.header_offset + _LOCAL_HEADER.size] if member.header_offset >= 0 else b""
    )
    if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
        raise DocumentError(f"it is damaged: its part {member.filename} is not where the archive says")
    _, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    return member.header_offset + _LOCAL_HEADER.size + int(name_length) + int(extra_length)


def _inflate(packed: bytes, size: int) -> bytes:
    """At most ``size`` + 1 bytes, whatever the stream holds."""
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size + 1)


def _fault(error: Exception) -> str:
    message = _IN_SOURCE.sub("", (str(error).splitlines() or ["no content"])[0])
    if message.startswith("Excessive depth"):
        return "nests its elements too deep"
    if getattr(error, "code", 0) == _NO_MEMORY:
        return "is too long to read in the memory there is"
    return f"is not well-formed XML: {message}"
