"""Which stretches are quoted: those worth more than they cost, the best sentence first, in an order that can be read."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace

import pytest

from kin_assistant.answer.evidence import Candidate
from kin_assistant.answer.stretches import estimate_worth, leans_back, select_stretches
from kin_assistant.index.library import DocumentRow, PassageRow
from kin_assistant.policy import SelectionPolicy
from kin_assistant.types import Sentence
from tests.varied_policies import double, halve

POLICY = SelectionPolicy()


class Shelf:
    """Passages made of sentences, and candidates among them. A line that begins with "- " is an item of the line before."""

    def __init__(self, *passages: tuple[int, Sequence[str]]) -> None:
        self.sentences: list[list[Sentence]] = []
        self.candidates: dict[str, Candidate] = {}
        for row, (document, texts) in enumerate(passages):
            position, found, lead_in = 1000 * row, [], None
            for text in texts:
                if text.endswith(":") or text.startswith("| Head"):
                    lead_in = (position, position + len(text))
                is_item = text.startswith(("- ", "| ")) and (position, position + len(text)) != lead_in
                found.append(Sentence(start=position, end=position + len(text), lead_in=lead_in if is_item else None))
                self.candidates[text] = Candidate(
                    PassageRow(row), DocumentRow(document), found[-1], text, 0.0, 0.0, frozenset(), 0.0
                )
                position += len(text) + 1
            self.sentences.append(found)

    def choose(
        self,
        worth: dict[str, float],
        *,
        places: Sequence[Collection[DocumentRow]] = (),
        words: int = 100,
        most: int = 4,
        policy: SelectionPolicy = POLICY,
        min_share_before: float = math.inf,
    ) -> list[list[str]]:
        """The texts of the stretches that are quoted where sentences are worth so much, and others nothing."""
        values = {candidate: worth.get(text, 0.0) for text, candidate in self.candidates.items()}
        stretches = select_stretches(
            list(values), values, places, self.sentences.__getitem__, words, policy, most=most, min_share_before=min_share_before
        )  # fmt: skip
        return [[candidate.text for candidate in stretch.candidates] for stretch in stretches]


def test_an_answer_may_be_one_sentence_long() -> None:
    shelf = Shelf((0, ["Alpha sorts one.", "Beta sells two.", "Gamma burns three."]), (1, ["Delta sinks four."]))
    assert shelf.choose({"Beta sells two.": 0.9}) == [["Beta sells two."]]


def test_neighbours_that_answer_are_one_stretch() -> None:
    shelf = Shelf((0, ["Alpha sorts one.", "Beta sells two.", "Gamma burns three."]))
    chosen = shelf.choose({"Alpha sorts one.": 0.9, "Beta sells two.": 0.5, "Gamma burns three.": 0.02})
    assert chosen == [["Alpha sorts one.", "Beta sells two."]]


def test_a_poor_sentence_between_two_good_ones_is_quoted_with_them() -> None:
    shelf = Shelf((0, ["Alpha sorts one.", "Beta sells two.", "Gamma burns three."]))
    chosen = shelf.choose({"Alpha sorts one.": 0.9, "Beta sells two.": 0.05, "Gamma burns three.": 0.6})
    assert chosen == [["Alpha sorts one.", "Beta sells two.", "Gamma burns three."]]


@pytest.mark.parametrize(("min_share", "before"), [(0.5, ["Alpha sorts one."]), (0.7, []), (math.inf, [])])
def test_what_stands_in_front_of_the_best_sentence_begins_if_it_is_worth_nearly_as_much(
    min_share: float, before: list[str]
) -> None:
    shelf = Shelf((0, ["Alpha sorts one.", "Beta sells two.", "Gamma burns three."]))
    chosen = shelf.choose({"Alpha sorts one.": 0.5, "Beta sells two.": 0.8}, min_share_before=min_share)
    assert chosen == [[*before, "Beta sells two."]]


def test_the_best_sentence_comes_first_and_the_others_in_the_order_of_the_document() -> None:
    shelf = Shelf((0, ["Alpha sorts one."]), (0, ["Beta sells two."]), (0, ["Gamma burns three."]))
    chosen = shelf.choose({"Alpha sorts one.": 0.5, "Beta sells two.": 0.6, "Gamma burns three.": 0.9})
    assert chosen == [["Gamma burns three."], ["Alpha sorts one."], ["Beta sells two."]]


def test_nothing_is_put_before_the_best_sentence_in_its_stretch() -> None:
    shelf = Shelf((0, ["Alpha sorts one.", "Beta sells two."]))
    assert shelf.choose({"Alpha sorts one.": 0.5, "Beta sells two.": 0.9}) == [["Beta sells two."]]


def test_no_stretch_opens_with_a_sentence_that_leans_back() -> None:
    shelf = Shelf((0, ["Waste fell in 2005.", "It rose again later.", "The end came."]))
    assert shelf.choose({"It rose again later.": 0.9}) == [["Waste fell in 2005.", "It rose again later."]]
    alone = Shelf((0, ["It rose again later.", "The end came."]))
    assert alone.choose({"It rose again later.": 0.9, "The end came.": 0.3}) == [["The end came."]]


def test_the_header_of_a_table_and_what_introduces_a_list_are_no_evidence() -> None:
    header, row = "| Head | Waste |", "| 2009 | 1,150 |"
    table = Shelf((0, [header, "| 2005 | 1,480 |", row]))
    assert table.choose({header: 0.9, row: 0.8}) == [[row]]
    steps = Shelf((0, ["The steps are:", "- Sort the waste.", "- Turn the heap."]))
    assert steps.choose({"The steps are:": 0.9, "- Turn the heap.": 0.5}) == [["- Turn the heap."]]


def test_rows_of_one_table_stand_together() -> None:
    rows = ["| 2005 | 1,480 |", "| 2007 | nothing |", "| 2008 | nothing |", "| 2009 | 1,150 |"]
    shelf = Shelf((0, ["| Head | Waste |", *rows]))
    policy = replace(POLICY, sentences_of_stretch=1)
    assert shelf.choose({rows[0]: 0.9, rows[3]: 0.8}, policy=policy) == [[rows[0], rows[3]]]


def test_what_repeats_a_quote_adds_little() -> None:
    shelf = Shelf(
        (0, ["Surabaya cut waste by 20 per cent."]),
        (1, ["Waste in Surabaya was cut by 20 per cent."]),
        (2, ["Cebu opened markets."]),
    )
    chosen = shelf.choose(dict.fromkeys(shelf.candidates, 0.6))
    assert [len(chosen), ["Cebu opened markets."] in chosen] == [2, True]


def test_the_budget_of_words_is_kept() -> None:
    names = ["Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta", "Theta"]
    texts = [" ".join(f"{name}{number}" for number in range(7)) for name in names]
    chosen = Shelf(*((0, [text]) for text in texts)).choose(dict.fromkeys(texts, 0.9), words=30, most=8)
    assert sum(len(text.split()) for stretch in chosen for text in stretch) <= 30
    assert len(chosen) == 4


def test_one_sentence_is_quoted_even_if_it_is_longer_than_the_budget() -> None:
    long = "word " * 200 + "end."
    assert Shelf((0, [long, "Short one."])).choose({long: 0.9, "Short one.": 0.4}, words=50)[0] == [long]


def test_what_leans_on_too_much_gives_way_to_what_fits() -> None:
    before, leaning = "word " * 60 + "end.", "It therefore stops."
    shelf = Shelf((0, [before, leaning, "Short one."]))
    assert shelf.choose({before: 0.1, leaning: 0.9, "Short one.": 0.4}, words=50)[0] == ["Short one."]


def test_few_stretches_and_documents_are_quoted_however_many_are_good() -> None:
    texts = [f"Town{number} says word{number} so{number}." for number in range(8)]
    shelf = Shelf(*((row, [text]) for row, text in enumerate(texts)))
    worth = {text: 0.9 - number / 1000 for number, text in enumerate(texts)}
    assert shelf.choose(worth, most=8) == [[text] for text in texts[: POLICY.documents]]
    assert shelf.choose(worth, most=2) == [[text] for text in texts[:2]]


def test_every_named_place_has_its_part() -> None:
    shelf = Shelf(
        (0, ["Surabaya sorts one."]), (0, ["Surabaya burns three."]), (1, ["Cebu sells four."]), (2, ["Else."])
    )
    worth = {"Surabaya sorts one.": 0.9, "Surabaya burns three.": 0.8, "Cebu sells four.": 0.1}
    both = [{DocumentRow(0)}, {DocumentRow(1)}]
    assert ["Cebu sells four."] in shelf.choose(worth, places=both, most=2)
    assert ["Cebu sells four."] not in shelf.choose(worth, most=2)


@pytest.mark.parametrize("words", [0, 1, 30, 1000])
def test_nothing_is_chosen_twice(words: int) -> None:
    texts = [f"Town{number} says word{number}." for number in range(20)]
    chosen = Shelf((0, texts)).choose(
        {text: 1 - number / 100 for number, text in enumerate(texts)}, words=words, most=20
    )
    quoted = [text for stretch in chosen for text in stretch]
    assert len(quoted) == len(set(quoted))
    assert quoted


def test_without_candidates_nothing_is_quoted() -> None:
    assert Shelf().choose({}) == []


def test_what_the_network_says_and_what_is_similar_make_a_sentence_worth_more() -> None:
    plain = next(iter(Shelf((0, ["Alpha sorts one."])).candidates.values()))
    rival = replace(plain, document=DocumentRow(1), similarity_score=1.0)
    worth = [
        estimate_worth([one, rival], POLICY)[one]
        for one in (
            plain,
            replace(plain, logit=0.0),
            replace(plain, logit=3.0),
            replace(plain, logit=3.0, cosine=0.5),
            replace(plain, logit=3.0, cosine=0.5, similarity_score=0.5),
        )
    ]
    assert worth == sorted(set(worth))
    assert all(0 < value < 1 for value in worth)


@pytest.mark.parametrize(("logits", "differ"), [((-5.0, -5.5), True), ((-7.0, -9.0), False)])
def test_very_low_logits_are_all_alike(logits: tuple[float, float], differ: bool) -> None:
    plain = next(iter(Shelf((0, ["Alpha sorts one."])).candidates.values()))
    worth = [estimate_worth([one], POLICY)[one] for one in (replace(plain, logit=logit) for logit in logits)]
    assert (worth[0] > worth[1]) is differ


@pytest.mark.parametrize(
    ("text", "leans"),
    [
        ("A later field study is more cautious.", True),
        ("It rose.", True),
        ("However, costs fell.", True),
        ("Its cost was low.", True),
        ("Italy pays.", False),
        ("These baskets work.", True),
        ("The latter failed.", True),
        ("Cebu sorts.", False),
        ("Third, managers were lacking.", True),
        ("Third parties weigh the waste.", False),
        ("There are 80 barangays.", False),
        ("Theresa sorts.", False),
        ("The sources therefore disagree.", True),
        ("The cut of 24.9 per cent therefore has several causes.", True),
        ("The plant of Cebu closed, therefore fees fell.", False),
    ],
)
def test_a_sentence_that_speaks_of_the_one_before_leans_back(text: str, leans: bool) -> None:
    assert leans_back(text) is leans


BONUS = "selection.bonus_of_place"


@pytest.mark.parametrize(
    ("policy", "rivals", "waits"),
    [
        (POLICY, 1, False),
        (halve(BONUS).selection, 1, True),
        (POLICY, 2, True),
        (double(BONUS).selection, 2, False),
    ],
)
def test_a_place_that_waits_comes_before_one_good_sentence_on_another_but_not_before_two(
    policy: SelectionPolicy, rivals: int, waits: bool
) -> None:
    good = ["Surabaya burns three.", "Trucks carry five."][:rivals]
    shelf = Shelf((0, ["Surabaya sorts one."]), (0, good), (1, ["Cebu sells four."]))
    worth = {"Surabaya sorts one.": 0.95, **dict.fromkeys(good, 0.9), "Cebu sells four.": 0.1}
    chosen = shelf.choose(worth, places=[{DocumentRow(0)}, {DocumentRow(1)}], most=2, policy=policy)
    assert (["Cebu sells four."] not in chosen) == waits


def test_items_of_one_list_that_is_cut_into_passages_are_one_stretch() -> None:
    shelf = Shelf((0, ["The steps are:", "- Sort the waste."]), (0, ["- Turn the heap.", "It went well."]))
    worth = {"- Sort the waste.": 0.9, "- Turn the heap.": 0.9}
    assert shelf.choose(worth) == [["- Sort the waste."], ["- Turn the heap."]], "two lists"
    lead_in = shelf.candidates["- Sort the waste."].sentence.lead_in
    cut = shelf.candidates["- Turn the heap."].sentence.model_copy(update={"lead_in": lead_in})
    shelf.candidates["- Turn the heap."] = replace(shelf.candidates["- Turn the heap."], sentence=cut)
    shelf.sentences[1][0] = cut
    assert shelf.choose(worth) == [["- Sort the waste.", "- Turn the heap."]]
