"""From the pages of PDF files to the words that a reader reads."""

from __future__ import annotations

import io
import re
from bisect import bisect_right
from typing import TYPE_CHECKING

import pytest

from kin_assistant.documents.readers.composition import Composition
from kin_assistant.documents.readers.pdf import read_pdf
from tests import pdf_files as files

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas


def blocks_of(composition: Composition) -> list[tuple[str, str]]:
    return [(block.kind, composition.text[block.start : block.end]) for block in composition.blocks]


def lines(*texts: str, x: float = 60, y: float = 100, step: float = 14) -> list[tuple[float, float, str]]:
    return [(x, y + step * number, text) for number, text in enumerate(texts)]


def read_lines(*texts: str) -> str:
    return read_pdf(files.pages_of(lines(*texts))).composition.text


def page_of(composition: Composition, offset: int) -> int:
    return composition.page_starts[bisect_right(composition.page_starts, offset, key=lambda start: start[0]) - 1][1]


# Text


def test_a_report_is_headings_paragraphs_and_tables() -> None:
    extract = read_pdf(files.report(3))
    kinds = blocks_of(extract.composition)
    assert [kind for kind, _ in kinds] == (["heading", "paragraph", "paragraph", "header_row"] + ["row"] * 5) * 3
    assert kinds[0] == ("heading", "1. District 1")
    text = files.sentences(1, 16)
    assert [words for _, words in kinds[1:3]] == [" ".join(text[:8]), " ".join(text[8:])]
    assert kinds[3:5] == [("header_row", "| Year | Waste (t) | Recycled (%) |"), ("row", "| 2015 | 10,000 | 20 |")]
    assert (extract.pages, extract.pages_without_text, extract.warnings) == (3, (), ())


def test_running_heads_and_feet_are_left_out() -> None:
    text = read_pdf(files.report(6)).composition.text
    assert "Environment Report" not in text
    assert "Page" not in text
    assert text.count("District") == 6


def test_rows_of_numbers_at_the_edge_of_each_page_stay() -> None:
    pages = [
        [*lines("Inhabitants of the districts of the town, by year", y=100), *lines(f"{n * 37} {n * 11}", y=60)]
        for n in range(1, 5)
    ]
    text = read_pdf(files.pages_of(*pages)).composition.text
    assert all(f"{n * 37} {n * 11}" in text for n in range(1, 5))


def test_lone_page_numbers_go_and_lone_figures_stay() -> None:
    prose = "The town has counted its trees and has planted more of them."
    pages = [[(60, 100, f"{prose} {n}."), (290, 810, str(n + 16))] for n in range(1, 5)]
    pages[0].append((60, 300, "17"))
    text = read_pdf(files.pages_of(*pages)).composition.text
    assert re.findall(r"^\d+$", text, re.MULTILINE) == ["17"]


@pytest.mark.parametrize("make", [lambda: files.report(12), files.two_columns, files.aligned_table])
def test_every_sentence_is_on_the_page_where_another_reader_finds_it(make) -> None:
    import pypdf

    data = make()
    composition = read_pdf(data).composition
    pages = [re.sub(r"\s+", " ", page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(data)).pages]
    sentences = re.findall(r"In [^.]*? plan number \d+ and [^.]*\.", composition.text)
    assert len(sentences) >= 10
    for sentence in sentences:
        page = page_of(composition, composition.text.index(sentence))
        assert [number for number, text in enumerate(pages, 1) if sentence in text] == [page]


def test_columns_are_read_one_after_the_other() -> None:
    extract = read_pdf(files.two_columns())
    assert blocks_of(extract.composition) == [
        ("heading", "A title that runs across the two columns"),
        ("paragraph", " ".join(files.sentences(1, 24))),
        ("paragraph", " ".join(files.sentences(2, 24))),
    ]


def test_three_narrow_columns_are_read_one_after_the_other_and_are_no_table() -> None:
    extract = read_pdf(files.three_columns())
    assert blocks_of(extract.composition) == [
        ("paragraph", " ".join(files.sentences(number, 4))) for number in range(45)
    ]


def test_a_box_in_the_margin_is_read_after_the_text_beside_it() -> None:
    box = "What is said in the margin of the page is short and small, and it stands beside the text."

    def draw(canvas: Canvas) -> None:
        files.paragraph(canvas, " ".join(files.sentences(1, 14)), 60, 80, 300)
        files.paragraph(canvas, box, 400, 120, 130, size=8)
        files.paragraph(canvas, " ".join(files.sentences(2, 14)), 60, 480, 475)
        canvas.showPage()

    texts = [text for _, text in blocks_of(read_pdf(files.pdf_of(draw)).composition)]
    assert texts == [" ".join(files.sentences(1, 14)), box, " ".join(files.sentences(2, 14))]


@pytest.mark.parametrize("page_too", [True, False])
@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_turned_text_is_read_upright(degrees: int, page_too: bool) -> None:
    text = read_pdf(files.turned(degrees, page_too=page_too)).composition.text
    assert text == "The first line of the turned page goes on in the second line of the turned page."


@pytest.mark.parametrize(
    ("texts", "read"),
    [
        (("the environ-", "mental office of the town"), "the environmental office of the town"),
        (
            ("the cost of it, the benefit, the cost-", "benefit ratio"),
            "the cost of it, the benefit, the cost-benefit ratio",
        ),
        (("a town-wide plan for this town-", "wide office"), "a town-wide plan for this town-wide office"),
        (("a self-", "governing town of the north"), "a self-governing town of the north"),
        (("the years 2010-", "2015 and later years"), "the years 2010-2015 and later years"),
        (("the time of COVID-", "19 in the towns"), "the time of COVID-19 in the towns"),
        (("in the pre-", "and post-war towns"), "in the pre- and post-war towns"),
        (
            ("see https://town.example/air-", "quality for all of it"),
            "see https://town.example/air-quality for all of it",
        ),
    ],
)
def test_words_broken_at_the_end_of_a_line_are_mended(texts: tuple[str, ...], read: str) -> None:
    assert read_lines(*texts) == read


def test_paragraphs_are_told_by_distance_indent_and_short_lines() -> None:
    long = "The first paragraph of the page is set in lines that are all about as long"
    page = [
        *lines(long, "as the column is wide, but for the last one. It ends.", y=100),
        *lines("A second one begins with an indent, and its lines are also of that kind", x=75, y=128),
        *lines("which fills the column, and it ends before the column's edge is reached.", y=142),
        *lines("The third stands apart.", y=180),
    ]
    text = read_pdf(files.pages_of(page)).composition.text
    assert [part[:10] for part in text.split("\n\n")] == ["The first ", "A second o", "The third "]


def test_a_paragraph_goes_on_over_the_page_and_a_broken_word_stays_on_the_first() -> None:
    first = lines("The office of the town has read all of the letters and the environ-", y=760)
    second = lines("mental plans that were sent in by the people who live here. It was done.", y=80)
    extract = read_pdf(files.pages_of(first, second))
    composition = extract.composition
    assert composition.text == (
        "The office of the town has read all of the letters and the environmental plans that were sent in"
        " by the people who live here. It was done."
    )
    assert composition.page_starts == ((0, 1), (composition.text.index("plans"), 2))


def test_notes_stand_before_the_paragraph_that_goes_on_over_the_page() -> None:
    def draw(canvas: Canvas) -> None:
        files.paragraph(canvas, "The council met often. " * 12 + "Then it began a long", 60, 600, 475)
        files.paragraph(canvas, "1 See the minutes of the council.", 60, 780, 475, size=7.5)
        canvas.showPage()
        files.paragraph(
            canvas, "series of talks with the people of the town. " + "They were of use. " * 12, 60, 80, 475
        )
        canvas.showPage()

    composition = read_pdf(files.pdf_of(draw)).composition
    note, body = blocks_of(composition)
    assert note[1] == "1 See the minutes of the council."
    assert "Then it began a long series of talks" in body[1]
    assert [page for _, page in composition.page_starts] == [1, 2]


def test_lists_are_items_with_their_levels() -> None:
    page = [
        *lines("The town will do three things in the coming year:", y=100),
        *lines("\u2022 count the trees of the streets and of the parks, and write", x=70, y=120),
        *lines("down their ages", x=79, y=134),
        *lines("\u2022 plant more trees", x=70, y=148),
        *lines("1. in the north", x=90, y=162),
        *lines("2. in the south", x=90, y=176),
    ]
    composition = read_pdf(files.pages_of(page)).composition
    assert composition.text == (
        "The town will do three things in the coming year:\n\n"
        "- count the trees of the streets and of the parks, and write down their ages\n"
        "- plant more trees\n  1. in the north\n  2. in the south"
    )
    assert [block.level for block in composition.blocks if block.kind == "item"] == [1, 1, 2, 2]


def test_headings_have_levels_by_size_and_weight() -> None:
    def draw(canvas: Canvas) -> None:
        y = 80.0
        for font, size, text in (
            (files.BOLD, 22, "The Year in the Town"),
            (files.BOLD, 15, "Water"),
            (files.BODY, 10.5, " ".join(files.sentences(1, 4))),
            (files.BOLD, 10.5, "Rivers and lakes"),
            (files.BODY, 10.5, " ".join(files.sentences(2, 4))),
        ):
            y = files.paragraph(canvas, text, 60, y, 475, font=font, size=size) + 12
        canvas.showPage()

    composition = read_pdf(files.pdf_of(draw)).composition
    headings = [(b.level, composition.text[b.start : b.end]) for b in composition.blocks if b.kind == "heading"]
    assert headings == [(1, "The Year in the Town"), (2, "Water"), (3, "Rivers and lakes")]
    assert composition.title == "The Year in the Town"


def test_bold_words_that_open_a_paragraph_are_its_lead() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(files.BOLD, 11)
        canvas.drawString(60, 700, "Results.")
        canvas.setFont(files.BODY, 11)
        canvas.drawString(110, 700, "The waste of the town fell by a half within two years.")
        canvas.showPage()

    (block,) = read_pdf(files.pdf_of(draw)).composition.blocks
    assert block.lead == len("Results.")


def test_raised_numbers_of_notes_are_left_out_and_units_kept() -> None:
    def draw(canvas: Canvas) -> None:
        text = canvas.beginText(60, 700)
        for words, rise in (("The plan was agreed.", 0), ("3", 5), (" It covers 40 km", 0), ("2", 5), (" of land.", 0)):
            text.setFont(files.BODY, 7 if rise else 11)
            text.setRise(rise)
            text.textOut(words)
        canvas.drawText(text)
        canvas.showPage()

    assert read_pdf(files.pdf_of(draw)).composition.text == "The plan was agreed. It covers 40 km\u00b2 of land."


def test_a_large_first_letter_belongs_to_its_word() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(files.BODY, 36)
        canvas.drawString(60, 674, "T")
        canvas.setFont(files.BODY, 11)
        canvas.drawString(84, 690, "he town of the north has more trees than")
        canvas.drawString(84, 676, "any other town, and fewer cars.")
        canvas.showPage()

    text = "The town of the north has more trees than any other town, and fewer cars."
    assert read_pdf(files.pdf_of(draw)).composition.text == text


def test_entries_of_a_table_of_contents_stay_apart() -> None:
    contents = [f"{n}. Of the town {'. ' * 60}{n * 7}" for n in range(1, 4)]
    text = read_pdf(files.pages_of(lines(*contents))).composition.text
    assert text == "\n".join(f"{n}. Of the town \u2026 {n * 7}" for n in range(1, 4))


def test_text_printed_twice_is_read_once() -> None:
    page = [(60, 100, "Printed twice to look bold"), (60.3, 100, "Printed twice to look bold")]
    assert read_pdf(files.pages_of(page)).composition.text == "Printed twice to look bold"


def test_text_that_cannot_be_seen_is_left_out() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "What everybody sees.")
        canvas.drawString(60, 3000, "Beyond the edge of the page.")
        canvas.setFillColorRGB(0.1, 0.2, 0.4)
        canvas.rect(50, 590, 400, 40, fill=1)
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(60, 605, "White on a dark ground.")
        canvas.drawString(60, 500, "White on white paper.")
        canvas.setFillColorRGB(0, 0, 0)
        canvas.setFont(files.BODY, 0.5)
        canvas.drawString(60, 400, "Too small for any eye.")
        canvas.showPage()

    assert read_pdf(files.pdf_of(draw)).composition.text == "What everybody sees.\n\nWhite on a dark ground."


def test_text_behind_a_scanned_picture_is_read() -> None:
    def draw(canvas: Canvas) -> None:
        text = canvas.beginText(60, 700)
        text.setFont(files.BODY, 11)
        text.setTextRenderMode(3)
        text.textLine("What was recognised when the page was scanned.")
        canvas.drawText(text)
        canvas.showPage()

    assert read_pdf(files.pdf_of(draw)).composition.text == "What was recognised when the page was scanned."


# Tables


def test_cells_in_line_are_a_table_without_any_drawn_line() -> None:
    rows = [text for kind, text in blocks_of(read_pdf(files.aligned_table()).composition) if "row" in kind]
    assert rows == [
        "| City | Population | Share |",
        "| Lagos | 15,300 | 41% |",
        "| Quito | 2,780 | 12% |",
        "| Hanoi | 8,050 | 33% |",
        "| Graz | 290 | 8% |",
    ]


def test_a_cell_of_several_lines_is_one_cell() -> None:
    from reportlab.lib import colors
    from reportlab.platypus import Table

    def draw(canvas: Canvas) -> None:
        rows = [
            ["Measure", "Effect"],
            ["Bus lanes in the\ninner town", "Fewer cars"],
            ["Trees", "Less heat in the\nsummer months"],
        ]
        table = Table(rows, colWidths=[150, 150], style=[("GRID", (0, 0), (-1, -1), 0.5, colors.black)])
        table.wrapOn(canvas, 400, 400)
        table.drawOn(canvas, 60, 500)
        canvas.showPage()

    assert read_pdf(files.pdf_of(draw)).composition.text == (
        "| Measure | Effect |\n\n| Bus lanes in the inner town | Fewer cars |\n| Trees | Less heat in the summer months |"
    ).replace("\n\n", "\n")


def test_a_frame_round_text_is_no_table() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rect(50, 500, 500, 250)
        canvas.line(50, 700, 550, 700)
        files.paragraph(canvas, " ".join(files.sentences(1, 8)), 60, 160, 475)
        canvas.showPage()

    assert {kind for kind, _ in blocks_of(read_pdf(files.pdf_of(draw)).composition)} == {"paragraph"}


def test_shading_behind_the_words_of_a_cell_parts_no_columns() -> None:
    rows = [["Pollutant", "to air", "to water"], ["Methane", "100", "7"], ["Copper", "20", "5"], ["Zinc", "30", "6"]]

    def draw(canvas: Canvas) -> None:
        canvas.setFont(files.BODY, 10)
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                x, y = 60 + 120 * column, 700 - 20 * number
                canvas.rect(x, y, 120, 20)
                if number == 0 or column == 0:
                    canvas.setFillGray(0.9)
                    canvas.rect(x + 5.4, y + 0.5, 109.2, 19, stroke=0, fill=1)
                    canvas.setFillGray(0)
                (canvas.drawCentredString if column else canvas.drawString)(x + (60 if column else 8), y + 6, text)
        canvas.showPage()

    composition = read_pdf(files.pdf_of(draw)).composition
    expected = [f"| {' | '.join(row)} |" for row in rows]
    assert [composition.text[block.start : block.end] for block in composition.blocks] == expected
