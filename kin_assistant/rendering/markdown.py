"""An answer as Markdown: for the clipboard, for a file, for the terminal."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby

from kin_assistant.rendering.words import REFUSAL, external_link, place_and_years, plain, section_and_page
from kin_assistant.types import Answer, AnswerSentence, Citation, DocumentInfo, Source

__all__ = [
    "answer_json",
    "answer_markdown",
    "answer_text",
    "group_by_document",
    "join_paragraphs",
    "reference_list",
    "what_is_read",
]

Quoted = tuple[AnswerSentence, Citation]
"""A sentence with the first of its citations, which names the document that it stands under."""

_MARK_ANYWHERE = re.compile(r"[\\`*_\[\]]|<(?=[A-Za-z/!?])|~(?=~)|&(?=#?\w+;)")
_MARK_AT_START = re.compile(r"\d*(?=[#>+=|-]|~~~|(?<=\d)[.)])")


def answer_markdown(answer: Answer, documents: Mapping[str, DocumentInfo] | None = None, *, why: bool = False) -> str:
    """The answer with its quotes, their numbers and the list of references, or the refusal with its reason.

    With ``why`` also why each sentence was quoted, and why the other passages that were read are not.
    ``documents`` by id tell the compiler's reading from the words of a document that names no sources at all.
    """
    parts = [f"# {_escape(answer.question)}"]
    if answer.standalone_question != answer.question:
        parts.append(f"Searched as: {_escape(answer.standalone_question)}")
    parts += _body(answer)
    if answer.citations:
        parts += ["## References", *reference_list(answer, documents)]
        parts.append(f"Each quote is word for word what the stored document says (build {_escape(answer.build_id)}).")
    if why:
        parts += _reasons(answer)
    return "\n\n".join(parts) + "\n"


def _reasons(answer: Answer) -> list[str]:
    """Why each sentence was quoted and each further passage was not, as a section."""
    quoted = [f"- [{citation.number}] {_escape(citation.why)}" for citation in answer.citations if citation.why]
    others = [f"- {_escape(f'{item.document_id}: {item.why}')}" for item in answer.also_retrieved if item.why]
    parts = ["## Why this answer", *(["\n".join(quoted)] if quoted else [])]
    return [*parts, "Also read:\n\n" + "\n".join(dict.fromkeys(others))] if others else parts if quoted else []


def reference_list(answer: Answer, documents: Mapping[str, DocumentInfo] | None = None) -> tuple[str, ...]:
    """A line of Markdown for each citation, by number: document, place, section, and what the document cites there."""
    return tuple(f"[{citation.number}] {_reference(citation, documents or {})}" for citation in answer.citations)


def answer_text(answer: Answer) -> str:
    """The answer alone, as Markdown with ``[1]`` marks: what stands between the question and the references."""
    return "\n\n".join(_body(answer))


def answer_json(answer: Answer) -> dict[str, object]:
    """The answer for other programs: its fields, and its text as ``answer_text`` gives it under "text"."""
    return {**answer.model_dump(mode="json"), "text": answer_text(answer)}


def what_is_read(answer: Answer) -> str:
    """The words of an answer as a person reads them, without marks and numbers; nothing for a refusal."""
    lines = []
    for quoted in group_by_document(answer):
        lines.append(_heading(quoted[0][1]))
        lines += [" ".join(sentence.text for sentence, _ in paragraph) for paragraph in join_paragraphs(quoted)]
    return "\n".join([*lines, *answer.notes]) if lines else ""


def group_by_document(answer: Answer) -> list[list[Quoted]]:
    """The quoted sentences of an answer in runs of one document, in order."""
    by_number = {citation.number: citation for citation in answer.citations}
    quoted = [
        (sentence, by_number[sentence.citations[0]])
        for sentence in answer.sentences
        if sentence.citations and sentence.citations[0] in by_number
    ]
    return [list(group) for _, group in groupby(quoted, key=lambda pair: pair[1].document_id)]


def join_paragraphs(quoted: Sequence[Quoted]) -> list[list[Quoted]]:
    """Quoted sentences in runs that stand together in one paragraph of their document."""
    runs: list[list[Quoted]] = []
    for pair in quoted:
        if runs and pair[1].continues(runs[-1][-1][1]):
            runs[-1].append(pair)
        else:
            runs.append([pair])
    return runs


def _body(answer: Answer) -> list[str]:
    parts = []
    if answer.abstained:
        parts.append(f"**{REFUSAL}.** {_escape(answer.reason or '')}".rstrip())
    for quoted in group_by_document(answer):
        parts.append(f"**{_escape(_heading(quoted[0][1]))}**")
        for paragraph in join_paragraphs(quoted):
            quotes = (f"{_escape(sentence.text)} {_numbers(sentence)}" for sentence, _ in paragraph)
            parts.append(f"> {' '.join(quotes)}")
    parts += [_escape(note, keep_numbers=True) for note in answer.notes]
    if answer.nearest:
        near = (f"{item.title} ({', '.join(item.cities)})" if item.cities else item.title for item in answer.nearest)
        parts.append("Nearest in the documents:\n\n" + "\n".join(f"- {_escape(title)}" for title in near))
    return parts


def _heading(citation: Citation) -> str:
    return " - ".join(filter(None, (place_and_years(citation), citation.title)))


def _reference(citation: Citation, documents: Mapping[str, DocumentInfo]) -> str:
    parts = (citation.title, place_and_years(citation), section_and_page(citation))
    line = ". ".join(_escape(part).removesuffix(".") for part in parts if part) + "."
    if citation.sources:
        return f"{line} After {'; '.join(map(_source, citation.sources))}."
    document = documents.get(citation.document_id)
    return f"{line} Compiler's reading." if document and document.sources else line


def _source(source: Source) -> str:
    year = str(source.year) if source.year else ""
    url = external_link(source)
    name = ", ".join(filter(None, (_escape(source.publisher or ""), year, f'"{_escape(source.title)}"')))
    return f"{name}, <{url}>" if url else name


def _numbers(sentence: AnswerSentence) -> str:
    return "".join(f"[{number}]" for number in sentence.citations)


def _escape(text: str, *, keep_numbers: bool = False) -> str:
    """``text`` on one line, with a backslash before each character that Markdown would read as a mark."""
    line = " ".join(plain(text).split())
    start = _MARK_AT_START.match(line)
    head = "" if start is None else start[0]
    tail = _MARK_ANYWHERE.sub(r"\\\g<0>", line[len(head) :])
    if keep_numbers:
        tail = re.sub(r"\\\[(\d{1,3})\\\]", r"[\1]", tail)
    return tail if start is None else f"{head}\\{tail}"
