"""Sums and partners that were marked by hand, and how what is read is judged by them."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.contributions import HALVES, Count, MarkedParty, MarkedSentence, MarkedSum, match_contributions, read_marks
from kin_assistant.contributions.values import ROLES, Contribution, Party
from kin_assistant.indicators.values import Figure, Span

SENTENCE = "The World Bank lent US$5 million to Cebu."


def span(text: str) -> Span:
    start = SENTENCE.index(text)
    return Span(start=start, end=start + len(text), text=text)


def read(role: str = "loan", payer: str = "World Bank") -> Contribution:
    party = Party(name=payer, kind="organisation", words=span(payer))
    figure = Figure(value=5e6, unit="US$", written=span("US$5 million"))
    return Contribution.model_validate(
        {"number": 1, "role": role, "parties": (party,), "figure": figure, "citation": 1}
    )


def marked(payer: str = "World Bank") -> MarkedSentence:
    loan = frozenset({"loan"})
    return MarkedSentence(
        "d", SENTENCE, (MarkedSum("US$5 million", loan, payer),), (MarkedParty("World Bank", loan, optional=False),)
    )


def test_what_is_read_as_it_is_marked_is_right() -> None:
    count = Count()
    assert match_contributions(marked(), [read()], count) == []
    assert count.right == count.marked == count.read
    assert set(count.right) == {"sum", "role of sum", "payer of sum", "party", "role of party"}


def test_a_wrong_role_a_wrong_payer_and_what_is_missed_are_errors() -> None:
    assert len(match_contributions(marked(), [read("grant")], Count())) == 2
    errors = match_contributions(marked(), [read(payer="Cebu")], Count())
    assert any("is paid by World Bank" in error for error in errors)
    assert match_contributions(marked(), [], Count()) == ["missed US$5 million", "missed World Bank (loan)"]


@pytest.mark.parametrize("half", HALVES)
def test_every_mark_is_of_a_sentence_that_stands_in_its_document(half: str, repository: Path) -> None:
    for one in read_marks(half):
        text = (repository / "corpus" / f"{one.document}.md").read_text("utf-8")
        words = [word for word in one.sentence.split() if word.isalpha() and len(word) > 3]
        assert all(word in text for word in words), one.sentence
        assert all(mark.text in one.sentence and mark.roles <= set(ROLES) for mark in one.sums)
        assert all(mark.name in one.sentence for mark in one.parties)


def test_no_document_is_in_both_halves_and_there_are_enough() -> None:
    open_half, held_out = (read_marks(half) for half in HALVES)
    assert not {one.document for one in open_half} & {one.document for one in held_out}
    assert len(open_half) + len(held_out) >= 120
