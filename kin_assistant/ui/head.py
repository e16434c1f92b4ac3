"""What each page of ours has in its head: its colours before it is drawn, its icons, and what it needs to be installed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from kin_assistant.rendering import render
from kin_assistant.ui.components import asset_address

if TYPE_CHECKING:
    from markupsafe import Markup

    from kin_assistant.ui.page_texts import PageTexts

__all__ = ["DARK", "LIGHT", "PageHead"]

LIGHT: Final = "#f6f7f5"
"""The ground of the page in the light, as in ``colours.css``; what a browser paints around it."""
DARK: Final = "#131917"
"""The same in the dark, as in ``dark.css``."""

_FILES: Final = (
    "appearance.js",
    "colours.css",
    "dark.css",
    "icon-180.png",
    "icon.svg",
    "installing.js",
    "page_texts.js",
)


class _Language(NamedTuple):
    """One that the page can be read in, and where its table is."""

    code: str
    name: str
    address: str


class PageHead:
    """The head of all pages, which can be read in English and in the languages of ``tables``."""

    def __init__(self, tables: Sequence[PageTexts] = ()) -> None:
        self._tables = [(one.code, one.language, one.address) for one in tables]

    def html(self, root: str) -> Markup:
        """For a page from which ``root`` leads to the main page."""
        return render(
            "head.html",
            "head",
            manifest=f"{root}manifest.json",
            addresses={name: f"{root}{asset_address(name)}" for name in _FILES},
            light=LIGHT,
            dark=DARK,
            languages=[_Language(code, name, f"{root}{address}") for code, name, address in self._tables],
        )
