"""The Documents tab as HTML: health, what a curator can do, and a table of all documents and files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from kin_assistant.rendering import count, day, period, places, render
from kin_assistant.ui.inventory import Entry, Inventory

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["library_html"]

_STATUSES = {
    "in use": ("In use", "answers quote it"),
    "changed": ("Changed", "the file has changed since; the text from before is quoted"),
    "gone": ("File gone", "the file is no longer there; its text is still quoted"),
    "new": ("New", "not read yet"),
    "failed": ("Not read", ""),
    "skipped": ("Left out", ""),
}
_LANGUAGES = {
    "ar": "Arabic", "bn": "Bengali", "de": "German", "en": "English", "es": "Spanish", "fa": "Persian", "fr": "French",
    "hi": "Hindi", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "km": "Khmer", "ko": "Korean", "lo": "Lao",
    "mn": "Mongolian", "ms": "Malay", "my": "Burmese", "ne": "Nepali", "nl": "Dutch", "pt": "Portuguese", "ru": "Russian",
    "si": "Sinhala", "ta": "Tamil", "th": "Thai", "tl": "Tagalog", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
_CONTROLS = {number: 0x2400 + number for number in range(32)} | {0x7F: 0x2421}
"""Pictures of the characters that control a terminal. A file name may hold them, and a line break is not to be seen in HTML."""


class _Desk(NamedTuple):
    """What a curator is offered."""

    accept: str
    kinds: str
    hint: str
    logged_in: bool


class _Select(NamedTuple):
    """A box that the list is filtered by, with the number of entries for each of its options."""

    name: str
    label: str
    options: list[tuple[str, int]]


class _Facets(NamedTuple):
    """What the list is filtered by; several values are parted by tabs, which stand in no name."""

    words: str
    cities: str
    countries: str
    region: str
    themes: str
    format: str
    years: str


class _Row(NamedTuple):
    """An entry as it is listed. What is not known is empty."""

    name: str
    document_id: str | None
    shows_path: bool
    """Whether the name is one of a file, to be shown as such."""
    places: str
    years: str
    language: str
    pages: str
    passages: str
    status: str
    remark: str
    removes: str
    """Address of the file that the button removes, which tells every name exactly; empty if it cannot be removed."""
    path: str
    """The file's name in words."""
    facets: _Facets


def library_html(inventory: Inventory, *, curator: bool, asks_for_password: bool, suffixes: Iterable[str]) -> Markup:
    """The whole tab. Only a curator sees what was left out, which may be no document at all, and can change anything."""
    entries = [entry for entry in inventory.entries if curator or entry.status != "skipped"]
    return render(
        "library.html",
        "library",
        facts=_facts(inventory),
        notices=[notice for notice in (*inventory.build.notices, inventory.folder) if notice],
        desk=_desk(inventory, sorted(suffixes), logged_in=asks_for_password) if curator else None,
        selects=_selects(entries),
        total=_total(entries),
        rows=[_row(entry, curator=curator) for entry in entries],
        offers_login=asks_for_password and not curator,
    )


def _facts(inventory: Inventory) -> list[tuple[str, str]]:
    """The health of the library: names of facts with their words."""
    build, counts = inventory.build, inventory.counts
    facts = [
        ("Documents", f"{build.documents:,} in {count(build.passages, 'passage')}"),
        ("Index built", f"{day(build.built_at)}, {build.built_at:%H:%M} UTC, build {build.id}"),
    ]
    if inventory.compared:
        facts.append(("Not read", count(counts.get("failed", 0), "file") if counts.get("failed") else "none"))
        facts.append(("Left out", count(counts.get("skipped", 0), "file") if counts.get("skipped") else "none"))
        facts.append(("Corpus folder", _changes(inventory)))
    empty = sum(entry.pages_without_text for entry in inventory.entries)
    if empty:
        files = sum(1 for entry in inventory.entries if entry.pages_without_text)
        facts.append(("Pages without text", f"{empty:,} in {count(files, 'document')}; nothing on them can be quoted"))
    recognised = sum(entry.ocr_pages for entry in inventory.entries)
    if recognised:
        facts.append(("Recognised text (OCR)", f"{count(recognised, 'page')}; words on them may be misread"))
    return facts


def _changes(inventory: Inventory) -> str:
    counts = inventory.counts
    parts = [f"{counts[status]:,} {status}" for status in ("new", "changed", "gone") if counts.get(status)]
    return f"has changed since: {', '.join(parts)}" if parts else "unchanged since"


def _desk(inventory: Inventory, suffixes: Sequence[str], *, logged_in: bool) -> _Desk:
    hint = "The corpus folder has changed. Read it, so that answers can quote what is in it now."
    return _Desk(
        accept=",".join(suffixes),
        kinds=", ".join(sorted({suffix[1:].upper() for suffix in suffixes})),
        hint=hint if inventory.changed else "",
        logged_in=logged_in,
    )


def _selects(entries: Sequence[Entry]) -> list[_Select]:
    infos = [entry.info for entry in entries if entry.info]
    counted = (
        ("city", "City", Counter(name for info in infos for name in info.cities)),
        ("country", "Country", Counter(name for info in infos for name in info.countries)),
        ("region", "Region", Counter(info.region for info in infos if info.region)),
        ("theme", "Theme", Counter(name for info in infos for name in info.themes)),
        ("language", "Language", Counter(_language(info.language) for info in infos if info.language)),
        ("format", "Format", Counter(_format(entry.path) for entry in entries)),
        ("status", "Status", Counter(_STATUSES[entry.status][0] for entry in entries)),
    )
    return [
        _Select(name, label, sorted(counts.items(), key=lambda pair: pair[0].casefold()))
        for name, label, counts in counted
    ]


def _total(entries: Sequence[Entry]) -> str:
    documents = sum(1 for entry in entries if entry.info)
    files = len(entries) - documents
    return count(documents, "document") + (f" and {count(files, 'other file')}" if files else "")


def _row(entry: Entry, *, curator: bool) -> _Row:
    info = entry.info
    return _Row(
        name=(entry.path if info is None else info.title).translate(_CONTROLS),
        document_id=None if info is None else info.id,
        shows_path=curator or entry.status == "failed",
        places=places(info.cities, info.countries) if info else "",
        years=period(info.years) if info else "",
        language=_language(info.language) if info else "",
        pages=f"{info.pages:,}" if info and info.pages else "",
        passages=f"{entry.passages:,}" if entry.passages is not None else "",
        status=_STATUSES[entry.status][0],
        remark=_remark(entry),
        removes=quote(entry.path) if entry.removable else "",
        path=entry.path.translate(_CONTROLS),
        facets=_facets(entry),
    )


def _remark(entry: Entry) -> str:
    _, meaning = _STATUSES[entry.status]
    remarks = [entry.reason or (meaning if entry.status != "in use" else "")]
    if entry.pages_without_text:
        remarks.append(f"{count(entry.pages_without_text, 'page')} without text")
    if entry.ocr_pages:
        remarks.append(f"{count(entry.ocr_pages, 'page')} of recognised text (OCR)")
    return "; ".join(filter(None, (*remarks, *entry.warnings)))


def _facets(entry: Entry) -> _Facets:
    info = entry.info
    if info is None:
        return _Facets(entry.path.casefold(), "", "", "", "", _format(entry.path), "")
    # All names can be found, also those that are not shown.
    words = (entry.path, info.title, info.id, *info.cities, *info.countries, info.region or "", *info.themes)
    return _Facets(
        words=" ".join(words).casefold(),
        cities="\t".join(info.cities),
        countries="\t".join(info.countries),
        region=info.region or "",
        themes="\t".join(info.themes),
        format=_format(entry.path),
        years=f"{info.years[0]}-{info.years[1]}" if info.years else "",
    )


def _format(path: str) -> str:
    return PurePosixPath(path).suffix[1:].upper() or "none"


def _language(code: str | None) -> str:
    return _LANGUAGES.get(code or "", code or "")
