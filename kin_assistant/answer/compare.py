"""Places or practices side by side, or all that the documents give where the best among all is asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest

from kin_assistant.answer.draft import Draft, DraftSection, name_row
from kin_assistant.answer.evidence import Candidate, Evidence
from kin_assistant.answer.extreme import asks_for_extreme, draft_extreme
from kin_assistant.answer.refusal import estimate_confidence, reason_to_doubt
from kin_assistant.answer.sentence_search import ROW, SentenceSearch, stands_alone
from kin_assistant.answer.telling import LESSONS, DocumentTeller, FieldsOf, Told, complete_tables, rank_documents
from kin_assistant.index.library import DocumentRow, PassageRow
from kin_assistant.places.gazetteer import Place
from kin_assistant.places.matching import Mention
from kin_assistant.policy import AnswerPolicy, ComparePolicy
from kin_assistant.question.parts import ask_fact, facts_behind
from kin_assistant.question.query import Query
from kin_assistant.question.sides import sides_of, strip_comparing
from kin_assistant.text.asked import find_asked_kinds
from kin_assistant.text.english import read_comparatives, read_words
from kin_assistant.text.figures import has_figure
from kin_assistant.text.wording import count_words, join_words, name_in_sentence
from kin_assistant.text.words import stems, words
from kin_assistant.types import RecordField

__all__ = ["NO_EVIDENCE", "draft_compare"]

NO_EVIDENCE = "No evidence in the documents."
_JOINING = re.compile(
    r"\s*(?:[,/&:-]|,?\s*\b(?:and|or|against|compared (?:to|with)|in|than|to|versus|vs\.?|with)\b(?: in)?)\s*",
    re.IGNORECASE,
)
"""What stands between the names of places that are compared."""
_LEADING = re.compile(
    r"(?:[\s,/&]|\b(?:and|or|against|compared (?:to|with)|at|by|for|from|in|of|than|to|versus|vs\.?|with)\b)+$",
    re.IGNORECASE,
)
"""What leads to a name that is left out."""
_ASKING = re.compile(r"\b(?:what|where|which|who|whose)\b|^(?:are|did|do|does|is|was|were)\b", re.IGNORECASE)
"""What a comparative stands behind that asks which of two is more."""
_FEWEST = 2
"""Rows of a comparison, at least."""
_RESULTS: tuple[RecordField, ...] = ("results", "finance")
"""What came of it, of which each place has a sentence beside what was done and what was learnt."""


def draft_compare(
    query: Query, search: SentenceSearch, fields_of: FieldsOf, policy: AnswerPolicy | None = None
) -> Draft | None:
    """A table with a row a place or practice. None if the request names or describes fewer than two and asks for no extreme."""
    policy = policy or AnswerPolicy()
    # "The Japanese city with the dear bag" is told by more than its country.
    named = [place.kind for place in query.scope.named]
    if named.count("city") < _FEWEST and (draft := _draft_sides(query, search, fields_of, policy)):
        return draft
    if named and len(named) + len(query.scope.absent) > 1:
        return _draft_places(query, search, fields_of, policy)
    if "city" not in named and asks_for_extreme(query.text):
        return draft_extreme(query, search, policy.compare)
    return None


def _draft_places(query: Query, search: SentenceSearch, fields_of: FieldsOf, policy: AnswerPolicy) -> Draft:
    """A row for each place that the query names, those without a document among them."""
    allowed = search.documents_allowed(query)
    about = [rows & allowed for rows in query.about]
    apart = bool(query.parts) or query.wants_figure or bool(find_asked_kinds(query.text)) or _asks_for_more(query.text)
    read = [
        _read_place(place, own, query, search, len(about), policy)
        for place, own in zip(query.scope.named, about, strict=True)
    ]
    told = [[]] * len(read) if apart else _tell_alike(read, search, fields_of, policy)
    sections = [
        _draft_row(place, own, best, query, search, policy)
        for place, own, best in zip(query.scope.named, read, told, strict=True)
    ]
    sections += [_without_evidence(place.name) for place in query.scope.absent]
    return Draft("table", sections=tuple(sections), caveats=_caveats(query, about, policy.compare.unequal))


def _draft_row(
    place: Place, read: _Read, told: list[Candidate], query: Query, search: SentenceSearch, policy: AnswerPolicy
) -> DraftSection:
    """The row of ``place``: what is ``told`` of it or, without that, the answer to each part; and what that lacks."""
    best, missing = told, list[str]()
    if not best:
        best, missing = _answer_of_place(place, read, query, search, policy)
    if not best:
        return _without_evidence(place.name)
    remark = f"The documents do not seem to say {join_words(missing, 'or')}." if missing else ""
    confidence = estimate_confidence(read.evidence, policy.refusal)
    doubt = None if query.parts else reason_to_doubt(read.evidence.query, best, confidence, policy.refusal)
    return DraftSection(tuple(best), heading=place.name, remark=remark or doubt or "")


def _without_evidence(heading: str) -> DraftSection:
    return DraftSection(heading=heading, remark=NO_EVIDENCE)


@dataclass(frozen=True, slots=True)
class _Read:
    """What was found and read for one place or side of a comparison."""

    place: Place | None
    rows: frozenset[DocumentRow]
    """The documents that come into question."""
    evidence: Evidence
    documents: tuple[DocumentRow, ...]
    """Those that have evidence, what is meant first."""
    meant: tuple[DocumentRow, ...] = ()
    """The document that is meant, whether or not it has evidence, if there is one."""


def _quotable(read: _Read, search: SentenceSearch) -> list[Candidate]:
    """What was read and can stand in the row."""
    return [one for one in read.evidence.candidates if _can_stand_for(read.place, one, search)]


def _read_place(
    place: Place,
    rows: frozenset[DocumentRow],
    query: Query,
    search: SentenceSearch,
    places: int,
    policy: AnswerPolicy,
) -> _Read:
    """What the documents ``rows`` on ``place``, one of so many ``places``, say to the whole request."""
    # What the other parts ask is of the matter that the first one names.
    first = replace(query, text=query.parts[0].asked) if query.parts else query
    asked = search.rephrase(query, _ask_of(place, first, search))
    ranking = search.retriever.rank(asked, within=rows)
    share = max(policy.compare.passages_read // places, 1)
    evidence = search.reader.read(asked, ranking, ranking.passages[:share])
    spoken = [one for one in evidence.candidates if search.speaks_of(place, one)]
    answering = {one.document for one in spoken if _is_evidence(one, policy.compare)}
    ranked = [row for row in rank_documents(evidence, policy) if row in {one.document for one in spoken}]
    documents = tuple(row for row in ranked if row in answering)
    if not documents and estimate_confidence(evidence, policy.refusal) >= policy.refusal.sure_confidence:
        # All sentences together may bear what none does alone.
        documents = tuple(ranked[:1])
    return _Read(place, rows, evidence, documents, documents[:1] or tuple(ranked[:1]))


def _answer_of_place(
    place: Place, of_place: _Read, query: Query, search: SentenceSearch, policy: AnswerPolicy
) -> tuple[list[Candidate], list[str]]:
    """What answers each part of the query best, and the parts, in quotation marks, that nothing answers.

    All parts are looked for in the document that is meant, so that none is answered by another matter of the place.
    """
    limits = policy.compare
    of_parts: list[list[Candidate]] = []
    missing: list[str] = []
    for part in query.parts or (None,):
        own = replace(query, text=part.asked) if part else query
        asked = search.rephrase(query, _ask_of(place, own, search))
        asked = replace(asked, wants_figure=asked.wants_figure or _asks_for_more(part.text if part else query.text))
        best: list[Candidate] = []
        # What another document says must be surer: it may be about another matter.
        for documents, least in (
            (frozenset(of_place.meant), limits.min_logit),
            (of_place.rows, limits.min_logit_elsewhere),
        ):
            ranking = search.retriever.rank(asked, within=documents)
            read = search.read(asked, ranking, ranking.passages[: limits.passages_of_part])
            saying = [
                one for one in read if _can_stand_for(place, one, search) and (one.logit is None or one.logit >= least)
            ]
            if best := _best_sentences(saying, asked, search, policy):
                break
        of_parts.append(best)
        if part and not best and read_words("likeness").isdisjoint(words(part.text)):
            missing.append(f"“{part.text.strip(' ?.,;')}”")
    return _take_in_turn(of_parts, max(limits.sentences, len(of_parts))), missing


def _tell_alike(
    reads: Sequence[_Read], search: SentenceSearch, fields_of: FieldsOf, policy: AnswerPolicy
) -> list[list[Candidate]]:
    """For each, from that document which answers best: what was done, what came of it, and what was learnt.

    What came of it is the same for all, results or money, if all tell it: of both what is told best.
    """
    measured = [_measure(read, search, fields_of, policy) for read in reads]
    worths = {
        field: [max((one.worth for one in told if one.field == field), default=0.0) for told in measured]
        for field in _RESULTS
    }
    common = max(
        (field for field in _RESULTS if all(worths[field])), key=lambda field: sum(worths[field]), default=None
    )
    return [
        _tell(read, told, (common,) if common else _RESULTS, search, policy)
        for read, told in zip(reads, measured, strict=True)
    ]


def _measure(read: _Read, search: SentenceSearch, fields_of: FieldsOf, policy: AnswerPolicy) -> list[Told]:
    """What the first document tells that is on the place and worth telling."""
    if not read.documents:
        return []
    teller = DocumentTeller(read.evidence.query, search, fields_of, read.evidence.logits)
    return [
        one
        for one in teller.measure(read.documents[0], policy.experience)
        if _is_on(read.place, one.found.as_candidate(), search) and one.worth >= policy.experience.min_worth
    ]


def _tell(
    read: _Read, told: Sequence[Told], outcome: tuple[RecordField, ...], search: SentenceSearch, policy: AnswerPolicy
) -> list[Candidate]:
    if not read.documents:
        return []
    taken = _take_aspects(told, (("process",), outcome, LESSONS), policy.experience.rows, policy.compare)
    chosen = [one.found.as_candidate(one.logit) for one in taken]
    if len(chosen) >= policy.compare.sentences:
        return chosen
    # Of a place among many in one document a row of a table may say more.
    answering = _best_sentences(_quotable(read, search), read.evidence.query, search, policy)
    return _take_in_turn([chosen, answering], policy.compare.sentences)


def _take_aspects(
    told: Sequence[Told], aspects: Sequence[tuple[RecordField, ...]], rows: int, policy: ComparePolicy
) -> list[Told]:
    """The best sentence on each aspect, then the best others, as they stand in the document, and lessons last."""

    def weigh(one: Told) -> float:
        counts = one.field in _RESULTS and has_figure(one.found.text)
        return -one.worth * (policy.result_with_figure if counts else 1)

    ranked = sorted(told, key=weigh)
    of_aspects = [next((one for one in ranked if one.field in fields), None) for fields in aspects]
    first = [one for one in of_aspects if one]
    chosen = [*first, *(one for one in ranked if one not in first)][: policy.sentences_told]
    whole = complete_tables(chosen, told, rows)
    return sorted(whole, key=lambda one: (one.is_lesson, one.found.passage, one.found.number))


def _take_in_turn(of_parts: Sequence[Sequence[Candidate]], most: int) -> list[Candidate]:
    """The best sentence for each part, then the second best, each sentence once."""
    taken: dict[tuple[PassageRow, int], Candidate] = {}
    for one in filter(None, chain.from_iterable(zip_longest(*of_parts))):
        taken.setdefault((one.passage, one.sentence.start), one)
    return list(taken.values())[:most]


def _ask_of(place: Place, query: Query, search: SentenceSearch) -> str:
    """The request of ``place`` alone, which its sentences can answer: its side, or all without the names of the others.

    "Where is the fee higher, Cebu or Suva?" asks of Cebu: "Where is the fee higher, Cebu?"
    """
    text = _replace_comparatives(strip_comparing(query.text))
    compared = (*query.scope.named, *query.scope.absent)
    for side in sides_of(query.text):
        inside = search.places.find_places(side)
        is_own = {mention.place for mention in inside}.intersection(compared) == {place}
        if is_own and _asks_something(side, inside):
            return side
    mentions = [mention for mention in search.places.find_places(text) if mention.place in compared]
    runs: list[list[Mention]] = []
    for mention in sorted(mentions, key=lambda mention: mention.start):
        if runs and _JOINING.fullmatch(text[runs[-1][-1].end : mention.start]):
            runs[-1].append(mention)
        else:
            runs.append([mention])
    for run in reversed(runs):
        start, end = run[0].start, run[-1].end
        own = next((mention for mention in run if mention.place == place), None)
        if own:
            text = f"{text[:start]}{text[own.start : own.end]}{text[end:]}"
        else:
            text = f"{_LEADING.sub('', text[:start])} {text[end:].lstrip()}"
    return text


def _asks_for_more(text: str) -> bool:
    """Whether ``text`` asks which of two costs less or came first."""
    return _replace_comparatives(text) != text


def _replace_comparatives(text: str) -> str:
    """``text`` with what is measured in the place of a comparative: "which was cheaper" as "which was cost"."""
    asking = _ASKING.search(text)
    if not asking:
        return text
    known, start = read_comparatives(), asking.start()
    asked = re.sub(r"\w+", lambda match: known.get(match[0].lower(), match[0]), text[start:])
    return text[:start] + asked


def _asks_something(side: str, mentions: Sequence[Mention]) -> bool:
    """Whether a side holds more than the names of places."""
    for mention in sorted(mentions, key=lambda mention: -mention.start):
        side = f"{side[: mention.start]} {side[mention.end :]}"
    return bool(stems(side))


def _draft_sides(query: Query, search: SentenceSearch, fields_of: FieldsOf, policy: AnswerPolicy) -> Draft | None:
    """A row for each side that the request describes, from the document that answers best; None unless they are two.

    The place of one side goes for the other too ("landfill gas versus gasification in Surabaya"), unless what other places
    have answers much better.
    """
    sides = _find_sides(query.text)
    reads = _read_sides([search.ask_alone(query, side) for side in sides], query, search, policy)
    asked = [read.evidence.query for read in reads]
    apart = any(find_asked_kinds(one.text) or one.wants_figure or ":" in one.text for one in asked)
    told_of = [[]] * len(reads) if apart else _tell_alike(reads, search, fields_of, policy)
    sections = []
    for found, told in zip(reads, told_of, strict=True):
        own = [one for one in _quotable(found, search) if one.document == found.documents[0]]
        best = told or _best_sentences(own, found.evidence.query, search, policy)
        sections.append(DraftSection(tuple(best), heading=name_row(search.library.infos[found.documents[0]])))
    if len({section.heading for section in sections}) < len(sections):
        # A name that has a row of its own comes behind the sides.
        titles = [side[:1].upper() + side[1:].partition(":")[0] for side in sides]
        sections = [replace(one, heading=title) for one, title in zip(sections, titles, strict=False)]
    return Draft("table", sections=tuple(sections)) if sections else None


def _find_sides(text: str) -> tuple[str, ...]:
    """The sides that ``text`` compares; "compare both rivers, time and money" asks each for both."""
    subject, facts = facts_behind(text)
    asked = ", ".join(ask_fact(fact, "it")[:-1] for fact in facts)
    return sides_of(f"compare {subject}: {asked}" if facts else text)


def _read_sides(asked_of: Sequence[Query], query: Query, search: SentenceSearch, policy: AnswerPolicy) -> list[_Read]:
    """What is found for each side, in a document of its own; nothing if one has none.

    A name in ``query`` that no side was found by is a side too: "the river against the creek and the canal".
    """
    allowed = search.documents_allowed(query)
    placed = frozenset[DocumentRow]().union(*(asked.boosted for asked in asked_of)) & allowed
    reads: list[_Read] = []
    for asked in asked_of:
        own = asked.boosted & allowed
        read = [
            _read_side(asked, within, search, len(asked_of), policy)
            for within in ([own] if own else [placed, allowed] if placed else [allowed])
        ]
        found = max(read, key=lambda one: _rate_best(one) - policy.compare.price_of_elsewhere * (one is not read[0]))
        if not found.documents or found.documents[0] in {one.documents[0] for one in reads}:
            return []
        reads.append(found)
    for rows in query.held if reads else ():
        if rows.isdisjoint(one.documents[0] for one in reads):
            further = _read_side(asked_of[-1], rows & allowed, search, len(asked_of), policy)
            reads += [further] if further.documents else []
    return reads


def _read_side(
    asked: Query, within: frozenset[DocumentRow], search: SentenceSearch, sides: int, policy: AnswerPolicy
) -> _Read:
    """What the documents ``within`` say to one of so many ``sides``."""
    ranking = search.retriever.rank(asked, within=within)
    evidence = search.reader.read(asked, ranking, ranking.passages[: policy.compare.passages_read // sides])
    best = _best_sentences([one for one in evidence.candidates if stands_alone(one.text)], asked, search, policy)
    return _Read(None, within, evidence, tuple(dict.fromkeys(one.document for one in best)))


def _rate_best(read: _Read) -> float:
    """What the best sentence of the first document scores."""
    return max((one.score for one in read.evidence.candidates if one.document in read.documents[:1]), default=0.0)


def _caveats(query: Query, about: Sequence[frozenset[DocumentRow]], unequal: int) -> tuple[str, ...]:
    """What makes the rows unequal: ``unequal`` times the documents of another."""
    caveats = []
    counts = [len(rows) for rows in about]
    if max(counts) >= unequal * max(min(counts), 1):
        told = join_words(
            f"{count_words(count, 'document is', 'documents are')} about {name_in_sentence(place.name)}"
            for place, count in zip(query.scope.named, counts, strict=True)
        )
        caveats.append(f"The places are covered unequally: {told}.")
    return tuple(caveats)


def _best_sentences(
    candidates: Sequence[Candidate], query: Query, search: SentenceSearch, policy: AnswerPolicy
) -> list[Candidate]:
    """The best sentences, the best first: a further one only if it is worth nearly as much."""
    limits = policy.compare
    if any(one.logit is not None for one in candidates):
        candidates = [one for one in candidates if one.logit is not None]
    quotable = [one for one in candidates if _is_evidence(one, limits)]

    def rate(one: Candidate) -> float:
        wanted = query.wants_figure and has_figure(one.text)
        price = limits.price_of_missing_asked * one.misses_asked + limits.price_of_conclusion * search.is_compiled(one)
        return one.score + limits.figure * wanted - price

    quotable.sort(key=lambda one: -rate(one))
    least = rate(quotable[0]) - limits.max_gap if quotable else 0.0
    return [one for one in quotable[: limits.sentences] if rate(one) >= least]


def _is_on(place: Place | None, one: Candidate, search: SentenceSearch) -> bool:
    """Whether a sentence is on ``place``, or no place is meant."""
    return place is None or search.speaks_of(place, one)


def _can_stand_for(place: Place | None, one: Candidate, search: SentenceSearch) -> bool:
    """Whether a sentence is on ``place`` and can be understood in its row: alone, or as the row of a table that is on it."""
    is_row = one.text.startswith(ROW) and one.sentence.lead_in is not None
    is_whole = stands_alone(one.text) or (is_row and place is not None and place.name in one.text)
    return is_whole and _is_on(place, one, search)


def _is_evidence(one: Candidate, policy: ComparePolicy) -> bool:
    """Whether the network, or without its word similarity, takes the sentence for an answer."""
    if one.logit is None:
        return one.cosine >= policy.min_cosine
    return one.logit >= (policy.min_logit_missing_asked if one.misses_asked else policy.min_logit)
