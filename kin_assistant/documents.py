"""From a corpus file to a ``Document``: front matter, encoding, and one reader per suffix."""

from __future__ import annotations

import codecs
import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from kin_assistant.errors import DocumentError
from kin_assistant.readers.composition import Composition, clean
from kin_assistant.readers.html import read_html
from kin_assistant.readers.markdown import read_markdown
from kin_assistant.readers.text import read_plain_text
from kin_assistant.types import Document, Source, Years

__all__ = ["READER_VERSION", "SUFFIXES", "Reading", "read_document"]

READER_VERSION = 1
"""Raised whenever the same bytes would give another ``Document``."""

_MARKDOWN = frozenset({".md", ".markdown"})
_READERS: dict[str, Callable[[str], Composition]] = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".txt": read_plain_text,
    ".text": read_plain_text,
    ".html": read_html,
    ".htm": read_html,
}
SUFFIXES = frozenset(_READERS)
"""Suffixes that can be read, lower case, with the dot."""

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_MAX_FRONT_MATTER = 64 * 1024
_FIRST_YEAR, _LAST_YEAR = 1800, 2100


@dataclass(frozen=True, slots=True)
class Reading:
    """A document that was read, with what a curator should know about it."""

    document: Document
    warnings: tuple[str, ...] = ()


class _FrontMatter(BaseModel):
    """The fields a document may open with; all are optional."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True)

    id: str | None = None
    title: str | None = None
    cities: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    region: str | None = None
    themes: tuple[str, ...] = ()
    years: str | None = None
    sources: tuple[Source, ...] = ()
    compiled: str | None = None

    @field_validator("cities", "countries", "themes", mode="before")
    @classmethod
    def _one_is_a_list_too(cls, value: object) -> object:
        return () if value is None else (value,) if isinstance(value, str) else value

    @field_validator("compiled", mode="before")
    @classmethod
    def _dates_are_text(cls, value: object) -> object:
        return None if value is None else str(value)


def read_document(path: str, data: bytes, sha256: str) -> Reading:
    """Read the bytes of the corpus file ``path`` (POSIX, below the corpus folder).

    Raises ``DocumentError`` with a reason that a curator can act on.
    """
    suffix = PurePosixPath(path).suffix.lower()
    text, warnings = _decode(data)
    fields = _FrontMatter()
    if suffix in _MARKDOWN:
        fields, text = _split_front_matter(text)
        composition = read_markdown(text, source_count=len(fields.sources))
    else:
        composition = _READERS[suffix](text)
    if not composition.text:
        raise DocumentError("no text in it")
    if fields.model_extra:
        warnings += (f"unknown front matter fields: {', '.join(sorted(fields.model_extra))}",)
    stem = PurePosixPath(path).with_suffix("").as_posix()
    document = Document(
        id=clean(fields.id or "") or clean(stem),
        path=path,
        sha256=sha256,
        title=clean(fields.title or "") or composition.title or clean(PurePosixPath(stem).name),
        cities=_names(fields.cities),
        countries=_names(fields.countries),
        region=clean(fields.region) if fields.region else None,
        themes=_names(fields.themes),
        years=_years(fields.years),
        sources=fields.sources,
        compiled=fields.compiled,
        text=composition.text,
        blocks=composition.blocks,
        marks=composition.marks,
        page_starts=composition.page_starts,
    )
    return Reading(document, warnings)


def _decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Text of a file, and a warning where the encoding had to be guessed."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if b"\0" in data and not wide:
        raise DocumentError("not a text file, though its suffix says so")
    with contextlib.suppress(UnicodeDecodeError):
        return data.decode("utf-16" if wide else "utf-8-sig").replace("\r\n", "\n"), ()
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    if best is None:
        raise DocumentError("its character encoding cannot be told")
    return str(best).replace("\r\n", "\n"), (f"not UTF-8; read as {best.encoding}",)


def _split_front_matter(text: str) -> tuple[_FrontMatter, str]:
    if not text.startswith("---"):
        return _FrontMatter(), text
    match = _FRONT_MATTER.match(text)
    if match is None:
        # Three dashes alone are a rule in Markdown; with a "key:" under them they were meant as front matter.
        if re.match(r"---[ \t]*\n[A-Za-z_]+:", text):
            raise DocumentError('its front matter is not closed: a line "---" is missing')
        return _FrontMatter(), text
    if len(match[1]) > _MAX_FRONT_MATTER:
        raise DocumentError(f"its front matter is longer than {_MAX_FRONT_MATTER // 1024} KB")
    return _parse_front_matter(match[1]), text[match.end() :]


def _parse_front_matter(source: str) -> _FrontMatter:
    import yaml

    try:
        fields: Any = yaml.load(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 (a safe loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 2}" if mark else ""
        raise DocumentError(
            f"its front matter is not valid YAML{where}: {getattr(error, 'problem', None) or error}"
        ) from error
    if fields is None:
        return _FrontMatter()
    if not isinstance(fields, dict):
        raise DocumentError("its front matter is not a list of fields")
    try:
        return _FrontMatter.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise DocumentError(f'its front matter field "{field}" is wrong: {first["msg"]}') from error


def _names(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in map(clean, values) if name))


def _years(value: str | None) -> Years | None:
    years = [int(year) for year in re.findall(r"(?<!\d)\d{4}(?!\d)", value or "")]
    years = [year for year in years if _FIRST_YEAR <= year <= _LAST_YEAR]
    return (min(years), max(years)) if years else None
