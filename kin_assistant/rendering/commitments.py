"""Commitments with what is said later: as text for a terminal, as a table, as CSV and as HTML for the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from kin_assistant.commitments.values import NOTHING_LATER, Commitment, Commitments
from kin_assistant.rendering.contributions import practice_heading, practice_where
from kin_assistant.rendering.markdown import reference_list
from kin_assistant.rendering.sentences import INDENT, indent, quote_lines, sentence_text
from kin_assistant.rendering.tables import write_csv
from kin_assistant.rendering.tabs import Asked, reason_html
from kin_assistant.rendering.templating import render
from kin_assistant.rendering.words import REFUSAL, count, plain, section_and_page
from kin_assistant.types import Citation

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["commitments_csv", "commitments_html", "commitments_table", "commitments_text"]

_UNDATED = "it tells no year, so what came later cannot be told"
_HEADER = (
    "Number", "Practice", "Place", "Country", "Said in", "By", "Read from", "Commitment", "Later year", "Later sentence",
    "Document", "Section", "Document of the later sentence",
)  # fmt: skip


class _Row(NamedTuple):
    """A commitment in words, with the sentences."""

    when: str
    place: str
    citation: Citation
    spans: list[tuple[int, int]]
    """Of the words that tell it, in its sentence."""
    later: list[tuple[int, Citation]]
    nothing: str


class _Group(NamedTuple):
    title: str
    where: str
    rows: list[_Row]


def commitments_text(found: Commitments) -> str:
    """Each practice with its commitments and what later sentences say, then references; or why there is nothing."""
    parts = [plain(found.topic) or "Commitments"]
    if found.reason:
        return "\n\n".join([*parts, f"{REFUSAL}. {plain(found.reason)}"]) + "\n"
    parts += [_summary(found), *map(plain, found.notes)]
    for practice in found.practices:
        parts.append(practice_heading(practice))
        for number in practice.numbers:
            parts.append("\n".join(_lines(found, found.commitments[number - 1])))
    parts += ["References", "\n".join(plain(line) for line in reference_list(found))]
    return "\n\n".join(parts) + "\n"


def commitments_table(found: Commitments) -> list[list[str | float | None]]:
    """A header and a row for each later sentence of a commitment, or one for a commitment of which none speaks."""
    title_of = {number: practice.title for practice in found.practices for number in practice.numbers}
    rows: list[list[str | float | None]] = [list(_HEADER)]
    for one in found.commitments:
        citation = found.citations[one.citation - 1]
        own: list[str | float | None] = [
            one.number, plain(title_of[one.number]), plain(one.place or ""), plain(one.country or ""), one.said_in, one.deadline,
            plain(one.told_by.text), sentence_text(citation),
        ]  # fmt: skip
        where = [plain(f"{citation.title} ({citation.document_id})"), plain(section_and_page(citation))]
        for later in one.later:
            of = found.citations[later.citation - 1]
            rows.append([*own, later.year, sentence_text(of), *where, plain(f"{of.title} ({of.document_id})")])
        if not one.later:
            rows.append([*own, None, _nothing(one), *where, ""])
    return rows


def commitments_csv(found: Commitments) -> str:
    """``commitments_table`` as CSV. A text that a spreadsheet would take for a formula has an apostrophe in front."""
    return write_csv(commitments_table(found))


def commitments_html(found: Commitments, *, asked: Asked) -> Markup:
    """The practices with their commitments and what is said later; or why there is nothing.

    ``asked`` says for a download what was asked for.
    """
    if found.reason:
        return reason_html(REFUSAL, found.reason)
    groups = [
        _Group(
            practice.title,
            practice_where(practice),
            [_row(found, found.commitments[number - 1]) for number in practice.numbers],
        )
        for practice in found.practices
    ]
    return render("commitments.html", "commitments", found=found, summary=_summary(found), groups=groups, asked=asked)


def _summary(found: Commitments) -> str:
    return f"{count(len(found.commitments), 'commitment')} from {count(len(found.practices), 'document')}."


def _when(one: Commitment) -> str:
    said = f"said in {one.said_in}" if one.said_in else ""
    by = f"by {one.deadline}" if one.deadline else "no year told by which"
    return ", ".join(filter(None, (by, said)))


def _nothing(one: Commitment) -> str:
    return _UNDATED if one.said_in is None and one.deadline is None else NOTHING_LATER


def _lines(found: Commitments, one: Commitment) -> Iterator[str]:
    yield plain(" ".join(filter(None, (f"{one.number}.".ljust(5), _when(one), f"({one.place})" if one.place else ""))))
    yield from quote_lines(found.citations[one.citation - 1])
    for later in one.later:
        yield f"{INDENT}Later, {later.year}:"
        yield from quote_lines(found.citations[later.citation - 1])
    if not one.later:
        yield from indent(f"Later: {_nothing(one)}.")


def _row(found: Commitments, one: Commitment) -> _Row:
    citation = found.citations[one.citation - 1]
    span = (one.told_by.start - citation.start, one.told_by.end - citation.start)
    later = [(later.year, found.citations[later.citation - 1]) for later in one.later]
    return _Row(_when(one), one.place or "", citation, [span], later, "" if later else _nothing(one))
