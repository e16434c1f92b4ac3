"""An answer as it is copied: as a word processor, a mail program or a text editor takes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from kin_assistant.rendering.briefs.layout import Reference
from kin_assistant.rendering.briefs.wording import REFERENCES, describe_reference, describe_source
from kin_assistant.rendering.markdown import answer_markdown
from kin_assistant.rendering.templating import render
from kin_assistant.rendering.transcripts.files import answer_plain_text
from kin_assistant.rendering.transcripts.transcript import TranscriptAnswer, lay_out_answer
from kin_assistant.types import Source

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["Copies", "copy_answer"]


@dataclass(frozen=True, slots=True)
class Copies:
    """One answer in the forms in which it is put on a clipboard."""

    rich: Markup
    """HTML that needs no style sheet."""
    text: str
    markdown: str


class _Source(NamedTuple):
    source: Source
    words: str


class _Reference(NamedTuple):
    mark: str
    words: str
    sources: list[_Source]


def copy_answer(told: TranscriptAnswer) -> Copies:
    """``told`` in all forms."""
    laid = lay_out_answer(told)
    rich = render(
        "clipboard.html",
        "answer",
        title=told.answer.question,
        laid=laid,
        reference_heading=REFERENCES,
        references=list(map(_describe, laid.references)),
        build_id=told.answer.build_id,
    )
    return Copies(rich, answer_plain_text(told), answer_markdown(told.answer, prose=told.prose))


def _describe(reference: Reference) -> _Reference:
    sources = [_Source(source, describe_source(source)) for source in reference.sources]
    return _Reference(reference.mark, describe_reference(reference), sources)
