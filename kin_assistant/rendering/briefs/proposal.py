"""A proposed brief for the web page: each quote can be read in its document and left out of what is downloaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kin_assistant.briefs.brief import Brief, Span
from kin_assistant.briefs.edits import leading_text, write_own
from kin_assistant.rendering.briefs.layout import Group, LaidSection, MarkedQuote, Missing, Own, lay_out_brief
from kin_assistant.rendering.briefs.wording import REFERENCES
from kin_assistant.rendering.tabs import Asked
from kin_assistant.rendering.templating import render

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["proposal_html"]


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """Quotes that stand next to each other, which are left out together: the second may lean on the first."""

    quotes: tuple[MarkedQuote, ...]
    span: Span

    @property
    def marks(self) -> str:
        """``2.1, 2.2``."""
        return ", ".join(one.mark for one in self.quotes)


@dataclass(frozen=True, slots=True)
class _Block:
    """What a section holds: text of its own, or quotes of one document, each paragraph with its name."""

    words: tuple[str, ...]
    paragraphs: tuple[_Paragraph, ...]


@dataclass(frozen=True, slots=True)
class _Section:
    heading: str
    own: str
    """Text of the writer that can be changed."""
    blocks: tuple[_Block, ...]


def proposal_html(brief: Brief, *, asked: Asked, said: Sequence[str] = (), opened: bool = False) -> Markup:
    """The brief with its references and its downloads, for which ``asked`` says what brief it is.

    ``said`` are sentences on its quotes. In a brief that was ``opened``, text in front of a section is the writer's to change.
    """
    own = [leading_text(section) if opened else "" for section in brief.sections]
    shown = write_own(brief, [""] * len(own), replace=True) if opened else brief
    laid = lay_out_brief(shown)
    return render(
        "proposal.html",
        "proposal",
        laid=laid,
        asked=asked,
        said=said,
        opened=opened,
        sections=[
            _Section(one.heading, words, tuple(_blocks_of(one))) for one, words in zip(laid.sections, own, strict=True)
        ],
        quotes=len(brief.citations),
        reference_heading=REFERENCES,
    )


def _blocks_of(section: LaidSection) -> list[_Block]:
    blocks = []
    for block in section.blocks:
        match block:
            case Own(paragraphs):
                blocks.append(_Block(paragraphs, ()))
            case Missing(words):
                blocks.append(_Block((words,), ()))
            case Group(heading, quoted):
                blocks.append(_Block((heading,), tuple(map(_paragraph, quoted))))
    return blocks


def _paragraph(quotes: tuple[MarkedQuote, ...]) -> _Paragraph:
    first, last = quotes[0].citation, quotes[-1].citation
    return _Paragraph(quotes, Span(first.document_id, first.start, last.end))
