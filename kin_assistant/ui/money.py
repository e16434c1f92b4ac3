"""The Money tab: its components, what it shows, and the addresses at which it can be downloaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kin_assistant.api.requests import MAX_TOPIC
from kin_assistant.contributions.values import ROLES, ContributionQuery, Contributions
from kin_assistant.errors import ContributionError
from kin_assistant.rendering import ROLE_NAMES, contributions_csv, contributions_html, contributions_xlsx, reason_html
from kin_assistant.types import DocumentInfo
from kin_assistant.ui.components import LOOKING_UP, add_html, add_line, add_place_box, offer_names
from kin_assistant.ui.downloads import add_downloads, found_or_reason, offer_files, write_json
from kin_assistant.ui.ratelimit import RateLimiter

if TYPE_CHECKING:
    import gradio
    from fastapi import FastAPI
    from starlette.datastructures import QueryParams

    from kin_assistant.ui.callbacks import Callbacks

__all__ = ["MAX_FUNDER", "MoneyRequest", "add_money", "add_money_tab", "money_panel"]

MAX_FUNDER: Final = 120
"""Characters of a name."""
_ANY: Final = "any"
_FILES: Final = offer_files("money", contributions_csv, contributions_xlsx, write_json)


@dataclass(frozen=True, slots=True)
class MoneyRequest:
    """What a visitor asks for; anything may stand in it."""

    topic: object
    cities: Sequence[str] = ()
    funder: str = ""
    role: str = _ANY
    """One of ``ROLES``, or "any"."""

    def query(self, topic: str | None) -> ContributionQuery:
        """For all contributions on ``topic``. Raises ``ContributionError`` for what is not on offer."""
        if len(self.funder) > MAX_FUNDER:
            raise ContributionError(f"Please write a name in at most {MAX_FUNDER} characters, such as World Bank.")
        role = next((one for one in ROLES if one == self.role), None)
        if role is None and self.role != _ANY:
            raise ContributionError("Please choose a role from the list.")
        if topic is None and not self.cities and not self.funder.strip():
            raise ContributionError("Please write a topic or a name, or choose a city.")
        return ContributionQuery(topic=topic, cities=tuple(self.cities), funder=self.funder, role=role)


def add_money_tab(callbacks: Callbacks, infos: Sequence[DocumentInfo]) -> gradio.Dropdown:
    """Put the tab's components into the tab that is open; gives the list of cities, which changes."""
    import gradio as gr

    offered_cities, _, _ = offer_names(infos)
    with gr.Column(elem_classes="kin-lookup", min_width=0):
        topic = add_line("What the money was for", "A topic, such as septage; empty for any", MAX_TOPIC)
        with gr.Row():
            cities = add_place_box("Cities (none: all)", offered_cities)
            funder = add_line("Who pays or takes part", "any, such as World Bank", MAX_FUNDER)
            names = [("Any", _ANY), *((ROLE_NAMES[role].capitalize(), role) for role in ROLES)]
            role = gr.Dropdown(names, label="As what", filterable=False)
        find = gr.Button("Show money and partners", variant="primary", min_width=0)
        money = add_html("")

    def find_money(topic: Any, cities: Any, funder: Any, role: str) -> str:
        return money_panel(callbacks, MoneyRequest(topic, tuple(cities or ()), funder or "", role))

    asked = [topic, cities, funder, role]
    gr.on([topic.submit, funder.submit, find.click], find_money, asked, [money], **LOOKING_UP)
    return cities


def money_panel(callbacks: Callbacks, request: MoneyRequest) -> str:
    """Money and partners as HTML, or the sentence that says why there is nothing."""
    found = callbacks.find_money(request)
    if isinstance(found, str):
        return str(reason_html("Nothing to show", found))
    asked = [("topic", found.topic), ("funder", request.funder), ("role", request.role)]
    asked += [("city", city) for city in request.cities]
    return str(contributions_html(found, asked=asked))


def add_money(app: FastAPI, callbacks: Callbacks, limiter: RateLimiter) -> None:
    """Serve money and partners as the files below ``/money/``; the query says which, as the tab does."""

    def find(asked: QueryParams) -> Contributions | str:
        found = callbacks.find_money(
            MoneyRequest(
                topic=asked.get("topic", ""),
                cities=asked.getlist("city"),
                funder=asked.get("funder", ""),
                role=asked.get("role", _ANY),
            )
        )
        return found_or_reason(found)

    add_downloads(app, limiter, "money", _FILES, find)
