"""What each page of ours has in its head: its colours before it is drawn, its icons, and what it needs to be installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kin_assistant.rendering import render
from kin_assistant.ui.components import asset_address

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["DARK", "LIGHT", "page_head"]

LIGHT: Final = "#f6f7f5"
"""The ground of the page in the light, as in ``colours.css``; what a browser paints around it."""
DARK: Final = "#131917"
"""The same in the dark, as in ``dark.css``."""

_FILES: Final = ("appearance.js", "colours.css", "dark.css", "icon-180.png", "icon.svg", "installing.js")


def page_head(root: str) -> Markup:
    """The head of a page from which ``root`` leads to the main page."""
    addresses = {name: f"{root}{asset_address(name)}" for name in _FILES}
    return render("head.html", "head", manifest=f"{root}manifest.json", addresses=addresses, light=LIGHT, dark=DARK)
