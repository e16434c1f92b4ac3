"""Rich text (RTF): words, lists and tables, without what programs keep between them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from kin_assistant.documents.readers.composition import Extract, TextComposer
from kin_assistant.documents.readers.flow import MAX_COLUMNS, Flow, Piece, Table, add_flow
from kin_assistant.documents.readers.openxml import symbol
from kin_assistant.errors import DocumentError
from kin_assistant.text.cleaning import clean

__all__ = ["read_rtf"]

_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?[0-9]{1,10})? ?"
    rb"|\\'(?P<code>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z])|(?P<brace>[{}])|(?P<text>[^\\{}\r\n\x00]+)|[\r\n\x00]+|\\"
)
_MAX_DEPTH = 2_000
"""Groups inside one another; Word writes some tens."""
_UNREAD = frozenset(
    "info colortbl comment filetbl fldinst footer footerf footerl footerr ftncn ftnsep ftnsepc aftncn aftnsep"
    " aftnsepc header headerf headerl headerr keywords listtable listoverridetable nonesttables nonshppict objdata"
    " pict private revtbl rsidtbl rxe shprslt sp tc tcn template themedata upr xe annotation atnid atnauthor atnref"
    " atrfend atrfstart bkmkstart bkmkend pn pntxta pntxtb falt panose fname datafield xform".split()
)
"""Groups whose words are not on the page."""
_READ_THOUGH_STARRED = frozenset("shpinst shptxt do dptxbxtext ud footnote".split())
"""Other starred groups are those that a program may pass over when it does not know them."""
_TARGETS = dict(
    pair.split(":")
    for pair in "fonttbl:font stylesheet:style listtext:marker pntext:marker footnote:note shptxt:box dptxbxtext:box".split()
)
_SIGNS = dict.fromkeys("tab line emspace enspace qmspace lbr softline".split(), " ") | dict(
    zip("emdash endash bullet lquote rquote ldblquote rdblquote".split(), "—–•‘’“”", strict=True)
)
_ENDS = frozenset("par sect page column nestcell".split())
_CHARSETS = {77: "mac_roman", 130: "johab"} | {
    charset: f"cp{page}"
    for charset, page in zip(
        (128, 129, 134, 136, 161, 162, 163, 177, 178, 186, 204, 222, 238, 254, 255),
        (932, 949, 936, 950, 1253, 1254, 1258, 1255, 1256, 1257, 1251, 874, 1250, 437, 850),
        strict=True,
    )
}
_MACHINES = {"ansi": "cp1252", "mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
_CODE_PAGES = {
    number: f"cp{number}"
    for number in (437, 850, 852, 855, 857, *range(860, 867), 869, 874, 932, 936, 949, 950, *range(1250, 1259))
} | {10000: "mac_roman", 65001: "utf-8"}
_HEADING_STYLE = re.compile(r"(?:heading|überschrift|titre|título|titolo|kop|rubrik) ?([1-9])", re.IGNORECASE)


def read_rtf(data: bytes) -> Extract:
    """Read rich text. Footnotes are paragraphs at the end; pages are not told. Raises ``DocumentError``."""
    start = data[:1024].find(b"{\\rtf")
    if start < 0:
        raise DocumentError("it is not rich text, though its suffix says so")
    reader = _RichTextReader()
    reader.read(data[start:])
    composer = TextComposer()
    add_flow(composer, reader.flow)
    add_flow(composer, reader.notes)
    composition = composer.finish()
    title = None if composition.title else clean(reader.title) or None
    return Extract(composition, title=title, warnings=tuple(reader.warnings))


@dataclass(slots=True)
class _State:
    """What a group inherits, and its end brings back."""

    target: str = "body"
    """Where words go: ``body``, ``unread``, ``title``, or a value of ``_TARGETS``."""
    hidden: bool = False
    deleted: bool = False
    font: int = -1
    fallback: int = 1
    """How many characters stand behind a Unicode one for old programs."""
    in_table: bool = False
    style: int = 0
    outline: int = 0
    """Level of a heading; 0 where it is left to the style."""
    in_list: bool = False
    depth: int = 0
    """Of a list, from 0."""


class _RichTextReader:
    """Reads token by token, with a stack of its own."""

    def __init__(self) -> None:
        self.flow: Flow = []
        self.notes: Flow = []
        self.title = ""
        self.warnings: list[str] = []
        self._state = _State()
        self._stack: list[_State] = []
        self._starred = False
        self._to_skip = 0
        self._code_page = "cp1252"
        self._default_font = -1
        self._font_pages: dict[int, str] = {}
        self._font_names: dict[int, str] = {}
        self._style_levels: dict[int, int] = {}
        self._bytes = bytearray()
        self._texts: dict[str, list[str]] = {}
        self._marker = ""
        self._beside: Flow = []
        """Text boxes that hang on the paragraph."""
        self._cell: Flow = []
        self._cells: list[Flow] = []
        self._merged: list[bool] = []
        self._merges = False
        self._is_header = False
        self._rows: list[list[Flow]] = []
        self._header_rows = 0

    def read(self, data: bytes) -> None:
        """Read everything; what a file that is cut off holds up to its end is kept."""
        position = 0
        while match := _TOKEN.match(data, position):
            position = match.end()
            kind = match.lastgroup
            if kind == "brace":
                if match["brace"] == b"{":
                    self._open()
                    continue
                self._close()
                if not self._stack:
                    break
            elif kind in ("word", "number"):
                word, number = match["word"].decode("ascii"), int(match["number"] or b"1")
                if word == "bin":
                    position += max(0, number)
                elif not self._stands_in():
                    self._control(word, number, given=kind == "number")
            elif kind == "code":
                if not self._stands_in():
                    self._bytes.append(int(match["code"], 16))
            elif kind == "sign":
                if match["sign"] == b"*" or not self._stands_in():
                    self._sign(match["sign"])
            elif kind == "text":
                text = match["text"]
                skipped = min(self._to_skip, len(text))
                self._to_skip -= skipped
                self._bytes += text[skipped:]
        if self._stack:
            self.warnings.append("it is cut off: its last groups are not closed")
        while self._stack:
            self._close()
        self._end_paragraph()
        self._end_table()

    def _stands_in(self) -> bool:
        """Whether this is what old programs show instead of the Unicode character before it."""
        if not self._to_skip:
            return False
        self._to_skip -= 1
        return True

    # Groups

    def _open(self) -> None:
        self._flush()
        if len(self._stack) >= _MAX_DEPTH:
            raise DocumentError("its groups nest too deep")
        self._stack.append(self._state)
        self._state = replace(self._state)
        self._starred = False
        self._to_skip = 0

    def _close(self) -> None:
        self._flush()
        self._starred = False
        self._to_skip = 0
        if not self._stack:
            return
        inner, self._state = self._state, self._stack.pop()
        if inner.target == "style":
            self._define_style(inner)
        elif inner.target == self._state.target:
            return
        elif inner.target in ("note", "box"):
            self._end_aside(inner.target)
        elif inner.target == "title":
            self.title = self._take("title")
        elif inner.target == "marker":
            self._marker = clean(self._take("marker")) or "-"

    def _define_style(self, style: _State) -> None:
        name = self._take("style").strip("; ")
        match = _HEADING_STYLE.match(name)
        level = style.outline or (int(match[1]) if match else int(name.lower() == "title"))
        if name and level:
            self._style_levels[style.style] = level

    # Words

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._starred = True
        elif sign in (b"\r", b"\n"):
            self._control("par", 1, given=False)
        elif sign == b"~":
            self._bytes += b" "
        elif sign == b"_":
            self._bytes += b"-"
        elif sign in (b"\\", b"{", b"}"):
            self._bytes += sign

    def _control(self, word: str, number: int, *, given: bool) -> None:
        starred, self._starred = self._starred, False
        state = self._state
        self._flush()
        if word == "u":
            self._write(self._character(number % 0x10000))
            self._to_skip = state.fallback
        elif word in _SIGNS:
            self._write(_SIGNS[word])
        elif word == "ud" and len(self._stack) > 1:
            # The Unicode form of what stands beside it, both in a group that is not read.
            state.target = self._stack[-2].target
        elif word == "title" and state.target == "unread":
            state.target = "title"
        elif state.target == "unread":
            return
        elif word in _UNREAD or (starred and word not in _READ_THOUGH_STARRED):
            state.target = "unread"
        elif word in _TARGETS:
            state.target = _TARGETS[word]
        elif word in _MACHINES:
            self._code_page = _MACHINES[word]
        elif word == "ansicpg":
            self._code_page = _CODE_PAGES.get(number, self._code_page)
        elif word == "deff":
            self._default_font = state.font = number
        elif word == "fcharset" and state.target == "font":
            self._font_pages[state.font] = _CHARSETS.get(number, "")
        elif word == "uc":
            state.fallback = min(max(number, 0), 100)
        elif state.target in ("body", "note", "box", "font", "style", "marker"):
            self._format(word, number, given=given)

    def _format(self, word: str, number: int, *, given: bool) -> None:
        state = self._state
        match word:
            case "f":
                state.font = number
            case "plain":
                state.hidden = state.deleted = False
                state.font = self._default_font
            case "v":
                state.hidden = number != 0
            case "deleted":
                state.deleted = number != 0
            case "s" if given:
                state.style = number
            case "outlinelevel":
                state.outline = number + 1 if 0 <= number < 9 else 0
            case "pard":
                state.in_table = state.in_list = False
                state.style = state.outline = state.depth = 0
            case "intbl":
                state.in_table = True
            case "ls":
                state.in_list = number > 0
            case "ilvl":
                state.depth = min(max(number, 0), 8)
            case _ if word in _ENDS:
                if state.target == "body":
                    self._end_paragraph()
                else:
                    self._end_aside(state.target)
            case _ if state.target == "body":
                self._table_word(word)

    def _character(self, code: int) -> str:
        if 0xF000 <= code <= 0xF0FF:
            return symbol(self._font_names.get(self._state.font, ""), code)
        return chr(code)

    def _flush(self) -> None:
        if not self._bytes:
            return
        raw = bytes(self._bytes)
        self._bytes.clear()
        font = self._state.font
        name = self._font_names.get(font, "").lower()
        if self._state.target == "font":
            # Definitions end with a semicolon; the first part of a name in pieces is enough.
            self._font_names.setdefault(font, raw.decode("latin-1").partition(";")[0].strip())
        elif name == "symbol" or name.startswith("wingdings"):
            self._write("".join(symbol(name, byte) for byte in raw))
        else:
            self._write(raw.decode(self._font_pages.get(font) or self._code_page, "replace"))

    def _write(self, text: str) -> None:
        state = self._state
        if state.target not in ("unread", "font") and not state.hidden and not state.deleted:
            self._texts.setdefault(state.target, []).append(text)

    def _take(self, target: str) -> str:
        text = "".join(self._texts.pop(target, ()))
        # Characters beyond the first 65,536 come as two halves.
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    # Paragraphs and tables

    def _end_aside(self, target: str) -> None:
        """End a paragraph of a note or a text box."""
        if target in ("note", "box") and target in self._texts:
            (self.notes if target == "note" else self._beside).append(Piece("paragraph", self._take(target)))

    def _end_paragraph(self) -> None:
        state = self._state
        text = self._take("body")
        marker, self._marker = self._marker, ""
        level = state.outline or self._style_levels.get(state.style, 0)
        flow: Flow = []
        if level:
            flow.append(Piece("heading", text, level=level))
        elif marker or state.in_list:
            shown = f"{marker} " if re.match(r"\(?[0-9A-Za-z]{1,5}[.)]$", marker) else "- "
            flow.append(Piece("item", text, level=state.depth + 1, marker="  " * state.depth + shown))
        elif clean(text):
            flow.append(Piece("paragraph", text))
        flow += self._beside
        self._beside = []
        if state.in_table:
            self._cell += flow
        else:
            self._end_table()
            self.flow += flow

    def _table_word(self, word: str) -> None:
        match word:
            case "trowd":
                self._merged = []
                self._is_header = self._merges = False
            case "trhdr":
                self._is_header = True
            case "clmrg" | "clvmrg":
                self._merges = True
            case "cellx" if len(self._merged) < MAX_COLUMNS:
                self._merged.append(self._merges)
                self._merges = False
            case "cell":
                self._state.in_table = True
                self._end_paragraph()
                if len(self._cells) < MAX_COLUMNS:
                    self._cells.append(self._cell)
                    self._cell = []
            case "row":
                # What the merged cell beside or above holds is not said again.
                cells = [[] if merged else cell for cell, merged in zip(self._cells, self._merged, strict=False)]
                cells += self._cells[len(cells) :]
                if self._is_header and self._header_rows == len(self._rows):
                    self._header_rows += 1
                self._rows.append(cells)
                self._cells = []

    def _end_table(self) -> None:
        if self._rows:
            self.flow.append(Table(self._rows, self._header_rows or None))
        # Cells of a row that never ended.
        self.flow += [part for cell in self._cells for part in cell] + self._cell
        self._rows, self._cells, self._cell, self._header_rows = [], [], [], 0
