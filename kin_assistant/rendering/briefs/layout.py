"""How a brief stands on paper: quotes under their documents, text of the writer between them, references and an annex.

A document has a number, in the order in which documents are first quoted, and its quotes have numbers below it: 2.1 is the
first quote of document 2. So the list of references is as short as it can be, and each mark leads to one line of the annex.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from kin_assistant.briefs.brief import Brief, OwnText, Quote
from kin_assistant.rendering.rows import head_of, join_run, remove_bars, row_head
from kin_assistant.rendering.words import ORIGIN, place_and_years
from kin_assistant.types import Citation, Source

__all__ = ["BriefLayout", "Group", "LaidSection", "MarkedQuote", "Missing", "Own", "Reference", "lay_out_brief"]

_EMPTY_LINE: Final = re.compile(r"\r?\n\s*\n")
_NUMBER: Final = re.compile(r"\d+\.\s")
"""Begins a heading that its writer has numbered."""


@dataclass(frozen=True, slots=True)
class MarkedQuote:
    """A quote with the number that leads to it in the annex."""

    mark: str
    """``2.1``; several numbers where several documents say the same: ``3, 4``."""
    citation: Citation

    is_behind_head: bool = False
    """Whether the head of its list or table stands above an earlier quote already."""

    @property
    def anchor(self) -> str:
        """The name of what the number leads to, as Word and PDF take it: ``quote_2_1``."""
        return f"quote_{self.mark.partition(',')[0].replace('.', '_')}"

    @property
    def words(self) -> str:
        """The quote in one run: a row's cells with the heads of their columns, any other one word for word."""
        return join_run(self.citation.quote, row_head(self.citation))

    @property
    def head(self) -> str:
        """What stands above the quote: the head of its list or table, unless ``words`` have it."""
        return "" if self.is_behind_head or row_head(self.citation) else remove_bars(head_of(self.citation))

    @property
    def remark(self) -> str:
        """What must stand beside the quote itself, since it is no report of a source."""
        return ORIGIN["compiler"] if self.citation.origin == "compiler" else ""


@dataclass(frozen=True, slots=True)
class Group:
    """Quotes of one document that follow each other."""

    kind: ClassVar = "quotes"
    heading: str
    """Place, years and title of the document."""
    paragraphs: tuple[tuple[MarkedQuote, ...], ...]
    """Those of a paragraph stand next to each other in the document."""


@dataclass(frozen=True, slots=True)
class Own:
    """Text of the writer, in paragraphs."""

    kind: ClassVar = "own"
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """What stands in the place of a quote that its document does not hold."""

    kind: ClassVar = "missing"
    words: str


@dataclass(frozen=True, slots=True)
class LaidSection:
    """A section with what it holds, in order."""

    heading: str
    blocks: tuple[Group | Own | Missing, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A document that is quoted, and what is quoted of it; or a single quote, where there is no annex."""

    mark: str
    title: str
    details: tuple[str, ...]
    """What is said behind the title, as far as it is known: place and years, where in the document, its id."""
    document_id: str
    quotes: tuple[MarkedQuote, ...]
    """Each once, by number."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """What the document cites for these quotes, each source once."""
        return tuple(dict.fromkeys(source for quote in self.quotes for source in quote.citation.sources))


@dataclass(frozen=True, slots=True)
class BriefLayout:
    """A brief as each format shows it, or what else is made of quotes and numbers."""

    title: str
    remarks: tuple[str, ...]
    sections: tuple[LaidSection, ...]
    references: tuple[Reference, ...]
    build_id: str
    other_words: str = "All other text was written by the author of this brief or counted by the program."
    """Whose words those are that are no quotes."""
    is_numbered: bool = True
    """Whether sections are numbered where a format does that."""
    has_annex: bool = True
    """Whether the number behind a quote leads to the annex; else it leads to the references."""


def lay_out_brief(brief: Brief) -> BriefLayout:
    """The layout of ``brief``. What does not stand in its document is no quote here, but a line that says so."""
    numbering = _Numbering(brief)
    return BriefLayout(
        title=brief.title,
        remarks=brief.remarks,
        sections=tuple(
            LaidSection(section.heading, tuple(_lay_out_items(section.items, numbering))) for section in brief.sections
        ),
        references=numbering.references,
        build_id=brief.build_id,
        is_numbered=not any(_NUMBER.match(section.heading) for section in brief.sections),
    )


class _Numbering:
    """The numbers of the documents and quotes of a brief."""

    def __init__(self, brief: Brief) -> None:
        of_document: dict[str, dict[tuple[int, int], Quote]] = {}
        for quote in brief.quotes:
            if quote.stands:
                of_document.setdefault(quote.document_id, {}).setdefault((quote.start, quote.end), quote)
        self._marked: dict[tuple[str, int, int], MarkedQuote] = {}
        references = []
        whole = 0
        for number, (document_id, quotes) in enumerate(of_document.items(), 1):
            for place, quote in enumerate(quotes.values(), 1):
                whole += 1
                marked = MarkedQuote(f"{number}.{place}", quote.as_citation(whole))
                self._marked[document_id, quote.start, quote.end] = marked
            first = next(iter(quotes.values())).as_citation(number)
            own = tuple(self._marked[document_id, *span] for span in quotes)
            details = (place_and_years(first), f"Document {document_id}")
            references.append(Reference(str(number), first.title, details, document_id, own))
        self.references = tuple(references)

    def of(self, quote: Quote) -> MarkedQuote:
        """A quote that stands, with its number."""
        return self._marked[quote.document_id, quote.start, quote.end]


def _lay_out_items(items: Sequence[Quote | OwnText], numbering: _Numbering) -> Iterator[Group | Own | Missing]:
    gathered: list[list[MarkedQuote]] = []
    for item in items:
        if isinstance(item, Quote) and item.stands:
            marked = numbering.of(item)
            before = gathered[-1][-1].citation if gathered else None
            if before and before.document_id != item.document_id:
                yield _group(gathered)
                gathered = []
                before = None
            if before and marked.citation.continues(before):
                gathered[-1].append(marked)
            else:
                gathered.append([marked])
            continue
        if gathered:
            yield _group(gathered)
            gathered = []
        if isinstance(item, OwnText):
            paragraphs = (" ".join(paragraph.split()) for paragraph in _EMPTY_LINE.split(item.text))
            yield Own(tuple(filter(None, paragraphs)))
        else:
            yield Missing(_explain_missing(item))
    if gathered:
        yield _group(gathered)


def _group(gathered: Sequence[Sequence[MarkedQuote]]) -> Group:
    first = gathered[0][0].citation
    heading = " - ".join(filter(None, (place_and_years(first), first.title)))
    return Group(heading, tuple(map(tuple, gathered)))


def _explain_missing(quote: Quote) -> str:
    if quote.state == "gone":
        return f"A quote of “{quote.title}” ({quote.document_id}) is left out: the document no longer holds it."
    return (
        f"A quote of “{quote.title}” ({quote.document_id}) is left out: its words were changed, "
        "and the document does not hold them."
    )
