"""An answer as Markdown: for the clipboard, for a file, for the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kin_assistant.commitments.values import Commitments
from kin_assistant.contributions.values import Contributions
from kin_assistant.indicators.values import Indicators
from kin_assistant.peers.values import Peers
from kin_assistant.rendering.layout import Cell, Paragraph, Quoted, lay_out, lay_out_rows, number_quotes
from kin_assistant.rendering.rows import DOT, join_run, remove_bars, row_head
from kin_assistant.rendering.words import (
    ORIGIN,
    REFUSAL,
    external_link,
    place_and_years,
    plain,
    section_and_page,
)
from kin_assistant.text.rows import split_row
from kin_assistant.types import (
    Answer,
    AnswerSentence,
    Citation,
    Comparison,
    Entry,
    NearDocument,
    Prose,
    Record,
    Section,
    Source,
)

__all__ = [
    "answer_json",
    "answer_markdown",
    "answer_text",
    "escape_in_cell",
    "escape_markdown",
    "numbered_reference",
    "prose_markdown",
    "reference_list",
    "say_dropped",
    "section_remark",
    "source_markdown",
    "what_is_read",
]

_MARK_ANYWHERE = re.compile(r"[\\`*_\[\]]|<(?=[A-Za-z/!?])|~(?=~)|&(?=#?\w+;)")
_SETTING = re.compile(r"KIN(?:\\_[A-Z]+)+")
"""The name of a setting, escaped."""
_MARK_AT_START = re.compile(r"(?=[#>+=|-]|~~~)|\d+(?=[.)](?:\s|$))")


def answer_markdown(answer: Answer, *, why: bool = False, headed: bool = True, prose: Prose | None = None) -> str:
    """The answer with its quotes, their numbers and the list of references, or the refusal with its reason.

    With ``why`` also why each sentence was quoted, and why the other passages that were read are not. ``headed`` by its
    question, unless that is shown already. ``prose`` about it stands above the quotes.
    """
    parts = [f"# {escape_markdown(answer.question)}"] if headed else []
    if answer.standalone_question != answer.question:
        parts.append(f"Searched as: {escape_markdown(answer.standalone_question)}")
    if prose:
        parts += [*_opening(answer), *prose_markdown(prose), *_quoted(answer)]
    else:
        parts += _body(answer)
    if answer.citations:
        parts += ["## References", *reference_list(answer)]
        parts.append(
            f"Each quote is word for word what the stored document says (build {escape_markdown(answer.build_id)})."
        )
    if why:
        parts += _reasons(answer)
    return "\n\n".join(parts) + "\n"


def _reasons(answer: Answer) -> list[str]:
    """Why each sentence was quoted and each further passage was not, as a section."""
    quoted = [f"- [{citation.number}] {escape_markdown(citation.why)}" for citation in answer.citations if citation.why]
    others = [f"- {escape_markdown(f'{item.document_id}: {item.why}')}" for item in answer.also_retrieved if item.why]
    parts = ["## Why this answer", *(["\n".join(quoted)] if quoted else [])]
    return [*parts, "Also read:\n\n" + "\n".join(dict.fromkeys(others))] if others else parts if quoted else []


def reference_list(
    answer: Answer | Commitments | Comparison | Contributions | Indicators | Peers | Record,
) -> tuple[str, ...]:
    """A line of Markdown for each citation, by number: document, place, section, and what the document cites there."""
    return tuple(map(numbered_reference, answer.citations))


def numbered_reference(citation: Citation) -> str:
    """``reference_list`` for one citation."""
    return f"[{citation.number}] {_reference(citation)}"


def answer_text(answer: Answer) -> str:
    """The answer alone, as Markdown with ``[1]`` marks: what stands between the question and the references."""
    return "\n\n".join(_body(answer))


def answer_json(answer: Answer) -> dict[str, object]:
    """The answer for other programs: its fields, and its text as ``answer_text`` gives it under "text"."""
    return {**answer.model_dump(mode="json"), "text": answer_text(answer)}


def what_is_read(answer: Answer) -> str:
    """The words of an answer as a person reads them, without marks and numbers; nothing for a refusal."""
    if answer.abstained:
        return ""
    lines = [answer.said, *answer.caveats]
    for entry in answer.entries:
        lines.append(" ".join(filter(None, (entry.label, entry.detail))))
        lines += [_run(one, between=" ") for one in _reason(answer, entry)]
    if answer.form == "table":
        for section, cells in lay_out_rows(answer):
            told = (words for label, paragraphs in cells for words in (label, *_runs(paragraphs, between=" ")))
            lines += [section.heading, *told, section.remark]
    else:
        for group in lay_out(answer):
            lines.append(_heading(group.citation))
            for part in group.parts:
                lines += [part.heading, section_remark(part.section)]
                for paragraph in part.paragraphs:
                    quotes = (remove_bars(sentence.text, between=" ") for sentence, _ in paragraph.quoted)
                    lines += [remove_bars(paragraph.lead_in, between=" "), " ".join(quotes)]
    return "\n".join(filter(None, (*lines, *answer.notes)))


def section_remark(section: Section) -> str:
    """What is said beside the quotes of a section: its remark, and how much of a list is shown."""
    shown = f"{section.shown} of {section.of} entries {'is' if section.shown == 1 else 'are'} shown"
    cut = f"Of the list, {shown}." if section.shown < section.of else ""
    return " ".join(filter(None, (section.remark, cut)))


def prose_markdown(prose: Prose) -> list[str]:
    """What a language model wrote, with who wrote it and how much was left out; or what went wrong. In paragraphs."""
    if prose.failure:
        return [_SETTING.sub(lambda match: f"`{match[0].replace(chr(92), '')}`", escape_markdown(prose.failure))]
    model = escape_markdown(prose.written_by, starts_line=False)
    host = (
        f" at {escape_markdown(prose.sent_to, starts_line=False)}, to which the question and the quotes were sent"
        if prose.sent_to
        else ""
    )
    count = _count_dropped(prose)
    if not prose.sentences:
        if not count:
            return [f"The language model {model}{host} wrote nothing about these quotes."]
        wrote = "the sentence" if count == 1 else f"any of the {count} sentences"
        return [f"The documents do not bear {wrote} that the language model {model}{host} wrote."]
    said = f"Written by the language model {model}{host}. Each sentence was checked by rules against its quotes, which decide."
    written = " ".join(
        escape_markdown(one.text) + " " + "".join(f"[{number}]" for number in one.citations) for one in prose.sentences
    )
    dropped = list(filter(None, [say_dropped(prose)]))
    return [written, *dropped, said, "## In the words of the documents"]


def say_dropped(prose: Prose) -> str:
    """How many sentences are left out since no quote bears them; empty if there are none."""
    count = _count_dropped(prose)
    left_out = "1 sentence was" if count == 1 else f"{count} sentences were"
    return f"{left_out} not borne by the documents and left out." if count else ""


def _count_dropped(prose: Prose) -> int:
    return sum(reason != "repeated" for reason in prose.dropped)


def _body(answer: Answer) -> list[str]:
    return [*_opening(answer), *_quoted(answer)]


def _opening(answer: Answer) -> list[str]:
    return [escape_markdown(words, keep_numbers=True) for words in (answer.said, *answer.caveats) if words]


def _quoted(answer: Answer) -> list[str]:
    parts: list[str] = []
    if answer.abstained:
        parts.append(f"**{REFUSAL}.** {escape_markdown(answer.reason or '')}".rstrip())
    if answer.entries:
        parts.append("\n".join(_entry(answer, entry) for entry in answer.entries))
    parts += _table(answer) if answer.form == "table" else _groups(answer)
    parts += [escape_markdown(note, keep_numbers=True) for note in answer.notes]
    if answer.nearest:
        parts.append("Nearest in the documents:\n\n" + "\n".join(map(_near, answer.nearest)))
    return parts


def _near(document: NearDocument) -> str:
    title = f"{document.title} ({', '.join(document.cities)})" if document.cities else document.title
    quotes = (f"\n\n  > {escape_markdown(sentence.quote)}" for sentence in document.sentences)
    return f"- {escape_markdown(title)}{''.join(quotes)}"


def _groups(answer: Answer) -> list[str]:
    parts: list[str] = []
    for group in lay_out(answer):
        parts.append(f"**{escape_markdown(_heading(group.citation))}**")
        heading = ""
        for part in group.parts:
            if part.heading != heading:
                heading = part.heading
                parts += [f"*{escape_markdown(heading)}*"] if heading else []
            for paragraph in part.paragraphs:
                parts += _rows(paragraph) if paragraph.is_table else _paragraph(paragraph, answer.form == "list")
            if remark := section_remark(part.section):
                parts.append(escape_markdown(remark))
    return parts


def _paragraph(paragraph: Paragraph, is_item: bool) -> list[str]:
    lead_in = escape_markdown(remove_bars(paragraph.lead_in))
    quotes = " ".join(_numbered(one, remove_bars(one.sentence.text)) for one in paragraph.quoted)
    return [*([f"> {lead_in}"] if lead_in else []), f"> {'- ' if is_item else ''}{quotes}"]


def _rows(paragraph: Paragraph) -> list[str]:
    """The quoted rows under their head, the numbers of each in its last cell."""
    head = _row_cells(paragraph.lead_in)
    rows = [_join_cells(head), "|---" * len(head) + "|"]
    for sentence, _ in paragraph.quoted:
        cells = _row_cells(sentence.text)
        rows.append(_join_cells([*cells[:-1], f"{cells[-1]} {_numbers(sentence)}".lstrip()]))
    return ["\n".join(f"> {row}" for row in rows)]


def _join_cells(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _row_cells(row: str) -> list[str]:
    return [escape_in_cell(escape_markdown(cell.words, starts_line=False)) for cell in split_row(row)]


def _table(answer: Answer) -> list[str]:
    """The sections as rows of a table; in its cells there is no room for another."""
    rows = ["| | |", "|---|---|"]
    for section, cells in lay_out_rows(answer):
        said = [words for cell in cells for words in _say_cell(cell)]
        cell = " ".join(filter(None, (*said, escape_markdown(section_remark(section)))))
        rows.append(f"| **{escape_in_cell(escape_markdown(section.heading))}** | {escape_in_cell(cell)} |")
    return ["\n".join(rows)] if answer.sections else []


def escape_in_cell(markdown: str) -> str:
    """``markdown`` with a backslash before each bar, which would end its cell."""
    return markdown.replace("|", "\\|")


def _entry(answer: Answer, entry: Entry) -> str:
    detail = f" ({escape_markdown(entry.detail)})" if entry.detail else ""
    quotes = " ".join(_numbered(one, _run(one)) for one in _reason(answer, entry))
    return f"- **{escape_markdown(entry.label)}**{detail}{': ' if quotes else ''}{quotes}"


def _reason(answer: Answer, entry: Entry) -> list[Quoted]:
    found = number_quotes(answer)
    return [found[entry.number]] if entry.number in found else []


def _say_cell(cell: Cell) -> Iterator[str]:
    """The quotes of a cell behind their label."""
    if cell.label:
        yield f"*{escape_markdown(cell.label)}:*"
    quoted = [one for paragraph in cell.paragraphs for one in paragraph.quoted]
    yield from map(_numbered, quoted, _runs(cell.paragraphs))


def _runs(paragraphs: Sequence[Paragraph], *, between: str = DOT) -> Iterator[str]:
    """Each quote of a cell in one run, the first of a list behind what heads it, rows with the heads of their columns."""
    for paragraph in paragraphs:
        for place, one in enumerate(paragraph.quoted):
            yield _run(one, "" if place else paragraph.lead_in, between=between)


def _run(quoted: Quoted, lead_in: str = "", *, between: str = DOT) -> str:
    return join_run(quoted.sentence.text, row_head(quoted.citation) or lead_in, between=between)


def _numbered(quoted: Quoted, words: str) -> str:
    return f"{escape_markdown(words)} {_numbers(quoted.sentence)}"


def _heading(citation: Citation) -> str:
    return " - ".join(filter(None, (place_and_years(citation), citation.title)))


def _reference(citation: Citation) -> str:
    parts = (citation.title, place_and_years(citation), section_and_page(citation))
    line = ". ".join(escape_markdown(part).removesuffix(".") for part in parts if part) + "."
    if citation.sources:
        return f"{line} After {'; '.join(map(source_markdown, citation.sources))}."
    origin = ORIGIN.get(citation.origin)
    return f"{line} {origin[0].upper()}{origin[1:]}." if origin else line


def source_markdown(source: Source) -> str:
    """A source as the document names it: publisher, year, title, and its address if it is safe."""
    year = str(source.year) if source.year else ""
    url = external_link(source)
    name = ", ".join(filter(None, (_inside(source.publisher or ""), year, f'"{_inside(source.title)}"')))
    return f"{name}, <{url}>" if url else name


def _inside(words: str) -> str:
    """``words``, escaped, where they begin no line."""
    return escape_markdown(words, starts_line=False)


def _numbers(sentence: AnswerSentence) -> str:
    return "".join(f"[{number}]" for number in sentence.citations)


def escape_markdown(text: str, *, keep_numbers: bool = False, starts_line: bool = True) -> str:
    """``text`` on one line, with a backslash before each character that Markdown would read as a mark."""
    line = " ".join(plain(text).split())
    start = _MARK_AT_START.match(line) if starts_line else None
    head = "" if start is None else start[0]
    tail = _MARK_ANYWHERE.sub(r"\\\g<0>", line[len(head) :])
    if keep_numbers:
        tail = re.sub(r"\\\[(\d{1,3})\\\]", r"[\1]", tail)
    return tail if start is None else f"{head}\\{tail}"
