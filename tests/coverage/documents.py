"""Documents as their metadata describes them, for the tests of coverage."""

from __future__ import annotations

from kin_assistant.types import DocumentInfo, Years

__all__ = ["document"]


def document(
    id: str,
    *,
    cities: tuple[str, ...] = (),
    countries: tuple[str, ...] = (),
    themes: tuple[str, ...] = (),
    years: Years | None = None,
    title: str = "",
) -> DocumentInfo:
    """A document called ``title``, or as its ``id``."""
    return DocumentInfo(
        id=id,
        path=f"{id}.md",
        sha256="0",
        title=title or id,
        cities=cities,
        countries=countries,
        themes=themes,
        years=years,
    )
