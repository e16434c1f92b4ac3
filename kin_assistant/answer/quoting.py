"""Answers that are quotes: a fact first and alone, an explanation in stretches, a list as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kin_assistant.answer.draft import Draft, DraftSection
from kin_assistant.answer.evidence import Candidate, Evidence
from kin_assistant.answer.stretches import Stretch, estimate_worth, select_stretches
from kin_assistant.index.library import DocumentRow, Library, PassageRow
from kin_assistant.policy import SelectionPolicy
from kin_assistant.types import Sentence

__all__ = ["Quoter"]


@dataclass(frozen=True, slots=True)
class _Whole:
    """A list or table of a document, over all its passages."""

    leading: Candidate | None
    """Its header, or the sentence that introduces it."""
    items: tuple[Candidate, ...]


class Quoter:
    """Makes drafts of quotes from what was read in one opened index."""

    def __init__(self, library: Library, policy: SelectionPolicy) -> None:
        self._library, self._policy = library, policy

    def draft_fact(self, evidence: Evidence, words: int) -> Draft:
        """The sentence that answers, first and alone; behind it what other documents say of the same."""
        policy = self._policy
        stretches = self._select(evidence, min(words, policy.words_of_fact), policy.stretches_of_fact)
        return Draft("quotes", tuple(map(self._section, stretches)))

    def draft_explanation(self, evidence: Evidence, words: int) -> Draft:
        """A few stretches, each under the heading of its document that it stands under."""
        stretches = self._select(evidence, words, self._policy.stretches)
        return Draft("quotes", tuple(map(self._section, stretches)))

    def draft_list(self, evidence: Evidence, words: int) -> Draft | None:
        """The list or table that answers best, as it stands; None if none does."""
        worth = estimate_worth(evidence.candidates, self._policy)
        wholes: dict[tuple[DocumentRow, tuple[int, int]], float] = {}
        for candidate in evidence.candidates:
            key = self._list_of(candidate)
            if key is not None:
                wholes[key] = wholes.get(key, 0.0) + worth[candidate]
        if not wholes:
            return None
        best = max(wholes, key=lambda key: (wholes[key], key))
        lead_score = max(worth.values())
        whole = self._whole(*best, evidence)
        members = [one for one in (whole.leading, *whole.items) if one]
        if max((worth.get(one, 0.0) for one in members), default=0.0) < self._policy.min_share_of_list * lead_score:
            return None
        kept: list[Candidate] = []
        left = max(words, self._policy.words_of_list) - (len(whole.leading.text.split()) if whole.leading else 0)
        for item in whole.items:
            left -= len(item.text.split())
            if left < 0 and kept:
                break
            kept.append(item)
        quoted = tuple(one for one in (whole.leading, *kept) if one)
        heading = self._heading_of(quoted[0].passage)
        return Draft("list", (DraftSection(quoted, heading, len(kept), len(whole.items)),))

    def _select(self, evidence: Evidence, words: int, most: int) -> list[Stretch]:
        return select_stretches(
            evidence.candidates,
            estimate_worth(evidence.candidates, self._policy),
            evidence.query.about,
            lambda row: self._library.passage(row).sentences,
            words - self._policy.words_around,
            self._policy,
            most=most,
        )

    def _section(self, stretch: Stretch) -> DraftSection:
        """A stretch under its heading, with what is missing of a list."""
        heading = self._heading_of(stretch.passage)
        quoted = next((key for one in stretch.candidates if (key := self._list_of(one)) is not None), None)
        if quoted is None:
            return DraftSection(stretch.candidates, heading)
        shown = sum(self._list_of(one) == quoted and _span(one.sentence) != quoted[1] for one in stretch.candidates)
        of = sum(1 for _ in self._members(*quoted))
        return DraftSection(stretch.candidates, heading, shown if shown else 0, of if shown else 0)

    def _heading_of(self, passage: PassageRow) -> str:
        return self._library.passage(passage).heading.split(" > ")[-1]

    def _list_of(self, candidate: Candidate) -> tuple[DocumentRow, tuple[int, int]] | None:
        """The list or table that a sentence belongs to, by document and the span of what introduces it."""
        if candidate.sentence.lead_in:
            return candidate.document, candidate.sentence.lead_in
        span = _span(candidate.sentence)
        sentences = self._library.passage(candidate.passage).sentences
        return (candidate.document, span) if any(one.lead_in == span for one in sentences) else None

    def _members(self, document: DocumentRow, leading: tuple[int, int]) -> Iterator[tuple[PassageRow, Sentence]]:
        """The items of a list or table, over all passages of its document."""
        for passage in self._library.passages_of(document):
            for sentence in self._library.passage(passage).sentences:
                if sentence.lead_in == leading:
                    yield passage, sentence

    def _whole(self, document: DocumentRow, leading: tuple[int, int], evidence: Evidence) -> _Whole:
        read = {(one.passage, one.sentence): one for one in evidence.candidates if one.document == document}
        text = self._library.document(document).text

        def candidate(passage: PassageRow, sentence: Sentence) -> Candidate:
            found = read.get((passage, sentence))
            words = text[sentence.start : sentence.end]
            return found or Candidate(passage, document, sentence, words, 0.0, 0.0, frozenset(), 0.0)

        head = next(
            (
                candidate(passage, sentence)
                for passage in self._library.passages_of(document)
                for sentence in self._library.passage(passage).sentences
                if _span(sentence) == leading
            ),
            None,
        )
        return _Whole(head, tuple(candidate(*member) for member in self._members(document, leading)))


def _span(sentence: Sentence) -> tuple[int, int]:
    return sentence.start, sentence.end
