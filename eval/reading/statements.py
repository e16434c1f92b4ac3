"""Pages of rows: financial statements and tables without rules, ruled tables, forms."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from reportlab.pdfbase.pdfmetrics import stringWidth

from eval.reading.columns import column_frames, paragraphs, style_of
from eval.reading.prose import SOFT_HYPHEN, Prose
from eval.reading.setting import HEIGHT, WIDTH, Flow, Frame, MadePage, Row, Run, Style, set_text

__all__ = ["aligned_table", "form", "ruled_table", "statement", "statement_beside_text", "statement_of_two_sides"]

_LABELS = (
    "Revenue;Cost of sales;Grants and contributions received;Rates and annual charges;User charges and fees;Interest and"
    " investment revenue;Employee benefits and on-costs;Materials and services;Depreciation and amortisation;Borrowing"
    " costs;Other expenses;Net operating result before capital grants;Cash and cash equivalents;Receivables;Inventories;"
    "Property, plant and equipment;Intangible assets;Payables;Provisions for landfill aftercare;Deferred income;Retained"
    " earnings;Revaluation reserve;Proceeds from sale of vehicles;Payments to suppliers;Loans to community groups;Transfer"
    " from the reserve fund;Tax expense;Share of results of joint ventures"
).split(";")
_PARTS = "Income;Expenses;Current assets;Non-current assets;Liabilities;Equity;Operating activities;Financing activities".split(
    ";"
)
_LONG = (
    "Contributions from the national government for the renewal of pumping stations and pressure mains",
    "Payments to members of the council and to staff who left the service in the course of the year",
    "Amounts that were set aside for the restoration of the closed landfill and its access road",
)
_PLACES = "Bogota;Nairobi;Porto Novo;Quito;Manila;Hanoi;Dakar;Lima;Accra;Utrecht;San José;Turin;Graz;Old Harbour".split(
    ";"
)
_WORDS = "on schedule;delayed;completed;under review;not started;tendered".split(";")


def statement(dice: random.Random) -> list[MadePage]:
    """A financial statement over the width of the page, with a sentence or two above and below it."""
    page = MadePage()
    style = style_of(dice, size=(9, 10.5), justified=False)
    style = replace(style, words_alone=False)
    prose = Prose(dice)
    top = 60.0
    runs = _add_text(page, iter([prose.paragraph(1, 2)]), Frame(60, top, WIDTH - 60, 200), style)
    top = _add_statement(page, dice, style, 60, WIDTH - 60, runs[-1].y + 24, most=HEIGHT - 150)
    _add_text(page, iter([prose.paragraph(1, 2)]), Frame(60, top + 14, WIDTH - 60, HEIGHT - 40), style)
    return [page]


def statement_beside_text(dice: random.Random) -> list[MadePage]:
    """Two columns of text, with a small statement at the foot of one of them."""
    page = MadePage()
    prose = Prose(dice)
    style = style_of(dice, size=(8.5, 9.5))
    frames = column_frames(dice, 2, style, 60)
    at = dice.randrange(2)
    split = dice.uniform(380, 520)
    own = frames[at]
    frames[at] = replace(own, bottom=split - 12)
    for frame in frames:
        _add_text(page, paragraphs(prose), frame, style)
    small = replace(style, size=style.size - 0.5, justified=False, words_alone=False)
    _add_statement(page, dice, small, own.x0, own.x1, split, most=HEIGHT - 60, years=2)
    return [page]


def statement_of_two_sides(dice: random.Random) -> list[MadePage]:
    """Two short statements beside each other, each with labels and a column or two of figures."""
    page = MadePage()
    style = Style(dice.choice(("Times-Roman", "Helvetica")), dice.choice((8.5, 9.0)), 1.5)
    bottoms = [
        _add_statement(page, dice, style, left, left + 230, 90, most=420, years=dice.choice((1, 2)), wrap=False)
        for left in (50.0, WIDTH - 280)
    ]
    prose = Prose(dice)
    body = style_of(dice, size=(9, 10))
    _add_text(page, paragraphs(prose), Frame(50, max(bottoms) + 20, WIDTH - 50, HEIGHT - 200), body)
    return [page]


def aligned_table(dice: random.Random) -> list[MadePage]:
    """A table of places with words and figures, its columns set apart by space alone."""
    page = MadePage()
    prose = Prose(dice)
    style = replace(style_of(dice, size=(9, 10.5)), words_alone=False)
    runs = _add_text(page, iter([prose.paragraph(2, 3)]), Frame(60, 60, WIDTH - 60, 250), style)
    y = runs[-1].y + 30
    kinds = ["place", *dice.sample(("count", "share", "word", "year", "money", "word"), dice.randint(2, 4))]
    heads = {
        "place": "City",
        "count": "Households",
        "share": "Share",
        "word": "Status",
        "year": "Since",
        "money": "Cost (USD)",
    }
    wide = (WIDTH - 120) / len(kinds)
    places = dice.sample(_PLACES, dice.randint(5, 11))
    rows = [[heads[kind] for kind in kinds]]
    for place in places:
        values = {
            "place": place,
            "count": f"{dice.randint(100, 99_000):,}",
            "share": f"{dice.randint(1, 99)}%",
            "year": str(dice.randint(1996, 2020)),
            "money": dice.choice((f"{dice.randint(1, 900)},000", "–")),
        }
        rows.append([values[kind] if kind != "word" else dice.choice(_WORDS) for kind in kinds])
    step = style.size * dice.choice((1.35, 1.6, 2.0))
    runs = []
    for number, row in enumerate(rows):
        font = style.font.replace("Roman", "Bold") if number == 0 and style.font == "Times-Roman" else style.font
        for column, (kind, text) in enumerate(zip(kinds, row, strict=True)):
            left = 60 + column * wide
            right = kind in ("count", "share", "money")
            x = left + wide - 14 - stringWidth(text, font, style.size) if right else left
            runs.append(Run(x, y, text, font, style.size))
        y += step
    page.stories.append(runs)
    page.rows += [Row(tuple(row)) for row in rows]
    _add_text(page, iter([prose.paragraph(2, 3)]), Frame(60, y + 6, WIDTH - 60, HEIGHT - 50), style)
    return [page]


def ruled_table(dice: random.Random) -> list[MadePage]:
    """A table with a line round each cell, some cells of several lines, between two paragraphs."""
    page = MadePage()
    prose = Prose(dice)
    style = replace(style_of(dice, size=(9, 10.5)), words_alone=False)
    runs = _add_text(page, iter([prose.paragraph(2, 3)]), Frame(60, 60, WIDTH - 60, 250), style)
    y = top = runs[-1].y + 20
    count = dice.randint(3, 5)
    wide = (WIDTH - 120) / count
    small = Style(style.font, style.size - 1, 1.2)
    for number in range(dice.randint(5, 9)):
        cells: list[str] = []
        low = y + 1.9 * small.size
        for column in range(count):
            if number == 0:
                text = ("Measure", "Place", "Budget", "Year", "Status")[column]
            elif column == 0:
                text = prose.heading().replace(SOFT_HYPHEN, "")
            else:
                text = (
                    dice.choice(_PLACES),
                    f"{dice.randint(1, 900)},000",
                    str(dice.randint(1996, 2020)),
                    dice.choice(_WORDS),
                )[column - 1]
            area = Frame(60 + column * wide + 4, y + 2, 60 + (column + 1) * wide - 4, y + 200)
            runs, _ = set_text(iter([[text]]), [area], small)
            page.stories.append(runs)
            low = max(low, runs[-1].y + 0.5 * small.size)
            cells.append(text)
        page.rules.append((60, y, 60 + count * wide, y))
        page.rows.append(Row(tuple(cells), "ruled"))
        y = low
    page.rules.append((60, y, 60 + count * wide, y))
    page.rules += [(60 + n * wide, top, 60 + n * wide, y) for n in range(count + 1)]
    _add_text(page, iter([prose.paragraph(2, 3)]), Frame(60, y + 12, WIDTH - 60, HEIGHT - 50), style)
    return [page]


def form(dice: random.Random) -> list[MadePage]:
    """A form that was filled in: names of fields with what was written beside them, in one or two columns of fields."""
    page = MadePage()
    style = Style(dice.choice(("Times-Roman", "Helvetica")), dice.choice((9.5, 10.0, 10.5)), 1.2)
    fields = (
        ("Name of the city", dice.choice(_PLACES)),
        ("Number of inhabitants", f"{dice.randint(40, 900)},000"),
        ("Title of the project", f"Renewal of {dice.randint(3, 40)} pumping stations"),
        ("Responsible department", "Water and Sanitation"),
        ("Contact", "planning.office@city.example"),
        ("Start of work", f"{dice.randint(1, 28)} March {dice.randint(2001, 2020)}"),
        ("Total cost", f"USD {dice.randint(1, 9)},{dice.randint(100, 999)},000"),
        ("Share of own funds", f"{dice.randint(5, 60)}%"),
        ("Has the council agreed?", dice.choice(("Yes", "No"))),
        ("Partner", f"University of {dice.choice(_PLACES)}"),
    )
    dots = dice.random() < 0.4
    y = 110.0
    page.stories.append([Run(60, 80, "Application for support", style.font, 15)])
    wide = dice.uniform(150, 200)
    runs: list[Run] = []
    for label, value in fields:
        label += dice.choice((":", "")) if not dots else ""
        runs.append(Run(60, y, label, style.font, style.size))
        if dots:
            start = 60 + stringWidth(label, style.font, style.size) + 6
            amount = int((60 + wide - start - 6) / stringWidth(".", style.font, style.size))
            runs.append(Run(start, y, "." * max(amount, 3), style.font, style.size))
        runs.append(Run(60 + wide, y, value, style.font, style.size))
        page.rows.append(Row((label, value)))
        y += style.size * dice.choice((1.6, 1.8))
    page.stories.append(runs)
    prose = Prose(dice)
    body = replace(style_of(dice, size=(9.5, 10.5)), words_alone=False)
    _add_text(page, iter([prose.paragraph(3, 4)]), Frame(60, y + 16, WIDTH - 60, HEIGHT - 100), body)
    return [page]


def _add_text(page: MadePage, told: Iterator[Sequence[str]], area: Frame, style: Style) -> list[Run]:
    """Set whole sentences in ``area`` as text of the page; what was drawn."""
    runs, held = set_text(told, [area], style, whole=True)
    page.stories.append(runs)
    page.flows.append(Flow("text", held))
    return runs


def _add_statement(
    page: MadePage,
    dice: random.Random,
    style: Style,
    left: float,
    right: float,
    top: float,
    *,
    most: float,
    years: int | None = None,
    wrap: bool = True,
) -> float:
    """Rows of a label and figures from ``top`` on; the foot of the last."""
    count = years or dice.choice((2, 2, 3, 4))
    notes = count < 4 and years is None and dice.random() < 0.5
    dots = dice.random() < 0.2
    signed = dice.random() < 0.3
    bold = "Times-Bold" if style.font == "Times-Roman" else "Helvetica-Bold"
    step = style.size * dice.choice((1.25, 1.4, 1.7))
    wide = max(52.0, style.size * 5.6) if right - left > 300 else style.size * 5.2
    edges = [right - n * wide for n in reversed(range(count))]
    first = edges[0] - wide
    runs: list[Run] = []
    y = top

    def add(label: str, figures: Sequence[str], note: str = "", *, indent: float = 0, heavy: bool = False) -> None:
        nonlocal y
        font = bold if heavy else style.font
        room = first - (36 if notes else 8) - left - indent
        lines = _wrapped(label, font, style.size, room)
        for number, line in enumerate(lines):
            runs.append(Run(left + indent, y, line, font, style.size))
            if number + 1 < len(lines):
                y += style.size * 1.15
        if figures and dots:
            start = left + indent + stringWidth(lines[-1], font, style.size) + 3
            amount = int((first - 2 - start) / stringWidth(" .", font, style.size))
            if amount > 3:
                runs.append(Run(start, y, " ." * amount, style.font, style.size))
        if note:
            runs.append(Run(first - 26, y, note, style.font, style.size))
        for edge, figure in zip(edges, figures, strict=False):
            end = edge - (0 if figure.endswith(")") else stringWidth(")", font, style.size))
            runs.append(Run(end - stringWidth(figure, font, style.size), y, figure, font, style.size))
        page.rows.append(Row(tuple(cell for cell in (label, note, *figures) if cell)))
        y += step

    last = dice.randint(2004, 2021)
    for edge, year in zip(edges, range(last, last - count, -1), strict=False):
        runs.append(Run(edge - stringWidth(str(year), bold, style.size), y, str(year), bold, style.size))
    y += style.size * 1.15
    unit = dice.choice(("$’000", "USD", "$m"))
    runs += [Run(edge - stringWidth(unit, bold, style.size), y, unit, bold, style.size) for edge in edges]
    y += step
    labels = dice.sample(_LABELS, len(_LABELS))
    for part in dice.sample(_PARTS, 3):
        if y > most - 6 * step:
            break
        add(part, (), heavy=True)
        for _ in range(dice.randint(2, 6)):
            if y > most - 3 * step or not labels:
                break
            label = dice.choice(_LONG) if wrap and dice.random() < 0.1 else labels.pop()
            note = str(dice.randint(1, 24)) if notes and dice.random() < 0.5 else ""
            add(label, [_figure(dice, signed) for _ in edges], note, indent=dice.choice((0.0, style.size)))
        add(f"Total {part.lower()}", [_figure(dice, signed, large=True) for _ in edges], heavy=True)
        y += step * 0.3
    page.stories.append(runs)
    return y


def _wrapped(text: str, font: str, size: float, room: float) -> list[str]:
    lines: list[str] = []
    for word in text.split(" "):
        if lines and stringWidth(f"{lines[-1]} {word}", font, size) <= room:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines


def _figure(dice: random.Random, signed: bool, *, large: bool = False) -> str:
    if dice.random() < 0.08:
        return "–"
    figure = (
        f"{dice.randint(1, 99)},{dice.randint(100, 999)}" if large or dice.random() < 0.6 else str(dice.randint(2, 999))
    )
    if dice.random() < 0.25:
        return f"({figure})"
    return f"${figure}" if signed and dice.random() < 0.5 else figure
