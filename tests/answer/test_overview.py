"""Portraits: what it is comes first, then what the documents tell, within a budget of words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kin_assistant.answer.draft import Draft
from kin_assistant.answer.overview import draft_document, draft_overview, find_gist
from kin_assistant.answer.stretches import leans_back
from kin_assistant.policy import AnswerPolicy, OverviewPolicy
from tests.form_library import DIGEST, SmallLibrary, open_library
from tests.varied_policies import double, halve

_WITHOUT_PLACE = OverviewPolicy(price_of_place=0.0)


COMPOST_IN_CEBU = DIGEST.format(
    id="cebu", title="Compost baskets in Cebu", cities="Cebu", countries="Philippines", region="Asia", themes="x",
    years="2001-2011",
)  # fmt: skip


def portray(library: SmallLibrary, question: str, policy: AnswerPolicy | None = None) -> Draft | None:
    return draft_overview(library.query(question), library.read, library.search, library.records.fields_of, policy)


@pytest.mark.parametrize("question", ["What is a compost basket?", "compost basket", "compost basket in brief please"])
def test_the_sentence_that_defines_a_term_comes_first(library: SmallLibrary, question: str) -> None:
    draft = portray(library, question)
    assert draft is not None
    assert draft.candidates[0].text.startswith("A compost basket is a box")


def test_a_place_is_counted_and_told_by_what_was_done_and_what_it_brought(library: SmallLibrary) -> None:
    draft = portray(library, "tell me about Surabaya")
    assert draft is not None
    assert draft.said == "2 documents are about Surabaya."
    assert draft.candidates[0].text == "Surabaya is a port city of three million people."
    headings = [section.heading for section in draft.sections]
    assert headings.index("What the city did") < headings.index("Results")


def test_no_quote_leans_back_or_says_only_that_something_is_not_known(library: SmallLibrary) -> None:
    for question in ("tell me about Surabaya", "Cebu", "compost basket"):
        draft = portray(library, question)
        assert draft is not None
        for one in draft.candidates:
            assert not leans_back(one.text)
            assert not one.text.startswith("The running cost")


@pytest.mark.parametrize(
    ("said", "weight", "first"),
    [
        (
            "What compost baskets in Cebu cost is not known. Baskets stand in the yards of Cebu.",
            "price_of_remark",
            "Baskets stand in the yards of Cebu.",
        ),
        (
            "Compost baskets won in Cebu. Families sort waste. Families sort food waste. Families sort waste at home.",
            "centre",
            "Families sort waste at home.",
        ),
    ],
)
def test_a_document_is_told_by_what_its_sentences_say_and_not_by_what_is_unknown(
    tmp_path: Path, said: str, weight: str, first: str
) -> None:
    library, index = open_library(tmp_path, {"cebu.md": f"{COMPOST_IN_CEBU}## What the city did\n\n{said}\n"})
    row = library.search.library.row_of("cebu")
    gists = [
        find_gist(row, library.search, library.records.fields_of, replace(_WITHOUT_PLACE, **{weight: value}))
        for value in (0.0, 3.0)
    ]
    index.close()
    assert gists[0] is not None and said.startswith(gists[0].text)
    assert gists[1] is not None and gists[1].text == first


def test_the_quotes_stay_within_the_budget_and_none_stands_twice(library: SmallLibrary) -> None:
    draft = portray(library, "Surabaya", AnswerPolicy(overview=OverviewPolicy(words=20)))
    assert draft is not None
    texts = [one.text for section in draft.sections for one in section.candidates]
    assert sum(len(text.split()) for text in texts) <= 20
    assert len(texts) == len(set(texts))


def test_what_no_document_names_has_no_portrait(library: SmallLibrary) -> None:
    assert portray(library, "kimchi") is None


def test_of_a_city_there_is_a_portrait_whatever_is_said_beside_it_but_not_of_a_country(library: SmallLibrary) -> None:
    draft = portray(library, "tell me something about Cebu, a delegation arrives")
    assert draft is not None
    assert "about Cebu" in draft.said
    assert portray(library, "the city in Nepal with the delegation, in short") is None


def test_what_is_only_described_is_told_by_its_document(library: SmallLibrary) -> None:
    row = library.search.library.row_of("cebu-compost")
    evidence = library.read(library.query("the port where market vendors sort leaves, in short"))
    draft = draft_document(evidence, library.search, library.records.fields_of, AnswerPolicy())
    assert draft is not None
    assert draft.candidates[0].text == "Market vendors in Cebu sort their leaves for compost."
    assert {one.document for one in draft.candidates} == {row}


def test_a_document_that_tells_nothing_of_what_was_done_is_told_by_its_headings(tmp_path: Path) -> None:
    digest = DIGEST.format(
        id="fees", title="Fees of Cebu", cities="Cebu", countries="Philippines", region="South-East Asia",
        themes="fees", years="2001-2011",
    )  # fmt: skip
    text = (
        "## Cost and finance\n\nA family in Cebu pays 5 dollars.\n\n## Results\n\nFees in Cebu were too low to last.\n"
    )
    small, index = open_library(tmp_path, {"fees.md": digest + text})
    evidence = small.read(small.query("Fees that a family in Cebu pays were too low to last 5 dollars"))
    draft = draft_document(evidence, small.search, small.records.fields_of, AnswerPolicy())
    index.close()
    assert draft is not None
    assert {section.heading for section in draft.sections} == {"Cost and finance", "Results"}


def test_other_documents_that_are_called_so_add_a_sentence_on_what_was_done(tmp_path: Path) -> None:
    texts = {}
    for city, country, done in (
        ("Surabaya", "Indonesia", "The waste bank of Surabaya buys bottles from its members."),
        ("Makassar", "Indonesia", "The waste bank of Makassar was set up with municipal money."),
    ):
        head = DIGEST.format(
            id=city.lower(), title=f"The waste bank of {city}", cities=city, countries=country, region="South-East Asia",
            themes="recycling", years="2012-2020",
        )  # fmt: skip
        texts[f"{city}.md"] = f"{head}## What the city did\n\n{done}\n\n## Results\n\nThe waste bank of {city} grew.\n"
    library, index = open_library(tmp_path, texts)
    draft = portray(library, "tell me about waste banks")
    index.close()
    assert draft is not None
    told = [one.text for one in draft.candidates]
    assert "The waste bank of Surabaya buys bottles from its members." in told
    assert "The waste bank of Makassar was set up with municipal money." in told


def test_what_is_named_after_a_place_is_told_by_those_that_call_it_so(tmp_path: Path) -> None:
    own = {"countries": "x", "region": "Asia", "themes": "x", "years": "2001-2011"}
    texts = {
        "water.md": DIGEST.format(id="water", title="Saving water in Cebu", cities="Cebu", **own)
        + "## What the city did\n\nCebu saved water with meters in every house.\n",
        "dump.md": DIGEST.format(id="dump", title="A better dump in Surabaya", cities="Surabaya", **own)
        + "## What the city did\n\nThe dump of Surabaya was rebuilt by the Cebu method, with pipes that let air in.\n",
    }
    library, index = open_library(tmp_path, texts)
    draft = portray(library, "What's the Cebu method?")
    index.close()
    assert draft is not None
    assert draft.said == "1 document speaks of “Cebu method”."
    assert [one.text[:12] for one in draft.candidates] == ["The dump of "]


def test_a_term_of_several_words_is_defined_by_what_it_does(tmp_path: Path) -> None:
    digest = DIGEST.format(
        id="x",
        title="Waste in Cebu",
        cities="Cebu",
        countries="Philippines",
        region="Asia",
        themes="x",
        years="2001-2011",
    )
    said = "Cebu built an integrated resource recovery centre. An integrated resource recovery centre turns waste to compost."
    library, index = open_library(tmp_path, {"x.md": f"{digest}## What the city did\n\n{said}\n"})
    draft = portray(library, "what is an integrated resource recovery centre")
    index.close()
    assert draft is not None
    assert draft.candidates[0].text == "An integrated resource recovery centre turns waste to compost."


COST = "What compost baskets in Cebu cost is not known."
REMARK = "overview.price_of_remark"


@pytest.mark.parametrize(
    ("policy", "other", "told"),
    [
        (AnswerPolicy(), "Families there put baskets in their yards.", False),
        (halve(REMARK), "Families there put baskets in their yards.", True),
        (AnswerPolicy(), "Families in the hills of Cebu sort waste at home.", True),
        (double(REMARK), "Families in the hills of Cebu sort waste at home.", False),
    ],
)
def test_what_is_not_known_gives_way_to_a_sentence_that_is_nearly_as_central(
    tmp_path: Path, policy: AnswerPolicy, other: str, told: bool
) -> None:
    library, index = open_library(tmp_path, {"cebu.md": f"{COMPOST_IN_CEBU}## What the city did\n\n{COST} {other}\n"})
    limits = replace(policy.overview, price_of_place=0.0)
    gist = find_gist(library.search.library.row_of("cebu"), library.search, library.records.fields_of, limits)
    index.close()
    assert gist is not None
    assert gist.text == (COST if told else other)


def test_other_documents_on_the_place_that_are_as_near_add_what_they_tell_first(tmp_path: Path) -> None:
    own = {"cities": "Cebu", "countries": "Philippines", "region": "Asia", "themes": "x", "years": "2001-2011"}
    told = {
        "baskets": "Compost baskets of Cebu went to homes.",
        "leaves": "Compost baskets of Cebu went to new homes.",
        "pipes": "The water pipes of Cebu were mended.",
    }
    texts = {
        f"{name}.md": f"{DIGEST.format(id=name, title=name.title(), **own)}## What the city did\n\n{text}\n"
        for name, text in told.items()
    }
    library, index = open_library(tmp_path, texts)
    draft = portray(library, "tell me about the compost baskets of Cebu that went to homes")
    alone = portray(
        library,
        "tell me about the compost baskets of Cebu that went to homes",
        AnswerPolicy(overview=OverviewPolicy(min_share_of_other=1.1)),
    )
    index.close()
    assert draft is not None
    assert alone is not None
    assert [one.text for one in draft.candidates] == [told["baskets"], told["leaves"]]
    assert [one.text for one in alone.candidates] == [told["baskets"]]
