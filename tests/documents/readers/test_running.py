"""Running heads, feet and page numbers are told by what the pages have in common."""

from __future__ import annotations

from kin_assistant.documents.readers.running import EdgeLine, count_running


def count(*pages: list[str], need: int = 3, **given: bool) -> list[int]:
    edges = [
        (number, [EdgeLine(text, place, **given) for place, text in enumerate(lines)])
        for number, lines in enumerate(pages, 1)
    ]
    return count_running(edges, top=True, need=need, drift=1)


def test_the_same_words_on_enough_pages_are_a_running_head() -> None:
    pages = [["City report", f"Waste of {city}"] for city in ("Cebu", "Bago", "Suva")]
    assert count(*pages) == [1, 1, 1]
    assert count(*pages, need=4) == [0, 0, 0]


def test_words_with_the_number_of_the_page_are_a_running_head_and_with_other_numbers_are_not() -> None:
    assert count(["Report 11"], ["Report 12"], ["Report 13"]) == [1, 1, 1]
    assert count(["Report 11"], ["Report 31"], ["Report 7"]) == [0, 0, 0]


def test_numbers_in_sentences_and_in_large_headings_are_not_those_of_pages() -> None:
    assert count(["We saw 1."], ["We saw 2."], ["We saw 3."]) == [0, 0, 0]
    assert count(["Part 1"], ["Part 2"], ["Part 3"], large=True) == [0, 0, 0]


def test_a_number_alone_is_that_of_the_page_where_it_counts_with_the_pages() -> None:
    assert count(["- 1 -"], ["page 2 of 9"]) == [1, 1]
    assert count(["7"], ["8"]) == [1, 1]
    assert count(["2005"], ["40"]) == [0, 0]
    assert count(["7"], ["8"], extreme=False) == [0, 0]


def test_a_small_line_with_the_number_of_its_page_is_a_running_line() -> None:
    assert count(["Waste in Cebu 1"], ["Fees 2"], small=True) == [1, 1]
    assert count(["Waste in Cebu 1"], ["Fees 2"]) == [0, 0]


def test_lines_go_from_the_edge_inwards_alone() -> None:
    assert count(["One", "Report"], ["Two", "Report"], ["Three", "Report"]) == [0, 0, 0]


def test_two_neighbouring_pages_are_enough_where_the_height_is_known() -> None:
    edges = [(1, [EdgeLine("Fees", 40.0)]), (2, [EdgeLine("Fees", 40.5)]), (9, [EdgeLine("Fees", 52.0)])]
    assert count_running(edges, top=True, need=3, drift=6.0, same=1.0) == [1, 1, 0]
    assert count_running(edges, top=True, need=3, drift=6.0) == [0, 0, 0]
