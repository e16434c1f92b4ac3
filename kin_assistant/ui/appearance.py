"""Light and dark: what a page needs in its head so that it is never drawn in the wrong colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kin_assistant.rendering import render
from kin_assistant.ui.components import asset_address

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["DARK", "LIGHT", "appearance_head"]

LIGHT: Final = "#f6f7f5"
"""The ground of the page in the light, as in ``colours.css``; what a browser paints around it."""
DARK: Final = "#131917"
"""The same in the dark, as in ``dark.css``."""

_FILES: Final = ("colours.css", "dark.css", "appearance.js")


def appearance_head(root: str) -> Markup:
    """Colours, and the script that chooses between them, for a page from which ``root`` leads to the main page."""
    addresses = {name: asset_address(name) for name in _FILES}
    return render("appearance.html", "head", root=root, addresses=addresses, light=LIGHT, dark=DARK)
