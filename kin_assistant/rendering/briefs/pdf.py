"""A brief as a PDF file: real text with fonts of its own, headings as bookmarks, numbers that lead into the annex."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import count as count_up
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape, quoteattr

from kin_assistant.briefs.brief import Brief
from kin_assistant.rendering.briefs.fonts import TEXT_FONT, register_fonts, split_by_font
from kin_assistant.rendering.briefs.layout import (
    BriefLayout,
    Group,
    MarkedQuote,
    Missing,
    Own,
    Reference,
    lay_out_brief,
)
from kin_assistant.rendering.briefs.wording import (
    ANNEX,
    REFERENCES,
    describe_quote,
    describe_reference,
    describe_source,
    explain_signs,
)
from kin_assistant.rendering.words import count, external_link, plain
from kin_assistant.types import Source

if TYPE_CHECKING:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Flowable, Paragraph

__all__ = ["brief_pdf", "laid_pdf"]

_INK, _QUIET, _WARNING, _BAR = "#085A40", "#53605A", "#9C2B1B", "#0B6E4F"
_MARGIN: Final = 25 / 25.4 * 72
"""Points; so are all measures here."""
_INDENT: Final = 16.0
_FOOT: Final = 36.0
_LEVELS: Final = {"section": 0, "part": 1}
"""Styles that are headings, with their depth among the bookmarks."""


def brief_pdf(brief: Brief, now: datetime) -> bytes:
    """The brief as a PDF file that says it was written ``now``, an aware time.

    A character that no font draws is written as its code, [U+0627], and the first page says so.
    """
    return laid_pdf(lay_out_brief(brief), now)


def laid_pdf(laid: BriefLayout, now: datetime) -> bytes:
    """What was laid out as a PDF file; else as ``brief_pdf``."""
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import SimpleDocTemplate

    register_fonts()
    writer = _Writer()
    story = [*writer.write_sections(laid), *writer.write_back(laid)]
    # The front comes last: only now it is known what could not be drawn.
    story = [*writer.write_front(laid), *story]
    target = io.BytesIO()
    file = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN, bottomMargin=_MARGIN,
        title=plain(laid.title), author="", subject="", creator="", lang="en", invariant=1,
    )  # fmt: skip

    def first(canvas: Canvas, _: object) -> None:
        # An invariant file is dated 2000, and the library takes no other date.
        canvas._doc._timeStamp.YMDhms = now.astimezone(UTC).timetuple()[:6]
        _number_page(canvas, _)

    file.build(story, onFirstPage=first, onLaterPages=_number_page)
    return target.getvalue()


def _number_page(canvas: Canvas, _: object) -> None:
    canvas.setFont(TEXT_FONT, 9)
    canvas.drawCentredString(canvas._pagesize[0] / 2, _FOOT, str(canvas.getPageNumber()))


class _Writer:
    """Writes the parts of one file, and counts what no font draws."""

    def __init__(self) -> None:
        self._styles = _make_styles()
        self._kinds = _make_kinds()
        self._undrawn: dict[str, None] = {}

    def write_front(self, laid: BriefLayout) -> Iterator[Flowable]:
        """Title, remarks, and how quotes are told from other text."""
        yield self._add(self._words(laid.title), "title")
        for remark in (*laid.remarks, explain_signs("a bar", laid)):
            yield self._add(self._words(remark), "note")
        if self._undrawn:
            codes = ", ".join(map(_code, list(self._undrawn)[:10]))
            yield self._add(
                f"{count(len(self._undrawn), 'character')} of this text cannot be drawn in a PDF file and "
                f"stand as codes: {codes}. The other formats have the characters.",
                "missing",
            )

    def write_sections(self, laid: BriefLayout) -> Iterator[Flowable]:
        """All sections with what they hold, numbered."""
        for number, section in enumerate(laid.sections, 1):
            if section.heading:
                before = f"{number}. " if laid.is_numbered else ""
                yield self._add(f"{before}{self._words(section.heading)}", "section")
            for block in section.blocks:
                yield from self._write_block(block)

    def write_back(self, laid: BriefLayout) -> Iterator[Flowable]:
        """The list of references, and the annex if there is one: the last of them is what the numbers of quotes lead to."""
        if not laid.references:
            return
        before = f"{len(laid.sections) + 1}. " if laid.is_numbered else ""
        yield self._add(f"{before}{REFERENCES}", "section")
        for one in laid.references:
            anchor = "" if laid.has_annex else f'<a name="{one.quotes[0].anchor}"/>'
            yield self._add(anchor + self._reference(one), "body")
        if not laid.has_annex:
            return
        yield self._add(ANNEX, "section")
        for one in laid.references:
            yield self._add(f"[{one.mark}] {self._words(one.title)}", "part")
            for quote in one.quotes:
                yield from self._write_entry(quote)

    def _write_block(self, block: Group | Own | Missing) -> Iterator[Flowable]:
        match block:
            case Own(paragraphs):
                for words in paragraphs:
                    yield self._add(self._words(words), "body")
            case Missing(words):
                yield self._add(self._words(words), "missing")
            case Group(heading, paragraphs):
                yield self._add(self._words(heading), "source")
                for quotes in paragraphs:
                    if quotes[0].head:
                        yield self._add(self._words(quotes[0].head), "head")
                    yield self._add(" ".join(map(self._marked, quotes)), "quote")

    def _write_entry(self, quote: MarkedQuote) -> Iterator[Flowable]:
        mark = f'<a name="{quote.anchor}"/>{quote.mark} '
        yield self._add(mark + self._words(describe_quote(quote.citation)), "source")
        yield self._add(self._words(quote.words), "quote")
        for source in quote.citation.sources:
            yield self._add(f"\u2022 {self._source(source)}", "entry")

    def _marked(self, quote: MarkedQuote) -> str:
        remark = f", {escape(quote.remark)}" if quote.remark else ""
        link = f'<a href="#{quote.anchor}" color="{_INK}">[{quote.mark}{remark}]</a>'
        return f"{self._words(quote.words)}\u00a0{link}"

    def _reference(self, reference: Reference) -> str:
        line = self._words(f"[{reference.mark}] {describe_reference(reference)}")
        named = "; ".join(map(self._source, reference.sources))
        return f"{line} After {named}." if named else line

    def _source(self, source: Source) -> str:
        """A source with its address as a link, which is also printed."""
        words = self._words(describe_source(source))
        url = external_link(source)
        return f"{words}, <a href={quoteattr(url)} color={quoteattr(_INK)}>{self._words(url)}</a>" if url else words

    def _add(self, markup: str, style: str) -> Paragraph:
        kind = self._kinds.get(style, self._kinds["body"])
        return kind(markup, self._styles[style])

    def _words(self, words: str) -> str:
        """``words`` as markup of a paragraph, each run in a font that draws it."""
        return "".join(self._runs(plain(words)))

    def _runs(self, words: str) -> Iterator[str]:
        for run in split_by_font(words):
            if run.font == TEXT_FONT or run.words.isspace():
                yield escape(run.words)
            elif run.font:
                yield f'<font name="{run.font}">{escape(run.words)}</font>'
            else:
                self._undrawn |= dict.fromkeys(run.words)
                yield "".join(map(_code, run.words))


def _make_styles() -> dict[str, ParagraphStyle]:
    from reportlab.lib.styles import ParagraphStyle

    body = ParagraphStyle("body", fontName=TEXT_FONT, fontSize=10.5, leading=15, spaceAfter=6)

    def style(name: str, size: float, colour: str = "#1B2420", **more: object) -> ParagraphStyle:
        return ParagraphStyle(name, body, fontSize=size, leading=size * 1.4, textColor=colour, **more)

    named: Iterable[ParagraphStyle] = (
        body,
        style("title", 20, _INK, spaceAfter=10),
        style("section", 14.5, _INK, spaceBefore=14, keepWithNext=1),
        style("part", 11.5, _INK, spaceBefore=8, keepWithNext=1),
        style("note", 9.5, _QUIET),
        style("source", 9.5, _QUIET, spaceBefore=4, keepWithNext=1),
        style("missing", 9.5, _WARNING),
        style("head", 10.5, _QUIET, leftIndent=_INDENT, keepWithNext=1),
        style("quote", 10.5, leftIndent=_INDENT),
        style("entry", 9.5, leftIndent=_INDENT),
    )
    return {one.name: one for one in named}


def _make_kinds() -> dict[str, type[Paragraph]]:
    """The paragraphs of the library, and what it lacks: bars at the left, and headings that become bookmarks."""
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import Paragraph

    numbers = count_up()

    class Whole(Paragraph):  # type: ignore[misc]  # the library has no types
        """Is not broken across pages if one page can hold it, so that whoever searches for a quote finds it."""

        def split(self, width: float, height: float) -> list[Any]:
            _, own = self.wrap(width, height)
            return super().split(width, height) if own > A4[1] - 2 * _MARGIN - 12 else []

    class Barred(Whole):
        """By its bar a quote is known also in black and white."""

        def draw(self) -> None:
            self.canv.saveState()
            self.canv.setStrokeColor(_BAR)
            self.canv.setLineWidth(2.5)
            self.canv.line(5, 0, 5, self.height)
            self.canv.restoreState()
            super().draw()

    class Heading(Whole):
        """Stands among the bookmarks of the file."""

        def draw(self) -> None:
            words = self.getPlainText()
            key = f"heading_{next(numbers)}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(words, key, _LEVELS[self.style.name])
            super().draw()

    return {"body": Paragraph, "quote": Barred, "head": Barred, "section": Heading, "part": Heading}


def _code(char: str) -> str:
    return f"[U+{ord(char):04X}]"
