"""A transcript as a file. Whoever makes one has had every quote compared with its document before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from kin_assistant.briefs.files import brief_json
from kin_assistant.errors import KinError
from kin_assistant.rendering.briefs.layout import Group, LaidSection, Missing, Own, Reference
from kin_assistant.rendering.briefs.pdf import laid_pdf
from kin_assistant.rendering.briefs.word import laid_docx
from kin_assistant.rendering.briefs.wording import REFERENCES, describe_reference, describe_source
from kin_assistant.rendering.markdown import answer_markdown, escape_markdown
from kin_assistant.rendering.transcripts.bibliography import bibtex, ris
from kin_assistant.rendering.transcripts.collected import transcript_brief
from kin_assistant.rendering.transcripts.transcript import (
    Transcript,
    TranscriptAnswer,
    lay_out_answer,
    lay_out_transcript,
)
from kin_assistant.rendering.words import describe_filters, external_link, plain
from kin_assistant.types import Source

__all__ = ["TRANSCRIPT_FORMATS", "answer_plain_text", "transcript_file"]


def transcript_file(transcript: Transcript, suffix: str) -> bytes:
    """The file that ``suffix`` names, one of ``TRANSCRIPT_FORMATS``: ``.docx``.

    Raises ``KinError`` for references of answers that quote nothing.
    """
    return _WRITERS[suffix](transcript)


def _docx(transcript: Transcript) -> bytes:
    return laid_docx(lay_out_transcript(transcript), transcript.at)


def _pdf(transcript: Transcript) -> bytes:
    return laid_pdf(lay_out_transcript(transcript), transcript.at)


def _bibtex(transcript: Transcript) -> bytes:
    _check_quotes(transcript)
    return bibtex(transcript.documents, transcript.library).encode()


def _ris(transcript: Transcript) -> bytes:
    _check_quotes(transcript)
    return ris(transcript.documents, transcript.library).encode()


def _check_quotes(transcript: Transcript) -> None:
    if not transcript.documents:
        raise KinError("No document is quoted, so there are no references.")


def _markdown(transcript: Transcript) -> bytes:
    parts = []
    for one in transcript.answers:
        text = answer_markdown(one.answer, prose=one.prose)
        if filters := describe_filters(one.filters):
            head, _, rest = text.partition("\n\n")
            text = f"{head}\n\nLooked only in: {escape_markdown(filters)}\n\n{rest}"
        parts.append(text)
    return "\n".join(parts).encode()


def _brief(transcript: Transcript) -> bytes:
    return brief_json(transcript_brief(transcript))


def _text(transcript: Transcript) -> bytes:
    return "\n\n".join(map(answer_plain_text, transcript.answers)).encode()


_WRITERS: Final[Mapping[str, Callable[[Transcript], bytes]]] = {
    ".docx": _docx,
    ".pdf": _pdf,
    ".md": _markdown,
    ".txt": _text,
    ".bib": _bibtex,
    ".ris": _ris,
    ".json": _brief,
}
TRANSCRIPT_FORMATS: Final = tuple(_WRITERS)
"""Suffixes of the files."""


def answer_plain_text(told: TranscriptAnswer) -> str:
    """One answer with nothing but words: quotes stand between quotation marks, their numbers in brackets."""
    laid = lay_out_answer(told)
    parts = [told.answer.question, *laid.remarks, *_lines(LaidSection("", laid.blocks))]
    if laid.references:
        parts += [REFERENCES, "\n".join(map(_reference, laid.references))]
        parts.append(f"Each quote is word for word what the stored document says (build {told.answer.build_id}).")
    return plain("\n\n".join(parts)) + "\n"


def _lines(section: LaidSection) -> Iterator[str]:
    for block in section.blocks:
        match block:
            case Own(paragraphs):
                yield "\n".join(paragraphs)
            case Missing(words):
                yield words
            case Group(heading, paragraphs):
                quoted = [heading]
                for quotes in paragraphs:
                    quoted += [f"“{quotes[0].head}”"] if quotes[0].head else []
                    quoted.append(" ".join(f"“{one.words}” [{one.mark}]" for one in quotes))
                yield "\n".join(quoted)


def _reference(reference: Reference) -> str:
    line = f"[{reference.mark}] {describe_reference(reference)}"
    return f"{line} After {'; '.join(map(_source, reference.sources))}." if reference.sources else line


def _source(source: Source) -> str:
    return ", ".join(filter(None, (describe_source(source), external_link(source))))
