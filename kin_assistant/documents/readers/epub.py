"""E-books (EPUB 2 and 3) to blocks: the chapters in the order in which they are read."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

from kin_assistant.documents.readers.archive import Archive, open_archive
from kin_assistant.documents.readers.composition import Extract, TextComposer
from kin_assistant.documents.readers.detection import decode, find_declared_encoding
from kin_assistant.documents.readers.html import add_html
from kin_assistant.errors import DocumentError
from kin_assistant.text.cleaning import clean

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

__all__ = ["read_epub"]

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_PROTECTED = "it is protected against reading (DRM)"
_FONT_MANGLING = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""Ways of making fonts unusable elsewhere, which leave the text as it is."""
_CHAPTER_TYPES = frozenset({"application/xhtml+xml", "text/html", "text/x-oeb1-document", "application/x-dtbook+xml"})
_CHAPTER_SUFFIXES = (".xhtml", ".html", ".htm", ".xml")
_SELF_CLOSED = re.compile(r"<([A-Za-z][\w:.-]*)((?:\s[^<>]*)?)/>")
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_MAX_CHAPTERS = 2000


def read_epub(data: bytes) -> Extract:
    """Read an e-book. Raises ``DocumentError`` where it is none, is damaged, or is protected against reading."""
    archive = open_archive(data)
    package_part = _package_part(archive)
    package = _parsed(archive, package_part)
    chapters, contents = _spine(package, posixpath.dirname(package_part))
    _refuse_protected(archive, chapters)
    composer = TextComposer()
    warnings: list[str] = []
    for part in chapters:
        if part in contents:
            continue  # a table of contents repeats the headings
        try:
            source, notes = _chapter(archive, part)
        except DocumentError as error:
            warnings.append(f"its chapter {part} was not read: {error}")
            continue
        warnings += [f"{part}: {note}" for note in notes]
        add_html(composer, source)
    if chapters and len(warnings) >= len(chapters) and not composer.has_blocks:
        raise DocumentError(f"none of its chapters can be read; {warnings[0]}")
    return Extract(composer.finish(), title=_title(package), warnings=tuple(warnings))


def _package_part(archive: Archive) -> str:
    """Path of the file that lists the parts of the book."""
    if _CONTAINER in archive:
        for node in _parsed(archive, _CONTAINER).css("rootfile"):
            path = unquote(node.attributes.get("full-path") or "").lstrip("/")
            if path in archive:
                return path
    path = next((name for name in archive.names() if name.lower().endswith(".opf")), "")
    if not path:
        raise DocumentError("it is no e-book: the list of its parts is missing")
    return path


def _spine(package: LexborHTMLParser, folder: str) -> tuple[list[str], set[str]]:
    """Paths of the chapters in reading order, and of those that are tables of contents."""
    items: dict[str, tuple[str, str, str]] = {}
    contents: set[str] = set()
    for node in package.css("manifest item"):
        path = _resolved(folder, node.attributes.get("href") or "")
        kind = (node.attributes.get("media-type") or "").lower()
        items[node.attributes.get("id") or ""] = (path, kind, node.attributes.get("properties") or "")
        if "nav" in (node.attributes.get("properties") or "").split():
            contents.add(path)
    contents.update(_contents_of_guide(package, folder))
    spine = [
        items[name]
        for name in (node.attributes.get("idref") or "" for node in package.css("spine itemref"))
        if name in items
    ]
    chapters = [path for path, kind, _ in spine or items.values() if _is_chapter(path, kind)]
    chapters = list(dict.fromkeys(chapters))[:_MAX_CHAPTERS]
    # In a book of one file, that file is the text, whatever else it is called.
    return chapters, contents if set(chapters) - contents else set()


def _contents_of_guide(package: LexborHTMLParser, folder: str) -> Iterator[str]:
    """Paths that older books name as tables of contents."""
    for node in package.css("guide reference"):
        href = node.attributes.get("href") or ""
        # With "#", the contents are a place in a chapter.
        if (node.attributes.get("type") or "").lower() == "toc" and "#" not in href:
            yield _resolved(folder, href)


def _is_chapter(path: str, kind: str) -> bool:
    return kind in _CHAPTER_TYPES or (kind in ("", "text/xml", "application/xml") and path.endswith(_CHAPTER_SUFFIXES))


def _resolved(folder: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0])))


def _refuse_protected(archive: Archive, chapters: list[str]) -> None:
    if "META-INF/sinf.xml" in archive:
        raise DocumentError(_PROTECTED)
    if _ENCRYPTION not in archive:
        return
    for node in _parsed(archive, _ENCRYPTION).css("*"):
        tag = (node.tag or "").rpartition(":")[2]
        method = node.attributes.get("algorithm") or ""
        # The method of the key itself stands within <KeyInfo>, and says as much.
        if tag == "encryptionmethod" and not method.startswith(_FONT_MANGLING):
            raise DocumentError(_PROTECTED)
        if tag == "cipherreference" and unquote(node.attributes.get("uri") or "").lstrip("/") in chapters:
            raise DocumentError(_PROTECTED)


def _parsed(archive: Archive, part: str) -> LexborHTMLParser:
    """A part that lists other parts. The parser of the chapters reads it too, and forgives what the writers of books do."""
    from selectolax.lexbor import LexborHTMLParser

    data = archive.read(part)
    return LexborHTMLParser(_as_html(decode(data, find_declared_encoding(data))[0]))


def _chapter(archive: Archive, part: str) -> tuple[str, tuple[str, ...]]:
    data = archive.read(part)
    source, warnings = decode(data, find_declared_encoding(data))
    return _as_html(source), warnings


def _as_html(source: str) -> str:
    """XHTML as the HTML parser takes it: ``<title/>`` would open a title that never ends."""
    source, *sections = _DOCTYPE.sub("", source, count=1).split("<![CDATA[")
    for section in sections:
        words, end, rest = section.partition("]]>")
        source += words.replace("<", "&lt;") + rest if end else section
    return _SELF_CLOSED.sub(
        lambda match: match[0] if match[1].lower() in _VOID else f"<{match[1]}{match[2]}></{match[1]}>", source
    )


def _title(package: LexborHTMLParser) -> str | None:
    for node in package.css("metadata *"):
        if (node.tag or "").rpartition(":")[2] == "title":
            return clean(node.text()) or None
    return None
