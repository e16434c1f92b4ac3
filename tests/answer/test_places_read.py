"""Of each place that a question names, so many passages are read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kin_assistant.assistant import Assistant
from kin_assistant.index.snapshot import OpenIndex
from kin_assistant.models.embedder import Embedder
from kin_assistant.policy import AnswerPolicy
from kin_assistant.question.kinds import KindClassifier
from kin_assistant.settings import Settings
from tests.varied_policies import double, halve

QUESTION = "How is household waste composted in Surabaya and Dhaka?"
PLACES = ("Surabaya", "Dhaka")


def count_read(index: OpenIndex, model: Embedder, policy: AnswerPolicy) -> list[int]:
    """Passages of documents on each place alone that are read."""
    alone = replace(policy, evidence=replace(policy.evidence, passages=1))
    assistant = Assistant(index, model, Settings(), kinds=KindClassifier(), policy=alone)
    evidence = assistant.read(QUESTION)
    infos = [index.library.infos[index.library.document_row(row)] for row in evidence.passages]
    return [sum(info.cities == (place,) or list(info.cities) == [place] for info in infos) for place in PLACES]


@pytest.mark.shipped
def test_of_each_place_as_many_passages_are_read_as_the_policy_says(opened_index: OpenIndex, model: Embedder) -> None:
    name = "evidence.passages_per_place"
    shipped = AnswerPolicy().evidence.passages_per_place
    for policy, most in ((halve(name), shipped // 2), (AnswerPolicy(), shipped), (double(name), 2 * shipped)):
        # One more may come from the search that asks for all places at once.
        assert all(most // 2 < count <= most + 1 for count in count_read(opened_index, model, policy)), most
