"""Draw the icons of the page: ``python -m tools.make_icons [FOLDER]`` writes them, as SVG and as PNG, from the same shape."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["PICTURES", "draw", "main", "svg"]

FOLDER = Path("kin_assistant/ui/assets")
SIDE = 32
"""Of the grid on which the shape is drawn."""
CORNER = 6
GROUND, INK = "#0b6e4f", "#ffffff"
FINER = 8
"""How much larger a picture is drawn than it is kept, so that its edges are smooth."""
STEPS = 16
"""Straight lines in place of one curve."""

Point = tuple[float, float]


class Curve(NamedTuple):
    """A quadratic curve to ``end`` from the point before, drawn towards ``by``."""

    by: Point
    end: Point


MARK: tuple[Point | Curve, ...] = (
    (8, 20),
    (8, 15),
    Curve((8, 10), (13, 9)),
    (13, 12),
    Curve((11, 12.6), (11, 15)),
    (14, 15),
    (14, 20),
)
"""An opening quotation mark; the second one stands ``APART`` beside it. Both lie within the middle four fifths, which are
left of an icon whatever form a phone gives it."""
APART = 10


class Picture(NamedTuple):
    """A PNG file."""

    side: int
    whole: bool
    """Whether it fills its square: a phone cuts it to its own form."""


PICTURES = {
    "icon-180.png": Picture(180, True),  # Apple's
    "icon-192.png": Picture(192, False),
    "icon-512.png": Picture(512, False),
    "icon-maskable-192.png": Picture(192, True),
    "icon-maskable-512.png": Picture(512, True),
}


def draw(picture: Picture) -> Image.Image:
    """The icon in pixels."""
    from PIL import Image, ImageDraw

    side = picture.side * FINER
    scale = side / SIDE
    image = Image.new("RGBA", (side, side), GROUND if picture.whole else "#00000000")
    pen = ImageDraw.Draw(image)
    if not picture.whole:
        pen.rounded_rectangle((0, 0, side - 1, side - 1), CORNER * scale, fill=GROUND)
    for shift in (0, APART):
        pen.polygon([((x + shift) * scale, y * scale) for x, y in _outline()], fill=INK)
    return image.resize((picture.side, picture.side), Image.Resampling.BOX)


def svg() -> str:
    """The icon as SVG."""
    marks = "".join(_path(shift) for shift in (0, APART))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">'
        f'<rect width="{SIDE}" height="{SIDE}" rx="{CORNER}" fill="{GROUND}"/><path d="{marks}" fill="{INK}"/></svg>\n'
    )


def _outline() -> list[Point]:
    """The mark with straight lines alone."""
    points: list[Point] = []
    for part in MARK:
        if not isinstance(part, Curve):
            points.append(part)
            continue
        (x, y), start = part.by, points[-1]
        for step in range(1, STEPS + 1):
            t = step / STEPS
            before, between, after = (1 - t) ** 2, 2 * t * (1 - t), t**2
            points.append(
                (
                    before * start[0] + between * x + after * part.end[0],
                    before * start[1] + between * y + after * part.end[1],
                )
            )
    return points


def _path(shift: int) -> str:
    words = []
    for number, part in enumerate(MARK):
        if isinstance(part, Curve):
            words.append(f"Q{part.by[0] + shift:g} {part.by[1]:g} {part.end[0] + shift:g} {part.end[1]:g}")
        else:
            words.append(f"{'L' if number else 'M'}{part[0] + shift:g} {part[1]:g}")
    return "".join(words) + "z"


def main(folder: str = str(FOLDER)) -> None:
    """Write all icons into ``folder``."""
    target = Path(folder)
    (target / "icon.svg").write_text(svg(), encoding="utf-8")
    for name, picture in PICTURES.items():
        draw(picture).save(target / name, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:2])
