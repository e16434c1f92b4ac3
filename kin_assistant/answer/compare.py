"""Places or practices side by side, or all that the documents give where the best among all is asked for."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import chain, zip_longest

from kin_assistant.answer.draft import Draft, DraftSection
from kin_assistant.answer.evidence import Candidate
from kin_assistant.answer.sentence_search import ROW, Found, SentenceSearch, stands_alone
from kin_assistant.answer.telling import LESSONS, DocumentTeller, FieldsOf, Told, complete_tables, rank_documents
from kin_assistant.index.library import DocumentRow, Library, PassageRow
from kin_assistant.places.gazetteer import Place
from kin_assistant.places.matching import Mention
from kin_assistant.policy import AnswerPolicy, ComparePolicy
from kin_assistant.question.listing import CLAUSE_END, strip_frame
from kin_assistant.question.query import Query
from kin_assistant.question.sides import sides_of, strip_comparing
from kin_assistant.text.english import read_measures, read_words
from kin_assistant.text.figures import find_asked_kinds, gives, has_figure
from kin_assistant.text.wording import count_words, join_words, name_in_sentence
from kin_assistant.text.words import stems, words
from kin_assistant.types import DocumentInfo, RecordField

__all__ = ["NO_EVIDENCE", "asks_for_extreme", "draft_compare", "gives_asked", "name_row"]

NO_EVIDENCE = "No evidence in the documents."
_FIGURES = "Figures as the documents give them; not all documents give one, and they may count different things."
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
_FEWEST = 2
"""Rows of a comparison, at least; and places of a document that are named in the place of its title, at most."""
_RESULTS: tuple[RecordField, ...] = ("results", "finance")
_ASPECTS: tuple[tuple[RecordField, ...], ...] = (("process",), _RESULTS, LESSONS)
"""What each place has a sentence on, in this order, where nothing in particular is asked of them."""


def draft_compare(
    query: Query, search: SentenceSearch, fields_of: FieldsOf, policy: AnswerPolicy | None = None
) -> Draft | None:
    """A table with a row a place or practice. None if the request names or describes fewer than two and asks for no extreme."""
    policy = policy or AnswerPolicy()
    # "The Japanese city with the dear bag" is told by more than its country.
    named = [place.kind for place in query.scope.named]
    if named.count("city") < _FEWEST and (draft := _draft_sides(query, search, policy.compare)):
        return draft
    if named and len(named) + len(query.scope.absent) > 1:
        return _draft_places(query, search, fields_of, policy)
    if "city" not in named and asks_for_extreme(query.text):
        return _draft_extreme(query, search, policy.compare)
    return None


def asks_for_extreme(text: str) -> bool:
    """Whether the best, cheapest, first or largest of all is asked for."""
    asked = words(text)
    return any(word in read_words("extreme") or _is_superlative(word) for word in asked)


def _is_superlative(word: str) -> bool:
    return bool(re.fullmatch(r"[a-z]{3,}est", word)) and word not in read_words("no_superlative")


def _draft_places(query: Query, search: SentenceSearch, fields_of: FieldsOf, policy: AnswerPolicy) -> Draft:
    """A row for each place that the query names, those without a document among them."""
    allowed = search.documents_allowed(query)
    about = [rows & allowed for rows in query.about]
    share = max(policy.compare.passages_read // len(about), 1)
    apart = bool(query.parts) or query.wants_figure
    sections = []
    for place, rows in zip(query.scope.named, about, strict=True):
        best = [] if apart else _tell_of_place(place, rows, query, search, share, fields_of, policy)
        best = best or _answer_of_place(place, rows, query, search, share, policy.compare)
        sections.append(DraftSection(tuple(best), heading=place.name, remark="" if best else NO_EVIDENCE))
    sections += [DraftSection(heading=place.name, remark=NO_EVIDENCE) for place in query.scope.absent]
    return Draft("table", sections=tuple(sections), caveats=_caveats(query, about, policy.compare.unequal))


def _answer_of_place(
    place: Place, rows: Collection[DocumentRow], query: Query, search: SentenceSearch, share: int, policy: ComparePolicy
) -> list[Candidate]:
    """What answers each part of the query best, of the documents ``rows`` on ``place``, in ``share`` passages read."""
    of_parts: list[list[Candidate]] = []
    for part in [search.rephrase(query, part.asked) for part in query.parts] or [query]:
        asked = search.rephrase(part, _ask_of(place, part, search))
        ranking = search.retriever.rank(asked, within=rows)
        read = search.read(asked, ranking, ranking.passages[:share])
        spoken = [one for one in read if search.speaks_of(place, one)]
        of_parts.append(_best_sentences([one for one in spoken if _can_stand_for(place, one)], asked, policy))
    return _take_in_turn(of_parts, max(policy.sentences, len(of_parts)))


def _tell_of_place(
    place: Place,
    rows: Collection[DocumentRow],
    query: Query,
    search: SentenceSearch,
    share: int,
    fields_of: FieldsOf,
    policy: AnswerPolicy,
) -> list[Candidate]:
    """What was done in ``place``, what it brought and what was learnt, from that document on it which answers best."""
    asked = search.rephrase(query, _ask_of(place, query, search))
    ranking = search.retriever.rank(asked, within=rows)
    evidence = search.reader.read(asked, ranking, ranking.passages[:share])
    spoken = [one for one in evidence.candidates if search.speaks_of(place, one)]
    meant = {one.document for one in spoken if _is_evidence(one, policy.compare)}
    document = next((row for row in rank_documents(evidence, policy) if row in meant), None)
    if document is None:
        return []
    teller = DocumentTeller(asked, search, fields_of, evidence.logits)
    told = [
        one
        for one in teller.measure(document, policy.experience)
        if search.speaks_of(place, one.found.as_candidate()) and one.worth >= policy.experience.min_worth
    ]
    taken = _take_aspects(told, policy.experience.rows, policy.compare)
    chosen = [one.found.as_candidate(one.logit) for one in taken]
    if len(chosen) >= policy.compare.sentences:
        return chosen
    # Of a place among many in one document a row of a table may say more.
    answering = _best_sentences([one for one in spoken if _can_stand_for(place, one)], asked, policy.compare)
    return _take_in_turn([chosen, answering], policy.compare.sentences)


def _take_aspects(told: Sequence[Told], rows: int, policy: ComparePolicy) -> list[Told]:
    """The best sentence on each aspect, then the best others, as they stand in the document, and lessons last."""

    def weigh(one: Told) -> float:
        counts = one.field in _RESULTS and has_figure(one.found.text)
        return -one.worth * (policy.result_with_figure if counts else 1)

    ranked = sorted(told, key=weigh)
    of_aspects = [next((one for one in ranked if one.field in fields), None) for fields in _ASPECTS]
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
    text = strip_comparing(query.text)
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


def _asks_something(side: str, mentions: Sequence[Mention]) -> bool:
    """Whether a side holds more than the names of places."""
    for mention in sorted(mentions, key=lambda mention: -mention.start):
        side = f"{side[: mention.start]} {side[mention.end :]}"
    return bool(stems(side))


def _draft_sides(query: Query, search: SentenceSearch, policy: ComparePolicy) -> Draft | None:
    """A row for each side that the request describes, from the document that answers best; None unless they are two.

    "Landfill gas versus gasification in Surabaya" has no sides of their own: what one says of its place goes for both.
    """
    sides = sides_of(query.text)
    allowed = search.documents_allowed(query)
    rows: dict[DocumentRow, DraftSection] = {}
    asked_of = [search.ask_alone(query, side) for side in sides]
    for asked in asked_of:
        ranking = search.retriever.rank(asked, within=allowed)
        read = search.read(asked, ranking, ranking.passages[: policy.passages_read // len(sides)])
        best = _best_sentences([one for one in read if stands_alone(one.text)], asked, policy)
        document = best[0].document if best else None
        if document is None or document in rows:
            return None
        of_document = tuple(one for one in best if one.document == document)
        rows[document] = DraftSection(of_document, heading=name_row(search.library.infos[document]))
    about_own = [row in asked.boosted for row, asked in zip(rows, asked_of, strict=True)]
    if any(about_own) and not all(asked.boosted for asked in asked_of):
        return None
    return Draft("table", sections=tuple(rows.values())) if rows else None


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


def _draft_extreme(query: Query, search: SentenceSearch, policy: ComparePolicy) -> Draft | None:
    """Sentences with figures from different documents side by side; which is the most is left to the reader."""
    text = _without_judgement(query.text)
    if not strip_frame(_replace_extremes(text, {})):
        return None  # the costs of a lamp and of a sewer stand beside each other to nobody's use
    topic = search.make_topic(strip_frame(_replace_extremes(text, read_measures())))
    within = search.documents_allowed(query)
    within = within & query.named_documents or within
    saying = search.find(topic, within)
    found = [one for one in saying if has_figure(one.text) and gives_asked(query.text, one, search.library)]
    found.sort(key=lambda one: (-one.share - one.cosine, one.passage, one.number))
    # The topic's words lead to other documents than its meaning does: both are read.
    ranking = search.retriever.rank(search.rephrase(query, topic.text), within=within)
    by_words = _first_of_documents([one.passage for one in found], search.library)
    by_meaning = _first_of_documents(ranking.passages, search.library)
    pairs = chain.from_iterable(zip(by_words, by_meaning, strict=False))
    passages = dict.fromkeys([*pairs, *by_words, *by_meaning])
    logits = search.logits_of(topic, query, list(passages)[: policy.documents_read])
    rows: dict[str, tuple[float, Found]] = {}
    for one in found:
        logit = logits.get((one.passage, one.number))
        if logit is None or not one.quotable:
            continue
        strength = min(logit, policy.max_logit) + policy.share * one.share + policy.cosine * one.cosine - one.compiled
        where = name_row(search.library.infos[one.document])
        if strength >= policy.min_strength and (where not in rows or rows[where][0] < strength):
            rows[where] = strength, one
    if len(rows) < _FEWEST:
        return None
    ranked = sorted(rows.items(), key=lambda item: (-item[1][0], item[0]))[: policy.places]
    sections = [DraftSection((one.as_candidate(),), heading=where) for where, (_, one) in ranked]
    said = f"This assistant names no winner: these are the figures of {count_words(len(sections), 'place')}."
    return Draft("table", sections=tuple(sections), said=said, caveats=(_FIGURES,))


def gives_asked(text: str, one: Found | Candidate, library: Library) -> bool:
    """Whether a sentence gives a figure of each kind that ``text`` asks for."""
    head = library.lead_in_of(one.document, one.sentence)
    return all(gives(kind, one.text, head) for kind in find_asked_kinds(text))


def _first_of_documents(passages: Sequence[PassageRow], library: Library) -> list[PassageRow]:
    """The first passage of each document."""
    first: dict[DocumentRow, PassageRow] = {}
    for row in passages:
        first.setdefault(library.document_row(row), row)
    return list(first.values())


def _without_judgement(text: str) -> str:
    """``text`` without a clause that only asks which is the most: "CO2 targets of cities, who is the most ambitious?"."""
    rest = strip_frame(", ".join(clause for clause in CLAUSE_END.split(text) if not asks_for_extreme(clause)))
    return rest if len(stems(rest)) > 1 else text


def name_row(info: DocumentInfo) -> str:
    """The place of a document, or its title if it has many."""
    places = info.cities or info.countries
    return join_words(places) if 0 < len(places) <= _FEWEST else info.title


def _replace_extremes(text: str, measures: Mapping[str, str]) -> str:
    """``text`` with what is measured in the place of a superlative: "cheapest clean-up" as "cost clean-up"."""
    known = read_measures()

    def measure(match: re.Match[str]) -> str:
        word = match[0].lower()
        extreme = word in known or word in read_words("extreme") or _is_superlative(word)
        return measures.get(word, " ") if extreme else match[0]

    return re.sub(r"\w+", measure, text)


def _best_sentences(candidates: Sequence[Candidate], query: Query, policy: ComparePolicy) -> list[Candidate]:
    """The best sentences, the best first."""
    if any(one.logit is not None for one in candidates):
        candidates = [one for one in candidates if one.logit is not None]
    quotable = [one for one in candidates if _is_evidence(one, policy)]
    quotable.sort(key=lambda one: -(one.score + policy.figure * (query.wants_figure and has_figure(one.text))))
    return quotable[: policy.sentences]


def _can_stand_for(place: Place, one: Candidate) -> bool:
    """Whether a sentence can be understood in the row of ``place``: alone, or as the row of a table that is on it."""
    is_row = one.text.startswith(ROW) and one.sentence.lead_in is not None
    return stands_alone(one.text) or (is_row and place.name in one.text)


def _is_evidence(one: Candidate, policy: ComparePolicy) -> bool:
    """Whether the network, or without its word similarity, takes the sentence for an answer."""
    if one.logit is None:
        return one.cosine >= policy.min_cosine
    return one.logit >= policy.min_logit
