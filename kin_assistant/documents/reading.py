"""From a corpus file to a ``Document``: what kind of file it is, one reader per suffix, and what is known about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from kin_assistant.corpus.frontmatter import FrontMatter, parse_front_matter
from kin_assistant.corpus.sidecars import parse_sidecar
from kin_assistant.documents.metadata import Description, describe
from kin_assistant.documents.readers.composition import Composition, Extract
from kin_assistant.documents.readers.delimited import read_delimited
from kin_assistant.documents.readers.detection import check_kind, decode
from kin_assistant.documents.readers.docx import read_docx
from kin_assistant.documents.readers.epub import read_epub
from kin_assistant.documents.readers.html import read_html_bytes
from kin_assistant.documents.readers.legacy import read_legacy
from kin_assistant.documents.readers.mail import read_mail, read_msg
from kin_assistant.documents.readers.markdown import read_markdown
from kin_assistant.documents.readers.odf import read_odf
from kin_assistant.documents.readers.pdf import read_pdf
from kin_assistant.documents.readers.pptx import read_pptx
from kin_assistant.documents.readers.rtf import read_rtf
from kin_assistant.documents.readers.spreadsheet import read_xls, read_xlsx
from kin_assistant.documents.readers.text import read_text_bytes
from kin_assistant.errors import DocumentError
from kin_assistant.text.cleaning import clean
from kin_assistant.text.language import language_of_parts
from kin_assistant.types import Document, Years

__all__ = ["READER_VERSION", "SUFFIXES", "Reading", "read_document"]

READER_VERSION = 8
"""Raised whenever the same bytes would give another ``Document``."""

_MARKDOWN = frozenset({".md", ".markdown"})
_READERS: dict[str, Callable[[bytes], Extract]] = {
    ".txt": read_text_bytes,
    ".text": read_text_bytes,
    ".html": read_html_bytes,
    ".htm": read_html_bytes,
    ".xhtml": read_html_bytes,
    ".pdf": read_pdf,
    **dict.fromkeys((".docx", ".docm", ".dotx", ".dotm"), read_docx),
    **dict.fromkeys((".pptx", ".pptm", ".ppsx", ".ppsm", ".potx"), read_pptx),
    ".xlsx": read_xlsx,
    ".xlsm": read_xlsx,
    ".xls": read_xls,
    ".csv": read_delimited,
    ".tsv": read_delimited,
    **dict.fromkeys((".odt", ".ott", ".odp", ".otp", ".ods", ".ots", ".odg", ".fodt", ".fodp", ".fods"), read_odf),
    ".rtf": read_rtf,
    ".epub": read_epub,
    ".eml": read_mail,
    ".msg": read_msg,
    ".doc": partial(read_legacy, suffix=".doc"),
    ".ppt": partial(read_legacy, suffix=".ppt"),
}
SUFFIXES = _MARKDOWN | frozenset(_READERS)
"""Suffixes that can be read, lower case, with the dot."""

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_WHAT = "its front matter"
_FIRST_YEAR, _LAST_YEAR = 1800, 2100


@dataclass(frozen=True, slots=True)
class Reading:
    """A document that was read, with what a curator should know about it."""

    document: Document
    warnings: tuple[str, ...] = ()
    pages_without_text: tuple[int, ...] = ()
    """Physical pages, counted from 1, on which no text was found."""

    @property
    def pages(self) -> int | None:
        """Physical pages or slides; None where the format has none."""
        return self.document.pages

    @property
    def ocr_pages(self) -> tuple[int, ...]:
        """Physical pages whose text was recognised from a picture."""
        return self.document.ocr_pages


def read_document(path: str, data: bytes, sha256: str, sidecar: bytes | None = None) -> Reading:
    """Read the bytes of the corpus file ``path`` (POSIX, below the corpus folder).

    ``sidecar`` is what a curator wrote beside it: its fields win. What neither it nor a front matter says is told from the
    text. Raises ``DocumentError`` with a reason that a curator can act on.
    """
    suffix = PurePosixPath(path).suffix.lower()
    try:
        kind = check_kind(suffix, data)
        fields, extract = _read_markdown(data) if kind in _MARKDOWN else (None, _READERS[kind](data))
    except DocumentError as error:
        # Reasons quote names in the file, which may hold what moves a terminal's cursor.
        raise DocumentError(clean(str(error)), details=error.details) from error
    composition = extract.composition
    if not composition.text:
        raise DocumentError("no text in it")
    # A document with front matter is the curator's: what that leaves out is meant to be left out.
    told = (
        describe(composition, title=extract.title, path=path) if fields is None else _described_by(fields, composition)
    )
    fields = fields or FrontMatter()
    if sidecar is not None:
        fields = fields.overridden_by(parse_sidecar(sidecar))
    given = fields.model_fields_set

    stem = PurePosixPath(path).with_suffix("").as_posix()
    # In Markdown the first heading is the title by convention; elsewhere it may be any line.
    title = (composition.title if suffix in _MARKDOWN else None) or told.title
    places = fields if given & {"cities", "countries", "region"} else told
    document = Document(
        id=clean(fields.id or "") or clean(stem),
        path=path,
        sha256=sha256,
        title=clean(fields.title or "") or title or clean(PurePosixPath(stem).name),
        cities=_names(places.cities),
        countries=_names(places.countries),
        region=clean(places.region or "") or None,
        themes=_names(fields.themes if "themes" in given else told.themes),
        years=_years(fields.years) if "years" in given else told.years,
        sources=fields.sources,
        compiled=fields.compiled,
        language=fields.language or told.language,
        pages=extract.pages,
        text=composition.text,
        blocks=composition.blocks,
        marks=composition.marks,
        page_starts=composition.page_starts,
        page_labels=extract.page_labels,
        ocr_pages=extract.ocr_pages,
    )
    warnings = (*extract.warnings, *_warn(suffix, kind, fields))
    return Reading(document, tuple(map(clean, warnings)), extract.pages_without_text)


def _warn(suffix: str, kind: str, fields: FrontMatter) -> Iterator[str]:
    if kind != suffix:
        yield f"named {suffix} but it is a {kind} file, and was read as one"
    if fields.unknown:
        yield f"unknown front matter fields: {', '.join(fields.unknown)}"


def _described_by(fields: FrontMatter, composition: Composition) -> Description:
    """What a front matter says and leaves out, and the language of the text."""
    texts = [composition.text[block.start : block.end] for block in composition.blocks if block.kind != "heading"]
    return Description(
        title=composition.title or "",
        cities=fields.cities,
        countries=fields.countries,
        region=fields.region,
        themes=fields.themes,
        years=_years(fields.years),
        language=language_of_parts(texts),
    )


def _read_markdown(data: bytes) -> tuple[FrontMatter | None, Extract]:
    """Front matter, if there is one, and text."""
    text, warnings = decode(data)
    fields, body = _split_front_matter(text)
    return fields, Extract(read_markdown(body, source_count=len(fields.sources) if fields else 0), warnings=warnings)


def _split_front_matter(text: str) -> tuple[FrontMatter | None, str]:
    if not text.startswith("---"):
        return None, text
    # Three dashes alone are a rule in Markdown; with a "key:" under them they were meant as front matter.
    if not re.match(r"---[ \t]*\n(\s*\n|#.*\n)*[A-Za-z_]+\s*:|---[ \t]*\n---", text):
        return None, text
    match = _FRONT_MATTER.match(text)
    if match is None:
        raise DocumentError('its front matter is not closed: a line "---" is missing')
    return parse_front_matter(match[1], what=_WHAT, first_line=2), text[match.end() :]


def _names(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in map(clean, values) if name))


def _years(value: str | None) -> Years | None:
    years = [int(year) for year in re.findall(r"(?<!\d)\d{4}(?!\d)", value or "")]
    years = [year for year in years if _FIRST_YEAR <= year <= _LAST_YEAR]
    return (min(years), max(years)) if years else None
