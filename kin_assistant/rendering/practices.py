"""Submitted practices on the page: the form, the document as it will be read, and what waits for a curator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kin_assistant.documents.themes import theme_names
from kin_assistant.practices.checks import Remark
from kin_assistant.practices.fields import (
    CONTACT,
    LEVELS,
    MOST_ROWS,
    MOST_THEMES,
    NARRATIVE,
    OFFICE,
    TABLES,
    TITLE,
)
from kin_assistant.practices.queue import WaitingPractices
from kin_assistant.rendering.documents import document_html
from kin_assistant.rendering.templating import render
from kin_assistant.types import Document

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["practice_form_html", "practice_preview_html", "waiting_practices_html"]


def practice_form_html(*, can_be_sent: bool) -> Markup:
    """The form; only where it ``can_be_sent`` is that offered."""
    return render(
        "practice.html",
        "form",
        title=TITLE,
        narrative=NARRATIVE,
        tables=TABLES,
        office=OFFICE,
        contact=CONTACT,
        themes=theme_names(),
        levels=LEVELS,
        most_themes=MOST_THEMES,
        most_rows=MOST_ROWS,
        can_be_sent=can_be_sent,
    )


def practice_preview_html(document: Document, remarks: Sequence[Remark]) -> Markup:
    """The document as readers would see it, below what should be looked at once more."""
    return render(
        "practice.html",
        "preview",
        document=document_html(document),
        remarks=[remark.sentence for remark in remarks],
    )


def waiting_practices_html(waiting: WaitingPractices) -> Markup:
    """What waits, for a curator. The script fetches a practice whole when it is opened."""
    return render("practice.html", "waiting", practices=waiting.practices, unreadable=waiting.unreadable)
