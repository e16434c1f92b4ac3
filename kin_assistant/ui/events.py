"""What a visitor may send to the functions of the page. It is read and checked here before Gradio sees any of it.

Gradio takes an object with a path or an address in any field for a file, and reads or fetches it. None of our fields holds
an object: a field is a text or a list of texts of bounded length, one of the texts on offer, or nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from kin_assistant.errors import KinError

if TYPE_CHECKING:
    import gradio

__all__ = ["SESSION", "Event", "EventRefused", "Events", "Kind"]

SESSION = re.compile(r"[0-9a-z]{4,16}")
"""What a browser calls its visit."""

_ROOM = 8
"""A text may be so many times as long as the page lets one be: the function says more kindly that it is too long."""
_MAX_NAMES = 500
_MAX_NAME = 200
_KEYS = frozenset({"data", "event_data", "fn_index", "session_hash", "trigger_id"})


class EventRefused(KinError):
    """What came is nothing that the page sends."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What the functions of one name cost, and what the page's script sends along with an event for them."""

    cost: int
    """In points of the rate limit."""
    sent_along: Mapping[str, int] = field(default_factory=dict)
    """The most characters of each text, by name."""
    follows: bool = False
    """Whether the page sends it by itself after an answer."""


@dataclass(frozen=True, slots=True)
class Event:
    """What may go on to Gradio."""

    session: str
    kind: Kind
    body: bytes
    """Written anew from what was checked, so that nobody reads it differently."""


@dataclass(frozen=True, slots=True)
class _Text:
    most: int

    def check(self, value: object) -> object:
        return None if value is None else _text(value, self.most)


@dataclass(frozen=True, slots=True)
class _Names:
    def check(self, value: object) -> object:
        if value is None:
            return None
        if type(value) is not list or len(value) > _MAX_NAMES:
            raise EventRefused("A field must be a list of few names.")
        return [_text(name, _MAX_NAME) for name in value]


@dataclass(frozen=True, slots=True)
class _Switch:
    def check(self, value: object) -> object:
        if type(value) is not bool:
            raise EventRefused("A field must be true or false.")
        return value


@dataclass(frozen=True, slots=True)
class _OneOf:
    offered: frozenset[str]

    def check(self, value: object) -> object:
        if type(value) is not str or value not in self.offered:
            raise EventRefused("A field must be one of those on offer.")
        return value


@dataclass(frozen=True, slots=True)
class _Function:
    fields: Sequence[_Text | _Names | _Switch | _OneOf]
    triggers: frozenset[int]
    kind: Kind

    def check_fields(self, data: object) -> list[object]:
        if type(data) is not list or len(data) != len(self.fields):
            raise EventRefused("The function takes other fields.")
        return [field.check(value) for field, value in zip(self.fields, data, strict=True)]

    def check_sent_along(self, event_data: object) -> dict[str, str] | None:
        most = self.kind.sent_along
        if not most:
            if event_data is not None:
                raise EventRefused("The function takes no details of the event.")
            return None
        if type(event_data) is not dict or event_data.keys() != most.keys():
            raise EventRefused("The function takes other details of the event.")
        return {name: _text(event_data[name], most[name]) for name in most}


class Events:
    """Knows every function of one page, and reads what is sent to them."""

    def __init__(self, page: gradio.Blocks, kinds: Mapping[str, Kind]) -> None:
        """Raises ``TypeError`` for a function that ``kinds`` does not name, or that takes what is not checked here."""
        self._functions = {number: _function(each, page.fns, kinds) for number, each in page.fns.items()}

    def read(self, body: bytes) -> Event:
        """The event that ``body`` holds as JSON. Raises ``EventRefused``."""
        sent = _parse(body)
        if type(sent) is not dict or not sent.keys() <= _KEYS:
            raise EventRefused("The request is not one that the page sends.")
        session, number, trigger = (sent.get(key) for key in ("session_hash", "fn_index", "trigger_id"))
        if type(session) is not str or not SESSION.fullmatch(session):
            raise EventRefused("The request does not say which visit it belongs to.")
        function = self._functions.get(number) if type(number) is int else None
        if function is None:
            raise EventRefused("The page has no such function.")
        if type(trigger) is not int or trigger not in function.triggers:
            raise EventRefused("The function does not belong to that part of the page.")
        checked = {
            "data": function.check_fields(sent.get("data")),
            "event_data": function.check_sent_along(sent.get("event_data")),
            "fn_index": number,
            "session_hash": session,
            "trigger_id": trigger,
        }
        return Event(session, function.kind, json.dumps(checked).encode("ascii"))


def _function(function: Any, functions: Mapping[int, Any], kinds: Mapping[str, Kind]) -> _Function:
    name = function.name
    if name not in kinds:
        raise TypeError(f'Nothing says what may be sent to the function "{name}" of the page.')
    unusual = (
        function.batch,
        function.cancels,
        function.component_prop_inputs,
        function.connection != "sse",
        function.inputs_as_dict,
        function.validator,
        function.api_visibility != "private",
    )
    if any(unusual):
        raise TypeError(f'The function "{name}" of the page takes events in a way that is not checked.')
    if function.collects_event_data != bool(kinds[name].sent_along):
        raise TypeError(f'What is said of the function "{name}" does not fit: does it take details of the event?')
    fields = [_field(component, name) for component in function.inputs]
    # What follows another function is sent with the trigger of that one.
    first = function
    while first.trigger_after is not None:
        first = functions[first.trigger_after]
    return _Function(fields, frozenset(number for number, _ in first.targets), kinds[name])


def _field(component: Any, name: str) -> _Text | _Names | _Switch | _OneOf:
    import gradio as gr

    match component:
        case gr.Textbox(max_length=int(most)):
            return _Text(most * _ROOM)
        case gr.Checkbox():
            return _Switch()
        case gr.Dropdown(multiselect=True):
            return _Names()
        case gr.Dropdown(choices=[_, *_] as offered, allow_custom_value=False):
            return _OneOf(frozenset(value for _, value in offered))
    raise TypeError(f'A {type(component).__name__} is not checked, so the function "{name}" may not take one.')


def _parse(body: bytes) -> object:
    try:
        return json.loads(
            body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse_number, parse_float=_refuse_number
        )
    except (ValueError, RecursionError) as error:
        raise EventRefused("The request is no plain JSON.") from error


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key stands twice")
    return values


def _refuse_number(_: str) -> NoReturn:
    raise ValueError("no number but a whole one is sent")


def _text(value: object, most: int) -> str:
    if type(value) is not str:
        raise EventRefused("A field must be a text.")
    if len(value) > most:
        raise EventRefused("A text is too long.")
    # Half a character cannot be written as UTF-8.
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
