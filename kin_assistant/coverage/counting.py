"""Which documents are about which city, country, theme and decade, told from their metadata.

One rule for all who count: a document is about what its metadata names, as for a filter. The list of an answer, the Coverage
tab and the filters therefore give the same numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from kin_assistant.filters import NameField, values_of
from kin_assistant.text.words import fold
from kin_assistant.types import DocumentInfo

__all__ = ["DecadeGroup", "group_by_decade", "group_by_name"]

Row = TypeVar("Row", bound=int)
"""What a document is numbered by."""

_FEW_DOCUMENTS: Final = 5
"""Earlier decades, with fewer documents each, are one group."""


@dataclass(frozen=True, slots=True)
class DecadeGroup(Generic[Row]):
    """The documents that speak of a decade, or of the time before the first one."""

    name: str
    """As "1990s" or "before 1960"."""
    documents: tuple[Row, ...]
    """In order; none in a decade of which no document speaks."""


def group_by_name(infos: Mapping[Row, DocumentInfo], field: NameField) -> dict[str, tuple[Row, ...]]:
    """The documents that carry each name of a field, such as each theme; names with more documents first, then by letters."""
    groups: dict[str, list[Row]] = {}
    for row in sorted(infos):
        for name in dict.fromkeys(values_of(infos[row], field)):
            groups.setdefault(name, []).append(row)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), fold(group[0]), group[0]))
    return {name: tuple(rows) for name, rows in ordered}


def group_by_decade(infos: Mapping[Row, DocumentInfo]) -> tuple[DecadeGroup[Row], ...]:
    """The documents by the decades that their years touch, in order; early decades with few documents are one group."""
    spans = {row: years for row in sorted(infos) if (years := infos[row].years)}
    if not spans:
        return ()
    decades = Counter(decade for first, last in spans.values() for decade in range(first // 10, last // 10 + 1))
    since = min([decade for decade, count in decades.items() if count >= _FEW_DOCUMENTS] or decades)
    groups: list[DecadeGroup[Row]] = []
    if early := tuple(row for row, (first, _) in spans.items() if first < since * 10):
        groups.append(DecadeGroup(f"before {since}0", early))
    for decade in range(since, max(decades) + 1):
        inside = tuple(row for row, (first, last) in spans.items() if first // 10 <= decade <= last // 10)
        groups.append(DecadeGroup(f"{decade}0s", inside))
    return tuple(groups)
