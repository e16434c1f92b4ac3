"""Pages of text: columns, boxes and quotes beside them, notes in margins, pages that face each other."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from reportlab.pdfbase.pdfmetrics import stringWidth

from eval.reading.prose import SOFT_HYPHEN, Prose
from eval.reading.setting import HEIGHT, WIDTH, Flow, Frame, Hole, MadePage, Run, Style, set_text

__all__ = [
    "columns",
    "columns_by_rows",
    "columns_round_a_quote",
    "columns_with_a_picture",
    "columns_with_wide_spaces",
    "facing_pages",
    "hebrew_page",
    "margin_notes",
    "paragraphs",
    "quote_in_a_column",
    "report_pages",
    "sidebar",
    "style_of",
]

_BODIES = ("Times-Roman", "Helvetica")
_BOLD = {"Times-Roman": "Times-Bold", "Helvetica": "Helvetica-Bold"}
_SLANTED = {"Times-Roman": "Times-Italic", "Helvetica": "Helvetica-Oblique"}
_HEBREW = "עיר מים פסולת תחבורה תושבים תקציב רשות תכנית שנה רחוב בריאות סביבה דוח שירות קהילה אזור חדש גדול ציבורי מקומי".split()


def style_of(dice: random.Random, *, size: tuple[float, float] = (9, 11), justified: bool | None = None) -> Style:
    """A style as reports use them."""
    spaced = dice.random() < 0.5
    chosen = round(dice.uniform(*size) * 2) / 2
    just = dice.random() < 0.5 if justified is None else justified
    font = dice.choice(_BODIES)
    return Style(
        font=font,
        size=chosen,
        leading=dice.choice((1.15, 1.2, 1.3, 1.4)),
        justified=just,
        hyphens=dice.random() < 0.5,
        indent=0.0 if spaced else chosen * 1.2,
        apart=chosen * 0.6 if spaced else 0.0,
        heads=_BOLD[font],
        words_alone=just and dice.random() < 0.5,
    )


def paragraphs(prose: Prose, heads: float = 0.0) -> Iterator[list[str]]:
    """Paragraphs without end, and before a share ``heads`` of them a heading."""
    while True:
        if heads and prose.chance() < heads:
            yield [prose.heading()]
        yield prose.paragraph()


def columns(dice: random.Random, *, count: int, justified: bool) -> list[MadePage]:
    """A page of ``count`` columns, with a title across them or without."""
    prose = Prose(dice)
    page, top = MadePage(), 60.0
    style = style_of(dice, size=(8.5, 10.5) if count < 4 else (7.5, 8.5), justified=justified)
    if dice.random() < 0.6:
        top = _add_title(page, prose, dice, style, top)
    frames = column_frames(dice, count, style, top, left=dice.choice((40, 60)), bottom=dice.choice((340, 640, 780)))
    _add_text(page, prose, frames, style, heads=dice.choice((0.0, 0.2, 0.4)))
    return [page]


def columns_with_wide_spaces(dice: random.Random) -> list[MadePage]:
    """Three columns of large justified text without broken words: some spaces are wider than those between columns."""
    prose = Prose(dice)
    page = MadePage()
    style = replace(style_of(dice, size=(10.5, 12), justified=True), hyphens=False)
    frames = column_frames(dice, 3, style, 60, left=dice.choice((45, 70)), right=WIDTH - dice.choice((45, 70)))
    _add_text(page, prose, frames, style, heads=dice.choice((0.0, 0.3)))
    return [page]


def columns_by_rows(dice: random.Random, *, count: int) -> list[MadePage]:
    """Columns whose lines the file holds from left to right, row by row."""
    (page,) = columns(dice, count=count, justified=dice.random() < 0.5)
    page.by_rows()
    return [page]


def columns_round_a_quote(dice: random.Random) -> list[MadePage]:
    """Two columns that both give way to a large quote in the middle of the page."""
    prose = Prose(dice)
    page = MadePage()
    style = style_of(dice, justified=dice.random() < 0.6)
    frames = column_frames(dice, 2, style, 60)
    middle, half, top = WIDTH / 2, dice.uniform(70, 95), dice.uniform(200, 420)
    quote = Style(_SLANTED[style.font], style.size * dice.uniform(1.3, 1.7), 1.25, middle=True)
    hole = Hole(middle - half - 10, top - 8, middle + half + 10, top + quote.size * 7)
    frames = [replace(frame, holes=(hole,)) for frame in frames]
    _add_text(page, prose, frames, style)
    inside = Frame(middle - half, top, middle + half, hole.bottom)
    _add_aside(page, [[prose.quote()]], inside, quote, first=dice.random() < 0.3)
    return [page]


def quote_in_a_column(dice: random.Random) -> list[MadePage]:
    """A quote set large within a column, the text going on below it; the file holds it before or after the text."""
    prose = Prose(dice)
    page = MadePage()
    style = style_of(dice, justified=dice.random() < 0.6)
    frames = column_frames(dice, dice.choice((2, 2, 3)), style, 60)
    at = dice.randrange(len(frames))
    top = dice.uniform(220, 480)
    quote = Style(_BOLD[style.font], style.size * dice.uniform(1.25, 1.6), 1.2)
    hole = Hole(frames[at].x0 - 1, top - 12, frames[at].x1 + 1, top + quote.size * 8)
    inside = replace(frames[at], top=top, bottom=hole.bottom)
    frames[at] = replace(frames[at], holes=(hole,))
    _add_text(page, prose, frames, style)
    _add_aside(page, [[prose.quote()]], inside, quote, first=dice.random() < 0.3)
    if dice.random() < 0.6:
        page.rules += [(inside.x0, top - 6, inside.x1, top - 6), (inside.x0, hole.bottom, inside.x1, hole.bottom)]
    return [page]


def columns_with_a_picture(dice: random.Random) -> list[MadePage]:
    """Columns with a picture across some of them, and its caption."""
    prose = Prose(dice)
    page = MadePage()
    count = dice.choice((2, 3, 3))
    style = style_of(dice, justified=dice.random() < 0.6)
    frames = column_frames(dice, count, style, 60)
    first = dice.randrange(count - 1)
    covered = frames[first : first + 2]
    top, high = dice.choice(((60.0, 180.0), (300.0, 170.0))), dice.uniform(0, 10)
    area = (covered[0].x0, top[0], covered[-1].x1, top[0] + top[1] + high)
    note = Style(_SLANTED[style.font], style.size - 1.5, 1.2)
    hole = Hole(area[0] - 2, area[1] - 12, area[2] + 2, area[3] + 3.5 * note.size)
    page.boxes.append((*area, 0.7))
    frames = [replace(frame, holes=(hole,)) if frame in covered else frame for frame in frames]
    _add_text(page, prose, frames, style)
    caption = Frame(area[0], area[3] + 3, area[2], hole.bottom)
    _add_aside(page, [["Photo: " + prose.quote()]], caption, note, first=dice.random() < 0.5)
    return [page]


def sidebar(dice: random.Random) -> list[MadePage]:
    """A wide column of text and a box of smaller text beside it, shaded or not, left or right."""
    prose = Prose(dice)
    page, top = MadePage(), 60.0
    style = style_of(dice)
    if dice.random() < 0.5:
        top = _add_title(page, prose, dice, style, top)
    right = dice.random() < 0.6
    wide, gap = dice.uniform(125, 165), dice.uniform(14, 26)
    main = Frame(55, top, WIDTH - 55 - wide - gap, HEIGHT - 60)
    start = top + dice.choice((0.0, 60.0, 200.0))
    box = Frame(WIDTH - 55 - wide, start, WIDTH - 55, min(HEIGHT - 70, start + dice.uniform(180, 420)))
    if not right:
        main = Frame(55 + wide + gap, top, WIDTH - 55, HEIGHT - 60)
        box = replace(box, x0=55, x1=55 + wide)
    if dice.random() < 0.7:
        page.boxes.append((box.x0 - 6, box.top - 6, box.x1 + 6, box.bottom + 6, 0.88))
    small = replace(
        style, font=dice.choice(_BODIES), size=style.size - dice.choice((0.0, 1.0)), justified=False, words_alone=False
    )
    if dice.random() < 0.5:
        _add_text(page, prose, [main], style)
    else:
        halves = column_frames(dice, 2, style, top, left=main.x0, right=main.x1)
        _add_text(page, prose, halves, style)
    made, held = set_text(_some(prose, 3), [box], small, whole=True)
    page.stories.insert(0 if dice.random() < 0.4 else len(page.stories), made)
    page.flows.append(Flow("aside", held))
    return [page]


def margin_notes(dice: random.Random) -> list[MadePage]:
    """Text with short notes in the outer margin, each beside a paragraph."""
    prose = Prose(dice)
    page = MadePage()
    style = style_of(dice)
    right = dice.random() < 0.5
    main = Frame(60, 60, WIDTH - 190, HEIGHT - 60) if right else Frame(180, 60, WIDTH - 60, HEIGHT - 60)
    note = Style(_SLANTED[style.font], style.size - 2, 1.2)
    _add_text(page, prose, [main], style)
    between = dice.random() < 0.5
    for number in range(dice.randint(3, 5)):
        top = 90 + 130 * number + dice.uniform(0, 40)
        area = Frame(main.x1 + dice.uniform(12, 18), top, WIDTH - 60, top + 60)
        if not right:
            area = Frame(60, top, 165, top + 60)
        made, held = set_text(iter([[prose.quote()]]), [area], note, whole=True)
        page.flows.append(Flow("aside", held))
        if between:  # the file holds the note between two lines of the text
            story = page.stories[0]
            at = next((n for n, run in enumerate(story) if run.y > top), len(story))
            page.stories[0] = [*story[:at], *made, *story[at:]]
        else:
            page.stories.append(made)
    return [page]


def facing_pages(dice: random.Random) -> list[MadePage]:
    """Two pages side by side on one sheet, of one or two columns each."""
    prose = Prose(dice)
    sheet = MadePage(width=HEIGHT, height=WIDTH)
    style = style_of(dice, size=(7.5, 9))
    count = dice.choice((1, 2, 2))
    for left in (35.0, HEIGHT / 2 + 35):
        top = 50.0
        if dice.random() < 0.5:
            top = _add_title(sheet, prose, dice, style, top, left=left, right=left + HEIGHT / 2 - 70)
        frames = column_frames(dice, count, style, top, left=left, right=left + HEIGHT / 2 - 70, bottom=WIDTH - 50)
        _add_text(sheet, prose, frames, style)
    return [sheet]


def report_pages(dice: random.Random) -> list[MadePage]:
    """Four pages of a report: running head and foot, headings, text that goes on over the page, and notes below it."""
    prose = Prose(dice)
    style = style_of(dice, size=(10, 11.5))
    name = prose.heading().replace(SOFT_HYPHEN, "")
    pages: list[MadePage] = []
    for number in range(1, 5):
        page = MadePage()
        page.stories.append(
            [
                Run(60, 38, name, style.font, 8),
                Run(WIDTH / 2, HEIGHT - 28, str(number + 6), style.font, 8),
            ]
        )
        top = 70.0
        for _ in range(dice.randint(1, 2)):
            top = _add_heading(page, prose, style, top)
            bottom = min(top + dice.uniform(180, 300), HEIGHT - 150)
            runs, held = set_text(paragraphs(prose), [Frame(60, top, WIDTH - 60, bottom)], style, whole=True)
            page.stories.append(runs)
            page.flows.append(Flow("text", held))
            top = runs[-1].y + style.size
        small = replace(style, size=7.5, justified=False, hyphens=False, indent=0, apart=0, words_alone=False)
        notes = [[f"{number}. " + prose.quote()] for number in range(1, dice.randint(2, 4))]
        foot = Frame(60, HEIGHT - 100, WIDTH - 60, HEIGHT - 45)
        runs, held = set_text(iter(notes), [foot], small, whole=True)
        page.rules.append((60, foot.top - 4, 200, foot.top - 4))
        page.stories.append(runs)
        page.flows += [Flow("aside", [[sentences[0].split(". ", 1)[1]]]) for sentences in held]
        pages.append(page)
    return pages


def hebrew_page(dice: random.Random) -> list[MadePage]:
    """A page of Hebrew in one or two columns, the right one first; letters are drawn from left to right as printers do."""
    from pathlib import Path

    import manimgx_fonts
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    font = "ReadingHebrew"
    if font not in pdfmetrics.getRegisteredFontNames():
        folder = Path(manimgx_fonts.__file__).parent
        pdfmetrics.registerFont(TTFont(font, str(folder / "NotoSansHebrew[wght].ttf")))
    page = MadePage()
    size, count = dice.choice((10.0, 11.0)), dice.choice((1, 2))
    frames = column_frames(dice, count, Style(size=size), 60)
    for frame in reversed(frames):
        runs: list[Run] = []
        held: list[str] = []
        y = frame.top + size
        while y < frame.bottom - 5 * size * 1.5:
            words = [dice.choice(_HEBREW) for _ in range(dice.randint(8, 22))]
            words.insert(4, str(dice.randint(1990, 2020)))
            x = frame.x1
            for word in words:
                wide = stringWidth(word, _font_of(word), size)
                if x - wide < frame.x0:
                    x = frame.x1
                    y += size * 1.4
                runs.append(Run(x - wide, y, word if word.isdigit() else word[::-1], _font_of(word), size))
                x -= wide + 0.25 * size
            held.append(" ".join(words))
            y += size * 2.2
        page.stories.append(runs)
        page.flows.append(Flow("text", [[text] for text in held]))
    return [page]


def _font_of(word: str) -> str:
    return "Helvetica" if word.isdigit() else "ReadingHebrew"


def column_frames(
    dice: random.Random,
    count: int,
    style: Style,
    top: float,
    *,
    left: float = 50,
    right: float = WIDTH - 50,
    bottom: float = HEIGHT - 60,
) -> list[Frame]:
    """Frames of one width side by side."""
    gap = style.size * dice.choice((1.1, 1.4, 1.8, 2.4))
    wide = (right - left - gap * (count - 1)) / count
    return [Frame(left + n * (wide + gap), top, left + n * (wide + gap) + wide, bottom) for n in range(count)]


def _add_text(page: MadePage, prose: Prose, frames: Sequence[Frame], style: Style, *, heads: float = 0.0) -> None:
    runs, held = set_text(paragraphs(prose, heads), frames, style)
    page.stories.append(runs)
    page.flows.append(Flow("text", held))


def _add_aside(page: MadePage, texts: list[list[str]], area: Frame, style: Style, *, first: bool) -> None:
    runs, held = set_text(iter(texts), [area], style, whole=True)
    page.stories.insert(0 if first else len(page.stories), runs)
    page.flows.append(Flow("aside", held))


def _add_title(
    page: MadePage,
    prose: Prose,
    dice: random.Random,
    style: Style,
    top: float,
    *,
    left: float = 50,
    right: float = WIDTH - 50,
) -> float:
    title = Style(_BOLD[style.font], style.size * dice.uniform(1.6, 2.2), 1.2)
    runs, held = set_text(iter([[prose.heading()]]), [Frame(left, top, right, top + 5 * title.size)], title, whole=True)
    page.stories.append(runs)
    page.flows.append(Flow("aside", held))
    return runs[-1].y + title.size


def _add_heading(page: MadePage, prose: Prose, style: Style, top: float) -> float:
    bold = Style(_BOLD[style.font], style.size * 1.25, 1.2)
    runs, held = set_text(iter([[prose.heading()]]), [Frame(60, top, WIDTH - 60, top + 60)], bold, whole=True)
    page.stories.append(runs)
    page.flows.append(Flow("aside", held))
    return runs[-1].y + 0.6 * style.size


def _some(prose: Prose, count: int) -> Iterator[list[str]]:
    for _ in range(count):
        yield prose.paragraph(1, 3)
