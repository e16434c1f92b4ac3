"""Components that several tabs have, and how what they set off is run."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kin_assistant.records.comparison import MAX_CITIES
from kin_assistant.types import DocumentInfo

if TYPE_CHECKING:
    import gradio

__all__ = [
    "ASKING",
    "ASSETS",
    "LOOKING_UP",
    "PRIVATE",
    "add_html",
    "add_line",
    "add_live_html",
    "add_place_box",
    "asset_address",
    "offer_names",
]

ASSETS: Final = Path(__file__).parent / "assets"

# What comes in was checked before Gradio saw it, and names of filters may be newer than those it knows.
PRIVATE: Final[dict[str, Any]] = {"api_visibility": "private", "show_progress": "hidden", "preprocess": False}
"""How every event is run: it is offered to no client but the page."""
ASKING: Final[dict[str, Any]] = PRIVATE | {"concurrency_id": "ask", "concurrency_limit": 2}
"""How one is run that takes as long as an answer."""
LOOKING_UP: Final[dict[str, Any]] = ASKING | {"show_progress": "minimal"}
"""How one of those is run that shows nothing of its own while it is waited for."""


def asset_address(name: str) -> str:
    """Where a file of ``ASSETS`` is served, below the page; the address changes with the file."""
    return f"page/{name}?v={hashlib.sha256((ASSETS / name).read_bytes()).hexdigest()[:12]}"


def add_html(value: str, **options: Any) -> gradio.HTML:
    """A piece of the page that was made from a template."""
    import gradio as gr

    return gr.HTML(value, apply_default_css=False, **options)


def add_live_html(value: str, **options: Any) -> gradio.HTML:
    """The same, from which the page's script sends events."""
    return add_html(value, js_on_load=(ASSETS / "bridge.js").read_text(encoding="utf-8"), **options)


def add_line(label: str, placeholder: str, max_length: int) -> gradio.Textbox:
    """A box for one line of text."""
    import gradio as gr

    return gr.Textbox(label=label, placeholder=placeholder, max_lines=1, max_length=max_length)


def add_place_box(label: str, offered: Sequence[tuple[str, str]]) -> gradio.Dropdown:
    """A list of cities or countries, of which some may be chosen."""
    import gradio as gr

    return gr.Dropdown(offered, multiselect=True, label=label, max_choices=MAX_CITIES)


def offer_names(infos: Sequence[DocumentInfo]) -> tuple[list[tuple[str, str]], ...]:
    """What lists of cities, countries and themes offer: each name with the number of its documents."""
    return (
        _count(info.cities for info in infos),
        _count(info.countries for info in infos),
        _count(info.themes for info in infos),
    )


def _count(groups: Iterable[Sequence[str]]) -> list[tuple[str, str]]:
    counts = Counter(name for group in groups for name in group)
    return [(f"{name} ({count})", name) for name, count in sorted(counts.items(), key=lambda pair: pair[0].casefold())]
