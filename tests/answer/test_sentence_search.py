"""How well a sentence shows what a document says of a topic."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kin_assistant.answer.sentence_search import Found
from kin_assistant.index.library import DocumentRow, PassageRow
from kin_assistant.policy import SentenceSearchPolicy
from kin_assistant.types import Sentence

POLICY = SentenceSearchPolicy()
PLAIN = "Families in Cebu sort their waste."


def found(text: str = PLAIN, policy: SentenceSearchPolicy = POLICY, **signals: float) -> Found:
    plain = Found(
        PassageRow(0),
        DocumentRow(0),
        Sentence(start=0, end=len(text)),
        number=0,
        text=text,
        cosine=0.5,
        share=0.5,
        near=False,
        heading="",
        compiled=False,
        policy=policy,
    )
    return replace(plain, **signals)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "gained"),
    [
        (found(near=True), 0.3),
        (found(share=1.0), 0.15),
        (found("However, they sort their waste."), -0.5),
        (found(compiled=True), -0.25),
        (found("The cost of the plant is not known."), -0.25),
    ],
    ids=["near", "share", "leaning", "conclusion", "silence"],
)
def test_each_signal_counts_with_its_weight(one: Found, gained: float) -> None:
    assert one.score - found().score == pytest.approx(gained)


def test_a_sentence_as_near_as_another_is_better_with_the_words_of_the_topic() -> None:
    assert found(share=1.0).score > found(share=0.5).score > found(share=0.5, cosine=0.4).score
