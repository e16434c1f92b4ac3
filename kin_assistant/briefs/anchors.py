"""Finds the quotes of a brief in the documents again: where they were, elsewhere in their document, or not at all.

A quote counts as found only if it begins where a sentence of the document begins and ends where one ends. So nobody can cut
a sentence short and still have it called a quote.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final, Literal

from kin_assistant.answer.citations import cite_sentences
from kin_assistant.answer.evidence import Candidate
from kin_assistant.briefs.brief import Brief, BriefItem, Quote
from kin_assistant.errors import BriefError
from kin_assistant.index.library import DocumentRow, Library, PassageRow
from kin_assistant.types import Sentence

__all__ = ["QuoteFinder", "explain_state", "explain_states"]

_SHOWN: Final = 160
"""Characters of a quote that are shown to tell which one is meant."""


class QuoteFinder:
    """Finds quotes in the documents of one opened index. Safe to use from several threads."""

    def __init__(
        self, library: Library, build_id: str, *, name: str = "", compiler_sections: Collection[str] = ()
    ) -> None:
        """``name`` is what the corpus calls itself."""
        self._library, self._build_id, self._name = library, build_id, name
        self._compiler_sections = frozenset(map(str.casefold, compiler_sections))

    def find_again(self, brief: Brief) -> Brief:
        """``brief`` with each quote as it stands now: offsets, section, page and sources anew, and its state.

        A quote that is not found keeps its words. Raises ``BriefError`` for a brief of another corpus, of whose documents
        none is here.
        """
        known = [quote for quote in brief.quotes if self._row_of(quote.document_id) is not None]
        if brief.quotes and not known:
            made = f"of “{brief.library}”" if brief.library and brief.library != self._name else "of another corpus"
            raise BriefError(f"None of the documents that this brief quotes is in this library. It is a brief {made}.")
        sections = tuple(
            section.model_copy(update={"items": tuple(map(self._find_item, section.items))})
            for section in brief.sections
        )
        return brief.model_copy(update={"sections": sections, "build_id": self._build_id, "library": self._name})

    def _find_item(self, item: BriefItem) -> BriefItem:
        return self.find(item) if isinstance(item, Quote) else item

    def find(self, quote: Quote) -> Quote:
        """``quote`` as its document has it now, with its state."""
        row = self._row_of(quote.document_id)
        if row is None:
            return quote.model_copy(update={"state": "gone"})
        document = self._library.document(row)
        starts = list(self._occurrences(row, quote.quote))
        if not starts:
            changed = document.sha256 != quote.document_sha256
            return quote.model_copy(update={"state": "gone" if changed else "altered", "title": document.title})
        start, passage = min(starts, key=lambda place: (abs(place[0] - quote.start), place[0]))
        state: Literal["exact", "moved"] = "exact" if start == quote.start else "moved"
        return self._cite(quote, row, passage, start, state)

    def _occurrences(self, row: DocumentRow, words: str) -> Iterator[tuple[int, PassageRow]]:
        """Where ``words`` stand in a document as whole sentences of one passage: the offset, and the passage."""
        if not words:
            return
        text = self._library.document(row).text
        for passage in self._library.passages_of(row):
            sentences = self._library.passage(passage).sentences
            # By the sentences, not by the words: a letter stands in a document a million times.
            starts = [one.start for one in sentences if text.startswith(words, one.start)]
            ends = {one.end for one in sentences} if starts else ()
            for start in starts:
                if start + len(words) in ends:
                    yield start, passage

    def _cite(
        self, quote: Quote, row: DocumentRow, passage: PassageRow, start: int, state: Literal["exact", "moved"]
    ) -> Quote:
        """``quote`` with all that is told of it by the document itself, whatever its file said."""
        end = start + len(quote.quote)
        heads = {one.start: one.lead_in for one in self._library.passage(passage).sentences}
        sentence = Sentence(start=start, end=end, lead_in=heads[start])
        candidate = Candidate(passage, row, sentence, quote.quote, 0.0, 0.0, frozenset(), 0.0)
        (cited,), _ = cite_sentences([candidate], self._library, "", compiler_sections=self._compiler_sections)
        found = Quote.of_citation(cited, self._library.infos[row].sha256)
        return found.model_copy(update={"state": state, "why": quote.why})

    def _row_of(self, document_id: str) -> DocumentRow | None:
        try:
            return self._library.row_of(document_id)
        except KeyError:
            return None


def explain_states(brief: Brief) -> tuple[str, ...]:
    """What whoever opens a brief should know of its quotes, a sentence for each that was not found where it was."""
    return tuple(explain_state(quote) for quote in brief.quotes if quote.state != "exact")


def explain_state(quote: Quote) -> str:
    """What whoever knew ``quote`` should know, if it is no longer where it was."""
    words = quote.quote if len(quote.quote) <= _SHOWN else f"{quote.quote[:_SHOWN].rstrip()}..."
    if quote.state == "moved":
        return f"Moved: “{words}” now stands elsewhere in {quote.document_id}."
    if quote.state == "gone":
        return f"Gone: {quote.document_id} no longer says “{words}”. It is not shown as a quote."
    return f"Altered: {quote.document_id} does not say “{words}”. It is not shown as a quote."
