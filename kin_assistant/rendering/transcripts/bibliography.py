"""The documents that are quoted, one entry each, as BibTeX and RIS for a program that manages references.

Both say what the metadata of a document say and nothing else. A document of a library has no author and no place of
publication here; what it goes back to is in a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from kin_assistant.rendering.briefs.wording import describe_source
from kin_assistant.rendering.words import external_link, period, places, plain
from kin_assistant.types import DocumentInfo, Source

__all__ = ["bibtex", "ris"]

_BIBTEX_SIGNS: Final = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}
_NO_KEY: Final = re.compile(r"[^A-Za-z0-9._:-]+")
_YEAR: Final = re.compile(r"\d{4}")


def bibtex(documents: Iterable[DocumentInfo], library: str) -> str:
    """An entry ``@misc`` for each of ``documents`` of ``library``, in order, for BibTeX and BibLaTeX with UTF-8."""
    infos = list(documents)
    return "\n".join(_bibtex_entry(key, info, library) for key, info in zip(_keys(infos), infos, strict=True))


def _bibtex_entry(key: str, info: DocumentInfo, library: str) -> str:
    # The second pair of braces keeps the capitals of a title, which styles would make small.
    fields = [
        ("title", f"{{{_bibtex(info.title)}}}"),
        ("year", _year(info)),
        ("howpublished", _bibtex(f"Document {info.id} of {library}")),
        ("keywords", _bibtex(", ".join((*info.cities, *info.countries, *info.themes)))),
        ("language", _bibtex(info.language or "")),
        ("note", _bibtex(". ".join(_describe(info)))),
        # Styles print a note and leave this one out.
        ("annote", _bibtex(". ".join(_origins(info)))),
    ]
    lines = [f"  {name} = {{{value}}}," for name, value in fields if value.strip("{}")]
    return "\n".join([f"@misc{{{key},", *lines, "}", ""])


def ris(documents: Iterable[DocumentInfo], library: str) -> str:
    """An entry of the type GEN for each of ``documents`` of ``library``, in order."""
    return "".join(f"{line}\r\n" for info in documents for line in (*_ris_lines(info, library), ""))


def _ris_lines(info: DocumentInfo, library: str) -> Iterator[str]:
    yield "TY  - GEN"
    fields = [
        ("ID", info.id),
        ("TI", info.title),
        ("PY", _year(info)),
        ("PB", library),
        ("LA", info.language or ""),
        *(("KW", name) for name in (*info.cities, *info.countries, *info.themes)),
        *(("N1", note) for note in (*_describe(info), *_origins(info))),
    ]
    yield from (f"{tag}  - {_one_line(value)}" for tag, value in fields if value)
    yield "ER  - "


def _describe(info: DocumentInfo) -> list[str]:
    covers = ", ".join(filter(None, (places(info.cities, info.countries), period(info.years))))
    return [
        *([f"Covers {covers}"] if covers else []),
        *([f"Compiled {info.compiled}"] if info.compiled else []),
    ]


def _origins(info: DocumentInfo) -> list[str]:
    return [f"After {_source(source)}" for source in info.sources]


def _source(source: Source) -> str:
    return ", ".join(filter(None, (describe_source(source), external_link(source))))


def _year(info: DocumentInfo) -> str:
    """When the document was made, as far as it says so. The years that it tells of are no date of a publication."""
    match = _YEAR.match(info.compiled or "")
    return match[0] if match else ""


def _keys(infos: Sequence[DocumentInfo]) -> Iterator[str]:
    """What each is cited by: its id as far as BibTeX takes it, no two the same however they are written."""
    taken: set[str] = set()
    for info in infos:
        name = key = _NO_KEY.sub("-", info.id).strip("-") or "document"
        number = 1
        while key.casefold() in taken:
            number += 1
            key = f"{name}-{number}"
        taken.add(key.casefold())
        yield key


def _bibtex(words: str) -> str:
    return "".join(_BIBTEX_SIGNS.get(char, char) for char in _one_line(words))


def _one_line(words: str) -> str:
    return " ".join(plain(words).split())
