"""Markdown to blocks, by markdown-it: presentation marks go, words stay."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from kin_assistant.documents.readers.composition import Composition, TextComposer

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

__all__ = ["read_markdown"]

_LONGEST_LEAD = 80


def read_markdown(source: str, *, source_count: int = 0) -> Composition:
    """Read Markdown (CommonMark and tables). Emphasis, links, images and raw HTML tags are dropped, their words kept."""
    composer = TextComposer(source_count)
    lists: list[int | None] = []  # the next number of each open ordered list, None for a bullet list
    level, fresh_item = 0, False
    cells: list[str] | None = None
    in_header = False
    for token in _parser().parse(source):
        match token.type:
            case "heading_open":
                level = int(token.tag[1])
            case "heading_close":
                level = 0
            case "bullet_list_open" | "ordered_list_open":
                lists.append(_first_number(token))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                fresh_item = True
            case "thead_open" | "thead_close":
                in_header = token.type == "thead_open"
            case "tr_open":
                cells = []
            case "tr_close":
                composer.add_row(cells or [], header=in_header)
                cells = None
            case "inline":
                words = _words(token)
                if cells is not None:
                    cells.append(words)
                elif level:
                    composer.add("heading", words, level=level)
                elif lists:
                    composer.add(
                        "item", words, level=len(lists), marker=_marker(lists) if fresh_item else "", lead=_lead(token)
                    )
                    fresh_item = False
                else:
                    composer.add("paragraph", words, lead=_lead(token))
            case "fence" | "code_block":
                for line in token.content.splitlines():
                    composer.add("paragraph", line)
            case "html_block":
                from kin_assistant.documents.readers.html import read_html

                composer.add("paragraph", read_html(token.content).text)
    return composer.finish()


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # The preset drops what is nested more than 20 deep.
    return MarkdownIt("commonmark", {"maxNesting": 100}).enable("table")


def _words(inline: Token) -> str:
    """The words of a paragraph; a line break is a space, an image is its description."""
    parts: list[str] = []
    for child in inline.children or ():
        if child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type in ("text", "code_inline", "image"):
            parts.append(child.content)
    return "".join(parts)


def _lead(inline: Token) -> str:
    """The bold words that a paragraph opens with, if they are short enough for a run-in heading."""
    children = [child for child in inline.children or () if child.type != "text" or child.content]
    if not children or children[0].type != "strong_open":
        return ""
    parts: list[str] = []
    for child in children[1:]:
        if child.type == "strong_close":
            break
        parts.append(child.content)
    lead = "".join(parts)
    return lead if len(lead) <= _LONGEST_LEAD else ""


def _first_number(opening: Token) -> int | None:
    return int(opening.attrGet("start") or 1) if opening.type == "ordered_list_open" else None


def _marker(lists: list[int | None]) -> str:
    number = lists[-1]
    indent = "  " * (len(lists) - 1)
    if number is None:
        return f"{indent}- "
    lists[-1] = number + 1
    return f"{indent}{number}. "
