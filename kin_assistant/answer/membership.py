"""Which documents of the library are about a topic, told from their themes and from what their sentences say."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from kin_assistant.answer.sentence_search import Found, SentenceSearch, Topic, first_of_documents
from kin_assistant.index.library import DocumentRow
from kin_assistant.policy import CataloguePolicy
from kin_assistant.text.wording import join_words
from kin_assistant.text.words import stems

__all__ = ["Members", "find_members", "shows_topic"]


@dataclass(frozen=True, slots=True)
class Members:
    """The documents about a topic, each with the sentence that shows it, the clearest first."""

    reasons: Mapping[DocumentRow, Found | None] = field(default_factory=dict)
    near: Mapping[DocumentRow, Found | None] = field(default_factory=dict)
    """Documents that come near it: on requests whose documents were marked, about one in two touches it at least."""
    theme: str = ""
    """The theme by which they are listed, if it is one."""
    passing: frozenset[DocumentRow] = frozenset()
    """Documents that use the topic's words and do not carry that theme."""


def find_members(
    topic: Topic, search: SentenceSearch, allowed: Collection[DocumentRow], policy: CataloguePolicy
) -> Members:
    """The documents about ``topic`` among those ``allowed``: by a theme, or by words and by what stands out of all documents."""
    found = search.find(topic, allowed)
    best = first_of_documents(found)
    saying = [row for row, one in best.items() if one.near]
    theme, themed = _documents_with_theme(topic, found, saying, search, allowed, policy)
    if themed:
        ordered = sorted(themed, key=lambda row: (-best[row].score if row in best else 0.0, row))
        shown = {row: best[row] if row in best and shows_topic(best[row], policy) else None for row in ordered}
        return Members(shown, theme=theme, passing=frozenset(saying) - themed)
    nearness = search.nearness_of_documents(topic.vector)
    ranked = sorted(allowed, key=lambda row: (-nearness[row], row))

    def stand_out(deviations: float, least: float) -> list[DocumentRow]:
        far = nearness.mean() + deviations * nearness.std()
        return [row for row in ranked if nearness[row] >= max(far, least) and row not in reasons]

    reasons: dict[DocumentRow, Found | None] = {row: best[row] for row in saying}
    reasons |= {row: _reason(row, best, topic, search) for row in stand_out(policy.min_deviations, policy.min_nearness)}
    near = stand_out(policy.min_deviations_near, policy.min_nearness_near)
    return Members(reasons, {row: _reason(row, best, topic, search) for row in near})


def _reason(row: DocumentRow, best: Mapping[DocumentRow, Found], topic: Topic, search: SentenceSearch) -> Found:
    """The sentence of a document that speaks best of ``topic``."""
    return best.get(row) or max(
        search.sentences_of([row], topic), key=lambda one: (one.score, -one.passage, -one.number)
    )


def _documents_with_theme(
    topic: Topic,
    found: Sequence[Found],
    saying: Sequence[DocumentRow],
    search: SentenceSearch,
    allowed: Collection[DocumentRow],
    policy: CataloguePolicy,
) -> tuple[str, frozenset[DocumentRow]]:
    """A theme that stands for ``topic``, with its documents: one called like it, or one whose documents use its words.

    A theme that is called like one of several wordings stands for that alone; of the others those count that use their words.
    """
    wordings = [set(own) for own in topic.alternatives]
    named: list[str] = []
    members: set[DocumentRow] = set()
    for theme in sorted(topic.themes):
        themed = {row for row in allowed if theme in search.library.infos[row].themes}
        own_name = set(stems(theme)) in wordings
        if themed and (own_name or len(themed.intersection(saying)) >= policy.min_share_of_theme * len(themed)):
            named.append(theme)
            members |= themed
            others = [own for own in wordings if own_name and own != set(stems(theme))]
            use = {one.document for one in found if one.near and any(own.issubset(stems(one.text)) for own in others)}
            members.update(use if own_name else saying)
    return join_words(named) if named else "", frozenset(members)


def shows_topic(found: Found, policy: CataloguePolicy) -> bool:
    """Whether a sentence speaks of the topic, in its words or near enough in others."""
    return found.near or found.cosine >= policy.min_cosine_of_reason
