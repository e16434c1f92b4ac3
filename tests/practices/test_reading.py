"""A practice in a Markdown file is read back and checked, whoever wrote the file."""

from __future__ import annotations

from datetime import date

import pytest

from kin_assistant.practices.document import write_practice
from kin_assistant.practices.reading import check_document, read_practice
from kin_assistant.practices.submission import PracticeRefused
from tests.practice_forms import SENT_AT, fill_in

TODAY = date(2026, 11, 21)
MARKDOWN = write_practice(fill_in(), SENT_AT).markdown


def test_what_was_changed_by_hand_is_checked_anew() -> None:
    assert check_document("a.md", MARKDOWN.encode(), today=TODAY).faults == ()
    changed = MARKDOWN.replace('years: "2004-2011"', 'years: "2028-2031"').replace("city or town", "city")
    assert [fault.field for fault in check_document("a.md", changed.encode(), today=TODAY).faults] == [
        "level",
        "first_year",
    ]


def test_what_stands_under_other_headings_is_left_out() -> None:
    told = read_practice("a.md", f"{MARKDOWN}\n## Weather\n\nIt rained.\n".encode())
    assert told == fill_in()


def test_any_other_document_lacks_nearly_all() -> None:
    faults = check_document("note.md", b"# A note\n\nIt rained.\n", today=TODAY).faults
    assert {"office", "cities", "process", "results"} <= {fault.field for fault in faults}


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.pdf", b"%PDF"), ("a.md", b""), ("a.md", b"---\nid: [\n---\n\n# A\n"), ("a.md", b"---\nid: x\n")],
)
def test_what_cannot_be_read_is_said_in_a_sentence(name: str, data: bytes) -> None:
    with pytest.raises(PracticeRefused, match=f"^{name} ") as refused:
        read_practice(name, data)
    assert refused.value.why == "faulty"
