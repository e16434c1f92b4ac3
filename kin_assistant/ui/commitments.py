"""The Commitments tab: its components, what it shows, and the addresses at which it can be downloaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from kin_assistant.api.requests import MAX_TOPIC
from kin_assistant.commitments.values import Commitments
from kin_assistant.rendering import commitments_csv, commitments_html, commitments_xlsx, reason_html
from kin_assistant.types import DocumentInfo
from kin_assistant.ui.components import LOOKING_UP, add_html, add_line, add_place_box, offer_names
from kin_assistant.ui.downloads import add_downloads, found_or_reason, offer_files, write_json
from kin_assistant.ui.ratelimit import RateLimiter

if TYPE_CHECKING:
    import gradio
    from fastapi import FastAPI
    from starlette.datastructures import QueryParams

    from kin_assistant.ui.callbacks import Callbacks

__all__ = ["add_commitments", "add_commitments_tab", "commitments_panel"]

_FILES: Final = offer_files("commitments", commitments_csv, commitments_xlsx, write_json)


def add_commitments_tab(callbacks: Callbacks, infos: Sequence[DocumentInfo]) -> gradio.Dropdown:
    """Put the tab's components into the tab that is open; gives the list of cities, which changes."""
    import gradio as gr

    offered_cities, _, _ = offer_names(infos)
    with gr.Column(elem_classes="kin-lookup", min_width=0):
        topic = add_line("What was to be done about", "A topic, such as waste reduction; empty for any", MAX_TOPIC)
        cities = add_place_box("Cities (none: all)", offered_cities)
        find = gr.Button("Show the commitments", variant="primary", min_width=0)
        commitments = add_html("")

    def find_commitments(topic: Any, cities: Any) -> str:
        return commitments_panel(callbacks, topic, tuple(cities or ()))

    gr.on([topic.submit, find.click], find_commitments, [topic, cities], [commitments], **LOOKING_UP)
    return cities


def commitments_panel(callbacks: Callbacks, topic: object, cities: Sequence[str]) -> str:
    """The commitments as HTML, or the sentence that says why there are none."""
    found = callbacks.find_commitments(topic, cities)
    if isinstance(found, str):
        return str(reason_html("No commitments", found))
    return str(commitments_html(found, asked=[("topic", found.topic), *(("city", city) for city in cities)]))


def add_commitments(app: FastAPI, callbacks: Callbacks, limiter: RateLimiter) -> None:
    """Serve commitments as the files below ``/commitments/``; the query says which, as the tab does."""

    def find(asked: QueryParams) -> Commitments | str:
        found = callbacks.find_commitments(asked.get("topic", ""), asked.getlist("city"))
        return found_or_reason(found)

    add_downloads(app, limiter, "commitments", _FILES, find)
