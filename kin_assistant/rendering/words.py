"""Words and addresses that are safe to show, and the short names of places, years, sections and sources."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from urllib.parse import quote, urlencode, urlsplit

from kin_assistant.types import Citation, Filters, Origin, RecordField, Source, Years

__all__ = [
    "FIELD_NAMES",
    "NO_EVIDENCE",
    "ORIGIN",
    "REFUSAL",
    "count",
    "day",
    "describe_filters",
    "document_link",
    "external_link",
    "fingerprint",
    "period",
    "place_and_years",
    "places",
    "plain",
    "section_and_page",
    "sentence_link",
    "set_off",
    "source_name",
]

REFUSAL = "The documents do not say this"
"""Heads every refusal."""

NO_EVIDENCE = "no evidence in the documents"
"""Stands in a cell of a comparison that no sentence fills."""

FIELD_NAMES: Mapping[RecordField, str] = {
    "situation": "Situation before",
    "objectives": "Objectives",
    "process": "What was done",
    "partners": "Partners",
    "finance": "Cost and finance",
    "results": "Results",
    "sustainability": "Sustainability",
    "lessons": "Lessons",
    "transferability": "Transferability",
    "dates": "Key dates",
    "contact": "Contact",
}
"""How the fields of a record are headed."""

ORIGIN: Mapping[Origin, str] = {
    "none named": "no source named for this sentence",
    "compiler": "compiler's reading",
}
"""What stands below a quote for which its document cites nothing; a document without sources speaks for itself."""

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
_UNUSUAL = re.compile(r"[^\n\t -~]")
_INVISIBLE_BUT_MEANT = "\u00ad\u200c\u200d"
_URL_UNSAFE = re.compile(r"[\s<>\"'`\\^{}|]")


def plain(text: str) -> str:
    """``text`` without escape sequences and without control, direction and other invisible characters.

    For terminals and logs. Line breaks and tabs stay; a lone surrogate becomes U+FFFD.
    """
    if text.isprintable():
        return text
    return _UNUSUAL.sub(_shown, _ANSI.sub("", text))


def _shown(match: re.Match[str]) -> str:
    char = match[0]
    category = unicodedata.category(char)
    if category == "Cs":
        return "\ufffd"
    return "" if category in ("Cc", "Cf") and char not in _INVISIBLE_BUT_MEANT else char


def set_off(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[bool, str]]:
    """``text`` in pieces, each with whether it is in one of the ``spans`` of offsets and is to be set off."""
    cuts = sorted({0, len(text), *(offset for span in spans for offset in span if 0 < offset < len(text))})
    return [
        (any(first <= start and end <= last for first, last in spans), text[start:end]) for start, end in pairwise(cuts)
    ]


def count(number: int, one: str, many: str = "") -> str:
    """``1 city``, ``1,200 cities``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def day(moment: datetime) -> str:
    """``21 November 2026``."""
    # Not strftime: month names must not follow the server's locale.
    months = "January February March April May June July August September October November December".split()
    return f"{moment.day} {months[moment.month - 1]} {moment.year}"


def places(cities: tuple[str, ...], countries: tuple[str, ...] = ()) -> str:
    """Up to three cities with their countries, or the countries alone: ``Surabaya, Indonesia``."""
    # A city that is its own country is named once.
    countries = tuple(country for country in countries if country not in cities)
    names = [*_first_three(cities, "city", "cities"), *_first_three(countries, "country", "countries")]
    return ", ".join(names)


def _first_three(names: tuple[str, ...], one: str, several: str) -> list[str]:
    more = len(names) - 3
    return list(names) if more <= 0 else [*names[:2], f"{names[2]} and {more} more {one if more == 1 else several}"]


def period(years: Years | None) -> str:
    """``2001-2011``, one year alone, or nothing."""
    if years is None:
        return ""
    return str(years[0]) if years[0] == years[1] else f"{years[0]}-{years[1]}"


def describe_filters(filters: Filters) -> str:
    """``Surabaya, Cebu; composting; 1990-2016``, or nothing."""
    groups = [", ".join(names) for names in (filters.city, filters.country, filters.region, filters.theme)]
    return "; ".join(filter(None, [*groups, period(filters.years)]))


def place_and_years(citation: Citation) -> str:
    """``Surabaya, Indonesia (2001-2011)``, as far as it is known."""
    place = places(citation.cities, citation.countries)
    return f"{place} ({citation.years})" if place and citation.years else place or citation.years or ""


def section_and_page(citation: Citation) -> str:
    """``Results, page 3``, as far as it is known."""
    page = f"page {citation.page}" if citation.page is not None else ""
    return ", ".join(filter(None, (citation.heading, page)))


def document_link(
    document_id: str, *, start: int | None = None, end: int | None = None, build_id: str = "", words: str = ""
) -> str:
    """Address of a document below the page's own; with ``start`` and ``end``, of the sentence to mark in it.

    With the ``words`` of the sentence the address still finds it when the document has changed around it.
    """
    path = f"documents/{quote(plain(document_id), safe='')}"
    if start is None or end is None:
        return path
    query = {"start": str(start), "end": str(end), "build": plain(build_id)}
    if words:
        query["quote"] = fingerprint(words)
    return f"{path}?{urlencode(query, errors='replace')}#cited"


def fingerprint(words: str) -> str:
    """What an address says of the words that it leads to: 16 hexadecimal digits of their SHA-256."""
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def sentence_link(citation: Citation, build_id: str) -> str:
    """Address of a cited sentence in its document."""
    return document_link(
        citation.document_id, start=citation.start, end=citation.end, build_id=build_id, words=citation.quote
    )


def external_link(source: Source) -> str | None:
    """The source's address if it is safe to offer as a link: ``http`` or ``https``, and what it seems to be."""
    url = source.url or ""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    return None if plain(url) != url or _URL_UNSAFE.search(url) else url


def source_name(source: Source) -> str:
    """``IGES 2009``, or the title of a source that names no publisher."""
    name = source.publisher or source.title
    return f"{name} {source.year}" if source.year else name
