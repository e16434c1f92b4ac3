"""What is marked for questions, and what of it an answer quotes."""

from __future__ import annotations

from pathlib import Path

import pytest

from kin_assistant.policy import AnswerPolicy
from tests.doubles import QUESTION, AssistantDouble
from training.quoting import Marked, judge, read_marked, with_values


def marked(*sentences: tuple[str, str]) -> Marked:
    return Marked("how", QUESTION, frozenset(sentences), held_out=False)


def test_questions_are_of_the_documents_that_are_there(repository: Path) -> None:
    ids = {path.stem for path in (repository / "corpus").glob("*.md")}
    asked = read_marked(ids)
    assert {one.group for one in asked} == {"how", "why", "results", "message", "more", "situation", "several"}
    assert all(document in ids for one in asked for document, _ in one.sentences)
    assert 0 < sum(one.held_out for one in asked) < len(asked) / 2
    assert 0 < len(read_marked({"khulna-faecal-sludge-service"})) < len(asked)
    assert read_marked(set()) == []


def test_source_marks_are_no_part_of_what_is_marked(repository: Path) -> None:
    ids = {path.stem for path in (repository / "corpus").glob("*.md")}
    assert not any("[2]" in text for one in read_marked(ids) for _, text in one.sentences)


def test_quotes_are_counted_against_what_is_marked() -> None:
    assistant = AssistantDouble()
    first, *others = assistant.ask(QUESTION).citations
    count = len(others) + 1
    told = judge(assistant, [marked((first.document_id, first.quote), ("elsewhere", "Not quoted."))])
    assert f"precision {1 / count:.3f}, recall 0.500, first quote marked 1.000" in told
    documents = {citation.document_id for citation in (first, *others)}
    assert f"documents marked {1 / len(documents):.3f}" in told
    assert "recall 0.000, first quote marked 0.000" in judge(assistant, [marked(("elsewhere", first.quote))])


def test_a_refusal_quotes_nothing() -> None:
    refused = Marked("how", "What did Lahore do about penguins?", frozenset({("a", "b")}), held_out=False)
    assert judge(AssistantDouble(), [refused]).endswith(
        "recall 0.000, first quote marked 0.000, documents marked 0.000, 0 words"
    )


def test_a_policy_takes_other_values() -> None:
    policy = with_values(AnswerPolicy(), ["selection.documents=5", "selection.worth_of_conclusion=0.25"])
    assert (policy.selection.documents, policy.selection.worth_of_conclusion) == (5, 0.25)
    assert policy.evidence == AnswerPolicy().evidence
    with pytest.raises(ValueError, match=r"no value selection\.courage"):
        with_values(AnswerPolicy(), ["selection.courage=2"])
