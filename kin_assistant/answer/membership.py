"""Which documents of the library are about a topic, told from their themes and from what their sentences say."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from kin_assistant.answer.sentence_search import Found, SentenceSearch, Topic
from kin_assistant.index.library import DocumentRow, PassageRow
from kin_assistant.policy import CataloguePolicy
from kin_assistant.question.query import Query
from kin_assistant.text.wording import join_words
from kin_assistant.text.words import stems

__all__ = ["Members", "find_members"]


@dataclass(frozen=True, slots=True)
class Members:
    """The documents about a topic, each with the sentence that shows it, the clearest first."""

    reasons: Mapping[DocumentRow, Found | None] = field(default_factory=dict)
    near: Mapping[DocumentRow, Found | None] = field(default_factory=dict)
    """Documents that come near it: by the reading of hand-marked requests, more than half of them are about it."""
    theme: str = ""
    """The theme by which they are listed, if it is one."""
    passing: frozenset[DocumentRow] = frozenset()
    """Documents that use the topic's words and do not carry that theme."""


def find_members(
    topic: Topic, query: Query, search: SentenceSearch, allowed: Collection[DocumentRow], policy: CataloguePolicy
) -> Members:
    """The documents about ``topic`` among those ``allowed``."""
    found = search.find(topic, allowed)
    best: dict[DocumentRow, Found] = {}
    for one in found:
        best.setdefault(one.document, one)
    saying = [row for row, one in best.items() if one.near]
    theme, themed = _documents_with_theme(topic, saying, search, allowed, policy)
    if themed:
        ordered = sorted(themed, key=lambda row: (-best[row].score if row in best else 0.0, row))
        shown = {row: best[row] if row in best and _shows(best[row], policy) else None for row in ordered}
        return Members(shown, theme=theme, passing=frozenset(saying) - themed)
    reasons: dict[DocumentRow, Found | None] = {row: best[row] for row in saying}
    near: dict[DocumentRow, Found | None] = {}
    if max(map(len, topic.alternatives)) >= policy.stems_of_a_statement:
        unsure = [one for one in found if one.document not in reasons and one.share > 0]
        for one, logit in _read_closely(unsure, topic, query, search, policy):
            if logit + policy.share * one.share + policy.cosine * one.cosine >= policy.min_strength:
                reasons.setdefault(one.document, one)
            elif logit + policy.share_near * one.share + policy.cosine_near * one.cosine >= policy.min_strength_near:
                near.setdefault(one.document, one)
    return Members(reasons, {row: one for row, one in near.items() if row not in reasons})


def _read_closely(
    unsure: Sequence[Found], topic: Topic, query: Query, search: SentenceSearch, policy: CataloguePolicy
) -> list[tuple[Found, float]]:
    """The sentences of the most promising passages with the network's logits, the most telling first."""
    taken: Counter[DocumentRow] = Counter()
    passages: dict[PassageRow, None] = {}
    for one in sorted(unsure, key=lambda one: (-one.share - one.cosine, one.passage, one.number)):
        if one.passage not in passages and taken[one.document] < policy.passages_of_document:
            passages[one.passage] = None
            taken[one.document] += 1
        if len(passages) == policy.passages_read:
            break
    logits = search.logits_of(topic, query, list(passages))
    read = [
        (one, min(logits.get((one.passage, one.number), -math.inf), policy.max_logit))
        for one in unsure
        if one.passage in passages
    ]
    strength = {
        (one.passage, one.number): logit + policy.share * one.share + policy.cosine * one.cosine for one, logit in read
    }
    return sorted(read, key=lambda item: (-strength[item[0].passage, item[0].number], item[0].passage, item[0].number))


def _documents_with_theme(
    topic: Topic,
    saying: Sequence[DocumentRow],
    search: SentenceSearch,
    allowed: Collection[DocumentRow],
    policy: CataloguePolicy,
) -> tuple[str, frozenset[DocumentRow]]:
    """A theme that stands for ``topic``, with its documents: one called like it, or one whose documents use its words."""
    wordings = [set(own) for own in topic.alternatives]
    named: list[str] = []
    members: set[DocumentRow] = set()
    for theme in sorted(topic.themes):
        themed = {row for row in allowed if theme in search.library.infos[row].themes}
        own_name = set(stems(theme)) in wordings
        if themed and (own_name or len(themed.intersection(saying)) >= policy.min_share_of_theme * len(themed)):
            named.append(theme)
            members |= themed
            if not own_name or len(wordings) > 1:
                members.update(saying)
    return join_words(named) if named else "", frozenset(members)


def _shows(found: Found, policy: CataloguePolicy) -> bool:
    return found.near or found.cosine >= policy.min_cosine_of_reason
