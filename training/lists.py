"""How well a list by subject finds its documents: ``python -m training.lists --index INDEX``.

``lists.jsonl`` holds requests that say their subject in other words than the documents do, the documents that belong, and
those that touch it (``also``), which may be listed. Prints, for the shipped limits and for others, the share of the documents
that is listed, the share of what is listed that belongs, and how many requests without a document get one.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from kin_assistant.answer.membership import find_members
from kin_assistant.answer.sentence_search import SentenceSearch
from kin_assistant.assistant import Assistant
from kin_assistant.policy import CataloguePolicy
from kin_assistant.question.listing import read_listing

__all__ = ["Found", "Marked", "main", "report"]

LISTS = Path(__file__).parent / "lists.jsonl"
DEVIATIONS = (2.0, 2.25, 2.5)
NEARNESS = (0.33, 0.4, 0.45)


@dataclass(frozen=True, slots=True)
class Marked:
    """A request for a list, with the ids of the documents that belong and of those that may be listed."""

    request: str
    documents: frozenset[str]
    also: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """What is listed for a request."""

    marked: Marked
    listed: frozenset[str]


def main() -> None:
    """Print a line for the shipped limits and one for each pair of others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, default=Path("index"))
    options = parser.parse_args()
    shipped = CataloguePolicy()
    with Assistant.open(options.index) as assistant:
        search = assistant.sentence_search
        marked = [_read(line) for line in LISTS.read_text("utf-8").splitlines()]
        print("shipped", report(_ask(marked, search, shipped)))
        print("shipped, with what comes near", report(_ask(marked, search, shipped, near=True)))
        for deviations, nearness in product(DEVIATIONS, NEARNESS):
            limits = replace(shipped, min_deviations=deviations, min_nearness=nearness)
            print(deviations, nearness, report(_ask(marked, search, limits)))


def report(found: Sequence[Found]) -> str:
    """Recall and precision over all requests, and how many that no document fits have something listed."""
    fitting = [one for one in found if one.marked.documents]
    right = sum(len(one.listed & one.marked.documents) for one in found)
    allowed = sum(len(one.listed & one.marked.also) for one in found)
    listed = sum(len(one.listed) for one in found) or 1
    wanted = sum(len(one.marked.documents) for one in fitting) or 1
    wrongly = sum(bool(one.listed - one.marked.also) for one in found if not one.marked.documents)
    return (
        f"recall {right / wanted:.2f}, precision {right / listed:.2f}, with those that touch it {(right + allowed) / listed:.2f},"
        f" {wrongly} of {len(found) - len(fitting)} without a document"
    )


def _ask(
    marked: Sequence[Marked], search: SentenceSearch, policy: CataloguePolicy, *, near: bool = False
) -> list[Found]:
    return list(_answers(marked, search, policy, near=near))


def _answers(
    marked: Sequence[Marked], search: SentenceSearch, policy: CataloguePolicy, *, near: bool
) -> Iterator[Found]:
    infos = search.library.infos
    everything = frozenset(search.library.row_of(info.id) for info in infos)
    for one in marked:
        subject = read_listing(one.request, search.places.find_places(one.request)).subject
        members = find_members(search.make_topic(subject), search, everything, policy)
        rows = [*members.reasons, *(members.near if near else ())]
        yield Found(one, frozenset(infos[row].id for row in rows))


def _read(line: str) -> Marked:
    row = json.loads(line)
    return Marked(row["request"], frozenset(row["documents"]), frozenset(row["also"]))


if __name__ == "__main__":
    main()
