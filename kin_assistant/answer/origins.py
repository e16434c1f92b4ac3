"""Who says a sentence: a source that the document cites, the document itself, or the compiler of the document."""

from __future__ import annotations

from collections.abc import Collection

from kin_assistant.types import Document, Origin, Passage, Source

__all__ = ["is_conclusion", "tell_origin"]


def tell_origin(
    document: Document, passage: Passage, start: int, end: int, compiler_sections: Collection[str]
) -> tuple[Origin, tuple[Source, ...]]:
    """Where the words from ``start`` to ``end`` come from, and the sources that the document cites for them.

    ``compiler_sections`` are headings, casefolded, under which a sentence without a source mark is the compiler's own.
    """
    if not document.sources:
        return "document", ()
    if sources := document.sources_of(start, end):
        return "sources", sources
    if _is_compilers(passage, compiler_sections):
        return "compiler", ()
    # Who marks nothing in a digest of one publication means that one throughout.
    if len(document.sources) == 1 and not document.marks:
        return "sources", document.sources
    return "none named", ()


def is_conclusion(
    document: Document, passage: Passage, start: int, end: int, compiler_sections: Collection[str]
) -> bool:
    """Whether ``tell_origin`` says "compiler"."""
    # Asked of every sentence that is looked at: few stand under such a heading, and only for them marks are looked up.
    is_under = bool(document.sources) and _is_compilers(passage, compiler_sections)
    return is_under and not document.sources_of(start, end)


def _is_compilers(passage: Passage, compiler_sections: Collection[str]) -> bool:
    return any(heading.casefold() in compiler_sections for heading in passage.heading.split(" > "))
