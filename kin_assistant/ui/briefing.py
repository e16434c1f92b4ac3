"""The Brief tab: its components, what it shows, and the addresses at which a brief can be downloaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from kin_assistant.briefs.anchors import explain_states
from kin_assistant.briefs.brief import Brief
from kin_assistant.briefs.files import brief_json
from kin_assistant.briefs.subject import MAX_TITLE
from kin_assistant.rendering import brief_docx, brief_html, brief_markdown, brief_pdf, proposal_html, reason_html
from kin_assistant.types import DocumentInfo
from kin_assistant.ui.callbacks import Callbacks
from kin_assistant.ui.components import LOOKING_UP, add_line, add_live_html, add_place_box, offer_names
from kin_assistant.ui.downloads import DOCX, JSON, add_downloads
from kin_assistant.ui.ratelimit import RateLimiter

if TYPE_CHECKING:
    import gradio
    from fastapi import FastAPI
    from starlette.datastructures import QueryParams

__all__ = ["add_brief_tab", "add_briefs", "brief_panel", "opened_panel", "sheet_panel"]

_MAX_PASTED: Final = 200_000
"""Characters of a brief's file; the guard lets through no more. A brief with thirty quotes has some 40,000."""


def add_brief_tab(callbacks: Callbacks, infos: Sequence[DocumentInfo]) -> gradio.Dropdown:
    """Put the tab's components into the tab that is open; gives the list of cities, which changes with the documents."""
    import gradio as gr

    with gr.Column(elem_classes="kin-lookup", min_width=0):
        title = add_line("Title of the brief", "Such as Community composting for Hai Phong", MAX_TITLE)
        cities = add_place_box("Evidence from these cities (none: from all)", offer_names(infos)[0])
        with gr.Row():
            draft = gr.Button("Propose a brief", variant="primary", elem_id="kin-brief-go", min_width=0)
            sheet = gr.Button("Make a training sheet on it", elem_id="kin-brief-sheet", min_width=0)
        with gr.Row():
            pasted = gr.Textbox(
                label="Or paste the JSON file of a brief",
                placeholder="All of its text, from { to }",
                max_lines=2,
                max_length=_MAX_PASTED,
                elem_id="kin-brief-paste",
            )
            reopening = gr.Button("Open the brief", elem_id="kin-brief-open", min_width=0)
        brief = add_live_html("")

    def propose(title: Any, cities: Any) -> str:
        return brief_panel(callbacks, title, tuple(cities or ()))

    def make_sheet(theme: Any) -> str:
        return sheet_panel(callbacks, theme)

    def reopen(content: Any) -> str:
        return opened_panel(callbacks, content)

    gr.on([title.submit, draft.click], propose, [title, cities], [brief], **LOOKING_UP)
    sheet.click(make_sheet, [title], [brief], **LOOKING_UP)
    reopening.click(reopen, [pasted], [brief], **LOOKING_UP)
    return cities


def brief_panel(callbacks: Callbacks, title: object, cities: Sequence[str]) -> str:
    """The proposed brief as HTML, or the sentence that says why there is none."""
    found = callbacks.propose(title, cities)
    if isinstance(found, str):
        return str(reason_html("No brief", found))
    return str(proposal_html(found, asked=[("title", found.title), *(("city", city) for city in found.cities)]))


def sheet_panel(callbacks: Callbacks, theme: object) -> str:
    """A training sheet as HTML, as a brief that was opened is; or the sentence that says why there is none."""
    found = callbacks.make_sheet(theme)
    if isinstance(found, str):
        return str(reason_html("No training sheet", found))
    return str(proposal_html(found, asked=[("brief", found.model_dump_json())], opened=True))


def opened_panel(callbacks: Callbacks, content: object) -> str:
    """The brief of a file whose text is ``content`` as HTML, or the sentence that says why it cannot be opened."""
    found = callbacks.reopen(content)
    if isinstance(found, str):
        return str(reason_html("Not opened", found))
    asked = [("brief", found.model_dump_json())]
    return str(proposal_html(found, asked=asked, said=explain_states(found), opened=True))


def add_briefs(app: FastAPI, callbacks: Callbacks, limiter: RateLimiter) -> None:
    """Serve a brief as the files below ``/brief/``; ``title``, ``city`` and ``without`` say which brief it is.

    In place of title and cities there may be a ``brief`` as JSON. ``own`` are texts of the writer, one for each section, and
    ``order`` are spans of quotes in the order in which they are to stand.
    """

    def find(asked: QueryParams) -> Brief | str:
        left_out, order, own = (asked.getlist(name) for name in ("without", "order", "own"))
        if "brief" in asked:
            return callbacks.reopen(asked["brief"], left_out=left_out, order=order, own=own)
        return callbacks.propose(asked.get("title", ""), asked.getlist("city"), left_out, order=order, own=own)

    files = {
        "brief.docx": (DOCX, lambda brief: brief_docx(brief, callbacks.now())),
        "brief.pdf": ("application/pdf", lambda brief: brief_pdf(brief, callbacks.now())),
        "brief.html": ("text/html; charset=utf-8", lambda brief: brief_html(brief).encode()),
        "brief.md": ("text/markdown; charset=utf-8", lambda brief: brief_markdown(brief).encode()),
        "brief.json": (JSON, brief_json),
    }
    add_downloads(app, limiter, "brief", files, find, form=True)
