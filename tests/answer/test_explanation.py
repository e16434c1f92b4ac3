"""Why a sentence was quoted, and why a passage was not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kin_assistant.answer.evidence import Candidate
from kin_assistant.answer.explanation import explain_quote, explain_silence
from kin_assistant.types import Sentence

QUESTION = "How much did composting cut waste?"
CANDIDATE = Candidate(
    3, 1, Sentence(start=0, end=40), "Composting cut waste by a fifth.", 1.0, 0.6, frozenset({"compost"}), 1.0, 2.0
)


def test_a_quoted_sentence_says_what_speaks_for_it() -> None:
    assert explain_quote(CANDIDATE, QUESTION) == (
        "read with the question, it answers; close to it in meaning; shares the words composting, cut, waste"
    )


@pytest.mark.parametrize(
    ("logit", "words"),
    [(0.0, "it may answer"), (-3.0, "related in meaning; shares"), (None, "related in meaning; shares")],
)
def test_doubt_is_said(logit: float | None, words: str) -> None:
    why = explain_quote(replace(CANDIDATE, logit=logit, cosine=0.4), QUESTION)
    assert words in why
    assert "it answers" not in why


def test_a_sentence_that_only_stands_beside_another_says_so() -> None:
    neighbour = replace(CANDIDATE, text="This was new.", logit=-5.0, cosine=0.1)
    assert explain_quote(neighbour, QUESTION) == "stands beside a quoted sentence"


@pytest.mark.parametrize(
    ("sentences", "why"),
    [
        ([], "no sentence of it can be quoted alone"),
        ([replace(CANDIDATE, document=2)], "other documents answer better"),
        ([replace(CANDIDATE, score=0.9)], "the answer was long enough"),
        ([replace(CANDIDATE, score=0.1, logit=-2.0)], "read with the question, it does not answer"),
        ([replace(CANDIDATE, score=0.1)], "other sentences of its document answer better"),
    ],
)
def test_a_passage_that_is_not_quoted_says_why(sentences: list[Candidate], why: str) -> None:
    assert explain_silence(sentences, [CANDIDATE], least=0.5) == why
