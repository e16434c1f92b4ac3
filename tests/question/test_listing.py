"""What a request for a list asks for."""

from __future__ import annotations

import pytest

from kin_assistant.places.matching import Gazetteer, PlaceIndex
from kin_assistant.question.listing import ListingRequest, read_listing, strip_frame
from kin_assistant.types import DocumentInfo

DOCUMENTS = [
    DocumentInfo(id="a", path="a.md", sha256="0" * 64, title="A", cities=("Bangkok",), countries=("Thailand",)),
    DocumentInfo(id="b", path="b.md", sha256="0" * 64, title="B", cities=("Surabaya",), countries=("Indonesia",)),
]


def read(request: str) -> ListingRequest:
    places = PlaceIndex(Gazetteer.load(), DOCUMENTS)
    return read_listing(request, places.find_places(request))


@pytest.mark.parametrize(
    ("request_", "listed", "subject"),
    [
        ("which cities have you got on medical waste", "city", "medical waste"),
        ("how many documents are there about air pollution", "document", "air pollution"),
        ("Who else put the waste fee on another bill?", "city", "put the waste fee on another bill"),
        ("biogas - where", "city", "biogas"),
        ("What themes does this collection cover?", "theme", ""),
        ("which years do these records span", "year", ""),
        ("by which themes are the papers sorted, can I see all?", "theme", ""),
        ("documents about sorted waste", "document", "sorted waste"),
        ("my minister wants to know which nations appear", "country", ""),
        ("names of all cities in the base, alphabetically", "city", ""),
        ("what is there on floods", "document", "floods"),
        ("How have other cities dealt with noise?", "city", "noise"),
        ("which practices cut energy use in buildings, with percentages", "document", "cut energy use in buildings"),
        ("which cities have bus lanes, with years and sources", "city", "bus lanes"),
        ("Which cities run waste banks?", "city", "waste banks"),
        ("who uses drones for waste?", "city", "drones for waste"),
        ("documents on used oil", "document", "used oil"),
        ("documents on land use", "document", "land use"),
        ("documents on compost, with price of bins", "document", "compost, with price of bins"),
        ("cities that banned something (bags, coal, old cars ...)", "city", "banned"),
        ("how many documents deal with noise", "document", "noise"),
    ],
)
def test_what_is_listed_and_what_about(request_: str, listed: str, subject: str) -> None:
    found = read(request_)
    assert (found.listed, found.subject) == (listed, subject)


@pytest.mark.parametrize("request_", ["how many river cases do you hold", "number of documents on floods"])
def test_a_count_is_told(request_: str) -> None:
    assert read(request_).counted


def test_places_restrict_unless_they_are_left_out_or_act() -> None:
    found = read("What Thai cases exist other than Bangkok?")
    assert [place.name for place in found.places] == ["Thailand"]
    assert [place.name for place in found.without] == ["Bangkok"]
    assert not read("volunteers sent by Indonesia").places
    assert [place.name for place in read("which cities besides Surabaya have waste banks").without] == ["Surabaya"]


@pytest.mark.parametrize(
    ("request_", "years"),
    [
        ("documents older than 2000", (1800, 1999)),
        ("texts written after 2020 only", (2021, 2100)),
        ("reports between 2010 and 2015", (2010, 2015)),
        ("since 2012", (2012, 2100)),
        ("papers from 2007", (2007, 2007)),
        ("which cities have composting", None),
    ],
)
def test_years_restrict(request_: str, years: tuple[int, int] | None) -> None:
    assert read(request_).years == years


def test_a_noun_that_may_belong_to_a_name_is_kept_where_that_is_wanted() -> None:
    assert strip_frame("what is a green sister city", keep_nouns=True) == "green sister city"
    assert strip_frame("who was Waste Concern, in short") == "Waste Concern"
    assert strip_frame("projects with temples and monks, please list them for our office") == "temples and monks"
    assert strip_frame("waste banks, buses, and trams in cities") == "waste banks, buses, and trams"
