"""Weighs that the subject of a question is that of other places: ``python -m training.elsewhere --index INDEX``.

Asked of the index are questions of ``questions/`` that name the city of their digest: answerable ones, and ones whose fact the
digest does not give. A third group is made by program: answerable questions with another city in place of their own, one of
whose documents none has a theme of the digest. Printed is, for weights of ``RefusalPolicy.elsewhere`` and ``usual_lead``, which
share of each group is refused. Answerable questions are told apart by whether the evidence reader was trained on their digest.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from kin_assistant.answer.evidence import Evidence
from kin_assistant.answer.refusal import estimate_confidence
from kin_assistant.assistant import Assistant
from kin_assistant.policy import RefusalPolicy
from kin_assistant.types import DocumentInfo
from training.build import is_held_out_digest

__all__ = ["Asked", "choose_questions", "main"]

_QUESTIONS = Path(__file__).parent / "questions"
_WEIGHTS, _LEADS = (0.0, 3.0, 5.0, 8.0), (-0.35, -0.3, -0.25, -0.2)
_MOST = 200
"""Questions of a group."""


class Asked(NamedTuple):
    """A question with the group that it is counted in."""

    group: str
    question: str


def main() -> None:
    """Ask and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, default=Path("index"))
    parser.add_argument("--most", type=int, default=_MOST, help="questions of a group")
    options = parser.parse_args()
    rows = [
        json.loads(line) for path in sorted(_QUESTIONS.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()
    ]
    evidence: dict[str, list[Evidence]] = defaultdict(list)
    with Assistant.open(options.index) as assistant:
        for asked in choose_questions(rows, assistant.documents, most=options.most):
            evidence[asked.group].append(assistant.read(asked.question))
    print("questions:", {group: len(found) for group, found in evidence.items()})
    for weight, lead in product(_WEIGHTS, _LEADS):
        if not weight and lead != _LEADS[0]:
            continue  # without weight the lead does not count
        policy = replace(RefusalPolicy(), elsewhere=weight, usual_lead=lead)
        print(f"elsewhere={weight:g} usual_lead={lead:g}:", _say_refused(evidence, policy))


def choose_questions(
    rows: Sequence[Mapping[str, Any]], infos: Sequence[DocumentInfo], *, most: int = _MOST
) -> Iterator[Asked]:
    """At most ``most`` questions of each group, the same ones each time."""
    known = {info.id: info for info in infos}
    draw = random.Random(7)
    named = [
        row
        for row in rows
        if row["document_id"] in known and any(city in row["question"] for city in known[row["document_id"]].cities)
    ]
    groups: dict[str, list[str]] = defaultdict(list)
    for row in named:
        held = "held out" if is_held_out_digest(row["document_id"]) else "trained on"
        groups[f"answerable, {held}" if row["answerable"] else "missing fact"].append(row["question"])
    groups["other city"] = list(_exchange_cities([row for row in named if row["answerable"]], known, draw))
    for group, questions in groups.items():
        yield from (Asked(group, question) for question in draw.sample(questions, min(most, len(questions))))


def _exchange_cities(
    rows: Sequence[Mapping[str, Any]], known: Mapping[str, DocumentInfo], draw: random.Random
) -> Iterator[str]:
    """Questions about digests on one city, with another city that has documents, none of them on a theme of the digest."""
    themes: dict[str, set[str]] = defaultdict(set)
    for info in known.values():
        for city in info.cities:
            themes[city].update(info.themes)
    for row in rows:
        info = known[row["document_id"]]
        others = [city for city, own in sorted(themes.items()) if own.isdisjoint(info.themes)]
        if len(info.cities) == 1 and others:
            yield row["question"].replace(info.cities[0], draw.choice(others))


def _say_refused(evidence: Mapping[str, Sequence[Evidence]], policy: RefusalPolicy) -> str:
    shares = []
    for group, found in sorted(evidence.items()):
        refused = sum(estimate_confidence(one, policy) < policy.min_confidence for one in found)
        shares.append(f"{group} {refused / len(found):.3f}")
    return ", ".join(shares)


if __name__ == "__main__":
    main()
