"""Which sentences of a passage answer, and sets on disk."""

from __future__ import annotations

from training.examples import (
    Example,
    Reading,
    answering,
    read_examples,
    read_readings,
    share_of,
    write_examples,
    write_readings,
)


def test_a_table_row_is_known_whatever_stands_between_its_cells():
    rows = ["Lam Phra | 49 | 12 | 15 | 6", "Ban Thonglor Nua | 24 | 20 | 0 | 2"]
    assert answering(rows, ["Ban Thonglor Nua      24     20    0    2"]) == {1}


def test_a_quote_of_two_sentences_marks_both():
    sentences = ["A title search comes before any design.", "Without it no money is released.", "It rained."]
    assert answering(sentences, [f"{sentences[0]}\n{sentences[1]}"]) == {0, 1}


def test_a_sentence_behind_its_run_in_heading_is_the_quote():
    assert answering(["Partners. The city paid half [3]."], ["The city paid half."]) == {0}


def test_a_few_letters_in_common_are_no_quote():
    assert answering(["Yes.", "Seven towns said yes."], ["Yes."]) == {0}
    assert answering(["No."], ["Nobody paid for the second pump."]) == frozenset()


def test_sets_are_read_as_they_were_written(tmp_path):
    example = Example("Who?", "Title", ("One.", "Two."), frozenset({1}), 0.5, "raw", "a-b", "c-d")
    write_examples(tmp_path / "a.gz", [example, example])
    assert read_examples(tmp_path / "a.gz") == [example, example]
    first = (tmp_path / "a.gz").read_bytes()
    write_examples(tmp_path / "a.gz", [example, example])
    assert (tmp_path / "a.gz").read_bytes() == first
    reading = Reading("Who?", "a-b", answerable=True, passages=(example,))
    write_readings(tmp_path / "b.gz", [reading])
    assert read_readings(tmp_path / "b.gz") == [reading]


def test_draws_by_name_are_even():
    drawn = [share_of(f"document {number}") for number in range(2000)]
    assert 0.45 < sum(drawn) / 2000 < 0.55
    assert 0 <= min(drawn) < max(drawn) < 1
