"""A document on a page of its own, which the main page also shows in a panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kin_assistant.rendering import document_html, safe, section_at
from kin_assistant.types import Document
from kin_assistant.ui.pictures import picture_link

if TYPE_CHECKING:
    from fastapi import FastAPI

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
) -> str:
    """The whole HTML page of ``site``; the main page takes its ``main`` element. ``None`` stands for an unknown document."""
    if document is None:
        title, content = "No such document", f'<p class="kin-notice">{UNKNOWN}</p>'
    else:
        info = document.info
        title = document.title
        content = document_html(
            document,
            highlight,
            picture=(lambda page, span: picture_link(info, page, span, build_id)) if pictures else None,
        )
    if notice:
        content = f'<p class="kin-notice">{safe(notice)}</p>{content}'
    where = section_at(document, highlight[0]) if document and highlight else ""
    marked = (
        f'<p class="kin-marked">Marked: <a href="#cited">{safe(where or "the quoted sentence")}</a></p>'
        if highlight
        else ""
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{safe(title)} - {safe(site)}</title>"
        '<link rel="stylesheet" href="../page/style.css"></head><body class="kin-reader-page">'
        f'<header class="kin-header"><a class="kin-brand" href="../">{safe(site)}</a>'
        '<a class="kin-back" href="../">Ask a question</a></header>'
        f'<main class="kin-reader">{marked}{content}</main></body></html>'
    )
