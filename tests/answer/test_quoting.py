"""Answers in quotes: short lists whole, and what a compiler concludes behind what sources say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kin_assistant.answer.draft import Draft, DraftSection
from kin_assistant.answer.evidence import Candidate, Evidence
from kin_assistant.answer.quoting import Quoter
from kin_assistant.policy import AnswerPolicy, SelectionPolicy
from kin_assistant.types import Form
from tests.form_library import DIGEST, SmallLibrary, open_library
from tests.varied_policies import double, halve

ANNOUNCED = """
## Cost and finance
The bank of Cebu has two accounts, for meters and for points:

- Meters of the bank: the city pays.
- Points of the bank: the shops pay.
"""
CEBU = DIGEST.format(
    id="cebu-points", title="Points for homes in Cebu", cities="Cebu", countries="Philippines", region="South-East Asia",
    themes="energy", years="2008-2014",
) + """## Problem
Homes in Cebu use power without thought. The grid of Cebu fails in summer.

## What the city did
- The points bank of Cebu reads the meters of homes.
- Each month the homes of the bank learn what they saved.
- Points are spent in shops of the market.

## Lessons
In our reading the points bank reads the meters of homes each month for trust.
""" + ANNOUNCED  # fmt: skip
QUESTION = "How does the points bank reads the meters of homes each month?"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallLibrary]:
    opened, index = open_library(tmp_path_factory.mktemp("quoting") / "index", {"cebu.md": CEBU})
    yield opened
    index.close()


def read(library: SmallLibrary) -> Evidence:
    query = library.query(QUESTION)
    ranking = library.search.retriever.rank(query)
    return library.search.reader.read(query, ranking, ranking.passages)


def explain(library: SmallLibrary, policy: SelectionPolicy, words: int = 150) -> Draft:
    return Quoter(library.search.library, policy, {"lessons"}).draft_explanation(read(library), words)


def test_a_short_list_is_whole_if_several_items_of_it_answer(library: SmallLibrary) -> None:
    draft = explain(library, SelectionPolicy(worth_of_conclusion=0.2, price_of_sentence=0.05))
    (listed,) = [section for section in draft.sections if section.of]
    assert (listed.shown, listed.of) == (3, 3)
    assert [one.text for one in listed.candidates][-1] == "Points are spent in shops of the market."


@pytest.mark.parametrize("weight", [9.0, 0.0])
def test_what_is_asked_for_weighs_in_facts_and_explanations(library: SmallLibrary, weight: float) -> None:
    evidence = read(library)
    told = "Homes in Cebu use power without thought."
    asked = replace(
        evidence,
        candidates=tuple(replace(one, field_match=float(one.text == told)) for one in evidence.candidates),
    )
    quoter = Quoter(library.search.library, SelectionPolicy(worth_of_field=weight), {"lessons"})
    for draft in (quoter.draft_explanation(asked, 150), quoter.draft_fact(asked, 75)):
        assert (draft.candidates[0].text == told) == (weight > 0)


def test_an_item_that_answers_alone_stays_alone(library: SmallLibrary) -> None:
    draft = explain(library, SelectionPolicy(worth_of_conclusion=0.2, price_of_sentence=0.5))
    (listed,) = draft.sections
    assert (listed.shown, listed.of) == (1, 3)


def test_of_a_longer_list_only_what_answers_is_quoted_and_that_is_said(library: SmallLibrary) -> None:
    draft = explain(library, SelectionPolicy(worth_of_conclusion=0.2, words_of_whole_list=10, price_of_sentence=0.05))
    listed = next(section for section in draft.sections if section.of)
    assert listed.shown < listed.of == 3


def test_a_whole_list_pushes_out_what_is_worth_less(library: SmallLibrary) -> None:
    all_that_is_worth_anything = SelectionPolicy(
        worth_of_conclusion=0.2, price_of_sentence=0, price_of_word=0, price_of_stretch=0, min_share=0
    )
    long = explain(library, all_that_is_worth_anything)
    short = explain(library, all_that_is_worth_anything, words=45)
    assert len(short.sections) < len(long.sections)
    assert any(section.of == section.shown == 3 for section in short.sections)


def test_what_a_compiler_concludes_comes_behind_what_sources_say(library: SmallLibrary) -> None:
    equal = SelectionPolicy(worth_of_conclusion=1.0, share_of_leading_conclusion=1.0)
    assert explain(library, equal).sections[0].heading == "Lessons"
    assert explain(library, SelectionPolicy(worth_of_conclusion=0.2)).sections[0].heading == "What the city did"
    behind = explain(library, replace(equal, share_of_leading_conclusion=0.2, price_of_sentence=0.05))
    assert [section.heading for section in behind.sections] == ["What the city did", "Lessons"], "there it may stand"


def test_what_is_shown_of_a_list_is_said_once_behind_its_last_quote(library: SmallLibrary) -> None:
    evidence = read(library)
    items = [one for one in evidence.candidates if one.text.endswith(("homes.", "market."))]
    first, last = sorted(items, key=lambda one: one.sentence.start)[:: len(items) - 1]
    quoter = Quoter(library.search.library, SelectionPolicy())

    def counts(form: Form, *sections: Candidate) -> list[tuple[int, int]]:
        draft = Draft(form, tuple(DraftSection((one,)) for one in sections))
        return [(section.shown, section.of) for section in quoter.count_lists(draft).sections]

    assert counts("quotes", first, last) == [(0, 0), (2, 3)]
    assert counts("quotes", first) == [(0, 0)], "an item alone may be all that was asked for"
    announced = next(one for one in evidence.candidates if one.text == "Meters of the bank: the city pays.")
    assert counts("quotes", announced) == [(1, 2)], "but not where the words in front of it announce more"
    assert counts("list", first) == [(1, 3)]


@pytest.mark.parametrize(
    ("missing", "policies"), [(20, ("shipped", "doubled")), (40, ("doubled",)), (10, ("halved", "shipped"))]
)
def test_the_last_words_of_a_list_are_added_as_the_policy_says(
    tmp_path: Path, missing: int, policies: tuple[str, ...]
) -> None:
    long = " ".join(["meters"] * (missing - 3))
    text = CEBU.replace("Each month the homes of the bank learn what they saved.", f"The homes read {long}.")
    library, index = open_library(tmp_path, {"cebu.md": text})
    evidence = read(library)
    items = [one for one in evidence.candidates if one.text.endswith(("of homes.", "meters.", "market."))]
    first, second, last = sorted(items, key=lambda one: one.sentence.start)
    assert len(second.text.split()) == missing
    value = "selection.words_of_last_items"
    by_name = {"halved": halve(value), "shipped": AnswerPolicy(), "doubled": double(value)}

    def counts(
        name: str, *quoted: Candidate, read: Evidence | None = evidence, words: int = 150
    ) -> list[tuple[int, int]]:
        quoter = Quoter(library.search.library, by_name[name].selection)
        draft = quoter.add_last_items(Draft("quotes", (DraftSection(quoted),)), read, words)
        return [(section.shown, section.of) for section in quoter.count_lists(draft).sections]

    ruled_out = replace(evidence, candidates=tuple(one for one in evidence.candidates if one != second))
    for name in policies:
        assert counts(name, first, last) == counts(name, first, last, read=None) == [(3, 3)]
        assert counts(name, first, last, words=30) == [(2, 3)], "there is no room"
        assert counts(name, first) == [(0, 0)], "of an item alone no list was begun"
        assert counts(name, first, last, read=ruled_out) == [(2, 3)], "what was read and is on another place stays out"
    if "halved" not in policies:
        assert counts("halved", first, last) == [(2, 3)]
    index.close()


def test_where_something_is_asked_for_as_it_is_now_the_newest_of_those_that_answer_leads(tmp_path: Path) -> None:
    text = CEBU.partition("## Problem")[0] + (
        "## Results\n\nThe recycled share of waste in Cebu in 2015 was 37 per cent. In 2019 Cebu recycled 44 per cent.\n"
    )
    library, index = open_library(tmp_path, {"cebu.md": text})

    def leading(question: str, policy: AnswerPolicy, behind: float) -> str:
        """What leads where the newer sentence is so far behind as an answer, in log odds."""
        evidence = library.read(library.query(question))
        old, new = sorted(evidence.candidates, key=lambda one: one.sentence.start)
        newer = replace(old, text=new.text, sentence=new.sentence, logit=1.0 - behind)
        evidence = replace(evidence, candidates=(replace(old, logit=1.0), newer))
        return Quoter(library.search.library, policy.selection).draft_fact(evidence, 75).candidates[0].text[:7]

    now, once = "what share of waste does Cebu recycle now", "what share of waste did Cebu recycle"
    value = "selection.share_of_older"
    found = [
        leading(once, AnswerPolicy(), 0.2),
        leading(now, AnswerPolicy(), 2.0),
        leading(now, double(value), 2.0),
        leading(now, AnswerPolicy(), 4.0),
        leading(now, halve(value), 4.0),
    ]
    index.close()
    assert found == ["The rec", "In 2019", "The rec", "The rec", "In 2019"]
