"""The address of an answer: its question, what it was asked after, its filters and the build that answered it.

The server writes it and reads it; to the script it is one opaque text. Whoever opens it asks the question anew.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode

from kin_assistant.rendering import plain
from kin_assistant.types import WANTED_FORMS, Filters, Years
from kin_assistant.ui.kept_questions import KeptQuestion, KeptRefused
from kin_assistant.ui.turns import MAX_TURNS, Turn

__all__ = ["MAX_LINK", "read_link", "write_link"]

MAX_LINK: Final = 4000
"""Characters. Longer addresses are cut off by programs for mail and by servers in front."""

_MOST_FIELDS: Final = 200
_MOST_BUILD: Final = 64
_YEARS: Final = re.compile(r"([0-9]{4})-([0-9]{4})")


def write_link(turn: Turn) -> str:
    """The address of the answer of ``turn`` from "?" on; empty if there is none, or it would be longer than ``MAX_LINK``.

    Where what it was asked after makes it too long, the question is given as it was searched.
    """
    if turn.answer is None:
        return ""
    filters = turn.filters
    asked_of = [
        *(("city", name) for name in filters.city),
        *(("country", name) for name in filters.country),
        *(("theme", name) for name in filters.theme),
        *([("years", f"{filters.years[0]:04}-{filters.years[1]:04}")] if filters.years else []),
        *([("form", turn.form)] if turn.form else []),
        ("build", turn.answer.build_id),
    ]
    whole = [("q", turn.question), *(("after", message) for message in turn.history), *asked_of]
    alone = [("q", turn.answer.standalone_question), *asked_of]
    links = (f"?{urlencode(fields, quote_via=quote, safe='', errors='replace')}" for fields in (whole, alone))
    return next((link for link in links if len(link) <= MAX_LINK), "")


def read_link(text: str, max_question_characters: int) -> KeptQuestion:
    """The question of an address from "?" on. Raises ``KeptRefused`` if it holds none that this page can ask.

    What other programs add to an address is left out.
    """
    try:
        fields = parse_qsl(text.removeprefix("?"), max_num_fields=_MOST_FIELDS, errors="replace")
    except ValueError as error:
        raise _refused() from error
    values: dict[str, list[str]] = {}
    for name, value in fields:
        values.setdefault(name, []).append(plain(value).strip())
    questions, builds, forms, years = (values.get(name, []) for name in ("q", "build", "form", "years"))
    history = tuple(values.get("after", ()))
    form = next((name for name in WANTED_FORMS if [name] == forms), None)
    fits = (
        len(questions) == 1
        and len(builds) <= 1
        and len(history) <= MAX_TURNS
        and (form is not None or not forms)
        and all(0 < len(words) <= max_question_characters for words in (*questions, *history))
        and all(len(build) <= _MOST_BUILD for build in builds)
    )
    if not fits:
        raise _refused()
    filters = Filters(
        city=tuple(values.get("city", ())),
        country=tuple(values.get("country", ())),
        theme=tuple(values.get("theme", ())),
        years=_years(years),
    )
    return KeptQuestion(questions[0], history, filters, None, form, "".join(builds))


def _years(values: list[str]) -> Years | None:
    if not values:
        return None
    match = _YEARS.fullmatch(values[0])
    if match is None or len(values) > 1 or match[1] > match[2]:
        raise _refused()
    return int(match[1]), int(match[2])


def _refused() -> KeptRefused:
    return KeptRefused("This address holds no question that this page can ask. Please write the question.")
