"""Commitments of a small library: by when, what is said later, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kin_assistant.commitments.finder import CommitmentFinder
from kin_assistant.commitments.policy import CommitmentPolicy
from kin_assistant.commitments.values import Commitment, CommitmentQuery, Commitments
from kin_assistant.errors import ComparisonError
from kin_assistant.records.comparison import ComparisonMaker
from kin_assistant.records.reader import RecordReader
from kin_assistant.rendering import commitments_csv, commitments_text
from tests.embedders import HashingEmbedder
from tests.form_library import DIGEST, TEXTS, open_library

PLAN = DIGEST.format(
    id="davao-plan", title="Waste plan of Davao", cities="Davao", countries="Philippines", region="South-East Asia",
    themes="solid waste", years="2008-2012",
) + """## What the city did
In 2008 Davao pledged to cut landfill waste by 30 per cent by 2012. In 2009 Davao planned to open ten parks by 2015.
Davao aims to teach every school about waste. The mayor will speak. Davao planned to cut its fumes to 26% below 2005 by 2018.

## Lessons
A city should aim to cut its waste by 2030.
"""  # fmt: skip
LATER = DIGEST.format(
    id="davao-review", title="Review of waste in Davao", cities="Davao", countries="Philippines", region="South-East Asia",
    themes="solid waste", years="2013-2014",
) + """## Results
In 2013 landfill waste of Davao was cut by 12 per cent. In 2007 landfill waste of Davao was not cut by any per cent.
"""  # fmt: skip


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommitmentFinder]:
    texts = {**TEXTS, "plan.md": PLAN, "later.md": LATER}
    library, index = open_library(tmp_path_factory.mktemp("commitments") / "index", texts)
    records = RecordReader(index, HashingEmbedder(dimension=256).name, compiler_sections=("Lessons",))
    comparisons = ComparisonMaker(library.search, records, "build")
    yield CommitmentFinder(
        library.search, records, comparisons, "build", policy=CommitmentPolicy(min_cosine=0.4), compiler_sections=("Lessons",)
    )  # fmt: skip
    index.close()


def find(finder: CommitmentFinder, **asked: object) -> Commitments:
    return finder.find(CommitmentQuery.model_validate(asked))


def starting(found: Commitments, words: str) -> Commitment:
    return next(one for one in found.commitments if found.citations[one.citation - 1].quote.startswith(words))


def test_a_commitment_has_its_deadline_and_the_year_in_which_it_was_said(finder: CommitmentFinder) -> None:
    one = starting(find(finder, cities=["Davao"]), "In 2008")
    assert (one.said_in, one.deadline, one.place) == (2008, 2012, "Davao")
    assert one.told_by.text == "pledged"


def test_a_later_sentence_of_another_document_on_the_same_place_and_subject_stands_beside_it(
    finder: CommitmentFinder,
) -> None:
    found = find(finder, cities=["Davao"])
    later = starting(found, "In 2008").later
    assert [one.year for one in later] == [2013]
    citation = found.citations[later[0].citation - 1]
    assert citation.document_id == "davao-review" and citation.quote.startswith("In 2013")


def test_where_nothing_later_is_found_that_is_said(finder: CommitmentFinder) -> None:
    found = find(finder, cities=["Davao"])
    assert starting(found, "In 2009").later == ()
    text = commitments_text(found)
    assert "Later: no later document speaks of it." in text
    assert "Later: it tells no year, so what came later cannot be told." in text
    assert "no later document speaks of it" in commitments_csv(found)


def test_advice_and_what_binds_nobody_are_no_commitments(finder: CommitmentFinder) -> None:
    quotes = [one.quote for one in find(finder, cities=["Davao"]).citations]
    assert not any("should aim" in quote or "will speak" in quote for quote in quotes)


def test_the_year_that_a_change_is_measured_from_is_not_that_in_which_it_was_said(finder: CommitmentFinder) -> None:
    one = starting(find(finder, cities=["Davao"]), "Davao planned to cut its fumes")
    assert (one.said_in, one.deadline) == (None, 2018)


def test_what_no_later_document_speaks_of_is_counted(finder: CommitmentFinder) -> None:
    found = find(finder, cities=["Davao"])
    silent = [one for one in found.commitments if not one.later and (one.said_in or one.deadline)]
    assert 0 < len(silent) < len(found.commitments)
    assert f"No later document speaks of {len(silent)} of them." in found.notes


def test_a_pledge_without_a_year_is_one(finder: CommitmentFinder) -> None:
    one = starting(find(finder, cities=["Davao"]), "Davao aims to")
    assert (one.said_in, one.deadline) == (None, None)


def test_what_is_not_known_is_refused(finder: CommitmentFinder) -> None:
    found = find(finder, topic="penguins")
    assert (found.commitments, found.reason) == ((), "The documents tell no commitment on “penguins”.")
    with pytest.raises(ComparisonError, match="No document is about “Atlantis”"):
        find(finder, cities=["Atlantis"])


def test_a_limit_is_kept_and_said(finder: CommitmentFinder) -> None:
    found = find(finder, cities=["Davao"], limit=1)
    assert len(found.commitments) == 1 < found.found
    assert f"{found.found} commitments fit; these are the first 1." in found.notes
