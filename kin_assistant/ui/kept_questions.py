"""A question as the browser keeps it: enough to ask it again, and nothing of what came of it.

What a browser sends back may be anything. It is read as what it is, a question with its settings, and asked anew; no quote,
no answer and no HTML is ever taken from it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from kin_assistant.errors import KinError
from kin_assistant.rendering import plain
from kin_assistant.types import WANTED_FORMS, Filters, WantedForm, Years
from kin_assistant.ui.turns import CHANGES, MAX_TURNS, Change, Turn

__all__ = ["MAX_KEPT", "KeptQuestion", "KeptRefused", "read_kept", "write_kept"]

MAX_KEPT: Final = 40_000
"""Characters of one question that is kept, with the messages that it was asked after."""

_VERSION = 1
_KEYS = frozenset({"version", "question", "history", "cities", "countries", "themes", "years", "change", "form"})
_MAX_NAMES = 500
_MAX_NAME = 200


class KeptRefused(KinError):
    """What was kept is no question that this page can ask."""


@dataclass(frozen=True, slots=True)
class KeptQuestion:
    """What is needed to ask a question as it was asked."""

    question: str
    history: tuple[str, ...]
    """The messages that it was asked after, oldest first."""
    filters: Filters
    change: Change | None
    form: WantedForm | None
    build_id: str = ""
    """The build that answered it, where an address names one."""


def write_kept(turn: Turn) -> str:
    """The question of ``turn`` as JSON; empty where it could not be taken, or is too long to be kept."""
    if not turn.question:
        return ""
    filters = turn.filters
    kept = {
        "version": _VERSION,
        "question": turn.question,
        "history": turn.history,
        "cities": filters.city,
        "countries": filters.country,
        "themes": filters.theme,
        "years": filters.years,
        "change": turn.change,
        "form": turn.form,
    }
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    return text if len(text) <= MAX_KEPT else ""


def read_kept(text: str, max_question_characters: int) -> KeptQuestion:
    """The question that ``write_kept`` made ``text`` of. Raises ``KeptRefused`` if it is anything else, or too long."""
    try:
        sent = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refused() from error
    if type(sent) is not dict or sent.keys() != _KEYS or sent["version"] != _VERSION:
        raise _refused()
    change = next((name for name in CHANGES if name == sent["change"]), None)
    form = next((name for name in WANTED_FORMS if name == sent["form"]), None)
    if (change, form) != (sent["change"], sent["form"]):
        raise _refused()
    question = _text(sent["question"], max_question_characters).strip()
    if not question:
        raise _refused()
    return KeptQuestion(
        question,
        _texts(sent["history"], MAX_TURNS, max_question_characters),
        Filters(
            city=_texts(sent["cities"], _MAX_NAMES, _MAX_NAME),
            country=_texts(sent["countries"], _MAX_NAMES, _MAX_NAME),
            theme=_texts(sent["themes"], _MAX_NAMES, _MAX_NAME),
            years=_years(sent["years"]),
        ),
        change,
        form,
    )


def _texts(value: object, most: int, length: int) -> tuple[str, ...]:
    if type(value) is not list or len(value) > most:
        raise _refused()
    return tuple(_text(each, length) for each in value)


def _text(value: object, most: int) -> str:
    if type(value) is not str or len(value) > most:
        raise _refused()
    return plain(value.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _years(value: object) -> Years | None:
    if value is None:
        return None
    if type(value) is not list or len(value) != 2 or not all(type(year) is int and 0 <= year <= 9999 for year in value):
        raise _refused()
    if value[0] > value[1]:
        raise _refused()
    return value[0], value[1]


def _refused() -> KeptRefused:
    return KeptRefused("This question cannot be read as this browser kept it. Please write it again.")
