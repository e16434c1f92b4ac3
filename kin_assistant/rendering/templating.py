"""The one place where words become HTML: the macros of ``templates/``, which escape all that they are given.

Four rules hold in every template:

- An expression is escaped, whatever it holds, unless it is the HTML of another macro (``markupsafe.Markup``). Characters
  that are invisible or that control a terminal are left out first, and ``None`` is written as nothing.
- A value that was not given is an error, never an empty place.
- A line break is there for whoever reads the template. Between two words it is a space; beside a tag, an expression or a
  statement it is nothing. Where a space is meant there, it stands within a line.
- What the functions below in ``_FUNCTIONS`` say of places, years and addresses can be called by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from kin_assistant.rendering.rows import head_of, row_head, show_row
from kin_assistant.rendering.words import (
    count,
    day,
    document_link,
    external_link,
    period,
    place_and_years,
    places,
    plain,
    section_and_page,
    sentence_link,
    set_off,
    source_name,
)
from kin_assistant.text.rows import fits_head, split_row

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.lexer import Token, TokenStream

__all__ = ["TEMPLATES", "environment", "render"]

TEMPLATES = Path(__file__).parent / "templates"

_FUNCTIONS = (
    count,
    day,
    document_link,
    external_link,
    fits_head,
    head_of,
    period,
    place_and_years,
    places,
    row_head,
    section_and_page,
    sentence_link,
    set_off,
    show_row,
    source_name,
    split_row,
)
_BREAK = r"[ \t\n]*\n[ \t\n]*"
_BREAK_BESIDE_CODE = re.compile(rf"(?:\A|(?<=>)){_BREAK}|{_BREAK}(?:\Z|(?=<))")
_BREAK_BETWEEN_WORDS = re.compile(_BREAK)


def render(template: str, macro: str, /, **values: object) -> Markup:
    """What ``macro`` of the file ``template`` makes of ``values``, which it takes by the names of its arguments."""
    html: Markup = getattr(environment().get_template(template).module, macro)(**values)
    return html


@cache
def environment() -> Environment:
    """All templates, compiled when the first of them is used."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from jinja2.ext import Extension
    from jinja2.lexer import Token

    class LineBreaks(Extension):
        """Takes the line breaks of the layout out of what stands between expressions and statements."""

        def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
            for token in stream:
                is_text = token.type == "data"
                yield Token(token.lineno, "data", _without_layout(token.value)) if is_text else token

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_show,
        extensions=[LineBreaks],
        auto_reload=False,
    )
    made.globals |= {function.__name__: function for function in _FUNCTIONS}
    # Now, while the page is built, and not when the first answer waits for it.
    for name in made.list_templates():
        made.get_template(name)
    return made


def _show(value: object) -> object:
    """What is written of an expression's value, before it is escaped."""
    if isinstance(value, Markup):
        return value
    return "" if value is None else plain(str(value))


def _without_layout(text: str) -> str:
    return _BREAK_BETWEEN_WORDS.sub(" ", _BREAK_BESIDE_CODE.sub("", text))
