"""Passages found for a query as text."""

from __future__ import annotations

from kin_assistant.rendering.words import plain
from kin_assistant.types import SearchResult

__all__ = ["search_text"]


def search_text(result: SearchResult) -> str:
    """Each passage below a line that says where it stands, best first; a sentence where none is found."""
    if not result.hits:
        return "No passage is near.\n"
    parts = []
    for number, hit in enumerate(result.hits, 1):
        place = f"{hit.document_id}, {hit.heading or 'beginning'}" + (f", page {hit.page}" if hit.page else "")
        parts.append(f"{number}. {plain(place)} ({hit.score:.3f})\n{plain(hit.text)}\n")
    return "\n".join(parts)
