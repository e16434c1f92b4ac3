"""What is found in the text of the documents, for the page; and a list of documents as CSV."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from kin_assistant.rendering.tables import write_csv
from kin_assistant.rendering.templating import render
from kin_assistant.rendering.words import document_link, places, plain
from kin_assistant.types import DocumentInfo, Hit, SearchResult

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["FoundPassages", "documents_csv", "hits_html"]

_HEADER = ("Title", "Cities", "Countries", "Region", "Themes", "First year", "Last year", "Language", "Pages", "Id")


@dataclass(frozen=True, slots=True)
class FoundPassages:
    """What was found, and what it was found in."""

    result: SearchResult
    documents: tuple[DocumentInfo, ...]
    """Those of the build."""
    build_id: str


class _Hit(NamedTuple):
    title: str
    address: str
    where: str
    words: str


def hits_html(found: FoundPassages) -> Markup:
    """The passages, best first, each with a link that marks it in its document."""
    known = {info.id: info for info in found.documents}
    shown = [_describe(hit, known[hit.document_id], found.build_id) for hit in found.result.hits]
    return render("library.html", "hits", query=found.result.query, found=shown)


def _describe(hit: Hit, info: DocumentInfo, build_id: str) -> _Hit:
    address = document_link(hit.document_id, start=hit.start, end=hit.end, build_id=build_id, words=hit.text)
    page = f"page {hit.page}" if hit.page is not None else ""
    where = " - ".join(filter(None, (places(info.cities, info.countries), hit.heading, page)))
    return _Hit(info.title, address, where, hit.text)


def documents_csv(documents: Iterable[DocumentInfo]) -> str:
    """What is known about ``documents``, a row each, in order; several names in a cell have "; " between them."""
    return write_csv([_HEADER, *map(_row, documents)])


def _row(info: DocumentInfo) -> list[str | float | None]:
    first, last = info.years or (None, None)
    names = (info.cities, info.countries, (info.region or "",), info.themes)
    joined = [plain("; ".join(group)) for group in names]
    return [plain(info.title), *joined, first, last, info.language or "", info.pages, info.id]
