"""What all formats of a brief say in the same words."""

from __future__ import annotations

from typing import Final

from kin_assistant.rendering.briefs.layout import BriefLayout, Reference
from kin_assistant.rendering.words import ORIGIN, section_and_page
from kin_assistant.types import Citation, Source

__all__ = ["ANNEX", "REFERENCES", "describe_quote", "describe_reference", "describe_source", "explain_signs"]

REFERENCES: Final = "References"
ANNEX: Final = "Annex: all quotes"


def explain_signs(sign: str, laid: BriefLayout) -> str:
    """What tells a quote from other text; ``sign`` is what stands beside quotes in this format."""
    target = "annex" if laid.has_annex else "references"
    return (
        f"What has {sign} at its left is quoted word for word from a stored document and was compared with it "
        f"(build {laid.build_id}); the number behind it leads to the {target}. {laid.other_words}"
    )


def describe_reference(reference: Reference) -> str:
    """A line of the list of references: title, then place and years and what else is known."""
    parts = (reference.title, *reference.details)
    return " ".join(f"{part.removesuffix('.')}." for part in parts if part)


def describe_quote(citation: Citation) -> str:
    """Where a quote stands in its document, and what it goes back to if that is no source."""
    page = f" (printed as {citation.page_label})" if citation.page_label else ""
    recognised = "text recognised from a picture" if citation.recognised else ""
    place = f"characters {citation.start} to {citation.end}"
    where = (section_and_page(citation) + page, place, recognised, ORIGIN.get(citation.origin, ""))
    line = "; ".join(filter(None, where))
    return f"{line[0].upper()}{line[1:]}."


def describe_source(source: Source) -> str:
    """A source as the document names it: publisher, year, title."""
    return ", ".join(filter(None, (source.publisher, str(source.year or ""), f'"{source.title}"')))
