"""The Figures tab: its components, what it shows, and the addresses at which its figures can be downloaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kin_assistant.api.requests import MAX_TOPIC
from kin_assistant.errors import IndicatorError
from kin_assistant.indicators.values import SHOWN_ON_TOPIC, SORTS, STATUSES, IndicatorQuery, Indicators
from kin_assistant.rendering import figures_html, indicators_csv, indicators_xlsx, reason_html
from kin_assistant.types import DocumentInfo
from kin_assistant.ui.components import LOOKING_UP, add_html, add_line, add_place_box, offer_names
from kin_assistant.ui.downloads import add_downloads, found_or_reason, offer_files, write_json
from kin_assistant.ui.ratelimit import RateLimiter

if TYPE_CHECKING:
    import gradio
    from fastapi import FastAPI
    from starlette.datastructures import QueryParams

    from kin_assistant.ui.callbacks import Callbacks

__all__ = ["MAX_UNIT", "ORDERS", "STATUS_NAMES", "FigureRequest", "add_figures", "add_figures_tab", "figures_panel"]

MAX_UNIT: Final = 40
"""Characters of a unit."""
STATUS_NAMES: Final = {"any": "Both", "actual": "Actual", "planned": "Planned"}
"""What may be chosen of planned and actual figures, and how it is named."""
ORDERS: Final = {
    "relevance": "Nearest to the topic first",
    "value": "Largest value first",
    "year": "Earliest year first",
    "place": "By place",
    "document": "By document",
}
"""The orders of figures, and how they are named."""
_FILES: Final = offer_files("figures", indicators_csv, indicators_xlsx, write_json)


@dataclass(frozen=True, slots=True)
class FigureRequest:
    """What figures a visitor asks for; anything may stand in it."""

    topic: object
    cities: Sequence[str] = ()
    countries: Sequence[str] = ()
    unit: str = ""
    status: str = "any"
    """A key of ``STATUS_NAMES``."""
    order: str = "relevance"
    """A key of ``ORDERS``."""

    def query(self, topic: str) -> IndicatorQuery:
        """For all figures on ``topic``, with their series. Raises ``IndicatorError`` for what is not on offer."""
        if len(self.unit) > MAX_UNIT:
            raise IndicatorError(f"Please write a unit in at most {MAX_UNIT} characters, such as t/day.")
        if self.status not in STATUS_NAMES or self.order not in ORDERS:
            raise IndicatorError("Please choose an order and planned or actual figures from the lists.")
        return IndicatorQuery(
            topic=topic,
            cities=tuple(self.cities),
            countries=tuple(self.countries),
            unit=self.unit,
            status=next((one for one in STATUSES if one == self.status), None),
            sort=next(one for one in SORTS if one == self.order),
            series="beside",
        )


def add_figures_tab(callbacks: Callbacks, infos: Sequence[DocumentInfo]) -> tuple[gradio.Dropdown, gradio.Dropdown]:
    """Put the tab's components into the tab that is open; gives the lists of cities and countries, which change."""
    import gradio as gr

    offered_cities, offered_countries, _ = offer_names(infos)
    with gr.Column(elem_classes="kin-lookup", min_width=0):
        topic = add_line("What the figures are about", "A topic, such as non-revenue water", MAX_TOPIC)
        with gr.Row():
            cities = add_place_box("Cities (none: all)", offered_cities)
            countries = add_place_box("Countries (none: all)", offered_countries)
        with gr.Row():
            unit = add_line("Unit", "any, such as t/day", MAX_UNIT)
            status, order = (
                gr.Dropdown([(name, key) for key, name in names.items()], label=label, filterable=False)
                for label, names in (("Planned or actual", STATUS_NAMES), ("Order", ORDERS))
            )
        find = gr.Button("Show the figures", variant="primary", min_width=0)
        figures = add_html("")

    def find_figures(topic: Any, cities: Any, countries: Any, unit: Any, status: str, order: str) -> str:
        request = FigureRequest(topic, tuple(cities or ()), tuple(countries or ()), unit or "", status, order)
        return figures_panel(callbacks, request)

    asked = [topic, cities, countries, unit, status, order]
    gr.on([topic.submit, unit.submit, find.click], find_figures, asked, [figures], **LOOKING_UP)
    return cities, countries


def figures_panel(callbacks: Callbacks, request: FigureRequest) -> str:
    """The figures as HTML, or the sentence that says why there are none."""
    found = callbacks.find_figures(request)
    if isinstance(found, str):
        return str(reason_html("No figures", found))
    asked = [("topic", found.topic), ("unit", request.unit), ("status", request.status), ("order", request.order)]
    asked += [("city", city) for city in request.cities] + [("country", country) for country in request.countries]
    return str(figures_html(found, shown=SHOWN_ON_TOPIC, asked=asked))


def add_figures(app: FastAPI, callbacks: Callbacks, limiter: RateLimiter) -> None:
    """Serve figures as the files below ``/figures/``; the query says which, as the tab does."""

    def find(asked: QueryParams) -> Indicators | str:
        found = callbacks.find_figures(
            FigureRequest(
                topic=asked.get("topic", ""),
                cities=asked.getlist("city"),
                countries=asked.getlist("country"),
                unit=asked.get("unit", ""),
                status=asked.get("status", "any"),
                order=asked.get("order", "relevance"),
            )
        )
        return found_or_reason(found)

    add_downloads(app, limiter, "figures", _FILES, find)
