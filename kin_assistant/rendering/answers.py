"""An answer, its evidence and a refusal as HTML for the page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from kin_assistant.rendering.layout import Cell, Group, Paragraph, Quoted, lay_out, lay_out_rows, number_quotes
from kin_assistant.rendering.markdown import section_remark
from kin_assistant.rendering.rows import row_head
from kin_assistant.rendering.templating import render
from kin_assistant.rendering.words import ORIGIN, REFUSAL, places, plain, sentence_link
from kin_assistant.types import Answer, Citation, DocumentInfo, Entry, Section

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["Link", "answer_html", "evidence_html", "link_number", "refusal_html"]

_CITED_NUMBER = re.compile(r"\[(\d{1,3})\]")


class Link(NamedTuple):
    """A number of the answer, with the ids that lead from the quote to its evidence and back."""

    number: int
    title: str
    said: str
    proof: str


class _Sentence(NamedTuple):
    """A quoted sentence and the numbers behind it."""

    text: str
    links: list[Link]
    answering: Sequence[tuple[int, int]]
    """Offsets of the words that answer, which are set off."""
    head: str
    """Of a row that every cell has a head for; else empty."""


class _Paragraph(NamedTuple):
    """Quotes that stand together, behind what heads their list."""

    lead_in: str
    points: list[list[_Sentence]]
    """The sentences; the items of a list and the rows of a table apart."""
    is_table: bool
    """Whether the points are rows that stand below ``lead_in``, which is their head."""


class _Part(NamedTuple):
    """Quotes that are about one thing, in paragraphs."""

    heading: str
    """Empty where the part before has the same."""
    paragraphs: list[_Paragraph]
    remark: str
    more: str
    """Address at which all of a list can be read, where it is cut."""


class _Group(NamedTuple):
    """What is quoted of one document, which its first citation names."""

    citation: Citation
    parts: list[_Part]


class _Row(NamedTuple):
    """A row of a table: what it is about, and quotes, by the heading that they stand under, or a remark."""

    heading: str
    cells: list[tuple[str, list[_Paragraph]]]
    remark: str


class _Entry(NamedTuple):
    """A line of a list over the library."""

    label: str
    detail: str
    documents: list[DocumentInfo]
    """Those that it links to."""
    reason: list[_Sentence]


class _Proof(NamedTuple):
    """A citation as its card shows it."""

    citation: Citation
    link: Link
    address: str
    """Where it can be read in its document."""
    origin: str | None
    """What is said in the place of sources, where the document cites none for it."""


def answer_html(answer: Answer, documents: Mapping[str, DocumentInfo] | None = None) -> Markup:
    """What the program says and what is quoted, in the answer's form; a refusal if it is one.

    ``documents`` by id name those that entries link to.
    """
    if answer.abstained:
        return refusal_html(answer)
    table = answer.form == "table"
    return render(
        "answer.html",
        "answer",
        before=[_split_note(answer, note) for note in (answer.said, *answer.caveats) if note],
        entries=[_entry(answer, entry, documents or {}) for entry in answer.entries],
        rows=[_row(answer, *row) for row in lay_out_rows(answer)] if table else [],
        groups=[] if table else [_group(answer, group) for group in lay_out(answer)],
        as_list=answer.form == "list",
        notes=_notes(answer),
    )


def refusal_html(answer: Answer) -> Markup:
    """A refusal with its reason and the documents nearest to the question."""
    return render(
        "answer.html",
        "refusal",
        before=[_split_note(answer, note) for note in answer.caveats],
        heading=REFUSAL,
        reason=answer.reason,
        notes=_notes(answer),
        nearest=answer.nearest,
        build_id=answer.build_id,
    )


def evidence_html(answer: Answer, documents: Mapping[str, DocumentInfo]) -> Markup:
    """One card for each cited document, in the order of the numbers, and what was read beside them.

    ``documents`` are those of the build, by id.
    """
    cited: dict[str, list[_Proof]] = {}
    for citation in answer.citations:
        cited.setdefault(citation.document_id, []).append(_proof(answer, citation))
    read: dict[str, str] = {}
    for item in answer.also_retrieved:
        read.setdefault(item.document_id, item.why)
    also_read = [
        (documents[name], "; ".join(filter(None, (places(documents[name].cities), why))))
        for name, why in read.items()
        if name in documents and name not in cited
    ]
    return render("evidence.html", "evidence", cards=list(cited.values()), also_read=also_read)


def _group(answer: Answer, group: Group) -> _Group:
    parts: list[_Part] = []
    heading = ""
    for part in group.parts:
        section, paragraphs = part
        cut = section.shown < section.of
        address = sentence_link(paragraphs[0].quoted[0].citation, answer.build_id) if cut else ""
        quoted = _paragraphs(answer, paragraphs)
        new = part.heading if part.heading != heading else ""
        parts.append(_Part(new, quoted, section_remark(section), address))
        heading = part.heading
    return _Group(group.citation, parts)


def _row(answer: Answer, section: Section, cells: Sequence[Cell]) -> _Row:
    shown = [
        # A cell has no room for a table: each of its rows is shown with its head.
        (
            label,
            [
                one._replace(lead_in="", is_table=False) if one.is_table else one
                for one in _paragraphs(answer, paragraphs)
            ],
        )
        for label, paragraphs in cells
    ]
    return _Row(section.heading, shown, section_remark(section))


def _paragraphs(answer: Answer, paragraphs: Sequence[Paragraph]) -> list[_Paragraph]:
    """The paragraphs as they are shown: in a list, those behind one lead-in are its items."""
    shown: list[_Paragraph] = []
    for quoted, lead_in, is_table in paragraphs:
        sentences = _sentences(answer, quoted)
        if shown and answer.form == "list" and not lead_in and not shown[-1].is_table:
            shown[-1].points.append(sentences)
        else:
            points = [[one] for one in sentences] if is_table else [sentences]
            shown.append(_Paragraph(lead_in, points, is_table))
    return shown


def _entry(answer: Answer, entry: Entry, documents: Mapping[str, DocumentInfo]) -> _Entry:
    found = number_quotes(answer)
    reason = [found[entry.number]] if entry.number in found else []
    linked = [documents[name] for name in entry.document_ids if name in documents]
    return _Entry(entry.label, entry.detail, linked, _sentences(answer, reason))


def _sentences(answer: Answer, quoted: Sequence[Quoted]) -> list[_Sentence]:
    return [
        _Sentence(
            sentence.text,
            [link_number(answer, number) for number in sentence.citations],
            citation.answering,
            row_head(citation),
        )
        for sentence, citation in quoted
    ]


def _proof(answer: Answer, citation: Citation) -> _Proof:
    address = sentence_link(citation, answer.build_id)
    return _Proof(citation, link_number(answer, citation.number), address, ORIGIN.get(citation.origin))


def _notes(answer: Answer) -> list[list[str | Link]]:
    return [_split_note(answer, note) for note in answer.notes]


def _split_note(answer: Answer, note: str) -> list[str | Link]:
    """A note in pieces: its words, and the numbers of the answer that stand in it."""
    note, known = plain(note), {citation.number for citation in answer.citations}
    pieces: list[str | Link] = []
    position = 0
    for match in _CITED_NUMBER.finditer(note):
        if int(match[1]) in known:
            pieces += [note[position : match.start()], link_number(answer, int(match[1]))]
            position = match.end()
    return [*pieces, note[position:]]


def link_number(answer: Answer, number: int) -> Link:
    """The number of a quote of ``answer``, as it leads to its evidence."""
    title = next((citation.title for citation in answer.citations if citation.number == number), "")
    name = re.sub(r"[^A-Za-z0-9-]", "", answer.id or "") or "answer"
    return Link(number, title, f"{name}-said-{number}", f"{name}-quote-{number}")
