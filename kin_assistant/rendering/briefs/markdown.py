"""A brief as Markdown. Lines that begin with ``>`` are quotes, all others are not."""

from __future__ import annotations

from collections.abc import Iterator

from kin_assistant.briefs.brief import Brief
from kin_assistant.rendering.briefs.layout import (
    BriefLayout,
    Group,
    MarkedQuote,
    Missing,
    Own,
    Reference,
    lay_out_brief,
)
from kin_assistant.rendering.briefs.wording import ANNEX, REFERENCES, describe_quote, describe_reference, explain_signs
from kin_assistant.rendering.markdown import escape_markdown, source_markdown

__all__ = ["brief_markdown"]


def brief_markdown(brief: Brief) -> str:
    """The brief with its sections, references and annex."""
    laid = lay_out_brief(brief)
    parts = [f"# {escape_markdown(laid.title)}", *map(escape_markdown, laid.remarks), explain_signs(">", laid)]
    for section in laid.sections:
        parts.append(f"## {escape_markdown(section.heading)}")
        for block in section.blocks:
            parts += _block(block)
    parts += _back_matter(laid)
    return "\n\n".join(filter(None, parts)) + "\n"


def _block(block: Group | Own | Missing) -> Iterator[str]:
    match block:
        case Own(paragraphs):
            yield from map(escape_markdown, paragraphs)
        case Missing(words):
            yield f"**{escape_markdown(words)}**"
        case Group(heading, paragraphs):
            yield f"**{escape_markdown(heading)}**"
            for quotes in paragraphs:
                yield from [f"> {escape_markdown(quotes[0].head)}"] if quotes[0].head else []
                yield f"> {' '.join(map(_quote, quotes))}"


def _quote(quote: MarkedQuote) -> str:
    remark = f", {quote.remark}" if quote.remark else ""
    return f"{escape_markdown(quote.words)} [{quote.mark}{remark}]"


def _back_matter(laid: BriefLayout) -> Iterator[str]:
    if not laid.references:
        return
    yield f"## {REFERENCES}"
    yield "\n".join(f"- [{one.mark}] {_reference(one)}" for one in laid.references)
    yield f"## {ANNEX}"
    for one in laid.references:
        yield f"### {one.mark}. {escape_markdown(one.title)}"
        for quote in one.quotes:
            yield f"**{quote.mark}** {escape_markdown(describe_quote(quote.citation))}"
            yield f"> {escape_markdown(quote.words)}"
            yield "\n".join(f"- {source_markdown(source)}" for source in quote.citation.sources)


def _reference(reference: Reference) -> str:
    line = escape_markdown(describe_reference(reference))
    return f"{line} After {'; '.join(map(source_markdown, reference.sources))}." if reference.sources else line
