"""What a language model wrote about an answer, as HTML for the page, and what is said of it anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kin_assistant.rendering.answers import Link, link_number
from kin_assistant.rendering.markdown import say_dropped
from kin_assistant.rendering.templating import render
from kin_assistant.rendering.words import plain
from kin_assistant.types import Answer, Prose

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["prose_html", "waiting_html"]


class _Written(NamedTuple):
    """A sentence with the numbers of its quotes."""

    text: str
    links: list[Link]


def prose_html(prose: Prose, answer: Answer, *, id: str) -> Markup:
    """What may be shown of it, with a heading for ``answer``, which follows; or what went wrong. ``id`` is the turn's."""
    if prose.failure:
        return render("prose.html", "failure", sentence=plain(prose.failure))
    host = f" at {prose.sent_to}, to which the question and the quotes were sent" if prose.sent_to else ""
    sentences = [
        _Written(plain(one.text), [link_number(answer, number) for number in one.citations]) for one in prose.sentences
    ]
    model = f"{plain(prose.written_by)}{plain(host)}"
    said = (
        f"Written by {model}. Each sentence was checked against its quotes, which decide."
        if sentences
        else f"Nothing that {model} wrote can be shown."
    )
    return render("prose.html", "prose", id=id, sentences=sentences, dropped=say_dropped(prose), said=said)


def waiting_html(host: str) -> Markup:
    """Says that the language model at ``host`` is writing."""
    return render("prose.html", "waiting", host=plain(host))
