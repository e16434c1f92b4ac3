"""A brief as a Word file (DOCX): real headings and styles, so that a table of contents or another look is a click away."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from kin_assistant.briefs.brief import Brief
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
from kin_assistant.rendering.words import external_link, plain
from kin_assistant.types import Source

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.shared import RGBColor
    from docx.styles.style import ParagraphStyle
    from docx.text.paragraph import Paragraph

__all__ = ["brief_docx", "laid_docx"]

_NOTE, _SOURCE, _MISSING = "Brief Note", "Quoted Document", "Missing Quote"
"""Styles of our own, beside those that every Word file has."""
_INK, _QUIET, _WARNING = "085A40", "53605A", "9C2B1B"
"""Colours, as RRGGBB."""
_NO_XML: Final = {0xFFFE: None, 0xFFFF: None}
"""What is neither a control character nor allowed in XML."""
_LONGEST_PROPERTY: Final = 255
"""Characters of a property of a file."""


def brief_docx(brief: Brief, now: datetime) -> bytes:
    """The brief as a Word file that says it was written ``now``. What XML cannot hold is left out of words."""
    return laid_docx(lay_out_brief(brief), now)


def laid_docx(laid: BriefLayout, now: datetime) -> bytes:
    """What was laid out as a Word file; else as ``brief_docx``."""
    writer = _Writer(laid, now)
    writer.write_front()
    for section in laid.sections:
        if section.heading:
            writer.add(section.heading, "Heading 1")
        for block in section.blocks:
            writer.write_block(block)
    writer.write_back()
    return writer.as_bytes()


class _Writer:
    """Writes one file."""

    def __init__(self, laid: BriefLayout, now: datetime) -> None:
        from docx import Document

        self._laid = laid
        self._file: WordDocument = Document()
        self._bookmarks = 0
        about = self._file.core_properties
        about.title = _clean(laid.title)[:_LONGEST_PROPERTY]
        about.author = about.last_modified_by = about.comments = ""
        about.created = about.modified = now.replace(tzinfo=None)
        self._set_page()
        self._set_styles()
        self._ids = {str(style.name): style.style_id for style in self._file.styles}

    def as_bytes(self) -> bytes:
        """The file."""
        target = io.BytesIO()
        self._file.save(target)
        return target.getvalue()

    def add(self, words: str, style: str) -> Paragraph:
        """A paragraph of ``words`` at the end."""
        paragraph = self._file.add_paragraph(_clean(words))
        # By its id: python-docx looks through all styles for a name, which would take most of the time.
        paragraph._p.style = self._ids[style]
        return paragraph

    def write_front(self) -> None:
        """Title, remarks, and how quotes are told from other text."""
        self.add(self._laid.title, "Title")
        for remark in (*self._laid.remarks, explain_signs("a bar", self._laid)):
            self.add(remark, _NOTE)

    def write_block(self, block: Group | Own | Missing) -> None:
        """What a section holds."""
        match block:
            case Own(paragraphs):
                for words in paragraphs:
                    self.add(words, "Body Text")
            case Missing(words):
                self.add(words, _MISSING)
            case Group(heading, paragraphs):
                self.add(heading, _SOURCE)
                for quotes in paragraphs:
                    self._write_quotes(quotes)

    def write_back(self) -> None:
        """The list of references, and the annex if there is one: the last of them is what the numbers of quotes lead to."""
        if not self._laid.references:
            return
        self.add(REFERENCES, "Heading 1")
        for one in self._laid.references:
            self._write_reference(one)
        if not self._laid.has_annex:
            return
        self.add(ANNEX, "Heading 1")
        for one in self._laid.references:
            self.add(f"{one.mark}. {one.title}", "Heading 2")
            for quote in one.quotes:
                self._write_entry(quote)

    def _write_quotes(self, quotes: Iterable[MarkedQuote]) -> None:
        quotes = list(quotes)
        if quotes[0].head:
            self.add(quotes[0].head, "Quote").runs[0].font.color.rgb = _colour(_QUIET)
        paragraph = self.add("", "Quote")
        for place, one in enumerate(quotes):
            paragraph.add_run(f"{' ' if place else ''}{_clean(one.words)}\u00a0")
            remark = f", {one.remark}" if one.remark else ""
            self._link(paragraph, f"[{one.mark}{remark}]", anchor=one.anchor)

    def _write_reference(self, reference: Reference) -> None:
        paragraph = self.add("", "Normal")
        if self._laid.has_annex:
            paragraph.add_run(f"[{reference.mark}] ")
        else:
            self._mark(paragraph, reference.quotes[0].anchor, f"[{reference.mark}] ")
        paragraph.add_run(_clean(describe_reference(reference)))
        for place, source in enumerate(reference.sources):
            paragraph.add_run(" After " if not place else "; ")
            self._name(source, paragraph)
        if reference.sources:
            paragraph.add_run(".")

    def _write_entry(self, quote: MarkedQuote) -> None:
        paragraph = self.add("", _SOURCE)
        self._mark(paragraph, quote.anchor, f"{quote.mark} ")
        paragraph.add_run(_clean(describe_quote(quote.citation)))
        self.add(quote.words, "Quote")
        for source in quote.citation.sources:
            self._name(source, self.add("", "List Bullet"))

    def _name(self, source: Source, paragraph: Paragraph) -> None:
        """A source with its address as a link, which is also printed."""
        paragraph.add_run(_clean(describe_source(source)))
        if url := external_link(source):
            paragraph.add_run(", ")
            self._link(paragraph, url, url=url)

    # What python-docx has no call for

    def _link(self, paragraph: Paragraph, words: str, *, anchor: str = "", url: str = "") -> None:
        from docx.opc.constants import RELATIONSHIP_TYPE
        from docx.oxml.ns import qn

        link = _element("w:hyperlink")
        if anchor:
            link.set(qn("w:anchor"), anchor)
        else:
            link.set(qn("r:id"), paragraph.part.relate_to(url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        run = paragraph.add_run(_clean(words))
        run.font.color.rgb = _colour(_INK)
        run.font.italic = False
        link.append(run._r)
        paragraph._p.append(link)

    def _mark(self, paragraph: Paragraph, name: str, words: str) -> None:
        """Add ``words`` that links lead to."""
        from docx.oxml.ns import qn

        self._bookmarks += 1
        start, end = _element("w:bookmarkStart"), _element("w:bookmarkEnd")
        for one in (start, end):
            one.set(qn("w:id"), str(self._bookmarks))
        start.set(qn("w:name"), name)
        paragraph._p.append(start)
        paragraph.add_run(words).bold = True
        paragraph._p.append(end)

    # Look

    def _set_page(self) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.oxml.ns import qn
        from docx.shared import Mm

        page = self._file.sections[0]
        page.page_width, page.page_height = Mm(210), Mm(297)
        page.left_margin = page.right_margin = Mm(25)
        footer = page.footer.paragraphs[0]
        footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
        number = _element("w:fldSimple")
        number.set(qn("w:instr"), "PAGE")
        footer._p.append(number)

    def _set_styles(self) -> None:
        from docx.shared import Mm, Pt

        quote = self._style("Quote")
        quote.font.italic = False
        quote.font.color.rgb = _colour("1B2420")
        quote.paragraph_format.left_indent = Mm(6)
        quote.paragraph_format.space_after = Pt(6)
        _add_bar(quote)
        for name, colour in ((_NOTE, _QUIET), (_SOURCE, _QUIET), (_MISSING, _WARNING)):
            style = self._add_style(name)
            style.font.size = Pt(9.5)
            style.font.color.rgb = _colour(colour)
            style.paragraph_format.space_after = Pt(3)
        self._style(_SOURCE).paragraph_format.keep_with_next = True
        self._style(_MISSING).font.bold = True

    def _style(self, name: str) -> ParagraphStyle:
        from docx.styles.style import ParagraphStyle

        style = self._file.styles[name]
        assert isinstance(style, ParagraphStyle)
        return style

    def _add_style(self, name: str) -> ParagraphStyle:
        from docx.enum.style import WD_STYLE_TYPE

        style = self._file.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = self._file.styles["Normal"]
        return self._style(name)


def _add_bar(style: ParagraphStyle) -> None:
    """Put the bar at the left of whatever has ``style``, by which a quote is known also in black and white."""
    from docx.oxml.ns import qn

    bar = _element("w:left")
    for name, value in (("val", "single"), ("sz", "24"), ("space", "8"), ("color", "0B6E4F")):
        bar.set(qn(f"w:{name}"), value)
    borders = _element("w:pBdr")
    borders.append(bar)
    # The schema has borders in front of shading, tabs, spacing and indents.
    style.element.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _element(tag: str) -> BaseOxmlElement:
    from docx.oxml.parser import OxmlElement

    return OxmlElement(tag)


def _colour(code: str) -> RGBColor:
    from docx.shared import RGBColor

    return RGBColor.from_string(code)


def _clean(words: str) -> str:
    """``words`` without what XML cannot hold and what nobody can see."""
    return plain(words).translate(_NO_XML)
