"""What a file is by its bytes, and which characters its bytes stand for."""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import TYPE_CHECKING

from kin_assistant.documents.readers.archive import OLE, find_ole_kind
from kin_assistant.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["check_kind", "decode", "find_declared_encoding", "kind_of"]

# Kinds

_MAGIC = (
    (b"{\\rtf", "rtf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x7fELF", "program"),
    (b"SQLite format 3\0", "sqlite"),
    (b"!BDN", "pst"),
)
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_ZIP_MEMBERS = (
    (b"word/document", "docx"),
    (b"ppt/presentation", "pptx"),
    (b"xl/workbook.bin", "xlsb"),
    (b"xl/workbook", "xlsx"),
    (b"word/", "docx"),
    (b"ppt/", "pptx"),
    (b"xl/", "xlsx"),
    (b"META-INF/container.xml", "epub"),
)
_MIME_TYPES = (
    (b"application/epub+zip", "epub"),
    (b"application/vnd.oasis.opendocument.text", "odt"),
    (b"application/vnd.oasis.opendocument.spreadsheet", "ods"),
    (b"application/vnd.oasis.opendocument.presentation", "odp"),
)
_OLE_KINDS = {"encrypted": "encrypted", ".doc": "doc", ".ppt": "ppt", ".xls": "xls", ".msg": "msg"}
_JUNK_BEFORE_PDF = 1024
_HTML = re.compile(
    r"\s*+(?:(?><\?xml[^>]*\?>|<!--.*?-->)\s*+)*+<(?:!doctype\s+html|html|head|body|title|meta\s|script|table|div|h1|p>)",
    re.IGNORECASE | re.DOTALL,
)
"""Nothing that has matched is tried otherwise: among thousands of comments that would never end."""
_SAMPLE = 64 * 1024

_NAMES = {
    "pdf": "a PDF file",
    "zip": "a zip archive",
    "docx": "a Word file",
    "pptx": "a PowerPoint file",
    "xlsx": "an Excel file",
    "xlsb": "a binary Excel file (.xlsb), which is not read",
    "odt": "an OpenDocument text",
    "ods": "an OpenDocument spreadsheet",
    "odp": "an OpenDocument presentation",
    "epub": "an e-book (EPUB)",
    "encrypted": "an encrypted Office file, which needs a password",
    "doc": "an old Word file",
    "ppt": "an old PowerPoint file",
    "xls": "an old Excel file",
    "msg": "an Outlook message",
    "ole": "an old or encrypted Office file",
    "rtf": "an RTF file",
    "html": "an HTML page",
    "text": "a plain text",
    "png": "a picture (PNG)",
    "jpg": "a picture (JPEG)",
    "gif": "a picture (GIF)",
    "tiff": "a picture (TIFF)",
    "webp": "a picture (WebP)",
    "gzip": "a gzip archive",
    "7z": "a 7-Zip archive",
    "rar": "a RAR archive",
    "program": "a program",
    "sqlite": "a database",
    "pst": "an Outlook mailbox",
    "binary": "no document of a known kind",
}
_TEXT_SUFFIXES = frozenset(
    ".md .markdown .txt .text .html .htm .xhtml .csv .tsv .eml .json .xml .yaml .yml .rst .tex .log .srt .vtt".split()
)
_KINDS_OF_SUFFIX = {
    ".pdf": {"pdf"},
    ".docx": {"docx"},
    ".docm": {"docx"},
    ".dotx": {"docx"},
    ".dotm": {"docx"},
    ".pptx": {"pptx"},
    ".pptm": {"pptx"},
    ".ppsx": {"pptx"},
    ".ppsm": {"pptx"},
    ".potx": {"pptx"},
    ".xlsx": {"xlsx"},
    ".xlsm": {"xlsx"},
    ".odt": {"odt"},
    ".ott": {"odt"},
    ".ods": {"ods"},
    ".ots": {"ods"},
    ".odp": {"odp"},
    ".otp": {"odp"},
    ".epub": {"epub"},
    ".rtf": {"rtf"},
    ".doc": {"doc", "ole"},
    ".ppt": {"ppt", "ole"},
    ".xls": {"xls", "ole"},
    ".msg": {"msg", "ole"},
}
_WRITTEN_UNDER_OLD_SUFFIX = {".doc": {"rtf", "docx", "html"}, ".ppt": {"pptx"}, ".xls": {"xlsx", "html"}}
"""Kinds that programs write under the suffixes of the old Office formats, so that Office opens them."""
_ZIP_SUFFIXES = frozenset(_KINDS_OF_SUFFIX) - {".pdf", ".rtf", ".doc", ".ppt", ".xls", ".msg"}
_FIRST_OFFICE_VERSIONS = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08")
"""Excel files from before the OLE container, and its stream without one."""


def kind_of(data: bytes, suffix: str = "") -> str | None:
    """What ``data`` is: "pdf", "docx", "html", "text", "binary" and so on; None where it is empty.

    An old Office file may hold another: where one of them is what ``suffix`` says, that is the outer one.
    """
    if not data.strip(b"\0 \t\r\n"):
        return None
    if data.startswith(_ZIP_STARTS):
        return _zip_kind(data)
    if data.startswith(OLE):
        return _OLE_KINDS.get(find_ole_kind(data, suffix) or "", "ole")
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    if data.startswith(_FIRST_OFFICE_VERSIONS) and b"\0" in data[:64]:
        return "xls"
    if b"%PDF-" in data[: _JUNK_BEFORE_PDF + 5]:
        return "pdf"
    if data.lstrip(codecs.BOM_UTF8 + b" \t\r\n").startswith(b"{\\rtf"):
        return "rtf"
    if data.startswith(b"MZ") and b"\0" in data[:256]:
        return "program"
    text = _sample_of_text(data)
    if text is None:
        return "binary"
    return "html" if _HTML.match(text) else "text"


def check_kind(suffix: str, data: bytes) -> str:
    """The suffix as which ``data`` is to be read: ``suffix`` (lower case, with the dot), or that of a newer format.

    Raises ``DocumentError`` where ``data`` is not what ``suffix`` says. A suffix of text lets any text pass, and an unknown
    one anything.
    """
    kind = kind_of(data, suffix)
    if kind is None:
        raise DocumentError("it is empty")
    if kind == "encrypted" and suffix in _KINDS_OF_SUFFIX:
        raise DocumentError("it is encrypted and needs a password")
    if suffix in _TEXT_SUFFIXES:
        # "%PDF-" or "{\rtf" may be what a text is about; at its very start it is what the file is.
        if kind in ("text", "html") or (kind == "pdf" and not data.startswith(b"%PDF-") and _sample_of_text(data)):
            return suffix
        if kind == "binary":
            raise DocumentError(f"named {suffix} but it is not a text file")
    elif kind in _KINDS_OF_SUFFIX.get(suffix, {kind}):
        return suffix
    elif kind in _WRITTEN_UNDER_OLD_SUFFIX.get(suffix, ()):
        return f".{kind}"
    elif kind == "zip" and (suffix in _ZIP_SUFFIXES):
        if b"[Content_Types].xml" in data or b"content.xml" in data:
            return suffix  # parts in unusual places; its reader finds them or says what is missing
        raise DocumentError(
            f"named {suffix} but it is a zip archive without the parts of such a file, or a damaged one"
        )
    raise DocumentError(f"named {suffix} but it is {_NAMES[kind]}")


def _zip_kind(data: bytes) -> str:
    # An OpenDocument or EPUB file says what it is in its first member, which is stored unpacked.
    head = data[:512]
    if b"mimetype" in head[:64]:
        for mime, kind in _MIME_TYPES:
            if mime in head:
                return kind
    names = b"\n".join(_zip_names(data))
    for mark, kind in _ZIP_MEMBERS:
        if b"\n" + mark in b"\n" + names:
            return kind
    return "zip"


def _zip_names(data: bytes) -> Iterator[bytes]:
    """Names in the local headers and in the directory, also of an archive that is cut off."""
    for mark, at_length, at_name in ((b"PK\x03\x04", 26, 30), (b"PK\x01\x02", 28, 46)):
        at, found = data.find(mark), 0
        while at >= 0 and found < 5000:
            length = int.from_bytes(data[at + at_length : at + at_length + 2], "little")
            yield data[at + at_name : at + at_name + min(length, 200)].replace(b"\\", b"/")
            at, found = data.find(mark, at + 4), found + 1


def _sample_of_text(data: bytes) -> str | None:
    """The beginning of ``data`` as text, for looking at; None where it is no text."""
    sample = data[:_SAMPLE]
    wide = _wide_encoding(sample)
    text = sample.decode(wide or "latin-1", "replace").lstrip("\ufeff\u00ef\u00bb\u00bf")
    return None if _is_binary(text) else text


# Encodings

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([\w.:-]+)"
    rb"|<meta\s[^>]{0,400}?charset\s*=\s*[\"']?\s*([\w.:-]+)",
    re.IGNORECASE,
)
_DECLARED_WITHIN = 4096
_AS_BROWSERS = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "iso8859-9": "cp1254",
                "tis-620": "cp874", "iso8859-11": "cp874", "shift_jis": "cp932", "euc_kr": "cp949"}  # fmt: skip
"""What pages that declare the left are written in, as browsers take it."""
_WESTERN = "cp1252"
_WESTERN_LETTERS = frozenset(
    "\u00e0\u00e1\u00e2\u00e3\u00e4\u00e5\u00e6\u00e7\u00e8\u00e9\u00ea\u00eb\u00ec\u00ed\u00ee\u00ef\u00f1\u00f2\u00f3"
    "\u00f4\u00f5\u00f6\u00f8\u00f9\u00fa\u00fb\u00fc\u00ff\u00df\u0153\u00c0\u00c1\u00c2\u00c3\u00c4\u00c5\u00c6\u00c7"
    "\u00c8\u00c9\u00ca\u00cb\u00cc\u00cd\u00ce\u00cf\u00d1\u00d2\u00d3\u00d4\u00d5\u00d6\u00d8\u00d9\u00da\u00db\u00dc\u0152"
)
_WESTERN_SIGNS = frozenset(
    "\u00a0\u00a3\u00a5\u00a7\u00a9\u00ab\u00ad\u00ae\u00b0\u00b1\u00b2\u00b3\u00b4\u00b5\u00b7\u00b9\u00ba\u00aa\u00bb"
    "\u00bc\u00bd\u00be\u00bf\u00a1\u00d7\u00f7\u20ac\u201a\u201e\u2026\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u2122\u203a\u2039"
)
_SIGNS_IN_WORDS = frozenset("\u00ad\u2019\u2018\u00b7\u2013\u2014\u00a0\u00b4\u2026")
_POLISH = "ąćęłńóśźż"
_CZECH = "áčďéěíňóřšťúůýžľĺŕôä"
_OTHER_LATIN = tuple(
    (encoding, frozenset(letters + letters.upper() + more))
    for encoding, letters, more in (
        ("cp1254", "\u00e7\u011f\u0131\u00f6\u015f\u00fc\u00e2\u00ee\u00fb", "\u0130"),
        ("cp1250", _POLISH, ""),
        ("iso8859_2", _POLISH, ""),
        ("cp1250", _CZECH, ""),
        ("iso8859_2", _CZECH, ""),
        ("cp1250", "\u00e1\u00e9\u00ed\u00f3\u00f6\u0151\u00fa\u00fc\u0171", ""),
        ("cp1250", "\u0103\u00e2\u00ee\u015f\u0163", ""),
    )
)
"""Turkish, Polish, Czech and Slovak, Hungarian and Romanian: an encoding, and all letters that these languages add."""
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_ESCAPED = re.compile("[\udc80-\udcff]+")
_LATIN_END = "\u0250"


def decode(data: bytes, declared: str | None = None) -> tuple[str, tuple[str, ...]]:
    """Text of ``data`` with line feeds alone at line ends, and a warning where its encoding was guessed or bytes did not fit.

    ``declared`` is the encoding that the file or its envelope names; it is believed where the bytes bear it out. Raises
    ``DocumentError`` where ``data`` is no text.
    """
    text, warnings = _decoded(data, declared)
    if "\0" in text:
        text = text.rstrip("\0")
        count = text.count("\0")
        if count:
            text = text.replace("\0", " ")
            warnings += (f"{count} zero bytes were read as spaces",)
    if _is_binary(text):
        raise DocumentError("not a text file, though its suffix says so")
    return text.replace("\r\n", "\n").replace("\r", "\n"), warnings


def find_declared_encoding(data: bytes) -> str | None:
    """The encoding that an HTML page or an XML file names at its beginning."""
    head = data[:_DECLARED_WITHIN]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in head[:64]:
        return None
    match = _DECLARED.search(re.sub(rb"<!--.*?-->", b"", head, flags=re.DOTALL))
    return (match[1] or match[2]).decode("ascii") if match else None


def _decoded(data: bytes, declared: str | None) -> tuple[str, tuple[str, ...]]:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _with_count(data[len(mark) :], encoding)
    wide = _wide_encoding(data)
    if wide:
        text, warnings = _with_count(data, wide)
        return text, (f"no byte order mark; read as {wide}", *warnings)
    data = data.rstrip(b"\0")
    if data.count(b"\0") > len(data) // 100:
        raise DocumentError("not a text file, though its suffix says so")
    if b"\x1b$" in data and data.isascii():
        return _with_count(data, "iso2022_jp_2")
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        pass
    named = _known(declared)
    if named and named != "utf-8":
        text, warnings = _with_count(data, named)
        if not warnings or text.count("\ufffd") <= len(text) // 200:
            return text, warnings
    return _mostly_unicode(data) or _guessed(data)


def _mostly_unicode(data: bytes) -> tuple[str, tuple[str, ...]] | None:
    """UTF-8 with bytes that are none: what was pasted from a Windows program, or damage. None where it is no UTF-8."""
    escaped = data.decode("utf-8", "surrogateescape")
    stray = sum(map(len, _ESCAPED.findall(escaped)))
    encoded = sum(char > "\x7f" for char in escaped) - stray
    text = _ESCAPED.sub(_of_stray_bytes, escaped)
    # The letters of another encoding are hardly ever UTF-8 as well.
    if not encoded or not (encoded > 3 * stray or _reads_as_western(text)):
        return None
    lost = text.count("\ufffd") - data.count("\ufffd".encode())
    counts = ((stray - lost, _WESTERN), (lost, "\ufffd"))
    return text, tuple(f"{count} places are not valid utf-8 and were read as {what}" for count, what in counts if count)


def _of_stray_bytes(run: re.Match[str]) -> str:
    """A byte alone between Latin letters as Windows has it; any other was a part of a letter that is lost."""
    before, after = run.string[run.start() - 1 : run.start()], run.string[run.end() : run.end() + 1]
    if len(run[0]) == 1 and before < _LATIN_END and after < _LATIN_END:
        return run[0].encode("utf-8", "surrogateescape").decode(_WESTERN, "replace")
    return "\ufffd" * len(run[0])


def _guessed(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Text in the encoding that fits best, where neither a mark nor a declaration nor UTF-8 tells it."""
    western = data.decode(_WESTERN, "replace")
    if _reads_as_western(western):
        return western, (f"not UTF-8; read as {_WESTERN}",)
    for encoding, letters in _OTHER_LATIN:
        text = data.decode(encoding, "replace")
        if all(char in letters or char in _WESTERN_SIGNS for char in set(text) if char > "\x7f") and _signs_part_words(
            text
        ):
            return text, (f"not UTF-8; read as {encoding}",)
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    if best is None:
        text, warnings = _with_count(data, _WESTERN)
        if text.count("\ufffd") * 20 > len(text):
            raise DocumentError("its character encoding cannot be told")
        return text, (f"not UTF-8; read as {_WESTERN}", *warnings)
    return str(best), (f"not UTF-8; read as {best.encoding}",)


def _reads_as_western(text: str) -> bool:
    """Whether the accents and signs of ``text`` stand where French, German, Spanish and their like have them."""
    strange = [(i, char) for i, char in enumerate(text) if char > "\x7f"]
    letters = sum(map(str.isalpha, text))
    accents = sum(char in _WESTERN_LETTERS for _, char in strange)
    if accents > 0.35 * letters:
        return False
    odd = 0
    for i, char in strange:
        before, after = text[i - 1 : i], text[i + 1 : i + 2]
        if char in _WESTERN_LETTERS:
            # A capital inside a word, or three accents together, is another alphabet.
            between = before.islower() and char.isupper()
            odd += between or (before in _WESTERN_LETTERS and after in _WESTERN_LETTERS and bool(before and after))
        elif char in _WESTERN_SIGNS:
            inside = before.isalpha() and after.isalpha() and before.isascii() and after.isascii()
            odd += inside and char not in _SIGNS_IN_WORDS
        else:
            odd += 1
    return odd <= len(strange) // 20


def _signs_part_words(text: str) -> bool:
    """Whether no sign stands between two letters, where another encoding would have a letter."""
    return not any(
        char in _WESTERN_SIGNS
        and char not in _SIGNS_IN_WORDS
        and text[i - 1 : i].isalpha()
        and text[i + 1 : i + 2].isalpha()
        for i, char in enumerate(text)
    )


def _wide_encoding(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark, told by where its zero bytes stand."""
    sample = data[:_SAMPLE]
    if len(sample) < 8 or b"\0" not in sample:
        return None
    quarters = [sample[i::4].count(0) / len(sample[i::4]) for i in range(4)]
    if min(quarters[1:]) > 0.4 and quarters[0] < 0.1 and min(quarters[2:]) > 0.9:
        return "utf-32-le"
    if min(quarters[:3]) > 0.4 and quarters[3] < 0.1 and min(quarters[:2]) > 0.9:
        return "utf-32-be"
    even, odd = (quarters[0] + quarters[2]) / 2, (quarters[1] + quarters[3]) / 2
    # Spaces and digits of any language have one; few texts have none of them for long.
    encoding = "utf-16-le" if odd > 4 * even else "utf-16-be" if even > 4 * odd else None
    if encoding is None or max(even, odd) < 0.02:
        return None
    text = sample[: len(sample) // 2 * 2].decode(encoding, "replace")
    strange = sum(unicodedata.category(char) in ("Cn", "Co", "Cs", "Cc") and char not in "\t\n\r\f" for char in text)
    return encoding if strange + text.count("\ufffd") <= len(text) // 50 else None


def _with_count(data: bytes, encoding: str) -> tuple[str, tuple[str, ...]]:
    text = data.decode(encoding, "replace")
    wrong = text.count("\ufffd")
    if wrong and encoding.startswith("utf"):
        wrong -= data.count("\ufffd".encode(encoding))
    return text, (f"{wrong} places are not valid {encoding} and were read as \ufffd",) if wrong > 0 else ()


def _known(name: str | None) -> str | None:
    """Python's name for an encoding of text."""
    if not name:
        return None
    name = name.strip().lower()
    try:
        b"a".decode(name)  # refuses codecs that are not of text
        encoding = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    if encoding.startswith(("utf-16", "utf-32")):
        return None  # bytes that are one of these were recognised as such
    if encoding.startswith(("utf-7", "idna", "punycode", "unicode_escape", "unicode-escape", "raw")):
        return None  # ways of writing other characters in ASCII, which no page is written in
    return _AS_BROWSERS.get(encoding, encoding)


def _is_binary(text: str) -> bool:
    sample = text[:_SAMPLE]
    return len(_CONTROLS.findall(sample)) > len(sample) // 50
