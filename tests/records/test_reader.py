"""Records: sentences of the document in the fields that its headings announce, and nothing else."""

from __future__ import annotations

import pytest

from kin_assistant.index.snapshot import OpenIndex
from kin_assistant.records.reader import RecordReader
from tests.form_library import SmallLibrary


def test_each_field_holds_the_sentences_under_its_heading(reader: RecordReader) -> None:
    record = reader.read("surabaya-composting")
    told = {part.field: [citation.quote for citation in part.citations] for part in record.parts}
    assert list(told) == ["situation", "process", "finance", "results"]
    assert told["situation"] == ["Surabaya is a port city of three million people.", "Its dump closed in 2001."]
    assert told["results"] == ["Waste in Surabaya fell by 20 per cent from 2005 to 2009."]


def test_every_quote_is_what_the_document_says_there(
    reader: RecordReader, small: tuple[SmallLibrary, OpenIndex]
) -> None:
    library = small[1].library
    for info in library.infos:
        text = library.document(library.row_of(info.id)).text
        for citation in reader.read(info.id).citations:
            assert citation.document_id == info.id
            assert text[citation.start : citation.end] == citation.quote


def test_numbers_run_through_the_record_and_each_says_why(reader: RecordReader) -> None:
    citations = reader.read("surabaya-composting").citations
    assert [citation.number for citation in citations] == list(range(1, len(citations) + 1))
    assert {citation.why for citation in citations} == {"Stands under a heading that announces this field."}


def test_sources_stay_with_their_sentence(reader: RecordReader) -> None:
    (_, marked) = reader.read("surabaya-composting").parts[0].citations
    assert marked.origin == "sources"
    assert marked.sources[0].url == "https://example.org/report"


def test_a_field_that_the_document_lacks_is_not_there(reader: RecordReader) -> None:
    assert "lessons" not in {part.field for part in reader.read("cebu-compost").parts}


def test_without_a_telling_heading_and_a_classifier_for_these_vectors_nothing_is_told(reader: RecordReader) -> None:
    assert reader.read("network-list").parts == ()
    assert {part.field for part in reader.read("two-cities").parts} == {"process", "objectives"}


def test_an_unknown_document_is_a_key_error(reader: RecordReader) -> None:
    with pytest.raises(KeyError):
        reader.read("atlantis")
