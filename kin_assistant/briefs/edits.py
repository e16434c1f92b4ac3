"""Changes of a brief that are made on the page: quotes left out or moved within their section, and text of the writer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from kin_assistant.briefs.brief import Brief, BriefItem, BriefSection, OwnText, Quote, Span

__all__ = ["leading_text", "leave_out", "move_quotes", "write_own"]


def leave_out(brief: Brief, spans: Sequence[Span]) -> Brief:
    """``brief`` without the quotes in ``spans``."""
    return _with_items(brief, [[item for item in one.items if _place(item, spans) is None] for one in brief.sections])


def move_quotes(brief: Brief, order: Sequence[Span]) -> Brief:
    """``brief`` with the quotes of each section in the order of the spans that hold them; all else stays where it is."""

    def moved(items: Sequence[BriefItem]) -> list[BriefItem]:
        placed = [(place, item) for item in items if (place := _place(item, order)) is not None]
        sorted_ = iter([item for _, item in sorted(placed, key=lambda pair: pair[0])])
        return [item if _place(item, order) is None else next(sorted_) for item in items]

    return _with_items(brief, [moved(one.items) for one in brief.sections])


def leading_text(section: BriefSection) -> str:
    """The text in front of the first quote, with an empty line between paragraphs."""
    return "\n\n".join(item.text for item in _leading(section))


def write_own(brief: Brief, texts: Sequence[str], *, replace: bool) -> Brief:
    """``brief`` with each of ``texts`` in front of its section, by order; they ``replace`` what stands there, or come before it.

    A section without a text stays as it is; an empty text is none.
    """
    written: list[Sequence[BriefItem]] = []
    for number, section in enumerate(brief.sections):
        if number >= len(texts):
            written.append(section.items)
            continue
        own = [OwnText(text=texts[number].strip())] if texts[number].strip() else []
        written.append([*own, *section.items[len(_leading(section)) if replace else 0 :]])
    return _with_items(brief, written)


def _leading(section: BriefSection) -> list[OwnText]:
    return [item for item in takewhile(lambda item: item.kind == "text", section.items) if isinstance(item, OwnText)]


def _place(item: BriefItem, spans: Sequence[Span]) -> int | None:
    """The first of ``spans`` that holds a quote."""
    if not isinstance(item, Quote):
        return None
    holding = (place for place, span in enumerate(spans) if span.holds(item.document_id, item.start, item.end))
    return next(holding, None)


def _with_items(brief: Brief, items: Sequence[Sequence[BriefItem]]) -> Brief:
    sections = (
        section.model_copy(update={"items": tuple(own)}) for section, own in zip(brief.sections, items, strict=True)
    )
    return brief.model_copy(update={"sections": tuple(sections)})
