"""The best, cheapest or largest of all: figures from different documents side by side, and no winner."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain

from kin_assistant.answer.draft import Draft, DraftSection, name_row
from kin_assistant.answer.evidence import Candidate
from kin_assistant.answer.sentence_search import Found, SentenceSearch
from kin_assistant.index.library import DocumentRow, Library, PassageRow
from kin_assistant.policy import ComparePolicy
from kin_assistant.question.listing import CLAUSE_END, strip_frame
from kin_assistant.question.query import Query
from kin_assistant.text.asked import find_asked_kinds, gives
from kin_assistant.text.english import read_measures, read_words
from kin_assistant.text.figures import has_figure
from kin_assistant.text.wording import count_words
from kin_assistant.text.words import stems, words

__all__ = ["asks_for_extreme", "draft_extreme", "gives_asked"]

_FIGURES = "Figures as the documents give them; not all documents give one, and they may count different things."
_FEWEST = 2
"""Rows of such a table, at least."""


def asks_for_extreme(text: str) -> bool:
    """Whether the best, cheapest, first or largest of all is asked for."""
    asked = words(text)
    return any(word in read_words("extreme") or _is_superlative(word) for word in asked)


def _is_superlative(word: str) -> bool:
    return bool(re.fullmatch(r"[a-z]{3,}est", word)) and word not in read_words("no_superlative")


def draft_extreme(query: Query, search: SentenceSearch, policy: ComparePolicy) -> Draft | None:
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


def _replace_extremes(text: str, measures: Mapping[str, str]) -> str:
    """``text`` with what is measured in the place of a superlative: "cheapest clean-up" as "cost clean-up"."""
    known = read_measures()

    def measure(match: re.Match[str]) -> str:
        word = match[0].lower()
        extreme = word in known or word in read_words("extreme") or _is_superlative(word)
        return measures.get(word, " ") if extreme else match[0]

    return re.sub(r"\w+", measure, text)
