"""An answer, its evidence and a refusal as HTML for the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from kin_assistant.rendering.markdown import Quoted, group_by_document, join_paragraphs
from kin_assistant.rendering.templating import render
from kin_assistant.rendering.words import REFUSAL, document_link, places, plain
from kin_assistant.types import Answer, Citation, DocumentInfo

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["answer_html", "evidence_html", "refusal_html"]

_CITED_NUMBER = re.compile(r"\[(\d{1,3})\]")


class _Link(NamedTuple):
    """A number of the answer, with the ids that lead from the quote to its evidence and back."""

    number: int
    title: str
    said: str
    proof: str


class _Sentence(NamedTuple):
    """A quoted sentence and the numbers behind it."""

    text: str
    links: list[_Link]


class _Group(NamedTuple):
    """What is quoted of one document, which its first citation names."""

    citation: Citation
    paragraphs: list[list[_Sentence]]


class _Proof(NamedTuple):
    """A citation as its card shows it."""

    citation: Citation
    link: _Link
    address: str
    """Where it can be read in its document."""
    is_compilers_reading: bool


def answer_html(answer: Answer) -> Markup:
    """The quoted sentences under the name of their document, then what the program says; a refusal if it is one."""
    if answer.abstained:
        return refusal_html(answer)
    groups = [_group(answer, quoted) for quoted in group_by_document(answer)]
    return render("answer.html", "answer", groups=groups, notes=_notes(answer))


def refusal_html(answer: Answer) -> Markup:
    """A refusal with its reason and the documents nearest to the question."""
    return render(
        "answer.html", "refusal", heading=REFUSAL, reason=answer.reason, notes=_notes(answer), nearest=answer.nearest
    )


def evidence_html(answer: Answer, documents: Mapping[str, DocumentInfo]) -> Markup:
    """One card for each cited document, in the order of the numbers, and what was read beside them.

    ``documents`` are those of the build, by id.
    """
    cited: dict[str, list[_Proof]] = {}
    for citation in answer.citations:
        cited.setdefault(citation.document_id, []).append(_proof(answer, citation, documents))
    read: dict[str, str] = {}
    for item in answer.also_retrieved:
        read.setdefault(item.document_id, item.why)
    also_read = [
        (documents[name], "; ".join(filter(None, (places(documents[name].cities), why))))
        for name, why in read.items()
        if name in documents and name not in cited
    ]
    return render("evidence.html", "evidence", cards=list(cited.values()), also_read=also_read)


def _group(answer: Answer, quoted: list[Quoted]) -> _Group:
    paragraphs = [
        [
            _Sentence(sentence.text, [_link(answer, number) for number in sentence.citations])
            for sentence, _ in paragraph
        ]
        for paragraph in join_paragraphs(quoted)
    ]
    return _Group(quoted[0][1], paragraphs)


def _proof(answer: Answer, citation: Citation, documents: Mapping[str, DocumentInfo]) -> _Proof:
    address = document_link(citation.document_id, start=citation.start, end=citation.end, build_id=answer.build_id)
    document = documents.get(citation.document_id)
    # A document without sources speaks for itself; one with sources leaves its own conclusions without a mark.
    own = not citation.sources and document is not None and bool(document.sources)
    return _Proof(citation, _link(answer, citation.number), address, own)


def _notes(answer: Answer) -> list[list[str | _Link]]:
    """Each note in pieces: its words, and the numbers of the answer that stand in it."""
    known = {citation.number for citation in answer.citations}
    return [_split_note(answer, plain(note), known) for note in answer.notes]


def _split_note(answer: Answer, note: str, known: set[int]) -> list[str | _Link]:
    pieces: list[str | _Link] = []
    position = 0
    for match in _CITED_NUMBER.finditer(note):
        if int(match[1]) in known:
            pieces += [note[position : match.start()], _link(answer, int(match[1]))]
            position = match.end()
    return [*pieces, note[position:]]


def _link(answer: Answer, number: int) -> _Link:
    title = next((citation.title for citation in answer.citations if citation.number == number), "")
    name = re.sub(r"[^A-Za-z0-9-]", "", answer.id or "") or "answer"
    return _Link(number, title, f"{name}-said-{number}", f"{name}-quote-{number}")
