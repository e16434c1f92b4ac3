"""The Brief tab: what it shows, and the addresses at which a brief can be downloaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kin_assistant.briefs.anchors import explain_states
from kin_assistant.briefs.brief import Brief
from kin_assistant.briefs.files import brief_json
from kin_assistant.rendering import brief_docx, brief_html, brief_markdown, brief_pdf, proposal_html, reason_html
from kin_assistant.ui.callbacks import Callbacks
from kin_assistant.ui.downloads import JSON, add_downloads
from kin_assistant.ui.ratelimit import RateLimiter

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.datastructures import QueryParams

__all__ = ["add_briefs", "brief_panel", "opened_panel"]

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def brief_panel(callbacks: Callbacks, title: object, cities: Sequence[str]) -> str:
    """The proposed brief as HTML, or the sentence that says why there is none."""
    found = callbacks.propose(title, cities)
    if isinstance(found, str):
        return str(reason_html("No brief", found))
    return str(proposal_html(found, asked=[("title", found.title), *(("city", city) for city in found.cities)]))


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
        "brief.docx": (_DOCX, lambda brief: brief_docx(brief, callbacks.now())),
        "brief.pdf": ("application/pdf", lambda brief: brief_pdf(brief, callbacks.now())),
        "brief.html": ("text/html; charset=utf-8", lambda brief: brief_html(brief).encode()),
        "brief.md": ("text/markdown; charset=utf-8", lambda brief: brief_markdown(brief).encode()),
        "brief.json": (JSON, brief_json),
    }
    add_downloads(app, limiter, "brief", files, find, form=True)
