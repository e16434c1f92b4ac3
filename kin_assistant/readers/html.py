"""HTML to blocks, by the Lexbor parser: what a reader of the page would read, without its menus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kin_assistant.readers.composition import Composition, TextComposer, clean

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

__all__ = ["read_html"]

_UNREAD = frozenset(
    "script style noscript template svg math head nav footer aside form button select iframe object canvas audio video".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    "address article blockquote body caption center dd details div dl dt fieldset figcaption figure header hr html"
    " li main ol p pre section summary table tbody td tfoot th thead tr ul".split()
) | frozenset(_HEADINGS)


def read_html(source: str) -> Composition:
    """Read a page or a fragment. Scripts, menus, footers and hidden elements are left out."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(source)
    reader = _PageReader()
    if tree.body is not None:
        reader.read(tree.body)
    composition = reader.composer.finish()
    title = tree.css_first("title")
    page_title = clean(title.text()) if title else ""
    if composition.title is None and page_title:
        return Composition(composition.text, composition.blocks, composition.marks, page_title)
    return composition


class _PageReader:
    """Walks the tree without recursion: pages nest thousands deep when they are broken or hostile."""

    def __init__(self) -> None:
        self.composer = TextComposer()
        self._words: list[str] = []
        self._open: list[str] = []
        self._cells: list[str] = []
        self._header_cells = True

    def read(self, root: LexborNode) -> None:
        node: LexborNode | None = root
        while node is not None:
            child = None
            if node.tag == "-text":
                self._words.append(node.text_content or "")
            elif node.tag == "br":
                self._words.append(" ")
            elif _is_read(node):
                self._enter(node.tag or "")
                child = node.child
                if child is None:
                    self._leave(node.tag or "")
            if child is not None:
                node = child
                continue
            while node is not None and node.next is None:
                node = node.parent
                if node is not None:
                    self._leave(node.tag or "")
                    if node.mem_id == root.mem_id:  # "==" would compare their whole HTML
                        return
            node = node.next if node is not None else None

    def _enter(self, tag: str) -> None:
        if tag in _BLOCKS:
            if tag not in ("td", "th") and not self._in_cell():
                self._flush()
            self._open.append(tag)
            if tag == "tr":
                self._cells, self._header_cells = [], True

    def _leave(self, tag: str) -> None:
        if tag not in _BLOCKS:
            return
        if tag in ("td", "th"):
            self._cells.append(clean("".join(self._words)))
            self._words = []
            self._header_cells &= tag == "th"
        elif tag == "tr":
            # A row with one cell is layout, not a table.
            if len(self._cells) > 1:
                self.composer.add_row(self._cells, header=self._header_cells)
            else:
                self._words += self._cells
                self._flush()
            self._cells = []
        elif self._in_cell():
            self._words.append(" ")
        else:
            self._flush()
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def _in_cell(self) -> bool:
        return "td" in self._open[-40:] or "th" in self._open[-40:]

    def _flush(self) -> None:
        words, self._words = "".join(self._words), []
        nearest = next((tag for tag in reversed(self._open[-40:]) if tag in _HEADINGS or tag == "li"), None)
        if nearest == "li":
            self.composer.add("item", words, level=max(1, sum(tag in ("ul", "ol") for tag in self._open)), marker="- ")
        elif nearest:
            self.composer.add("heading", words, level=_HEADINGS[nearest])
        else:
            self.composer.add("paragraph", words)


def _is_read(node: LexborNode) -> bool:
    if node.tag in _UNREAD or (node.tag or "-").startswith(("-", "!")):
        return False
    attributes = node.attributes
    if (
        "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or attributes.get("role") in ("navigation", "banner")
    ):
        return False
    style = (attributes.get("style") or "").replace(" ", "").lower()
    return "display:none" not in style and "visibility:hidden" not in style
