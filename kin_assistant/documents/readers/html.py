"""HTML to blocks, by the Lexbor parser: what a reader of the page would read, without its menus."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from kin_assistant.documents.readers.boilerplate import Layout, is_bold, is_hidden, is_notice, is_trail, measure
from kin_assistant.documents.readers.composition import Composition, Extract, TextComposer
from kin_assistant.documents.readers.detection import decode, find_declared_encoding
from kin_assistant.documents.readers.htmltables import read_table
from kin_assistant.documents.readers.listmarks import find_mark, is_bullet, is_sign
from kin_assistant.documents.readers.text import add_plain_text
from kin_assistant.text.cleaning import clean

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

__all__ = ["add_html", "read_html", "read_html_bytes"]

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form header"
    " hr html li main ol p pre section summary table tbody td tfoot th thead tr ul".split()
) | frozenset(_HEADINGS)
_WHOLE_PAGE = re.compile(r"<(?:!doctype|html|head|body)\b", re.IGNORECASE)
_MARK_OF_A_NOTE = re.compile(r"\[?[\d*\u2020\u2021a-z]{1,3}\]?")
_LINE_END = "\x1e"
"""Stands for <br>; no text has it."""
_LONGEST_LEAD = 80
_LONGEST_BOLD_HEADING = 100
_LONGEST_LINE_OF_A_LIST = 80
_LONG_PARAGRAPH = 80
_MOST_BOLD = 0.4
"""Of a page's characters; where more is bold, bold marks no headings."""


class _Piece(NamedTuple):
    text: str
    bold: bool
    link: bool


def read_html_bytes(data: bytes) -> Extract:
    """Read a page in the encoding that it declares, else in the one that fits. Raises ``DocumentError`` where it is no text."""
    source, warnings = decode(data, find_declared_encoding(data))
    return Extract(read_html(source), title=_page_title(source), warnings=warnings)


def read_html(source: str) -> Composition:
    """Read a page or a fragment. Scripts, menus, footers and hidden elements are left out."""
    composer = TextComposer()
    has_headings = add_html(composer, source, is_page=bool(_WHOLE_PAGE.search(source[:10_000])))
    composition = composer.finish()
    title = None if has_headings else _page_title(source)
    return replace(composition, title=title) if title else composition


def add_html(composer: TextComposer, source: str, *, is_page: bool = False) -> bool:
    """Add the blocks of a page or a fragment; whether it has headings that are marked up as such.

    Only a page of the web (``is_page``) is searched for menus and banners.
    """
    from selectolax.lexbor import LexborHTMLParser

    body = LexborHTMLParser(source.replace(_LINE_END, " ")).body
    if body is None:
        return False
    reader = _PageReader(composer, measure(body), is_page=is_page)
    reader.read(body)
    return reader.has_headings


def _page_title(source: str) -> str | None:
    from selectolax.lexbor import LexborHTMLParser

    head = LexborHTMLParser(source).head
    title = head.css_first("title") if head is not None else None
    return (clean(title.text()) or None) if title is not None else None


class _PageReader:
    """Walks the tree without recursion: pages nest thousands deep when they are broken or hostile."""

    def __init__(self, composer: TextComposer, layout: Layout, *, is_page: bool) -> None:
        self._composer = composer
        self._layout = layout
        self._is_page = is_page
        self._pieces: list[_Piece] = []
        self._roles: list[str] = []
        """Open headings and list items."""
        self._lists: list[int | None] = []
        """The next number of each open list, None without numbers."""
        self._fresh_item = False
        self._bold = self._links = self._content = self._joined_cells = 0
        self._started = False
        self._level = 0
        self.has_headings = False
        self._after_heading = False
        self._seen: set[str] = set()
        self._bold_marks_headings = layout.total.bold <= _MOST_BOLD * layout.total.characters

    def read(self, root: LexborNode) -> None:
        if is_hidden(root):
            return
        stack: list[tuple[LexborNode, bool]] = [(root, False)]
        while stack:
            node, leaving = stack.pop()
            if leaving:
                self._leave(node)
            elif node.tag == "-text":
                self._add_words(node.text_content or "")
            elif node.tag == "br":
                self._add_words(_LINE_END)
            elif not is_hidden(node) and not self._is_left_out(node) and self._enter(node):
                stack.append((node, True))
                child = node.last_child
                while child is not None:
                    stack.append((child, False))
                    child = child.prev
        self._flush()

    def _is_left_out(self, node: LexborNode) -> bool:
        if not self._is_page:
            return False
        if self._layout.is_side_matter(node):
            self._flush()
            return True
        if self._content or not self._layout.is_menu(
            node, started=self._started, under_heading=self._after_heading and not self._pieces
        ):
            return False
        self._flush()
        return True

    def _enter(self, node: LexborNode) -> bool:
        """Open an element; False where it was read whole or is not to be read."""
        tag = node.tag or ""
        if tag == "sup":
            return self._enter_superscript(node)
        if tag in _BLOCKS and not (self._joined_cells and tag in ("td", "th")):
            self._flush()
        if tag == "pre":
            add_plain_text(self._composer, node.text() or "", headings=False)
            return False
        if tag == "table":
            return not read_table(self._composer, node, self._layout)
        if tag == "tr":
            self._joined_cells += self._is_one_line(node)
        elif tag in _HEADINGS:
            self._roles.append(tag)
        elif tag in ("ul", "ol"):
            start = node.attributes.get("start") or "1"
            begins = int(start) if start.isascii() and start.isdigit() and len(start) < 10 else 1
            self._lists.append(begins if tag == "ol" else None)
        elif tag == "li" or self._is_word_item(node):
            self._roles.append("li")
            self._fresh_item = True
        elif tag in ("main", "article"):
            self._content += 1
        self._bold += is_bold(node)
        self._links += tag == "a"
        return True

    def _leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        self._bold -= is_bold(node)
        self._links -= tag == "a"
        if tag not in _BLOCKS:
            return
        if self._joined_cells and tag in ("td", "th"):
            self._add_words(" ")
            return
        self._flush()
        if tag == "tr":
            self._joined_cells -= self._is_one_line(node)
        elif tag in _HEADINGS or tag == "li" or self._is_word_item(node):
            self._roles.pop()
            self._fresh_item = False
        elif tag in ("ul", "ol"):
            self._lists.pop()
        elif tag in ("main", "article"):
            self._content -= 1

    def _enter_superscript(self, node: LexborNode) -> bool:
        text = clean(node.text() or "")
        link = node.css_first("a")
        # The mark of a footnote would become part of the number or word before it.
        if link is not None and _MARK_OF_A_NOTE.fullmatch(text):
            return False
        if text.isdigit() and self._pieces and self._pieces[-1].text[-1:].isdigit():
            self._add_words("^")
        return True

    def _is_one_line(self, row: LexborNode) -> bool:
        """Whether the cells of a row of a layout table are one line, as a mark and its text."""
        weight = self._layout.of(row)
        return not (weight.tables or weight.headings) and weight.characters <= 2 * _LONG_PARAGRAPH

    @staticmethod
    def _is_word_item(node: LexborNode) -> bool:
        """Whether a paragraph is a list item in a page that Word wrote."""
        return node.tag == "p" and (node.attributes.get("class") or "").startswith("MsoListParagraph")

    def _add_words(self, text: str) -> None:
        self._pieces.append(_Piece(text, self._bold > 0, self._links > 0))

    def _flush(self) -> None:
        """Add the words since the last end of a block; two line ends in a row part paragraphs."""
        pieces, self._pieces = self._pieces, []
        paragraph: list[_Piece] = []
        ends = 0
        for piece in [*pieces, _Piece(_LINE_END, False, False), _Piece(_LINE_END, False, False)]:
            if piece.text == _LINE_END:
                ends += 1
            elif piece.text.strip():
                ends = 0
            if ends < 2:
                paragraph.append(piece)
            elif paragraph:
                self._add_paragraph(paragraph)
                paragraph = []

    def _add_paragraph(self, pieces: list[_Piece]) -> None:
        lines = [line for line in map(clean, "".join(piece.text for piece in pieces).split(_LINE_END)) if line]
        text = " ".join(lines)
        if not text or self._is_unwanted(text, pieces):
            return
        role = self._roles[-1] if self._roles else ""
        was_after_heading, self._after_heading = self._after_heading, False
        if role in _HEADINGS:
            self._add_heading(text, _HEADINGS[role])
        elif role == "li":
            self._add_item(text)
        elif self._is_bold_heading(text, pieces):
            self._composer.add("heading", text, level=min(6, max(2, self._level + 1)))
            self._after_heading = True
        elif _are_items(lines):
            self._add_lines(lines)
        else:
            self._started |= len(text) >= _LONG_PARAGRAPH
            self._after_heading = was_after_heading and len(text) < _LONG_PARAGRAPH
            lead = _lead(pieces)
            self._composer.add("paragraph", text, lead=lead if len(lead) < len(text) else "")

    def _add_heading(self, text: str, level: int) -> None:
        self._composer.add("heading", text, level=level)
        self._level = level
        self.has_headings = True
        self._after_heading = True
        self._started |= not self._layout.has_long_text

    def _add_item(self, text: str) -> None:
        number = self._lists[-1] if self._lists else None
        marker = ""
        if self._fresh_item:
            marker = "- " if number is None else f"{number}. "
            if number is not None:
                self._lists[-1] = number + 1
        mark = find_mark(text)
        text = text[mark.end() :] if mark and is_bullet(mark[1]) else text
        self._composer.add("item", text, level=max(1, len(self._lists)), marker=marker)
        self._fresh_item = False

    def _add_lines(self, lines: list[str]) -> None:
        """Add lines that are the items of a list without being marked up as one."""
        for i, line in enumerate(lines):
            mark = find_mark(line)
            introduces = line.endswith(":") or any(map(find_mark, lines[1:]))
            if i == 0 and not mark and introduces:
                self._composer.add("paragraph", line)
                continue
            marker = mark[1] if mark and not is_sign(mark[1]) else "-"
            self._composer.add("item", line[mark.end() :] if mark else line, level=1, marker=marker + " ")

    def _is_unwanted(self, text: str, pieces: list[_Piece]) -> bool:
        if not self._is_page:
            return False
        if is_notice(text) or is_trail(text, sum(len(piece.text.strip()) for piece in pieces if piece.link)):
            return True
        if len(text) < _LONG_PARAGRAPH:
            return False
        seen = text in self._seen
        self._seen.add(text)
        return seen

    def _is_bold_heading(self, text: str, pieces: list[_Piece]) -> bool:
        return (
            self._bold_marks_headings
            and len(text) <= _LONGEST_BOLD_HEADING
            and text[-1] not in ".,;!"
            and not find_mark(text)
            and any(map(str.isalpha, text))
            and all(piece.bold or not piece.text.strip() for piece in pieces if piece.text != _LINE_END)
        )


def _lead(pieces: list[_Piece]) -> str:
    """The bold words that a paragraph opens with, if they are short enough for a run-in heading."""
    words: list[str] = []
    for piece in pieces:
        if piece.text.strip(_LINE_END + " \t\n") and not piece.bold:
            break
        words.append(piece.text.replace(_LINE_END, " "))
    else:
        return ""
    lead = clean("".join(words))
    return lead if len(lead) <= _LONGEST_LEAD else ""


def _are_items(lines: list[str]) -> bool:
    """Whether lines parted by <br> are a list rather than a wrapped paragraph or an address."""
    if len(lines) == 1:
        return is_bullet(lines[0][0])
    marked = sum(find_mark(line) is not None for line in lines)
    if marked >= 2 and marked >= len(lines) - 1:
        return True
    rest = lines[1:] if lines[0].endswith(":") else lines
    return (
        len(rest) > 2
        and max(map(len, rest)) <= _LONGEST_LINE_OF_A_LIST
        and sum(map(len, rest)) <= 0.6 * _LONGEST_LINE_OF_A_LIST * len(rest)
        and not any(line[0].islower() or line[-1] in ",-" for line in rest)
        and not any(". " in line for line in rest)
    )
