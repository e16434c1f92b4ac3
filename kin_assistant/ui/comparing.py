"""The Compare tab: its components, what it shows, and the addresses at which its table can be downloaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from kin_assistant.api.requests import MAX_TOPIC
from kin_assistant.rendering import comparison_csv, comparison_html, comparison_xlsx, reason_html
from kin_assistant.rendering.words import FIELD_NAMES
from kin_assistant.types import Comparison, DocumentInfo
from kin_assistant.ui.callbacks import Callbacks
from kin_assistant.ui.components import LOOKING_UP, add_html, add_line, add_place_box, offer_names
from kin_assistant.ui.downloads import add_downloads, found_or_reason, offer_files
from kin_assistant.ui.ratelimit import RateLimiter

if TYPE_CHECKING:
    import gradio
    from fastapi import FastAPI
    from starlette.datastructures import QueryParams

__all__ = ["add_compare_tab", "add_comparisons", "comparison_panel", "offer_columns"]

_FILES: Final = offer_files("comparison", comparison_csv, comparison_xlsx)


def add_compare_tab(callbacks: Callbacks, infos: Sequence[DocumentInfo]) -> gradio.Dropdown:
    """Put the tab's components into the tab that is open; gives the list of cities, which changes with the documents."""
    import gradio as gr

    with gr.Column(elem_classes="kin-lookup", min_width=0):
        topic = add_line("What to compare", "A topic, such as household composting", MAX_TOPIC)
        with gr.Row():
            cities = add_place_box("Cities (none: the best documented)", offer_names(infos)[0])
            columns = gr.Dropdown(offer_columns(), multiselect=True, label="Columns (none: the usual)")
        go = gr.Button("Compare", variant="primary", elem_id="kin-compare-go", min_width=0)
        table = add_html("")

    def compare(topic: Any, cities: Any, columns: Any) -> str:
        return comparison_panel(callbacks, topic, tuple(cities or ()), tuple(columns or ()))

    gr.on([topic.submit, go.click], compare, [topic, cities, columns], [table], **LOOKING_UP)
    return cities


def offer_columns() -> list[tuple[str, str]]:
    """The columns to choose from: names as they head the table, with the fields they stand for."""
    return [(name, field) for field, name in FIELD_NAMES.items()]


def comparison_panel(callbacks: Callbacks, topic: object, cities: Sequence[str], columns: Sequence[str]) -> str:
    """The table as HTML, or the sentence that says why there is none."""
    found = callbacks.compare(topic, cities, columns)
    if isinstance(found, str):
        return str(reason_html("Not compared", found))
    asked = [("topic", found.topic)]
    asked += [("city", city) for city in cities] + [("column", column) for column in found.columns]
    return str(comparison_html(found, asked=asked))


def add_comparisons(app: FastAPI, callbacks: Callbacks, limiter: RateLimiter) -> None:
    """Serve the table as the files below ``/compare/``; ``topic``, ``city`` and ``column`` say what is compared."""

    def find(asked: QueryParams) -> Comparison | str:
        found = callbacks.compare(asked.get("topic", ""), asked.getlist("city"), asked.getlist("column"))
        return found_or_reason(found)

    add_downloads(app, limiter, "compare", _FILES, find)
