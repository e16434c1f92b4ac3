"""References for a program that manages them: one entry a document, what its metadata say, and nothing that breaks the file."""

from __future__ import annotations

import re

import pytest

from kin_assistant.rendering.transcripts.bibliography import bibtex, ris
from kin_assistant.rendering.transcripts.transcript import Transcript, TranscriptAnswer
from kin_assistant.types import DocumentInfo, Source
from tests.doubles import QUESTION, AssistantDouble
from tests.hostile.markup import HOSTILE
from tests.rendering.transcripts.test_files import AT


def info_of(id: str = "a", title: str = "Waste", **more: object) -> DocumentInfo:
    return DocumentInfo.model_validate({"id": id, "path": f"{id}.md", "sha256": "0" * 64, "title": title, **more})


FULL = info_of(
    "surabaya-waste",
    "Waste banks in Surabaya",
    cities=("Surabaya",),
    countries=("Indonesia",),
    themes=("recycling",),
    years=(2010, 2024),
    compiled="2026-11-21",
    language="en",
    sources=(Source(title="A study", publisher="IGES", year=2019, url="https://example.org/a_b"),),
)


def read_bibtex(text: str) -> list[tuple[str, dict[str, str]]]:
    """Keys and fields, read by counting braces, as BibTeX does."""
    entries = []
    for match in re.finditer(r"@misc\{([^,]*),\n", text):
        at, depth, end = match.end(), 1, match.end()
        while depth:
            # A brace behind a backslash counts too: only one that is closed is fine.
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        fields = re.findall(r"^  (\w+) = \{(.*)\},$", text[at : end - 1], re.MULTILINE)
        entries.append((match[1], dict(fields)))
    return entries


def read_ris(text: str) -> list[list[tuple[str, str]]]:
    records: list[list[tuple[str, str]]] = [[]]
    for line in filter(None, text.split("\r\n")):
        assert re.match(r"[A-Z][A-Z0-9]  - ", line), line
        records[-1].append((line[:2], line[6:]))
        if line.startswith("ER"):
            records.append([])
    return [record for record in records if record]


def test_a_document_is_an_entry_of_bibtex() -> None:
    ((key, fields),) = read_bibtex(bibtex([FULL], "KIN"))
    assert key == "surabaya-waste"
    assert fields == {
        "title": "{Waste banks in Surabaya}",
        "year": "2026",
        "howpublished": "Document surabaya-waste of KIN",
        "keywords": "Surabaya, Indonesia, recycling",
        "language": "en",
        "note": "Covers Surabaya, Indonesia, 2010-2024. Compiled 2026-11-21",
        "annote": r'After IGES, 2019, "A study", https://example.org/a\_b',
    }


def test_a_document_is_an_entry_of_ris() -> None:
    (record,) = read_ris(ris([FULL], "KIN"))
    assert record[0] == ("TY", "GEN") and record[-1] == ("ER", "")
    assert record[1:-1] == [
        ("ID", "surabaya-waste"), ("TI", "Waste banks in Surabaya"), ("PY", "2026"), ("PB", "KIN"), ("LA", "en"),
        ("KW", "Surabaya"), ("KW", "Indonesia"), ("KW", "recycling"), ("N1", "Covers Surabaya, Indonesia, 2010-2024"),
        ("N1", "Compiled 2026-11-21"), ("N1", 'After IGES, 2019, "A study", https://example.org/a_b'),
    ]  # fmt: skip


def test_what_the_metadata_do_not_say_is_left_out() -> None:
    ((_, fields),) = read_bibtex(bibtex([info_of(years=(1990, 2000))], "KIN"))
    assert fields.keys() == {"title", "howpublished", "note"}
    (record,) = read_ris(ris([info_of()], "KIN"))
    assert [tag for tag, _ in record] == ["TY", "ID", "TI", "PB", "ER"]


def test_a_document_that_is_quoted_often_is_one_entry() -> None:
    assistant = AssistantDouble()
    told = [TranscriptAnswer(assistant.ask(QUESTION))] * 2
    transcript = Transcript.of(told, assistant.documents, library="KIN", build_id="b", at=AT)
    assert [key for key, _ in read_bibtex(bibtex(transcript.documents, "KIN"))] == ["surabaya-composting", "meeting"]


def test_signs_of_bibtex_are_escaped() -> None:
    ((_, fields),) = read_bibtex(bibtex([info_of(title=r"50% & #1 of $5_a^b~c {d} \e")], "KIN"))
    assert fields["title"] == (
        r"{50\% \& \#1 of \$5\_a\textasciicircum{}b\textasciitilde{}c "
        r"\{d\} \textbackslash{}e}"
    )


@pytest.mark.parametrize("title", ["an open { brace", "a closed } brace", "}}, @misc{evil,", "ends with \\"])
def test_a_brace_of_a_title_ends_nothing(title: str) -> None:
    text = bibtex([info_of("a", title), info_of("b")], "KIN")
    unescaped = re.sub(r"\\textbackslash\{\}|\\[{}]", "", text)
    assert unescaped.count("{") == unescaped.count("}")
    assert len(re.findall(r"^@misc\{", text, re.MULTILINE)) == 2


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_a_document_is_called_breaks_a_file(hostile: str) -> None:
    info = info_of(hostile, hostile, cities=(hostile,), themes=(hostile,), sources=(Source(title=hostile),))
    text = bibtex([info, info_of("b")], "KIN")
    assert len(re.findall(r"^@misc\{[A-Za-z0-9._:-]+,$", text, re.MULTILINE)) == 2
    assert len(read_ris(ris([info, info_of("b")], "KIN"))) == 2
    assert all(line.isprintable() for line in text.splitlines())


def test_a_line_break_in_a_name_begins_no_field() -> None:
    (record,) = read_ris(ris([info_of(title="One\r\nER  - \r\nTY  - BOOK")], "KIN"))
    assert ("TI", "One ER - TY - BOOK") in record


def test_no_two_entries_have_one_key() -> None:
    keys = [
        key for key, _ in read_bibtex(bibtex([info_of("a b"), info_of("a,b"), info_of("A-B"), info_of("日本")], "KIN"))
    ]
    assert keys == ["a-b", "a-b-2", "A-B-3", "document"]
