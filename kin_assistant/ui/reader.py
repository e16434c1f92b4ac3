"""A document on a page of its own, which the main page also shows in a panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kin_assistant.rendering import document_html, render, section_at
from kin_assistant.types import Document
from kin_assistant.ui.pictures import picture_link

if TYPE_CHECKING:
    from fastapi import FastAPI
    from markupsafe import Markup

    from kin_assistant.ui.pictures import Pictures
    from kin_assistant.ui.served import Served

__all__ = ["add_reader", "reader_page"]

REBUILT = "The documents were rebuilt after this answer was given, so its sentence is not marked. Ask again to find it."
UNKNOWN = "There is no such document in this build."


def add_reader(app: FastAPI, served: Served, pictures: Pictures | None = None) -> None:
    """Serve ``/documents/<id>``; ``start``, ``end`` and ``build`` name the sentence to mark."""
    from fastapi.responses import HTMLResponse

    @app.get("/documents/{document_id:path}", response_class=HTMLResponse, include_in_schema=False)
    def read(document_id: str, start: int = -1, end: int = -1, build: str = "") -> HTMLResponse:
        with served.borrowed() as assistant:
            try:
                document = assistant.document(document_id)
            except KeyError:
                return HTMLResponse(reader_page(None, site=assistant.build.profile.title), status_code=404)
            current, site = assistant.build.id, assistant.build.profile.title
        drawn = pictures is not None and pictures.can_draw(document.info)
        if not 0 <= start < end <= len(document.text):
            return HTMLResponse(reader_page(document, site=site, pictures=drawn))
        if build != current:
            return HTMLResponse(reader_page(document, site=site, notice=REBUILT, pictures=drawn))
        return HTMLResponse(reader_page(document, (start, end), site=site, build_id=build, pictures=drawn))


def reader_page(
    document: Document | None,
    highlight: tuple[int, int] | None = None,
    *,
    site: str,
    notice: str = "",
    build_id: str = "",
    pictures: bool = False,
) -> Markup:
    """The whole HTML page of ``site``; the main page takes its ``main`` element. ``None`` stands for an unknown document."""
    if document is None:
        return render("reader.html", "page", site=site, title="No such document", content=_said(UNKNOWN))
    info = document.info
    shown = document_html(
        document,
        highlight,
        picture=(lambda page, span: picture_link(info, page, span, build_id)) if pictures else None,
    )
    marked = section_at(document, highlight[0]) or "the quoted sentence" if highlight else ""
    reading = render("reader.html", "reading", document=shown, marked=marked, notice=notice)
    return render("reader.html", "page", site=site, title=document.title, content=reading)


def _said(notice: str) -> Markup:
    return render("reader.html", "said", notice=notice)
