"""What the tabs share that show a result: the sentence in the place of one, and what its downloads are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kin_assistant.rendering.templating import render

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["Asked", "reason_html"]

Asked = Sequence[tuple[str, str]]
"""Names and values that say in the address of a download what it is of; a name may stand several times."""


def reason_html(heading: str, words: str) -> Markup:
    """The sentence that says why there is no result."""
    return render("tabs.html", "reason", heading=heading, words=words)
