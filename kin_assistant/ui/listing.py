"""The Documents tab as HTML: health, what a curator can do, and a table of all documents and files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from urllib.parse import quote

from kin_assistant.rendering import document_link, period, places, safe
from kin_assistant.ui.inventory import Entry, Inventory
from kin_assistant.ui.texts import count, day

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
_COLUMNS = ("Title", "Places", "Years", "Language", "Pages", "Passages", "Status")


def library_html(inventory: Inventory, *, curator: bool, asks_for_password: bool, suffixes: Iterable[str]) -> str:
    """The whole tab. Only a curator sees what was left out, which may be no document at all, and can change anything."""
    entries = [entry for entry in inventory.entries if curator or entry.status != "skipped"]
    desk = _desk(inventory, sorted(suffixes), logged_in=asks_for_password) if curator else ""
    login = _login() if asks_for_password and not curator else ""
    return (
        f'<div class="kin-documents" data-kin-library>{_health(inventory)}{desk}'
        f'<h2 id="kin-all">All documents</h2>{_filters(entries)}{_table(entries, curator=curator)}{login}</div>'
    )


# Health


def _health(inventory: Inventory) -> str:
    build, counts = inventory.build, inventory.counts
    notices = "".join(
        f'<p class="kin-notice">{safe(notice)}</p>' for notice in (*build.notices, inventory.folder) if notice
    )
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
    rows = "".join(f"<dt>{safe(name)}</dt><dd>{safe(words)}</dd>" for name, words in facts)
    return (
        f'<section class="kin-health" aria-labelledby="kin-health"><h2 id="kin-health">The library</h2>{notices}'
        f"<dl>{rows}</dl></section>"
    )


def _changes(inventory: Inventory) -> str:
    counts = inventory.counts
    parts = [
        f"{counts[status]:,} {words}"
        for status, words in (("new", "new"), ("changed", "changed"), ("gone", "gone"))
        if counts.get(status)
    ]
    return f"has changed since: {', '.join(parts)}" if parts else "unchanged since"


# What a curator can do


def _desk(inventory: Inventory, suffixes: Sequence[str], *, logged_in: bool) -> str:
    kinds = ", ".join(sorted({suffix[1:].upper() for suffix in suffixes}))
    leave = '<button type="button" class="kin-quiet" data-kin-logout>Log out</button>' if logged_in else ""
    hint = (
        "The corpus folder has changed. Read it, so that answers can quote what is in it now."
        if inventory.changed
        else ""
    )
    return (
        '<section class="kin-desk" aria-labelledby="kin-add"><h2 id="kin-add">Add or remove documents</h2>'
        '<div class="kin-drop" data-kin-drop><label class="kin-button" for="kin-files">Choose files</label>'
        f'<input id="kin-files" class="kin-unseen" type="file" multiple accept="{safe(",".join(suffixes))}" '
        'aria-describedby="kin-drop-hint" data-kin-files>'
        '<p id="kin-drop-hint">or drop them here. Up to 50 MB each.</p>'
        f'<details><summary>Kinds of files</summary><p class="kin-meta">{safe(kinds)}</p></details></div>'
        '<ul class="kin-arrivals" role="status" data-kin-arrivals></ul>'
        f'<div class="kin-sync"><p class="kin-hint" data-kin-hint>{hint}</p>'
        '<button type="button" class="kin-button kin-main" data-kin-sync>Read the corpus folder now</button>'
        '<div class="kin-progress" data-kin-progress hidden><label for="kin-bar" data-kin-step></label>'
        '<progress id="kin-bar"></progress><span class="kin-meta" data-kin-left></span></div>'
        f'<div class="kin-outcome" role="status" tabindex="-1" data-kin-outcome></div></div>{leave}</section>'
    )


def _login() -> str:
    return (
        '<details class="kin-login"><summary>Add or remove documents (curators)</summary>'
        '<form data-kin-login><label for="kin-password">Password</label>'
        '<input id="kin-password" type="password" autocomplete="current-password" required maxlength="500">'
        '<button class="kin-button">Log in</button><p class="kin-warning" role="alert" data-kin-refused></p></form></details>'
    )


# The table


def _filters(entries: Sequence[Entry]) -> str:
    infos = [entry.info for entry in entries if entry.info]
    selects = (
        ("country", "Country", Counter(name for info in infos for name in info.countries)),
        ("theme", "Theme", Counter(name for info in infos for name in info.themes)),
        ("language", "Language", Counter(_language(info.language) for info in infos if info.language)),
        ("format", "Format", Counter(_format(entry.path) for entry in entries)),
        ("status", "Status", Counter(_STATUSES[entry.status][0] for entry in entries)),
    )
    boxes = "".join(_select(name, label, counts) for name, label, counts in selects)
    documents = len(infos)
    files = len(entries) - documents
    total = count(documents, "document") + (f" and {count(files, 'other file')}" if files else "")
    return (
        '<form class="kin-sieve" role="search" aria-label="Filter the list" data-kin-sieve>'
        '<div class="kin-sieve-find"><label for="kin-find">Find by title, city or file name</label>'
        '<input id="kin-find" type="search" autocomplete="off" data-kin-find></div>'
        f'{boxes}<div><label for="kin-year">Year</label><input id="kin-year" inputmode="numeric" maxlength="4" '
        'placeholder="any" autocomplete="off" data-kin-year></div>'
        '<button type="reset" class="kin-quiet">Clear</button></form>'
        f'<p class="kin-meta" role="status" data-kin-found>{total}</p>'
    )


def _select(name: str, label: str, counts: Counter[str]) -> str:
    options = "".join(
        f'<option value="{safe(value)}">{safe(value)} ({number})</option>'
        for value, number in sorted(counts.items(), key=lambda pair: pair[0].casefold())
    )
    return (
        f'<div><label for="kin-by-{name}">{label}</label><select id="kin-by-{name}" class="kin-select" data-kin-by="{name}">'
        f'<option value="">any</option>{options}</select></div>'
    )


def _table(entries: Sequence[Entry], *, curator: bool) -> str:
    heads = "".join(f'<th scope="col">{name}</th>' for name in _COLUMNS)
    heads += '<th scope="col"><span class="kin-unseen">Remove</span></th>' if curator else ""
    rows = "".join(_row(entry, curator=curator) for entry in entries)
    return (
        '<table class="kin-list" aria-labelledby="kin-all"><thead><tr>'
        f"{heads}</tr></thead><tbody>{rows}</tbody></table>"
        '<p class="kin-none" hidden>Nothing in the list fits. To search inside the documents, ask a question.</p>'
    )


def _row(entry: Entry, *, curator: bool) -> str:
    info = entry.info
    label, meaning = _STATUSES[entry.status]
    name = (entry.path if info is None else info.title).translate(_CONTROLS)
    title = safe(name)
    if info is not None:
        title = f'<a href="{safe(document_link(info.id))}" data-kin-read>{title}</a>'
    elif curator or entry.status == "failed":
        title = f'<span class="kin-path">{title}</span>'
    remarks = [entry.reason or (meaning if entry.status != "in use" else "")]
    if entry.pages_without_text:
        remarks.append(f"{count(entry.pages_without_text, 'page')} without text")
    if entry.ocr_pages:
        remarks.append(f"{count(entry.ocr_pages, 'page')} of recognised text (OCR)")
    remark = "; ".join(filter(None, (*remarks, *entry.warnings)))
    status = f'<span class="kin-status">{label}</span>' + (
        f' <span class="kin-meta">{safe(remark)}</span>' if remark else ""
    )
    cells = (
        places(info.cities, info.countries) if info else "",
        period(info.years) if info else "",
        _language(info.language) if info and info.language else "",
        f"{info.pages:,}" if info and info.pages else "",
        f"{entry.passages:,}" if entry.passages is not None else "",
    )
    columns = "".join(
        f'<td data-label="{column}"{" class=kin-number-cell" if column in ("Pages", "Passages") else ""}>{safe(words)}</td>'
        for column, words in zip(_COLUMNS[1:], cells, strict=False)
    )
    last = f"<td>{_remove(entry, name)}</td>" if curator else ""
    return f'<tr{_facets(entry)}><th scope="row">{title}</th>{columns}<td data-label="Status">{status}</td>{last}</tr>'


def _remove(entry: Entry, name: str) -> str:
    if not entry.removable:
        return ""
    # The address tells every name exactly, which the words of a page cannot.
    return (
        f'<button type="button" class="kin-quiet" data-kin-remove="{safe(quote(entry.path))}" '
        f'data-kin-path="{safe(entry.path.translate(_CONTROLS))}">Remove'
        f'<span class="kin-unseen"> {safe(name)}</span></button>'
    )


def _facets(entry: Entry) -> str:
    """What the list is filtered by; several values are parted by tabs, which stand in no name."""
    info = entry.info
    # All names can be found, also those that are not shown.
    words = [
        entry.path,
        *((info.title, info.id, *info.cities, *info.countries, info.region or "", *info.themes) if info else ()),
    ]
    facets = {
        "words": " ".join(words).casefold(),
        "country": "\t".join(info.countries) if info else "",
        "theme": "\t".join(info.themes) if info else "",
        "language": _language(info.language) if info and info.language else "",
        "format": _format(entry.path),
        "status": _STATUSES[entry.status][0],
        "years": f"{info.years[0]}-{info.years[1]}" if info and info.years else "",
    }
    return "".join(f' data-kin-{name}="{safe(value)}"' for name, value in facets.items())


def _format(path: str) -> str:
    return PurePosixPath(path).suffix[1:].upper() or "none"


def _language(code: str | None) -> str:
    return _LANGUAGES.get(code or "", code or "")
