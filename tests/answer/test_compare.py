"""Comparisons: a row a place, with evidence or the word that there is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kin_assistant import Assistant
from kin_assistant.answer.compare import NO_EVIDENCE, draft_compare
from kin_assistant.answer.draft import Draft
from kin_assistant.answer.extreme import asks_for_extreme
from kin_assistant.policy import AnswerPolicy, ComparePolicy
from kin_assistant.question.query import Query
from tests.form_library import DIGEST, SmallLibrary, open_library
from tests.varied_policies import double


def compare(query: Query, library: SmallLibrary, policy: ComparePolicy | None = None) -> Draft | None:
    """What ``draft_compare`` makes of it."""
    return draft_compare(
        query, library.search, library.records.fields_of, AnswerPolicy(compare=policy or ComparePolicy())
    )


def test_each_place_has_a_row_with_its_own_sentences(library: SmallLibrary) -> None:
    draft = compare(library.query("How much did waste fall in Surabaya and in Cebu?"), library)
    assert draft is not None
    assert draft.form == "table"
    rows = {section.heading: [one.text for one in section.candidates] for section in draft.sections}
    assert "Waste in Surabaya fell by 20 per cent from 2005 to 2009." in rows["Surabaya"]
    assert "Waste in Cebu fell by 30 per cent from 2010 to 2012." in rows["Cebu"]


def test_where_nothing_in_particular_is_asked_a_row_tells_what_was_done_what_it_brought_and_what_was_learnt(
    tmp_path: Path,
) -> None:
    digests = {
        f"{city.lower()}.md": DIGEST.format(
            id=city.lower(), title=f"Baskets in {city}", cities=city, countries=country,
            region="South-East Asia", themes="waste", years="2001-2011",
        )
        + f"## What the city did\n\n{city} gave compost baskets to households. {city} trained leaders for compost baskets.\n\n"
        f"## Results\n\nCompost baskets cut the waste of {city}.\n\n"
        f"## Lessons\n\nCompost baskets work in {city} where a leader visits.\n"
        for city, country in (("Surabaya", "Indonesia"), ("Cebu", "Philippines"))
    }  # fmt: skip
    library, index = open_library(tmp_path, digests)
    draft = compare(library.query("compare compost baskets in Surabaya and Cebu"), library)
    index.close()
    assert draft is not None
    rows = {section.heading: [one.text for one in section.candidates] for section in draft.sections}
    for city, quotes in rows.items():
        assert quotes[0] in (
            f"{city} gave compost baskets to households.",
            f"{city} trained leaders for compost baskets.",
        )
        assert quotes[1:] == [
            f"Compost baskets cut the waste of {city}.",
            f"Compost baskets work in {city} where a leader visits.",
        ]
    assert rows.keys() == {"Surabaya", "Cebu"}


def test_where_a_figure_is_asked_for_a_sentence_that_gives_one_comes_first(tmp_path: Path) -> None:
    digests = {
        f"{city}.md": DIGEST.format(
            id=city, title="Baskets", cities=city, countries=country, region="Asia", themes="x", years="2001-2011"
        )
        + f"## Results\n\nThe cost of compost baskets in {city} rose. Compost baskets cost 5 dollars.\n"
        for city, country in (("Cebu", "Philippines"), ("Surabaya", "Indonesia"))
    }
    library, index = open_library(tmp_path, digests)
    query = library.query("How much do compost baskets cost in Cebu and Surabaya?")
    drafts = [compare(query, library, ComparePolicy(figure=weight, sentences=1)) for weight in (0.0, 3.0)]
    index.close()
    rows = [draft.sections[0].candidates[0].text for draft in drafts if draft]
    assert rows == ["The cost of compost baskets in Cebu rose.", "Compost baskets cost 5 dollars."]


def test_a_name_alone_is_no_side(tmp_path: Path) -> None:
    digests = {
        f"{name}.md": DIGEST.format(
            id=name, title=name, cities=city, countries=country, region="Asia", themes="x", years="2001-2011"
        )
        + f"## What the city did\n\n{text}\n"
        for name, city, country, text in (
            ("a", "Cebu", "Philippines", "Cebu City opened a waste bank in Cebu City."),
            ("b", "Cebu", "Philippines", "Sewers were built along the dirty river of Cebu."),
            ("c", "Surabaya", "Indonesia", "Sewers were built along the river of Surabaya."),
            ("d", "Kathmandu", "Nepal", "Sewers were built along the river of Kathmandu."),
        )
    }
    library, index = open_library(tmp_path, digests)
    draft = compare(library.query("compare river sewers in Surabaya, Kathmandu and Cebu City"), library)
    index.close()
    assert draft is not None
    rows = {section.heading: section.candidates[0].text for section in draft.sections}
    assert rows["Cebu"] == "Sewers were built along the dirty river of Cebu."


def test_a_place_without_a_document_has_a_row_that_says_so(library: SmallLibrary) -> None:
    draft = compare(library.query("Compare compost in Surabaya and in Lahore"), library)
    assert draft is not None
    assert draft.sections[-1].heading == "Lahore"
    assert draft.sections[-1].remark == NO_EVIDENCE


@pytest.mark.parametrize(
    ("text", "of_several", "cebu"),
    [
        ("Cebu and Surabaya have plants.", True, True),
        ("In Surabaya the firm builds pipes.", False, False),
        ("The firm builds pipes.", True, False),
        ("The firm builds pipes.", False, True),
    ],
)
def test_a_row_quotes_no_sentence_on_another_city(
    library: SmallLibrary, text: str, *, of_several: bool, cebu: bool
) -> None:
    place = library.query("What does Cebu do?").scope.named[0]
    document = "network-list" if of_several else "cebu-compost"
    found = next(
        iter(library.search.sentences_of([library.search.library.row_of(document)], library.search.make_topic("x")))
    )
    candidate = replace(found.as_candidate(), text=text)
    assert library.search.speaks_of(place, candidate) is cebu


def test_what_the_documents_on_a_place_do_not_answer_is_no_evidence(library: SmallLibrary) -> None:
    draft = compare(library.query("Which football clubs play in Cebu and Kathmandu?"), library)
    assert draft is not None
    assert [section.remark for section in draft.sections] == [NO_EVIDENCE, NO_EVIDENCE]


def test_for_the_most_of_all_figures_stand_side_by_side_and_no_winner_is_named(library: SmallLibrary) -> None:
    query = library.query("largest fall of waste by per cent")
    draft = compare(query, library, ComparePolicy(min_strength=0))
    assert draft is not None
    assert {section.heading for section in draft.sections} >= {"Surabaya", "Cebu"}
    assert "no winner" in draft.said
    assert draft.caveats


def test_a_clause_that_only_asks_for_the_most_is_not_looked_for(library: SmallLibrary) -> None:
    asked = ("fall of waste by per cent", "fall of waste by per cent, which town is the greatest?")
    policy = ComparePolicy(min_strength=0)
    drafts = [compare(library.query(f"highest {text}" if "," not in text else text), library, policy) for text in asked]
    rows = [[section.heading for section in draft.sections] for draft in drafts if draft]
    assert len(rows) == 2
    assert rows[0] == rows[1]


def test_where_the_highest_share_is_asked_for_other_figures_are_left_out(tmp_path: Path) -> None:
    texts = {}
    for city, country, said in (
        ("Surabaya", "Indonesia", "The recycling rate of Surabaya was 30 per cent in 2010."),
        ("Cebu", "Philippines", "The recycling rate of Cebu was 20 per cent in 2012."),
        ("Bago", "Philippines", "The recycling plant of Bago has a rate of 50 tonnes a day."),
    ):
        digest = DIGEST.format(
            id=city.lower(), title=f"Recycling in {city}", cities=city, countries=country, region="South-East Asia",
            themes="recycling", years="2001-2012",
        )  # fmt: skip
        texts[f"{city}.md"] = f"{digest}## Results\n\n{said}\n"
    library, index = open_library(tmp_path, texts)
    draft = compare(library.query("Which city has the highest recycling rate?"), library)
    index.close()
    assert draft is not None
    assert {section.heading for section in draft.sections} == {"Surabaya", "Cebu"}


def test_the_row_of_a_table_stands_for_the_place_that_it_names(tmp_path: Path) -> None:
    digest = DIGEST.format(
        id="fees", title="Fees of cities", cities="Surabaya, Cebu", countries="Indonesia, Philippines",
        region="South-East Asia", themes="fees", years="2001-2011",
    )  # fmt: skip
    table = "## Fees\n\n| City | What it takes |\n|---|---|\n| Surabaya | waste fee 5 dollars |\n| Cebu | waste fee 7 dollars |\n"
    library, index = open_library(tmp_path, {"fees.md": digest + table})
    draft = compare(library.query("Compare the waste fee of Surabaya and the waste fee of Cebu"), library)
    index.close()
    assert draft is not None
    rows = {section.heading: [one.text for one in section.candidates] for section in draft.sections}
    assert rows == {"Surabaya": ["| Surabaya | waste fee 5 dollars |"], "Cebu": ["| Cebu | waste fee 7 dollars |"]}


def test_sides_that_are_described_have_rows_of_their_own(library: SmallLibrary) -> None:
    query = library.query("compost baskets given to households versus a waste bank for bottles")
    draft = compare(query, library)
    assert draft is not None
    rows = {section.heading: [one.text for one in section.candidates] for section in draft.sections}
    assert rows.keys() == {"Surabaya", "Cebu"}
    assert "Surabaya gave compost baskets to 17,000 households." in rows["Surabaya"]
    assert "Cebu opened a waste bank for bottles." in rows["Cebu"]


def test_a_side_that_nothing_in_the_other_sides_place_answers_is_answered_from_elsewhere(library: SmallLibrary) -> None:
    query = library.query("compost baskets given to households versus the waste bank for bottles in Cebu")
    draft = compare(query, library)
    assert draft is not None
    rows = {section.heading: [one.text for one in section.candidates] for section in draft.sections}
    assert rows.keys() == {"Surabaya", "Cebu"}
    assert "Surabaya gave compost baskets to 17,000 households." in rows["Surabaya"]
    assert rows["Cebu"][0] == "Cebu opened a waste bank for bottles."


def test_two_sides_in_one_document_make_no_table(library: SmallLibrary) -> None:
    query = library.query("diesel tempos off the road versus electric tempos run with a loan")
    assert compare(query, library) is None


@pytest.mark.parametrize("question", ["the best of all", "dearest project", "on the west coast", "a test of interest"])
def test_superlatives_are_told_from_words_that_end_alike(question: str) -> None:
    assert asks_for_extreme(question) is question.startswith(("the best", "dearest"))


def test_of_one_city_the_most_is_no_comparison_of_places(library: SmallLibrary) -> None:
    assert compare(library.query("What was the dearest project of Cebu?"), library) is None


def test_one_place_and_no_superlative_is_no_comparison(library: SmallLibrary) -> None:
    assert compare(library.query("How is waste collected in Cebu?"), library) is None


def test_every_part_is_answered_from_the_document_that_is_meant(tmp_path: Path) -> None:
    texts = {}
    for city, country in (("Surabaya", "Indonesia"), ("Cebu", "Philippines")):
        for name, said in (
            ("tram", f"The tram of {city} cost 5 dollars. The tram of {city} went wrong where the rails broke."),
            ("waste", f"Medical waste of {city} went wrong, and went wrong in every part."),
        ):
            head = DIGEST.format(
                id=f"{city.lower()}-{name}", title=f"The {name} of {city}", cities=city, countries=country,
                region="South-East Asia", themes=name, years="2001-2011",
            )  # fmt: skip
            texts[f"{city}-{name}.md"] = f"{head}## Results\n\n{said}\n"
    library, index = open_library(tmp_path, texts)
    query = library.query("Compare the cost of the tram in Surabaya and Cebu, and what went wrong")
    draft = compare(query, library)
    index.close()
    assert draft is not None
    quoted = [one.text for section in draft.sections for one in section.candidates]
    assert quoted
    assert not any("Medical" in text for text in quoted)


def test_two_practices_of_one_city_have_rows_that_say_which(tmp_path: Path) -> None:
    texts = {
        f"{name}.md": DIGEST.format(
            id=name,
            title=title,
            cities="Surabaya",
            countries="Indonesia",
            region="South-East Asia",
            themes=name,
            years="2001-2011",
        )
        + f"## What the city did\n\n{said}\n"
        for name, title, said in (
            ("banks", "Waste banks", "Waste banks in Surabaya buy sorted waste."),
            ("houses", "Compost houses", "Compost houses in Surabaya treat leaves."),
        )
    }
    library, index = open_library(tmp_path, texts)
    draft = compare(library.query("In Surabaya, compare the waste banks with the compost houses"), library)
    index.close()
    assert draft is not None
    assert [section.heading for section in draft.sections] == [
        "The waste banks in Surabaya",
        "The compost houses in Surabaya",
    ]


@pytest.mark.parametrize(
    ("asked", "missed"),
    [
        ("compare waste in Surabaya and Cebu, what is the same in both?", False),
        ("compare compost in Surabaya and Cebu: what did it cost, and which tax inspectors were dismissed?", True),
    ],
)
def test_what_two_places_have_in_common_is_not_said_to_be_missing(
    library: SmallLibrary, asked: str, missed: bool
) -> None:
    draft = compare(library.query(asked), library)
    assert draft is not None
    assert any("do not seem to say" in section.remark for section in draft.sections) == missed


@pytest.mark.parametrize(
    ("policy", "first"),
    [(AnswerPolicy(), "Cebu"), (double("compare.max_logit"), "Surabaya")],
    ids=["shipped", "doubled"],
)
def test_where_the_most_is_asked_for_a_very_sure_network_does_not_outweigh_the_words_of_the_request(
    tmp_path: Path, policy: AnswerPolicy, first: str
) -> None:
    digests = {
        f"{city}.md": DIGEST.format(
            id=city,
            title=f"Waste of {city}",
            cities=city,
            countries=country,
            region="Asia",
            themes="x",
            years="2001-2011",
        )
        + f"## Results\n\n{said}\n"
        for city, country, said in (
            (
                "Surabaya",
                "Indonesia",
                "Since then families there have been left with that and their bill of 9 dollars.",
            ),
            ("Cebu", "Philippines", "Families of children were asked a monthly waste charge of 5 dollars."),
        )
    }
    library, index = open_library(tmp_path, digests)
    asked = "highest monthly charge that families there with their many children have been asked since then for waste"
    draft = compare(library.query(asked), library, policy.compare)
    index.close()
    assert draft is not None
    assert draft.sections[0].heading == first


def test_what_came_of_it_is_told_alike_of_all_places(tmp_path: Path) -> None:
    digests = {
        f"{city.lower()}.md": DIGEST.format(
            id=city.lower(), title=f"Baskets in {city}", cities=city, countries=country,
            region="South-East Asia", themes="waste", years="2001-2011",
        )
        + f"## What the city did\n\n{city} gave compost baskets to households.\n\n{more}\n\n"
        f"## Lessons\n\nCompost baskets work in {city} where a leader visits.\n"
        for city, country, more in (
            (
                "Surabaya",
                "Indonesia",
                (
                    "## Cost and finance\n\nCompost baskets of Surabaya cost 5 dollars.\n\n"
                    "## Results\n\nCompost baskets cut the waste of Surabaya by 20 per cent."
                ),
            ),
            ("Cebu", "Philippines", "## Cost and finance\n\nCompost baskets of Cebu cost 7 dollars."),
        )
    }  # fmt: skip
    library, index = open_library(tmp_path, digests)
    draft = compare(library.query("compare compost baskets in Surabaya and Cebu"), library)
    index.close()
    assert draft is not None
    texts = [[one.text for one in section.candidates] for section in draft.sections]
    assert [
        "Compost baskets of Surabaya cost 5 dollars." in texts[0],
        "Compost baskets of Cebu cost 7 dollars." in texts[1],
    ] == [
        True,
        True,
    ]
    assert not any("20 per cent" in text for text in texts[0])


def test_facts_behind_two_sides_are_asked_of_each(tmp_path: Path) -> None:
    digests = {
        f"{name}.md": DIGEST.format(
            id=name,
            title=f"The {name} of the city",
            cities=city,
            countries=country,
            region="Asia",
            themes="water",
            years="2001-2011",
        )
        + f"## Cost and finance\n\nCleaning the muddy {name} did cost {cost} dollars.\n\n"
        f"## Results\n\nThe muddy {name} is clean.\n"
        for name, city, country, cost in (
            ("river", "Cebu", "Philippines", "5"),
            ("creek", "Surabaya", "Indonesia", "7"),
        )
    }
    library, index = open_library(tmp_path, digests)
    draft = compare(library.query("compare the muddy river and the muddy creek, time and money"), library)
    index.close()
    assert draft is not None
    assert [section.candidates[0].text for section in draft.sections] == [
        "Cleaning the muddy river did cost 5 dollars.",
        "Cleaning the muddy creek did cost 7 dollars.",
    ]


def test_a_name_that_no_side_was_found_by_has_a_row_of_its_own(assistant: Assistant) -> None:
    answer = assistant.ask("singapore river clean up compared to cheonggyecheon and suzhou creek, cost and time")
    assert answer.form == "table"
    assert {citation.document_id for citation in answer.citations} == {
        "singapore-river-cleanup",
        "shanghai-suzhou-creek",
        "seoul-cheonggyecheon-restoration",
    }
