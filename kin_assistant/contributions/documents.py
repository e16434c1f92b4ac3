"""Which documents are on a topic and on cities, for what is read of whole documents."""

from __future__ import annotations

from collections.abc import Sequence

from kin_assistant.answer.sentence_search import SentenceSearch
from kin_assistant.contributions.policy import ContributionPolicy
from kin_assistant.contributions.values import Practice
from kin_assistant.index.library import DocumentRow
from kin_assistant.records.comparison import ComparisonMaker
from kin_assistant.types import DocumentInfo

__all__ = ["DocumentChooser", "as_practice"]


class DocumentChooser:
    """Chooses documents of one opened index. Safe to use from several threads."""

    def __init__(
        self, search: SentenceSearch, comparisons: ComparisonMaker, policy: ContributionPolicy | None = None
    ) -> None:
        self._search, self._comparisons = search, comparisons
        self._policy = policy or ContributionPolicy()

    def find_cities(self, names: Sequence[str]) -> tuple[str, ...]:
        """Cities as the documents spell them. Raises ``ComparisonError`` for one that no document is about."""
        return tuple(dict.fromkeys(map(self._comparisons.find_city, names)))

    def choose(self, topic: str | None, cities: Sequence[str]) -> list[DocumentRow]:
        """The documents near the topic, the nearest first, or all in their order; of ``cities`` if any are named."""
        infos = self._search.library.infos
        rows = [DocumentRow(row) for row in range(len(infos))]
        if cities:
            rows = [row for row in rows if not set(cities).isdisjoint(infos[row].cities)]
        if topic is None:
            return rows
        policy = self._policy
        nearness = self._comparisons.measure_documents(self._search.make_topic(topic))
        best = max(nearness.values(), default=0.0)
        least = policy.min_nearness if cities else max(policy.min_nearness, policy.share_of_nearest * best)
        near = sorted((row for row in rows if nearness[row] >= least), key=lambda row: (-nearness[row], row))
        return near[: policy.documents]

    def is_in(self, cities: Sequence[str], place: str | None, row: DocumentRow) -> bool:
        """Whether a sentence on ``place`` in a document is on one of ``cities``, if any are named."""
        of_document = self._search.library.infos[row].cities
        return not cities or place in cities or (place is None and len(of_document) == 1 and of_document[0] in cities)


def as_practice(info: DocumentInfo, numbers: Sequence[int]) -> Practice:
    """A document with the numbers of what was read of it."""
    years = None if info.years is None else "-".join(dict.fromkeys(map(str, info.years)))
    return Practice(
        document_id=info.id,
        title=info.title,
        cities=info.cities,
        countries=info.countries,
        years=years,
        numbers=tuple(numbers),
    )
