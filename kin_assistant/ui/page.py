"""The page: its tabs, what its functions cost, and what changes with the build."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kin_assistant.feedback import MAX_COMMENT
from kin_assistant.ui import texts
from kin_assistant.ui.asking import add_ask_tab
from kin_assistant.ui.briefing import add_brief_tab
from kin_assistant.ui.callbacks import Callbacks
from kin_assistant.ui.commitments import add_commitments_tab
from kin_assistant.ui.comparing import add_compare_tab
from kin_assistant.ui.components import PRIVATE, add_html, asset_address, offer_names
from kin_assistant.ui.events import Kind
from kin_assistant.ui.figures import add_figures_tab
from kin_assistant.ui.kept_questions import MAX_KEPT
from kin_assistant.ui.money import add_money_tab
from kin_assistant.ui.peers import add_peers_tab
from kin_assistant.ui.ratelimit import QUESTION, TRIFLE
from kin_assistant.ui.visits import Visits

if TYPE_CHECKING:
    import gradio

    from kin_assistant.api.prose import Writers

__all__ = ["KINDS", "build_page", "head_html"]

KINDS = {
    "ask_typed": Kind(QUESTION),
    "ask_offered": Kind(QUESTION, {"question": 500}),
    "ask_edited": Kind(QUESTION, {"turn": 16, "question": 16_000}),
    "ask_again": Kind(QUESTION, {"turn": 16, "change": 16}),
    "recall": Kind(QUESTION, {"kept": MAX_KEPT, "last": 16, "instead": 16}),
    "stop_waiting": Kind(TRIFLE),
    "rate": Kind(QUESTION, {"turn": 16, "verdict": 16, "comment": MAX_COMMENT}),
    "suggest": Kind(TRIFLE, follows=True),
    "announce_prose": Kind(TRIFLE, follows=True),
    "write_prose": Kind(TRIFLE, follows=True),
    "compare": Kind(QUESTION),
    "find_peers": Kind(QUESTION),
    "make_sheet": Kind(QUESTION),
    "propose": Kind(QUESTION),
    "reopen": Kind(QUESTION),
    "find_figures": Kind(QUESTION),
    "find_money": Kind(QUESTION),
    "find_commitments": Kind(QUESTION),
    "begin": Kind(TRIFLE),
    "describe": Kind(TRIFLE),
    "renew": Kind(TRIFLE),
    "reset": Kind(TRIFLE),
}
"""The functions of the page by name. Whoever adds one says here what it costs and what the script sends along with it."""


def build_page(
    callbacks: Callbacks,
    visits: Visits,
    *,
    version: str,
    evaluation: Mapping[str, Any] | None,
    queue_size: int,
    renewable: bool = False,
    writers: Writers | None = None,
    accounts: bool = False,
) -> gradio.Blocks:
    """Components and events. No callback is offered to clients other than this page.

    ``renewable`` says whether another build may come to be served while the page is open. Where there are ``writers``, who asks
    may have prose too. With ``accounts`` the header leads to one's own.
    """
    import gradio as gr

    with callbacks.served.lease() as assistant:
        infos, build = assistant.documents, assistant.build
    with gr.Blocks(title=build.profile.title, analytics_enabled=False, fill_width=True) as page:
        header = add_html(texts.header_html(build.profile, build.notices, accounts=accounts))
        with gr.Tabs(elem_id="kin-tabs"):
            with gr.Tab("Ask", id="ask"):
                ask = add_ask_tab(callbacks, visits, build, infos, writers)
            with gr.Tab("Compare", id="compare"):
                compared_cities = add_compare_tab(callbacks, infos)
            with gr.Tab("Peers", id="peers"):
                add_peers_tab(callbacks)
            with gr.Tab("Brief", id="brief"):
                brief_cities = add_brief_tab(callbacks, infos)
            with gr.Tab("Figures", id="figures"):
                figure_cities, figure_countries = add_figures_tab(callbacks, infos)
            with gr.Tab("Money", id="money"):
                money_cities = add_money_tab(callbacks, infos)
            with gr.Tab("Commitments", id="commitments"):
                commitment_cities = add_commitments_tab(callbacks, infos)
            with gr.Tab("Watched", id="watched"):
                add_html(texts.place_of_watched_html())
            with gr.Tab("Documents", id="documents"):
                add_html(texts.place_of_library_html())
                # Pressed by the script when another build has been opened.
                refresh = gr.Button("Show the new documents", elem_id="kin-refresh")
            with gr.Tab("Submit", id="submit"):
                add_html(texts.place_of_practice_html())
            with gr.Tab("Coverage", id="coverage"):
                add_html(texts.place_of_coverage_html())
            with gr.Tab("About", id="about"):
                about = add_html(texts.about_html(build, version, evaluation))

        city_boxes = [compared_cities, brief_cities, figure_cities, money_cities, commitment_cities]

        def renew() -> tuple[Any, ...]:
            """All that tells of the build, which may be another than when the server began."""
            with callbacks.served.lease() as now:
                infos, build = now.documents, now.build
            cities, countries, themes = (gr.update(choices=offered) for offered in offer_names(infos))
            return (
                texts.header_html(build.profile, build.notices, accounts=accounts),
                *(cities, countries, themes),
                *(cities for _ in city_boxes),
                countries,
                texts.corpus_html(build, infos),
                texts.about_html(build, version, evaluation),
            )

        if renewable:
            of_the_build = [header, ask.city, ask.country, ask.theme, *city_boxes, figure_countries, ask.extent, about]
            gr.on([page.load, refresh.click], renew, None, of_the_build, **PRIVATE)

    # Else Gradio would take any file of this machine as one of the page. No file is to come in the first place.
    page.has_launched = True
    page.queue(max_size=queue_size, default_concurrency_limit=2, api_open=False)
    return page


def head_html() -> str:
    """Style and scripts of the page, by addresses that change with their content."""
    names = (
        "style.css",
        "panels.js",
        "store.js",
        "asking.js",
        "page.js",
        "conversations.js",
        "documents.js",
        "finding.js",
        "coverage.js",
        "watching.js",
        "practices.js",
    )
    style, *scripts = map(asset_address, names)
    # Gradio puts texts of its own beside it, which Markup would escape.
    return str(texts.head_html(style, scripts))
