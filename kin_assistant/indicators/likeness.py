"""Whether two figures measure the same thing: disputed ones, and the series of one thing over years."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from kin_assistant.indicators.candidates import FoundFigure
from kin_assistant.indicators.policy import IndicatorPolicy
from kin_assistant.indicators.values import Figure
from kin_assistant.text.vocabulary import read_vocabulary
from kin_assistant.text.words import stems

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FigureGroup", "find_disputes", "group_series"]


@dataclass(slots=True)
class FigureGroup:
    """Positions of figures that measure the same thing in the same place."""

    actual: list[int] = field(default_factory=list)
    planned: list[int] = field(default_factory=list)


def find_disputes(
    found: Sequence[FoundFigure], vectors: NDArray[np.float32], policy: IndicatorPolicy
) -> dict[int, tuple[int, ...]]:
    """For each figure that is disputed, the positions of those that give another value; ``vectors`` are of their sentences.

    Disputed are figures of two sentences for the same place, years, unit and, by their words, the same thing.
    """
    alike = _Likeness(found, vectors, policy)
    pairs: dict[int, list[int]] = {}
    told: dict[tuple[int, int], list[Figure]] = {}
    for figure in found:
        told.setdefault(figure.sentence_key, []).append(figure.figure)
    for left, right in _pairs(found):
        one, other = found[left].figure, found[right].figure
        same_case = one.years is not None and one.years == other.years and one.status == other.status
        if not same_case or _agree(one, other, policy.tolerance) or _are_of_one_table(found[left], found[right]):
            continue
        # Whoever also says what the other says does not dispute it.
        also_said = any(
            told_one.unit == figure.unit and _agree(told_one, figure, policy.tolerance)
            for figure, key in ((one, found[right].sentence_key), (other, found[left].sentence_key))
            for told_one in told[key]
        )
        if not also_said and alike.measure_the_same(left, right, policy.min_common_of_disputed):
            pairs.setdefault(left, []).append(right)
            pairs.setdefault(right, []).append(left)
    return {position: tuple(sorted(others)) for position, others in sorted(pairs.items())}


def group_series(
    found: Sequence[FoundFigure], vectors: NDArray[np.float32], policy: IndicatorPolicy
) -> list[FigureGroup]:
    """Groups of figures of one thing in one place, of two years or more, or of one and a target; each by year."""
    alike = _Likeness(found, vectors, policy)
    by_case: dict[tuple[str, str], list[list[int]]] = {}
    for position, one in enumerate(found):
        if one.figure.years is None or one.figure.place is None:
            continue
        groups = by_case.setdefault((one.figure.place, one.figure.unit), [])
        fitting = (own for own in groups if all(alike.measure_the_same(position, other) for other in own))
        members = next(fitting, None)
        if members is None:
            groups.append([position])
        else:
            members.append(position)
    series = []
    for members in sorted(own for groups in by_case.values() for own in groups):
        members.sort(key=lambda at: (found[at].figure.years or (0, 0), at))
        group = FigureGroup()
        for at in members:
            (group.planned if found[at].figure.status == "planned" else group.actual).append(at)
        years = {found[at].figure.years for at in group.actual}
        if len(years) > 1 or (group.actual and group.planned):
            series.append(group)
    return series


class _Likeness:
    def __init__(self, found: Sequence[FoundFigure], vectors: NDArray[np.float32], policy: IndicatorPolicy) -> None:
        self._found, self._policy = found, policy
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        self._vectors = vectors / np.maximum(norms, 1e-9)
        self._words = [_words_of(one.figure) for one in found]

    def measure_the_same(self, left: int, right: int, min_common: float | None = None) -> bool:
        """Whether two figures with the same unit and place seem to measure the same thing.

        ``min_common`` is the share of all their words that they have in common, at least.
        """
        mine, other = self._words[left], self._words[right]
        if self._found[left].sentence_key == self._found[right].sentence_key:
            # A sentence or row gives one thing once for a year.
            return mine == other != frozenset() and self._found[left].figure.years != self._found[right].figure.years
        least = self._policy.min_common if min_common is None else min_common
        # One word in common, "water", is not yet the same thing.
        if len(mine & other) < max(least * len(mine | other), min(2, len(mine | other))):
            return False
        return float(self._vectors[left] @ self._vectors[right]) >= self._policy.min_cosine


def _are_of_one_table(one: FoundFigure, other: FoundFigure) -> bool:
    """Whether two rows have the same head: they tell of different things, and dispute nothing."""
    head = one.sentence.lead_in
    return head is not None and head == other.sentence.lead_in and one.document == other.document


def _words_of(figure: Figure) -> frozenset[str]:
    """Stems of what a figure measures, without its place, numbers, and words of reports and changes."""
    left_out = _telling_nothing() | set(stems(f"{figure.place or ''} {figure.country or ''}"))
    return frozenset(stem for stem in stems(figure.measure) if stem not in left_out and not stem[0].isdigit())


@cache
def _telling_nothing() -> frozenset[str]:
    words = read_vocabulary().words
    return frozenset(stems(" ".join(sorted(words["changes"] | words["reports"] | words["planned"]))))


def _pairs(found: Sequence[FoundFigure]) -> Iterator[tuple[int, int]]:
    """Positions of two figures of different sentences with the same place and unit."""
    by_case: dict[tuple[str, str], list[int]] = {}
    for position, one in enumerate(found):
        if one.figure.place:
            by_case.setdefault((one.figure.place, one.figure.unit), []).append(position)
    for members in by_case.values():
        for index, left in enumerate(members):
            for right in members[index + 1 :]:
                if found[left].sentence_key != found[right].sentence_key:
                    yield left, right


def _agree(one: Figure, other: Figure, tolerance: float) -> bool:
    """Whether two values are one, as far as they are rounded or ranges, or are the two ends of a change."""
    if one.change != other.change and one.change and other.change:
        return True
    low, high = one.value, one.value if one.high is None else one.high
    least, most = other.value, other.value if other.high is None else other.high
    slack = tolerance * max(abs(high), abs(most))
    return low - slack <= most and least - slack <= high
