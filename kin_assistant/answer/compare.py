"""Several places side by side, or all that the documents give where the best among all is asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kin_assistant.answer.draft import Draft, DraftSection
from kin_assistant.answer.evidence import Candidate
from kin_assistant.answer.selection import LEANS_BACK
from kin_assistant.answer.sentence_search import SentenceSearch
from kin_assistant.index.library import DocumentRow, PassageRow
from kin_assistant.policy import ComparePolicy
from kin_assistant.question.query import Query
from kin_assistant.text.english import read_words
from kin_assistant.text.figures import has_figure
from kin_assistant.text.wording import count_words, join_words
from kin_assistant.text.words import words

__all__ = ["NO_EVIDENCE", "asks_for_extreme", "draft_compare"]

NO_EVIDENCE = "No evidence in the documents."
_FIGURES = "Figures as the documents give them; not all documents give one, and they may count different things."
_UNEQUAL = 3
"""So many times the documents on another place are unequal coverage."""


def draft_compare(query: Query, search: SentenceSearch, policy: ComparePolicy | None = None) -> Draft | None:
    """A table with a row a place. None if the request names fewer than two places and asks for no extreme."""
    policy = policy or ComparePolicy()
    if len(query.about) > 1:
        return _draft_places(query, search, policy)
    if asks_for_extreme(query.text):
        return _draft_extreme(query, search, policy)
    return None


def asks_for_extreme(text: str) -> bool:
    """Whether the best, cheapest, first or largest of all is asked for."""
    asked = words(text)
    return any(word in read_words("extreme") or _is_superlative(word) for word in asked)


def _is_superlative(word: str) -> bool:
    return bool(re.fullmatch(r"[a-z]{3,}est", word)) and word not in read_words("no_superlative")


def _draft_places(query: Query, search: SentenceSearch, policy: ComparePolicy) -> Draft:
    """A row for each place that the query names, those without a document among them."""
    allowed = search.documents_allowed(query)
    about = [rows & allowed for rows in query.about]
    share = max(policy.passages_read // len(about), 1)
    ranking = search.retriever.rank(query)
    chosen: list[PassageRow] = []
    parts = []
    for rows in about:
        of_place = search.retriever.rank(query, within=rows)
        parts.append(of_place)
        chosen += of_place.passages[:share]
    candidates = search.read(query, ranking.join(parts), list(dict.fromkeys(chosen)))
    sections = []
    for place, rows in zip(query.scope.named, about, strict=True):
        best = _best_sentences([one for one in candidates if one.document in rows], query, policy)
        sections.append(DraftSection(tuple(best), heading=place.name, remark="" if best else NO_EVIDENCE))
    sections += [DraftSection(heading=place.name, remark=NO_EVIDENCE) for place in query.scope.absent]
    return Draft("table", sections=tuple(sections), caveats=_caveats(query, about))


def _caveats(query: Query, about: Sequence[frozenset[DocumentRow]]) -> tuple[str, ...]:
    """What makes the rows unequal."""
    caveats = []
    if query.scope.absent:
        caveats.append(f"No document is about {join_words([place.label for place in query.scope.absent], 'or')}.")
    counts = [len(rows) for rows in about]
    if max(counts) >= _UNEQUAL * max(min(counts), 1):
        told = join_words(
            f"{count_words(count, 'document is', 'documents are')} about {place.name}"
            for place, count in zip(query.scope.named, counts, strict=True)
        )
        caveats.append(f"The places are covered unequally: {told}.")
    return tuple(caveats)


def _draft_extreme(query: Query, search: SentenceSearch, policy: ComparePolicy) -> Draft | None:
    """Candidates from different places side by side; which is the most is left to the reader."""
    candidates = search.read_widely(query, policy.passages_read, query.named_documents or None)
    rows: dict[str, list[Candidate]] = {}
    for one in candidates:
        info = search.library.infos[one.document]
        if has_figure(one.text) and _is_evidence(one, policy):
            rows.setdefault(join_words(info.cities[:2] or info.countries[:2] or [info.title]), []).append(one)
    if len(rows) < 2:
        return None
    sections = [
        DraftSection(tuple(_best_sentences(found, query, policy)[:1]), heading=place) for place, found in rows.items()
    ]
    sections = [section for section in sections if section.candidates][: policy.places]
    said = f"The documents name no winner among all; {count_words(len(sections), 'place')} side by side."
    return Draft("table", sections=tuple(sections), said=said, caveats=(_FIGURES,)) if len(sections) > 1 else None


def _best_sentences(candidates: Sequence[Candidate], query: Query, policy: ComparePolicy) -> list[Candidate]:
    """The best sentences that can stand alone, in the order of their documents."""
    quotable = [
        one
        for one in candidates
        if _is_evidence(one, policy) and not one.text.startswith("| ") and not LEANS_BACK.match(one.text)
    ]
    quotable.sort(key=lambda one: -(one.score + 0.3 * (query.wants_figure and has_figure(one.text))))
    chosen = quotable[: policy.sentences]
    return sorted(chosen, key=lambda one: (one.document != chosen[0].document, one.passage, one.sentence.start))


def _is_evidence(one: Candidate, policy: ComparePolicy) -> bool:
    """Whether the network, or without its word similarity, takes the sentence for an answer."""
    if one.logit is None:
        return one.cosine >= policy.min_cosine
    return one.logit >= policy.min_logit
