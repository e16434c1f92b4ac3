"""A document on a page of its own, which the main page also shows in a panel."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kin_assistant.rendering import document_html, render, section_at
from kin_assistant.types import Document
from kin_assistant.ui.clients import client_of
from kin_assistant.ui.components import asset_address
from kin_assistant.ui.head import PageHead
from kin_assistant.ui.linked_sentences import SentenceLink, find_sentence
from kin_assistant.ui.packages import package_links
from kin_assistant.ui.pictures import picture_link
from kin_assistant.ui.ratelimit import RateLimiter

if TYPE_CHECKING:
    from fastapi import FastAPI
    from markupsafe import Markup

    from kin_assistant.ui.pictures import Pictures
    from kin_assistant.ui.served import Served

__all__ = ["add_reader", "notice_page", "reader_page"]

UNKNOWN = "There is no such document in this build."
REMOVED = "The document that this link leads to is not, or no longer, in the library."
QUICK = "You opened many documents in a minute. Please wait a moment and try again."


_PLAIN = PageHead()


def add_reader(
    app: FastAPI, served: Served, limiter: RateLimiter, pictures: Pictures | None = None, head: PageHead = _PLAIN
) -> None:
    """Serve ``/documents/<id>``; ``start``, ``end``, ``build`` and ``quote`` name the sentence to mark."""
    from fastapi import Request
    from fastapi.responses import HTMLResponse

    def read(
        request: Request, document_id: str, start: int = -1, end: int = -1, build: str = "", quote: str = ""
    ) -> HTMLResponse:
        with served.lease() as assistant:
            site = assistant.build.profile.title
            if wait := limiter.acquire(client_of(request)):
                headers = {"retry-after": str(math.ceil(wait))}
                return HTMLResponse(notice_page("That was quick", QUICK, site=site, head=head), 429, headers)
            try:
                document, sentences = assistant.document(document_id), assistant.sentences(document_id)
            except KeyError:
                words = REMOVED if build else UNKNOWN
                return HTMLResponse(notice_page("No such document", words, site=site, head=head), 404)
            current = assistant.build.id
        drawn = pictures is not None and pictures.can_draw(document.info)
        found = find_sentence(SentenceLink(start, end, build, quote), document, sentences, current)
        page = reader_page(
            document, found.span, site=site, notice=found.notice, build_id=current, pictures=drawn, head=head
        )
        return HTMLResponse(page)

    # Not a decorator: FastAPI reads the annotations, and these are local names here.
    read.__annotations__ |= {"request": Request, "return": HTMLResponse}
    app.add_api_route("/documents/{document_id:path}", read, include_in_schema=False, response_class=HTMLResponse)


def reader_page(
    document: Document,
    highlight: tuple[int, int] | None = None,
    *,
    site: str,
    notice: str = "",
    build_id: str = "",
    pictures: bool = False,
    head: PageHead = _PLAIN,
) -> Markup:
    """The whole HTML page of a document, under the name of the ``site``; the main page takes its ``main`` element."""
    info = document.info
    shown = document_html(
        document,
        highlight,
        package=package_links(info),
        picture=(lambda page, span: picture_link(info, page, span, build_id)) if pictures else None,
    )
    return render(
        "reader.html",
        "document_page",
        site=site,
        head=head.html("../"),
        style=asset_address("style.css"),
        title=document.title,
        marked=(section_at(document, highlight[0]) or "the quoted sentence") if highlight else "",
        notice=notice,
        document=shown,
    )


def notice_page(title: str, words: str, *, site: str, head: PageHead = _PLAIN) -> Markup:
    """The same page where there is no document to show."""
    return render(
        "reader.html",
        "notice_page",
        site=site,
        head=head.html("../"),
        style=asset_address("style.css"),
        title=title,
        notice=words,
    )
