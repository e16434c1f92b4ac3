"""What each part of answering is worth: the same questions with one part left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from eval.lines import Request
from eval.metrics import Observation, measure_answer, measure_refusal, ratio
from eval.questions import Case, Split
from eval.runner import Product
from kin_assistant.answer.evidence import EvidenceNetwork
from kin_assistant.policy import AnswerPolicy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["COLUMNS", "VARIANTS", "Variant", "ablate", "open_with_scorer", "render_table"]


@dataclass(frozen=True, slots=True)
class Variant:
    """The product with another policy, or without the network."""

    name: str
    policy: AnswerPolicy = field(default_factory=AnswerPolicy)
    reader: bool = True
    """Whether passages are read by the network."""


_SHIPPED = AnswerPolicy()
_SEARCH, _EVIDENCE, _SELECTION = _SHIPPED.retrieval, _SHIPPED.evidence, _SHIPPED.selection
VARIANTS = (
    Variant("as shipped"),
    Variant("no evidence reader", reader=False),
    Variant("reader does not choose sentences", replace(_SHIPPED, evidence=replace(_EVIDENCE, network=0.0))),
    Variant(
        "never refuses for lack of support",
        replace(_SHIPPED, refusal=replace(_SHIPPED.refusal, min_confidence=0.0)),
    ),
    Variant("search without the nearest sentence", replace(_SHIPPED, retrieval=replace(_SEARCH, sentence_cosine=0.0))),
    Variant("search without the neighbours", replace(_SHIPPED, retrieval=replace(_SEARCH, neighbour_share=0.0))),
    Variant("no bonus for a place that is named", replace(_SHIPPED, retrieval=replace(_SEARCH, named_place_bonus=0.0))),
    Variant("one document an answer", replace(_SHIPPED, selection=replace(_SELECTION, documents=1))),
    Variant("no part for each place", replace(_SHIPPED, selection=replace(_SELECTION, bonus_of_place=0.0))),
)
COLUMNS: Mapping[str, str] = {
    "vital_nuggets": "facts given",
    "gold_cited": "answer quoted",
    "right_documents": "sources right",
    "first_citation_right": "first source right",
    "f1": "refusals F1",
    "false_refusals": "needless refusals",
}


class _Remembering:
    """A scorer that reads each passage once for a question, whatever the variant."""

    def __init__(self, scorer: EvidenceNetwork) -> None:
        self._scorer = scorer
        self._known: dict[tuple[str, str, tuple[str, ...]], NDArray[np.float32]] = {}

    def score(self, question: str, passages: Sequence[tuple[str, Sequence[str]]]) -> list[NDArray[np.float32]]:
        keys = [(question, context, tuple(sentences)) for context, sentences in passages]
        new = [i for i, key in enumerate(keys) if key not in self._known]
        for i, odds in zip(new, self._scorer.score(question, [passages[i] for i in new]), strict=True):
            self._known[keys[i]] = odds
        return [self._known[key] for key in keys]


def open_with_scorer(index: Path) -> Callable[[Variant], Product]:
    """Opens the product on ``index`` for a variant; what the network has read is kept from one to the next."""
    from kin_assistant.assistant import Assistant
    from kin_assistant.index.layout import IndexFolder
    from kin_assistant.index.snapshot import current_recipe, open_published
    from kin_assistant.models.embedder import open_embedder
    from kin_assistant.models.evidence_network import open_scorer
    from kin_assistant.question.kinds import KindClassifier
    from kin_assistant.settings import Settings

    settings = Settings()
    models = IndexFolder(index).models
    embedder = open_embedder(settings.model, engine=settings.engine, cache=models)
    scorer = open_scorer(engine=settings.engine, cache=models)
    kinds = KindClassifier(engine=settings.engine, cache=models)
    remembering = _Remembering(scorer) if scorer else None

    def opened(variant: Variant) -> Product:
        build = open_published(index, current_recipe(embedder.name, embedder.dimension))
        network = remembering if variant.reader else None
        return cast(
            "Product", Assistant(build, embedder, settings, kinds=kinds, network=network, policy=variant.policy)
        )

    return opened


def ablate(
    opened: Callable[[Variant], Product],
    cases: Sequence[Case],
    judge_on: Split,
    variants: Sequence[Variant] = VARIANTS,
) -> Iterator[tuple[str, Mapping[str, float | None]]]:
    """Name and figures (by ``COLUMNS``) of each variant, on the questions of ``judge_on`` that need no history."""
    judged = [
        case
        for case in cases
        if case.split == judge_on and not case.follow_up and not isinstance(case.question, Request)
    ]
    for variant in variants:
        product = opened(variant)
        try:
            yield variant.name, _figures(product, judged)
        finally:
            product.close()


def render_table(rows: Sequence[tuple[str, Mapping[str, float | None]]]) -> str:
    """The figures as a Markdown table."""
    lines = [f"| variant | {' | '.join(COLUMNS.values())} |", "|---" * (1 + len(COLUMNS)) + "|"]
    for name, figures in rows:
        cells = ["" if (value := figures[column]) is None else f"{value:.3f}" for column in COLUMNS]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _figures(product: Product, cases: Sequence[Case]) -> dict[str, float | None]:
    observations: dict[str, list[Observation]] = defaultdict(list)
    for case in cases:
        answer = product.ask(case.question.question)
        found = measure_refusal(case, answer) | (measure_answer(case, answer) if case.question.answerable else {})
        for name, observation in found.items():
            observations[name].append(observation)
    return {name: ratio(observations[name]) for name in COLUMNS}
