"""Figures of a document: every word of them stands in it, and each has the place that is told for it."""

from __future__ import annotations

from kin_assistant.documents.passages import split_document
from kin_assistant.documents.reading import read_document
from kin_assistant.indicators.extraction import extract_figures
from kin_assistant.indicators.values import Figure
from kin_assistant.places.matching import Gazetteer, PlaceIndex
from kin_assistant.types import Document
from tests.form_library import DIGEST


def read(body: str, cities: str = "Cebu", countries: str = "Philippines") -> tuple[Document, list[Figure]]:
    text = DIGEST.format(
        id="one",
        title="Waste",
        cities=cities,
        countries=countries,
        region="Asia",
        themes="solid waste",
        years="2000-2010",
    )
    document = read_document("one.md", (text + body).encode(), "").document
    passages = split_document(document, lambda texts: [len(text.split()) for text in texts])
    found = extract_figures(document, passages, PlaceIndex(Gazetteer.load(), [document.info]))
    return document, [figure for one in found for figure in one.figures]


def test_every_span_is_a_slice_of_the_document() -> None:
    document, figures = read(
        "## Results\n\n| Item | Share (%) |\n|---|---|\n| Waste of Cebu | 40 |\n\nIt took 30 tonnes a day.\n"
    )
    assert len(figures) == 2
    for figure in figures:
        for span in (figure.written, *figure.measures):
            assert document.text[span.start : span.end] == span.text != ""


def test_the_place_is_that_of_the_sentence_or_else_of_the_document() -> None:
    _, figures = read("In Davao it took 30 tonnes. It took 40 tonnes elsewhere. In Japan it took 50 tonnes.")
    assert [(one.place, one.country, one.place_from) for one in figures] == [
        ("Davao", "Philippines", "sentence"),
        ("Cebu", "Philippines", "document"),
        ("Japan", "Japan", "sentence"),
    ]


def test_in_a_document_on_several_cities_a_figure_of_no_named_one_has_no_place() -> None:
    _, figures = read("It took 30 tonnes. Cebu and Davao began 15 projects. Davao took 5 tonnes.", cities="Cebu, Davao")
    assert [one.place for one in figures] == [None, None, "Davao"]


def test_the_heading_or_the_head_of_a_column_tells_the_place() -> None:
    body = "## Davao\n\nIt took 30 tonnes.\n\n## All\n\n| Measure | Cebu | Davao |\n|---|---|---|\n| Tonnes a day | 4 | 5 |\n"
    _, figures = read(body, cities="Cebu, Davao")
    assert [one.place for one in figures] == ["Davao", "Cebu", "Davao"]


def test_a_column_of_cities_names_the_place_of_its_row() -> None:
    _, figures = read(
        "## Buses\n\n| City | Buses |\n|---|---|\n| Karang Luhur | 160 |\n| Davao | 60 |\n", cities="Cebu, Davao"
    )
    assert [one.place for one in figures] == ["Karang Luhur", "Davao"]


def test_a_name_of_a_programme_is_no_place() -> None:
    document, figures = read("It took 30 tonnes.", cities="", countries="")
    assert figures[0].place is None
    assert document.cities == ()
