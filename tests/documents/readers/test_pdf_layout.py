"""Columns, quotes, statements and forms of PDF pages: what is read together, and in which order."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth

from kin_assistant.documents.readers.pdf import read_pdf
from tests import pdf_files as files

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

Lines = list[tuple[float, float, str, float]]
"""Left end, distance from the top, text and the width that it is stretched to; 0 where it is not."""


def blocks_of(data: bytes) -> list[tuple[str, str]]:
    composition = read_pdf(data).composition
    return [(block.kind, composition.text[block.start : block.end]) for block in composition.blocks]


def texts_of(data: bytes) -> list[str]:
    return [text for _, text in blocks_of(data)]


def rows_of(data: bytes) -> list[str]:
    """The rows of tables, without their bars."""
    rows = [text for kind, text in blocks_of(data) if "row" in kind]
    return [" ".join(cell.strip() for cell in row.split("|") if cell.strip()) for row in rows]


def column(
    texts: Sequence[str],
    x: float,
    y: float,
    width: float,
    *,
    size: float = 10,
    justified: bool = False,
    room: Callable[[float], float] = lambda _: 0.0,
) -> Lines:
    """Paragraphs set in a column; ``room`` says how much narrower it is at a height."""
    lines: Lines = []
    for text in texts:
        words = text.split()
        while words:
            wide = width - room(y)
            first = simpleSplit(" ".join(words), files.BODY, size, wide)[0]
            words = words[len(first.split()) :]
            lines.append((x, y, first, wide if justified and words else 0.0))
            y += 1.2 * size
    return lines


def drawn(*stories: Lines, size: float = 10) -> bytes:
    """A page whose file holds ``stories`` one after the other."""

    def draw(canvas: Canvas) -> None:
        for story in stories:
            for x, y, text, wide in story:
                line = canvas.beginText(x, files.HEIGHT - y)
                line.setFont(files.BODY, size)
                gaps = text.count(" ")
                if wide and gaps:
                    line.setWordSpace((wide - stringWidth(text, files.BODY, size)) / gaps)
                line.textOut(text)
                canvas.drawText(line)
        canvas.showPage()

    return files.pdf_of(draw)


def grid(
    rows: Sequence[Sequence[str]], edges: Sequence[float], y: float, *, left: float = 60, step: float = 15
) -> Lines:
    """Rows of a label at ``left`` and figures that end at ``edges``."""
    lines: Lines = []
    for row in rows:
        if row[0]:
            lines.append((left, y, row[0], 0.0))
        lines += [
            (edge - stringWidth(figure, files.BODY, 10), y, figure, 0.0)
            for edge, figure in zip(edges, row[1:], strict=False)
            if figure
        ]
        y += step
    return lines


# Columns


def test_justified_columns_with_wide_spaces_are_no_table() -> None:
    texts = [" ".join(files.sentences(number, 8)) for number in range(3)]
    page = drawn(*(column([text], 40 + 180 * n, 80, 140, justified=True) for n, text in enumerate(texts)))
    assert blocks_of(page) == [("paragraph", text) for text in texts]


def test_columns_of_a_few_words_a_line_are_columns() -> None:
    texts = [" ".join(files.sentences(number, 8)) for number in range(4)]
    page = drawn(*(column([text], 40 + 132 * n, 80, 74, size=8) for n, text in enumerate(texts)), size=8)
    assert texts_of(page) == texts


def test_a_quote_that_two_columns_make_room_for_stands_in_no_sentence() -> None:
    left, right = " ".join(files.sentences(1, 24)), " ".join(files.sentences(2, 24))
    quote = "Nobody asked us for ten years."

    def room(y: float) -> float:
        return 60.0 if 195 < y < 265 else 0.0

    first = column([left], 50, 80, 240, room=room)
    second = [(x + room(y), y, text, wide) for x, y, text, wide in column([right], 305, 80, 240, room=room)]
    large: Lines = [(245, 220, "Nobody asked us", 0.0), (245, 240, "for ten years.", 0.0)]

    def draw(canvas: Canvas) -> None:
        for story, size in ((first, 10), (second, 10), (large, 14)):
            canvas.setFont(files.BODY, size)
            for x, y, text, _ in story:
                canvas.drawString(x, files.HEIGHT - y, text)
        canvas.showPage()

    assert texts_of(files.pdf_of(draw)) == [left, right, quote]


def test_a_sentence_goes_on_below_a_quote_in_its_column() -> None:
    text = " ".join(files.sentences(1, 16))
    lines = column([text], 60, 80, 220)
    at = next(n for n, line in enumerate(lines[6:], 6) if line[2][0].islower())
    below = [(x, y + 90, words, wide) for x, y, words, wide in lines[at:]]

    def draw(canvas: Canvas) -> None:
        canvas.setFont(files.BODY, 10)
        for x, y, words, _ in [*lines[:at], *below]:
            canvas.drawString(x, files.HEIGHT - y, words)
        canvas.setFont(files.BOLD, 14)
        canvas.drawString(60, files.HEIGHT - below[0][1] + 50, "A large quote from the text.")
        canvas.showPage()

    texts = texts_of(files.pdf_of(draw))
    assert text in texts
    assert "A large quote from the text." in texts


def test_columns_that_are_balanced_part_by_part_are_read_part_by_part() -> None:
    texts = [" ".join(files.sentences(number, 6)) for number in range(4)]
    stories = [column([text], 50 + 255 * (n % 2), 80 + 240 * (n // 2), 235) for n, text in enumerate(texts)]
    assert texts_of(drawn(*stories)) == texts


def test_a_note_in_the_margin_that_the_file_holds_within_the_text_parts_no_sentence() -> None:
    text, note = " ".join(files.sentences(1, 12)), "See the annex on water."
    lines = column([text], 60, 80, 330)
    aside: Lines = [(410, lines[4][1] + 3, "See the annex", 0.0), (410, lines[4][1] + 13, "on water.", 0.0)]
    texts = texts_of(drawn(lines[:5], aside, lines[5:]))
    assert text in texts
    assert note in texts


def test_text_in_two_columns_that_the_file_holds_row_by_row_is_read_by_columns() -> None:
    left, right = " ".join(files.sentences(1, 12)), " ".join(files.sentences(2, 12))
    rows = zip(column([left], 50, 120, 240), column([right], 305, 120, 240), strict=False)
    assert texts_of(drawn([line for row in rows for line in row]))[0].startswith(left[:200])


# Statements


def test_rows_of_a_statement_are_rows_under_the_names_of_their_columns() -> None:
    page = drawn(
        column([" ".join(files.sentences(1, 2))], 60, 80, 470),
        grid([("", "2021", "2020"), ("", "$m", "$m")], (430, 520), 140, step=11),
        grid(
            [
                ("Income",),
                ("Rates and annual charges", "1,204", "1,188"),
                ("Grants", "(83)", "–"),
                ("Total income", "1,121", "1,188"),
                ("Expenses",),
                ("Materials", "640", "655"),
                ("Total expenses", "640", "655"),
            ],
            (430, 520),
            168,
        ),
    )
    assert [text for kind, text in blocks_of(page) if "row" in kind] == [
        "| | 2021 $m | 2020 $m |",
        "| Income | | |",
        "| Rates and annual charges | 1,204 | 1,188 |",
        "| Grants | (83) | – |",
        "| Total income | 1,121 | 1,188 |",
        "| Expenses | | |",
        "| Materials | 640 | 655 |",
        "| Total expenses | 640 | 655 |",
    ]
    assert [kind for kind, _ in blocks_of(page)].count("header_row") == 1


def test_a_label_of_two_lines_is_one_row_with_its_figures() -> None:
    page = drawn(
        grid(
            [
                ("Contributions from the government for the renewal",),
                ("of pumping stations", "310", "295"),
                ("Interest", "12", "9"),
                ("Other income", "7", "8"),
            ],
            (430, 520),
            100,
            step=12,
        )
    )
    assert rows_of(page) == [
        "Contributions from the government for the renewal of pumping stations 310 295",
        "Interest 12 9",
        "Other income 7 8",
    ]


def test_names_of_columns_of_several_lines_are_one_row_with_a_sign_among_them() -> None:
    page = drawn(
        grid(
            [
                ("", "Original", "Revised", "", "%"),
                ("", "budget", "budget", "Actual", ""),
                ("Water", "1,200", "1,250", "1,249", "-0.1%"),
                ("Roads", "800", "820", "799", "-2.6%"),
            ],
            (250, 320, 390, 460),
            100,
        )
    )
    assert rows_of(page)[0] == "Original budget Revised budget Actual %"


def test_a_figure_close_behind_a_long_label_stands_in_its_column() -> None:
    rows = [
        ("Depreciation of plant and of the equipment", "1,234", "77"),
        ("Staff", "80,100", "8"),
        ("Other", "12", "1"),
    ]
    edge = 60 + stringWidth(rows[0][0], files.BODY, 10) + 7 + stringWidth(rows[0][1], files.BODY, 10)
    assert [text for kind, text in blocks_of(drawn(grid(rows, (edge, 430), 100))) if kind == "row"] == [
        f"| {' | '.join(row)} |" for row in rows
    ]


def test_dots_from_a_label_to_its_figures_are_no_text() -> None:
    page = drawn(
        grid(
            [
                (f"{label} {'. ' * 40}", "12", "9")
                for label in ("Interest received", "Grants in the year", "Other income")
            ],
            (430, 520),
            100,
        )
    )
    assert rows_of(page) == ["Interest received 12 9", "Grants in the year 12 9", "Other income 12 9"]


def test_two_statements_side_by_side_are_read_one_after_the_other() -> None:
    assets = [("Cash and equivalents", "410"), ("Receivables from rates", "88"), ("Buildings and land", "7,020")]
    debts = [("Payables to suppliers", "64"), ("Loans from the bank", "1,900"), ("Provisions for refuse", "455")]
    rows = [*assets, ("Total of all assets", "7,518")], [*debts, ("Total of all debts", "2,419")]
    page = drawn(grid(rows[0], (260,), 100), grid(rows[1], (530,), 100, left=320))
    assert rows_of(page) == [" ".join(row) for row in (*rows[0], *rows[1])]


def test_a_statement_at_the_foot_of_a_column_is_apart_from_the_text_beside_it() -> None:
    left, right = " ".join(files.sentences(1, 20)), " ".join(files.sentences(2, 9))
    rows = [("Income", "410", "398"), ("Costs", "88", "90"), ("Result", "322", "308")]
    page = drawn(
        column([left], 50, 80, 240), column([right], 305, 80, 240), grid(rows, (480, 545), 255, left=305, step=13)
    )
    assert left in texts_of(page)
    assert right in texts_of(page)
    assert rows_of(page) == [" ".join(row) for row in rows]


def test_sentences_that_end_with_figures_are_no_statement() -> None:
    text = "The costs rose to 310. The office had expected 295. " * 6
    assert {kind for kind, _ in blocks_of(drawn(column([text], 60, 100, 130)))} == {"paragraph"}


def test_digits_behind_a_parenthesis_are_not_raised_in_a_font_that_does_not_say_how_high_it_is() -> None:
    page = without_heights(drawn_in_noto([("Repairs", "(34,831)"), ("Grants", "7,691"), ("Others", "(12)")]))
    assert rows_of(page) == ["Repairs (34,831)", "Grants 7,691", "Others (12)"]


def test_lines_with_and_without_tails_are_one_paragraph_in_a_font_that_does_not_say_how_high_it_is() -> None:
    lines = ["a nice sum was once sent on to the men", "by young people paying for gypsy jugs", "as soon as we can so"]
    page = without_heights(drawn_in_noto([(line,) for line in lines], step=13))
    assert texts_of(page) == [" ".join(lines)]


def drawn_in_noto(rows: Sequence[Sequence[str]], *, step: float = 16) -> bytes:
    font = noto("NotoSans")

    def draw(canvas: Canvas) -> None:
        for number, row in enumerate(rows):
            for x, text in zip((60, 300), row, strict=False):
                canvas.setFont(font, 11)
                canvas.drawString(x, 700 - number * step, text)
        canvas.showPage()

    return files.pdf_of(draw)


def noto(name: str) -> str:
    import manimgx_fonts
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(name, str(Path(manimgx_fonts.__file__).parent / f"{name}[wght].ttf")))
    return name


def without_heights(data: bytes) -> bytes:
    """The file with a height of 0 for each of its fonts, as some programs write it."""
    found, changed = 0, data
    for match in re.finditer(rb"/(?:Ascent|Descent) (-?[\d.]+)", data):
        found += 1
        changed = changed[: match.start(1)] + b"0".ljust(len(match[1])) + changed[match.end(1) :]
    assert found >= 2
    return changed


def test_the_second_line_of_the_last_cell_belongs_to_the_table() -> None:
    rows = [("Lima", "on schedule", "41"), ("Accra", "delayed", "120"), ("Quito", "under review", "9")]
    last = ("Dakar", "waiting for the new", "77")
    lines = [
        (x, 100.0 + 16 * number, text, 0.0)
        for number, row in enumerate([*rows, last])
        for x, text in zip((60, 200, 400), row, strict=True)
    ]
    assert rows_of(drawn([*lines, (200, 100.0 + 16 * 3 + 11.5, "budget of the year", 0.0)])) == [
        *(" ".join(row) for row in rows),
        "Dakar waiting for the new budget of the year 77",
    ]


# Forms


@pytest.mark.parametrize("mark", [":", ""])
def test_fields_of_a_form_are_rows_with_what_was_filled_in(mark: str) -> None:
    fields = [
        (f"Name of the city{mark}", "Utrecht"),
        (f"Department{mark}", "Water and Sanitation"),
        (f"Contact{mark}", "office@city.example"),
        (f"Start of work{mark}", "3 March 2011"),
        (f"Agreed by the council{mark}", "Yes"),
    ]
    lines = [
        (x, 100.0 + 18 * number, text, 0.0)
        for number, row in enumerate(fields)
        for x, text in zip((60, 240), row, strict=True)
    ]
    assert rows_of(drawn(lines)) == [" ".join(field) for field in fields]


def test_two_lists_that_the_file_holds_one_after_the_other_are_no_form() -> None:
    left = ["Clean water", "Safe streets", "Good schools", "Green parks", "Fresh air"]
    right = ["The council", "The mayor", "The schools", "The clinics", "The police"]
    stories = [
        [(x, 100.0 + 18 * n, text, 0.0) for n, text in enumerate(texts)] for x, texts in ((60.0, left), (300.0, right))
    ]
    assert "row" not in {kind for kind, text in blocks_of(drawn(*stories)) if text.count("|") == 3}


def test_names_with_dots_before_their_values_stay_line_by_line() -> None:
    lines: Lines = [
        (60, 100 + 18 * n, f"{name} {'.' * (80 - 2 * len(name))} {value}", 0.0)
        for n, (name, value) in enumerate((("City", "Utrecht am Fluss"), ("Office", "Water and Sanitation")))
    ]
    assert texts_of(drawn(lines)) == ["City … Utrecht am Fluss", "Office … Water and Sanitation"]


# Text


def test_a_bold_line_and_the_text_below_it_are_a_heading_and_a_paragraph() -> None:
    text = " ".join(files.sentences(1, 4))

    def draw(canvas: Canvas) -> None:
        canvas.setFont(files.BOLD, 10)
        canvas.drawString(60, 700, "Results of the drainage survey")
        files.paragraph(canvas, text, 60, files.HEIGHT - 687, 158, size=10)
        canvas.showPage()

    assert blocks_of(files.pdf_of(draw)) == [("heading", "Results of the drainage survey"), ("paragraph", text)]


def test_initials_at_the_end_of_a_column_do_not_end_a_sentence() -> None:
    left = [
        *column(files.sentences(1, 6), 50, 80, 235),
        (50.0, 400.0, "The money was lent to the city by the A.D.B.", 0.0),
    ]
    right = column(["mission of the year. " + " ".join(files.sentences(2, 6))], 305, 80, 235)
    assert "by the A.D.B. mission of the year." in " ".join(texts_of(drawn(left, right)))


def test_a_number_may_begin_the_next_column_of_a_sentence() -> None:
    first = " ".join(files.sentences(1, 8)) + " Then the whole of the council of the town agreed on it in"
    right = "2005. " + " ".join(files.sentences(2, 8))
    assert any(
        "agreed on it in 2005." in text
        for text in texts_of(drawn(column([first], 50, 80, 235), column([right], 305, 80, 235)))
    )


def test_a_vowel_sign_before_its_letter_parts_no_word() -> None:
    font = noto("NotoSansHebrew")

    def draw(canvas: Canvas) -> None:
        text = canvas.beginText(300, 700)
        text.setFont(font, 20)
        text.textOut("םול")
        text.textOut("ש")
        end = text.getX()
        text.setTextOrigin(end - 8, 700)
        text.textOut("\u05b8 ")
        text.setTextOrigin(end, 700)
        text.textOut("וה")
        canvas.drawText(text)
        canvas.showPage()

    assert texts_of(files.pdf_of(draw)) == ["הוש\u05b8לום"]


def test_a_word_that_is_broken_at_the_end_of_a_column_is_mended_past_the_words_of_a_figure() -> None:
    left = column([" ".join(files.sentences(1, 8))], 50, 80, 235)
    left.append((50.0, left[-1][1] + 12, "All of the offices then agreed on the environ-", 0.0))
    figure: Lines = [(310 + 60 * (n % 4), 80.0 + 30 * (n // 4), f"{n * 20} t", 0.0) for n in range(12)]
    right = column(["mental plan of the town. " + " ".join(files.sentences(2, 5))], 305, 200, 235)
    assert any("agreed on the environmental plan of the town." in text for text in texts_of(drawn(left, figure, right)))


def test_a_mark_within_a_line_of_a_column_parts_no_sentence() -> None:
    text = " ".join(files.sentences(1, 10))
    lines = column([text], 60, 80, 330)
    x, y, words, _ = lines[3]
    head, tail = words[:20], words[20:]
    mark = x + stringWidth(head, files.BODY, 10)

    def draw(canvas: Canvas) -> None:
        for number, (left, low, line, _) in enumerate(lines):
            canvas.setFont(files.BODY, 10)
            if number != 3:
                canvas.drawString(left, files.HEIGHT - low, line)
                continue
            canvas.drawString(x, files.HEIGHT - y, head)
            canvas.setFont(files.BODY, 5)
            canvas.drawString(mark, files.HEIGHT - y + 4, "(i)")
            canvas.setFont(files.BODY, 10)
            canvas.drawString(mark + 8, files.HEIGHT - y, tail)
        files.paragraph(canvas, "A note that stands in the margin of the page.", 420, 110, 110, size=8)
        canvas.showPage()

    read = " ".join(texts_of(files.pdf_of(draw))).replace("(i)", "")
    assert text.replace(" ", "") in read.replace(" ", "")


def test_an_item_goes_on_at_the_left_edge_below_its_indented_mark() -> None:
    lines: Lines = [
        (75, 100, "\u2022 The plan of the year was written by the office in the town of", 0.0),
        (60, 112, "Karega and by the offices of the towns that are close to it now.", 0.0),
        (75, 124, "\u2022 The second plan was not written at all, by any of the offices.", 0.0),
    ]
    first, second = texts_of(drawn(lines))
    assert first.endswith("in the town of Karega and by the offices of the towns that are close to it now.")
    assert second == "The second plan was not written at all, by any of the offices."


def test_a_compound_with_a_number_goes_on_in_the_next_column() -> None:
    left = [
        *column(files.sentences(1, 6), 50, 80, 235),
        (50.0, 400.0, "The offices were closed in the years of COVID-", 0.0),
    ]
    right = column(["19 and of the flood. " + " ".join(files.sentences(2, 6))], 305, 80, 235)
    assert any("years of COVID-19 and of the flood." in text for text in texts_of(drawn(left, right)))
