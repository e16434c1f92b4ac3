"""Signals of a question that the documents do not answer."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from kin_assistant.answer.evidence import Candidate
from kin_assistant.text.figures import asks_for_figure
from kin_assistant.text.words import stems
from kin_assistant.types import Sentence
from training.refusal import FEATURES, features_of

TEXTS = {0: "Naruhama paid 40 million for the beach in 2018.", 1: "Shiomine has a park."}


class Words(dict):
    """Stems that some document uses; all are equally rare."""

    def idf(self, stem):  # noqa: ARG002
        return 1.0


INDEX = SimpleNamespace(
    lexical=Words.fromkeys(stem for text in TEXTS.values() for stem in stems(text)),
    library=SimpleNamespace(document=lambda row: SimpleNamespace(text=TEXTS[row]), document_row=lambda row: row),
)


def candidate(document, logit):
    text = TEXTS[document]
    held = frozenset(stems(text))
    return Candidate(document, document, Sentence(start=0, end=len(text)), text, 1.0, 0.5, held, 1.0, logit)


def signals(question, *candidates, first=0):
    query = SimpleNamespace(
        standalone=question, idf=dict.fromkeys(stems(question), 1.0), wants_figure=asks_for_figure(question)
    )
    ranking = SimpleNamespace(best_cosine=0.6, passages=[first])
    return features_of(SimpleNamespace(query=query, candidates=candidates, ranking=ranking), INDEX)


def test_every_signal_has_a_description():
    assert signals("What did it cost?", candidate(0, 1.0)).keys() == FEATURES.keys()


def test_evidence_is_summed_over_all_that_was_read():
    found = signals("What did the beach cost?", candidate(0, 1.0), candidate(1, 1.0), candidate(1, None))
    assert found["total"] == pytest.approx(1.0 + math.log(2))
    assert (found["best"], found["runner_up"]) == (1.0, 1.0)
    assert signals("Why?", candidate(0, 50.0))["total"] == 8.0


def test_nothing_read_is_no_evidence():
    found = signals("Why?", candidate(0, None))
    assert found["total"] == found["best"] == -8.0


@pytest.mark.parametrize(
    ("question", "anywhere", "held"),
    [
        ("How much did Naruhama pay in 2018?", 1.0, 1.0),
        ("How much did Shiomine pay?", 1.0, 0.0),
        ("How much did Haedoran pay in 2018?", 0.5, 0.5),
        ("How much was paid?", 1.0, 1.0),
    ],
)
def test_names_are_looked_for_in_the_best_document_and_in_all(question, anywhere, held):
    found = signals(question, candidate(0, 2.0), candidate(1, -2.0))
    assert (found["names_anywhere"], found["names_held"]) == (anywhere, held)


def test_a_figure_that_is_asked_for_may_be_missing():
    assert signals("How many parks are there?", candidate(1, 2.0))["figure_missing"] == 1.0
    assert signals("How many millions were paid?", candidate(0, 2.0))["figure_missing"] == 0.0
    assert signals("Who has a park?", candidate(1, 2.0), first=0)["off_rank"] == 1.0
