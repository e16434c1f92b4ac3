"""The Peers tab: its components, what it shows, and the addresses at which the peers can be downloaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kin_assistant.peers.values import Peers
from kin_assistant.rendering import peers_csv, peers_html, reason_html
from kin_assistant.ui.callbacks import MAX_SITUATION, Callbacks
from kin_assistant.ui.components import LOOKING_UP, add_html, add_line
from kin_assistant.ui.downloads import add_downloads, found_or_reason, offer_files, write_json
from kin_assistant.ui.ratelimit import RateLimiter

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.datastructures import QueryParams

__all__ = ["add_peers", "add_peers_tab", "peers_panel"]

_FILES: Final = offer_files("peers", peers_csv, json=write_json)


def add_peers_tab(callbacks: Callbacks) -> None:
    """Put the tab's components into the tab that is open."""
    import gradio as gr

    with gr.Column(elem_classes="kin-lookup", min_width=0):
        situation = add_line(
            "Your city, and what is the matter",
            "Such as: we are a port city of 800,000 with open dumping and little money",
            MAX_SITUATION,
        )
        find = gr.Button("Find cities like it", variant="primary", min_width=0)
        peers = add_html("")

    def find_peers(situation: Any) -> str:
        return peers_panel(callbacks, situation)

    gr.on([situation.submit, find.click], find_peers, [situation], [peers], **LOOKING_UP)


def peers_panel(callbacks: Callbacks, situation: object) -> str:
    """The peers as HTML, or the sentence that says why there are none."""
    found = callbacks.find_peers(situation)
    if isinstance(found, str):
        return str(reason_html("No peers", found))
    return str(peers_html(found, asked=[("situation", found.situation)]))


def add_peers(app: FastAPI, callbacks: Callbacks, limiter: RateLimiter) -> None:
    """Serve the peers as the files below ``/peers/``; ``situation`` says of which city."""

    def find(asked: QueryParams) -> Peers | str:
        found = callbacks.find_peers(asked.get("situation", ""))
        return found_or_reason(found)

    add_downloads(app, limiter, "peers", _FILES, find)
