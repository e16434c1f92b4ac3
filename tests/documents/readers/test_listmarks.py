"""What stands before an item of a list is told from the item, in all formats alike."""

from __future__ import annotations

import pytest

from kin_assistant.documents.readers.html import read_html
from kin_assistant.documents.readers.listmarks import find_mark, is_bullet, is_mark, is_number, is_sign
from kin_assistant.documents.readers.text import read_plain_text

_LONG = "The mast on the hill above the harbour of the town recorded"


@pytest.mark.parametrize(
    "mark", ["•", "▪", "➢", "-", "*", "–", "o", "1.", "12)", "(3)", "101.", "a)", "(b)", "iv.", "(ii)"]
)
def test_a_mark_is_told_from_the_words_behind_it(mark: str) -> None:
    line = f"  {mark} The words"
    found = find_mark(line)
    assert found is not None and (found[1], line[found.end() :]) == (mark, "The words")
    assert is_mark(mark)


@pytest.mark.parametrize(
    "line", ["The words", "-5 degrees", "o clock", "3.5 tonnes", "2005 was dry", "1000. The", "Dr. Lim", "A. Lim", ""]
)
def test_other_lines_begin_with_no_mark(line: str) -> None:
    assert find_mark(line) is None


@pytest.mark.parametrize("line", ["•The words", "・The words"])
def test_a_bullet_needs_no_space_behind_it(line: str) -> None:
    found = find_mark(line)
    assert found is not None and line[found.end() :] == "The words"


@pytest.mark.parametrize("word", ["", "The", "1", "Fig.", "--", "1000."])
def test_other_words_are_no_marks(word: str) -> None:
    assert not is_mark(word)


@pytest.mark.parametrize(
    ("mark", "kinds"),
    [
        ("•", (True, True, False)),
        ("-", (False, True, False)),
        ("o", (False, True, False)),
        ("(3)", (False, False, True)),
        ("iv.", (False, False, False)),
    ],
)
def test_bullets_signs_and_numbers_are_kinds_of_marks(mark: str, kinds: tuple[bool, bool, bool]) -> None:
    assert (is_bullet(mark), is_sign(mark), is_number(mark)) == kinds


@pytest.mark.parametrize("marks", [("i.", "ii.", "iii."), ("•", "•", "•"), ("100.", "101.", "102.")])
def test_a_list_has_the_same_items_in_a_text_and_in_a_page(marks: tuple[str, ...]) -> None:
    lines = [f"{mark} {words}." for mark, words in zip(marks, ("Sort", "Collect", "Compost"), strict=True)]
    text, page = read_plain_text("\n".join(lines)), read_html(f"<p>{'<br>'.join(lines)}</p>")
    for composition in (text, page):
        items = [composition.text[block.start : block.end] for block in composition.blocks if block.kind == "item"]
        assert items == ["Sort.", "Collect.", "Compost."]


def test_a_number_of_three_digits_within_a_sentence_of_a_text_begins_no_item() -> None:
    composition = read_plain_text(f"{_LONG}\n137. The council met and protested against it.")
    assert [block.kind for block in composition.blocks] == ["paragraph"]
