"""The file of a brief: written and read back whole, and a sentence for every file that is none."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kin_assistant.briefs.brief import Brief, BriefSection, OwnText
from kin_assistant.briefs.files import brief_json, read_brief
from kin_assistant.errors import BriefError
from tests.briefs.conftest import OpenLibrary


@pytest.fixture(scope="module")
def brief(library: OpenLibrary) -> Brief:
    return library.maker.propose("Compost for Lahore")


def edited(brief: Brief, **changes: object) -> bytes:
    return json.dumps({**json.loads(brief_json(brief)), **changes}).encode()


def test_a_brief_is_read_back_as_it_was_written(brief: Brief) -> None:
    assert read_brief(brief_json(brief), "b.json") == brief
    assert read_brief(b"\xef\xbb\xbf" + brief_json(brief), "b.json") == brief, "an editor may put a mark in front"


def test_a_file_carries_what_finds_each_quote_again(brief: Brief) -> None:
    fields = json.loads(brief_json(brief))
    item = fields["sections"][0]["items"][0]
    assert item["kind"] == "quote"
    assert {"document_id", "document_sha256", "start", "end", "quote", "heading", "page"} <= item.keys()
    assert fields["format"] == "kin-brief" and fields["version"] == 1


@given(some.text(some.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_of_the_writer_is_kept(text: str) -> None:
    brief = Brief(
        title="t", topic="t", build_id="b", sections=(BriefSection(heading=text, items=(OwnText(text=text),)),)
    )
    assert read_brief(brief_json(brief), "b.json") == brief


def test_items_can_be_dropped_moved_and_added_in_the_file(brief: Brief) -> None:
    fields = json.loads(brief_json(brief))
    items = fields["sections"][1]["items"]
    fields["sections"][1]["items"] = [{"kind": "text", "text": "We ask for pilots."}, *reversed(items[1:])]
    opened = read_brief(json.dumps(fields).encode(), "b.json")
    assert opened.sections[1].items[0] == OwnText(text="We ask for pilots.")
    assert opened.sections[1].items[1:] == tuple(reversed(brief.sections[1].items[1:]))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "b.json is not whole JSON"),
        (b"# Compost", "b.json is not whole JSON"),
        (b"\xff\xfe", "b.json is not whole JSON"),
        (b"[" * 100_000, "b.json is not whole JSON"),
        (b"[1, 2]", "b.json is JSON, but not the file of a brief"),
        (b'"kin-brief"', "b.json is JSON, but not the file of a brief"),
        (b"{}", "b.json is JSON, but not the file of a brief"),
        (b'{"format": "another", "version": 1}', "b.json is JSON, but not the file of a brief"),
        (b'{"format": "kin-brief"}', "b.json is a brief of version 0, and this program reads version 1"),
        (b'{"format": "kin-brief", "version": 2}', "b.json is a brief of version 2, and this program reads version 1"),
        (b'{"format": "kin-brief", "version": 1}', "b.json has a mistake at title: Field required"),
        (b" " * (17 * 1024 * 1024), "b.json is larger than 16 MB"),
    ],
)
def test_a_file_that_is_no_brief_is_told_in_a_sentence(content: bytes, said: str) -> None:
    with pytest.raises(BriefError, match=said):
        read_brief(content, "b.json")


def test_a_file_that_was_cut_off_is_told_in_a_sentence(brief: Brief) -> None:
    whole = brief_json(brief)
    with pytest.raises(BriefError, match=r"b\.json is not whole JSON"):
        read_brief(whole[: len(whole) // 2], "b.json")


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"title": 3}, "title"),
        ({"colour": "red"}, "colour"),
        ({"sections": [{"heading": "a", "items": [{"kind": "picture"}]}]}, "sections.0.items.0"),
        ({"sections": [{"heading": "a", "items": [{"kind": "quote", "quote": "x"}]}]}, "sections.0.items.0"),
    ],
)
def test_a_mistake_is_told_with_its_place(brief: Brief, changes: dict[str, object], where: str) -> None:
    with pytest.raises(BriefError, match=f"has a mistake at {where}"):
        read_brief(edited(brief, **changes), "b.json")
