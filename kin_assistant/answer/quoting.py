"""Answers that are quotes: a fact first and alone, an explanation in stretches, a list as a whole."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from kin_assistant.answer.draft import Draft, DraftSection
from kin_assistant.answer.evidence import Candidate, Evidence
from kin_assistant.answer.origins import is_conclusion
from kin_assistant.answer.sentence_search import ROW
from kin_assistant.answer.stretches import Stretch, estimate_worth, select_stretches
from kin_assistant.index.library import DocumentRow, Library, PassageRow
from kin_assistant.policy import SelectionPolicy
from kin_assistant.processes.caching import remember
from kin_assistant.text.asked import asks_for_newest
from kin_assistant.text.figures import find_last_year
from kin_assistant.types import Block, Sentence

__all__ = ["Quoter"]

_DOCUMENTS_IN_MEMORY: Final = 64

_ListKey = tuple[DocumentRow, tuple[int, int]]
"""A list or table: its document, and the span of its items there."""
_SectionKey = tuple[DocumentRow, str]
"""A section: its document and headings."""


class Quoter:
    """Makes drafts of quotes from what was read in one opened index."""

    def __init__(self, library: Library, policy: SelectionPolicy, compiler_sections: Collection[str] = ()) -> None:
        """``compiler_sections`` are headings, casefolded, under which the compiler of a document draws conclusions."""
        self._library, self._policy = library, policy
        self._compiler_sections = frozenset(compiler_sections)
        self._items_of = remember(self._find_items, _DOCUMENTS_IN_MEMORY)

    def draft_fact(self, evidence: Evidence, words: int) -> Draft:
        """The sentence that answers, first and alone; behind it what other documents say of the same.

        A short list that leads and is quoted for the most part is whole: it was what was asked for. So is another that is
        quoted in half.
        """
        policy, worth = self._policy, self._estimate_worth(evidence)
        stretches = self._select(
            evidence, min(words, policy.words_of_fact), policy.stretches_of_fact, worth, policy.price_of_fact
        )
        sections = [*map(self._section, stretches)]
        leads = any(2 * one.shown > one.of > 1 for one in sections[:1])
        if leads or any(1 < one.shown < one.of <= 2 * one.shown for one in sections):
            sections = self._complete_lists(sections, evidence, worth, words)
        return Draft("quotes", tuple(sections))

    def draft_explanation(self, evidence: Evidence, words: int) -> Draft:
        """A few stretches, each under the heading of its document that it stands under."""
        worth = self._estimate_worth(evidence)
        stretches = self._select(
            evidence, words, self._policy.stretches, worth, min_share_before=self._policy.min_share_before
        )
        return Draft("quotes", tuple(self._complete_lists([*map(self._section, stretches)], evidence, worth, words)))

    def draft_leading(self, evidence: Evidence) -> Draft:
        """The best stretch alone; one for each place, if the query names several."""
        most = max(len(evidence.query.about), 1)
        return Draft(
            "quotes", tuple(map(self._section, self._select(evidence, most * self._policy.words_of_fact, most)))
        )

    def draft_list(self, evidence: Evidence, words: int) -> Draft | None:
        """The list, table or section that answers best, as it stands; None if none does."""
        worth = self._estimate_worth(evidence)
        best = max(worth.values(), default=0.0)
        lists: dict[_ListKey, list[float]] = {}
        sections: dict[_SectionKey, list[float]] = {}
        for candidate, value in worth.items():
            if key := self._list_of(candidate):
                lists.setdefault(key, []).append(value)
            sections.setdefault(self._section_of(candidate), []).append(value)
        least = self._policy.min_share_of_list * best
        whole = max(lists, key=lambda key: (sum(lists[key]), key), default=None)
        if whole and max(lists[whole]) >= least:
            return self._draft_whole(self._items(whole, evidence), words)
        section = max(sections, key=lambda key: (sum(sections[key]), key), default=None)
        if section is None:
            return None
        sentences = self._sentences_under(section, evidence)
        answering = sum(value >= self._policy.min_share * best for value in sections[section])
        if answering > 1 and answering >= self._policy.min_share_of_section * len(sentences):
            return self._draft_whole(sentences, words)
        return None

    def _draft_whole(self, items: Sequence[Candidate], words: int) -> Draft:
        """All of ``items``, or as many of the first ones as there is room for, with what is missing."""
        kept: list[Candidate] = []
        left = max(words, self._policy.words_of_list)
        for item in items:
            left -= len(item.text.split())
            if left < 0 and kept:
                break
            kept.append(item)
        return Draft("list", (DraftSection(tuple(kept), self.heading_of(kept[0].passage), len(kept), len(items)),))

    def _select(
        self,
        evidence: Evidence,
        words: int,
        most: int,
        worth: Mapping[Candidate, float] | None = None,
        price_of_same: float = 1.0,
        min_share_before: float = math.inf,
    ) -> list[Stretch]:
        worth = worth or self._estimate_worth(evidence)
        share, older = self._policy.share_of_leading_conclusion, self._older_than_newest(evidence, worth)
        return select_stretches(
            evidence.candidates,
            worth,
            evidence.query.about,
            lambda row: self._library.passage(row).sentences,
            words - self._policy.words_around,
            self._policy,
            most=most,
            price_of_same=price_of_same,
            min_share_before=min_share_before,
            leading_worth={
                one: value
                * (share if self._is_conclusion(one) else 1.0)
                * (self._policy.share_of_older if one in older else 1.0)
                for one, value in worth.items()
            },
        )

    def _older_than_newest(self, evidence: Evidence, worth: Mapping[Candidate, float]) -> frozenset[Candidate]:
        """Where the query asks how something is now, what is dated before the newest of the sentences that may answer."""
        if not asks_for_newest(evidence.query.text):
            return frozenset()
        least = self._policy.share_of_older * max(worth.values(), default=0.0)
        years = {one: find_last_year(one.text) for one, value in worth.items() if value >= least}
        newest = max(filter(None, years.values()), default=0)
        return frozenset(one for one, year in years.items() if year is not None and year < newest)

    def _estimate_worth(self, evidence: Evidence) -> dict[Candidate, float]:
        """The worth of each sentence; what a compiler concludes counts less, so that it seldom comes before what sources say."""
        worth = estimate_worth(evidence.candidates, self._policy)
        return {
            one: value * (self._policy.worth_of_conclusion if self._is_conclusion(one) else 1.0)
            for one, value in worth.items()
        }

    def _is_conclusion(self, candidate: Candidate) -> bool:
        document, passage = self._library.document(candidate.document), self._library.passage(candidate.passage)
        span = candidate.sentence.start, candidate.sentence.end
        return is_conclusion(document, passage, *span, self._compiler_sections)

    def _complete_lists(
        self,
        sections: Sequence[DraftSection],
        evidence: Evidence,
        worth: Mapping[Candidate, float],
        words: int,
    ) -> list[DraftSection]:
        """``sections`` with short lists whole, if an item of them answers well; what is worth least leaves to make room.

        What leads stays, and a list for which there is no room is left as it is.
        """

        def rate(section: DraftSection) -> float:
            return max(worth.get(one, 0.0) for one in section.candidates)

        least = self._policy.min_share_of_whole_list * max(worth.values(), default=0.0)
        kept = list(sections)
        for section in sections:
            whole = self._make_whole(section, kept, evidence) if section in kept and rate(section) >= least else None
            if whole is None:
                continue
            items = set(whole.candidates)
            trial = [
                whole if one is section else one for one in kept if one is section or items.isdisjoint(one.candidates)
            ]
            while sum(_count_words(one.candidates) for one in trial) > words - self._policy.words_around:
                lesser = [one for one in trial[1:] if one is not whole and not one.shown == one.of > 0]
                if not lesser:
                    break
                trial.remove(min(lesser, key=rate))
            else:
                kept = trial
        return kept

    def _make_whole(
        self, section: DraftSection, beside: Sequence[DraftSection], evidence: Evidence
    ) -> DraftSection | None:
        """``section`` with all of the one list of which it, with others ``beside``, quotes several items.

        None if it quotes none, all or items of a long one.
        """
        keys = {key for one in section.candidates if (key := self._list_around(one))}
        if len(keys) != 1:
            return None
        (key,) = keys
        counted = self._count(section, key, chain.from_iterable(one.candidates for one in beside))
        if not 1 < counted.shown < counted.of:
            return None
        items = self._items(key, evidence)
        if _rules_out(evidence, items) or _count_words(items) > self._policy.words_of_whole_list:
            return None
        own = [one for one in section.candidates if self._list_around(one) != key]
        both = sorted({*own, *items}, key=lambda one: one.sentence.start)
        return replace(section, candidates=tuple(both), shown=counted.of)

    def _section(self, stretch: Stretch) -> DraftSection:
        section = DraftSection(stretch.candidates, self.heading_of(stretch.passage))
        key = self._list_in(section)
        return self._count(section, key, section.candidates) if key else section

    def add_last_items(self, draft: Draft, evidence: Evidence | None, words: int) -> Draft:
        """``draft`` with the lists whole that lack only a few words, as far as there is room in ``words`` for them.

        They cost a reader less than the sentence that they are missing.
        """
        sections = list(draft.sections)
        for i, section in enumerate(sections):
            key = self._list_in(section)
            if key is None or not 1 < (counted := self._count(section, key, draft.candidates)).shown < counted.of:
                continue
            quoted = {(one.document, one.sentence) for one in draft.candidates}
            members = [one for one in self._members(key) if (key[0], one[1]) not in quoted]
            missing = self._as_candidates(key[0], members, evidence)
            room = words - self._policy.words_around - _count_words(draft.candidates)
            few = _count_words(missing) <= min(self._policy.words_of_last_items, room)
            if few and not (evidence and _rules_out(evidence, missing)):
                whole = sorted((*section.candidates, *missing), key=lambda one: one.sentence.start)
                sections[i] = replace(section, candidates=tuple(whole))
                draft = replace(draft, sections=tuple(sections))
        return draft

    def count_lists(self, draft: Draft) -> Draft:
        """``draft`` with what it shows of each list or table, said once, behind the last quote of it.

        Of a row alone nothing is said, unless the answer is a list: it may be all that was asked for. An item alone is shown
        with the words that announce all of its list.
        """
        keys = [self._list_in(section) for section in draft.sections]
        last = {key: i for i, key in enumerate(keys) if key}
        sections = list(draft.sections)
        for i, key in enumerate(keys):
            if key is None:
                continue
            counted = self._count(sections[i], key, draft.candidates)
            is_announced = draft.form == "quotes" and any(map(_is_announced, sections[i].candidates))
            is_said = i == last[key] and (counted.shown > 1 or is_announced or draft.form == "list")
            sections[i] = counted if is_said else replace(counted, shown=0, of=0)
        return replace(draft, sections=tuple(sections))

    def _list_in(self, section: DraftSection) -> _ListKey | None:
        """The list or table that most of the quotes of a section stand in."""
        lists = Counter(key for one in section.candidates if (key := self._list_around(one)))
        return lists.most_common(1)[0][0] if lists else None

    def _count(self, section: DraftSection, key: _ListKey, quoted: Iterable[Candidate]) -> DraftSection:
        """``section`` with how many items of a list are ``quoted``."""
        document, span = key
        items = self._items_of(document)[span]
        starts = [one.sentence.start for one in quoted if one.document == document]
        shown = sum(any(block.start <= start < block.end for start in starts) for block in items)
        return replace(section, shown=shown, of=len(items))

    def add(self, section: DraftSection, candidate: Candidate) -> DraftSection:
        """``section`` with one more sentence, in the order of its document."""
        both = sorted((*section.candidates, candidate), key=lambda one: (one.document, one.passage, one.sentence.start))
        return replace(section, candidates=tuple(both))

    def heading_of(self, passage: PassageRow) -> str:
        """The innermost heading that a passage stands under."""
        return self._library.passage(passage).heading.split(" > ")[-1]

    def _list_of(self, candidate: Candidate) -> _ListKey | None:
        """The list or table that a sentence stands in, or heads."""
        if key := self._list_around(candidate):
            return key
        span = candidate.sentence.start, candidate.sentence.end
        headed = (one for one in self._library.passage(candidate.passage).sentences if one.lead_in == span)
        first = next(headed, None)
        return self._list_around(replace(candidate, sentence=first)) if first else None

    def _list_around(self, candidate: Candidate) -> _ListKey | None:
        """The list or table that a sentence stands in."""
        start = candidate.sentence.start
        return next(
            ((candidate.document, span) for span in self._items_of(candidate.document) if span[0] <= start < span[1]),
            None,
        )

    def _find_items(self, document: DocumentRow) -> dict[tuple[int, int], list[Block]]:
        """The items of each list, and the rows of each table without its header, by the span of all of them."""
        found: list[list[Block]] = []
        before: Block | None = None
        for block in self._library.document(document).blocks:
            if block.kind in ("item", "row"):
                if before is None or before.kind != block.kind or block.starts_table:
                    found.append([])
                found[-1].append(block)
            before = block
        return {(items[0].start, items[-1].end): items for items in found}

    def _members(self, key: _ListKey) -> Iterator[tuple[PassageRow, Sentence]]:
        """The sentences of a list or table, over all passages of its document."""
        document, (first, last) = key
        for passage in self._library.passages_of(document):
            for sentence in self._library.passage(passage).sentences:
                if first <= sentence.start < last:
                    yield passage, sentence

    def _section_of(self, candidate: Candidate) -> _SectionKey:
        return candidate.document, self._library.passage(candidate.passage).heading

    def _items(self, key: _ListKey, evidence: Evidence) -> list[Candidate]:
        return self._as_candidates(key[0], self._members(key), evidence)

    def _sentences_under(self, key: _SectionKey, evidence: Evidence) -> list[Candidate]:
        """All sentences of a section but those that only head a list."""
        document, heading = key
        rows = [row for row in self._library.passages_of(document) if self._library.passage(row).heading == heading]
        found = [(row, sentence) for row in rows for sentence in self._library.passage(row).sentences]
        heads = {sentence.lead_in for _, sentence in found}
        return self._as_candidates(
            document, ((row, one) for row, one in found if (one.start, one.end) not in heads), evidence
        )

    def _as_candidates(
        self, document: DocumentRow, places: Iterable[tuple[PassageRow, Sentence]], evidence: Evidence | None
    ) -> list[Candidate]:
        """Sentences as candidates; those that were not read score nothing."""
        candidates = evidence.candidates if evidence else ()
        read = {(one.passage, one.sentence): one for one in candidates if one.document == document}
        text = self._library.document(document).text
        return [
            read.get((passage, sentence))
            or Candidate(passage, document, sentence, text[sentence.start : sentence.end], 0.0, 0.0, frozenset(), 0.0)
            for passage, sentence in places
        ]


def _is_announced(candidate: Candidate) -> bool:
    """Whether it is an item that stands behind words which announce a list, and no row of a table."""
    return candidate.sentence.lead_in is not None and not candidate.text.startswith(ROW)


def _rules_out(evidence: Evidence, sentences: Iterable[Candidate]) -> bool:
    """Whether one of ``sentences`` was read and did not come into question, such as one on another place."""
    candidates, read = set(evidence.candidates), set(evidence.passages)
    return any(one.passage in read and one not in candidates for one in sentences)


def _count_words(candidates: Iterable[Candidate]) -> int:
    return sum(len(one.text.split()) for one in candidates)
