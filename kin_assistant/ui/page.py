"""The page itself: Gradio components, and which callback belongs to which."""

# No "from __future__ import annotations": Gradio reads the annotations of event handlers, and ``gr`` is a local name here.

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kin_assistant.briefs.subject import MAX_TITLE
from kin_assistant.feedback import MAX_COMMENT
from kin_assistant.records.comparison import MAX_CITIES
from kin_assistant.types import DocumentInfo
from kin_assistant.ui import texts
from kin_assistant.ui.briefing import brief_panel, opened_panel
from kin_assistant.ui.callbacks import MAX_TOPIC, Callbacks, Choices
from kin_assistant.ui.comparing import comparison_panel, offered_columns
from kin_assistant.ui.conversation import conversation_html, further_html
from kin_assistant.ui.events import Kind
from kin_assistant.ui.figures import MAX_UNIT, ORDERS, STATUS_NAMES, FigureRequest, figures_panel
from kin_assistant.ui.kept_questions import MAX_KEPT
from kin_assistant.ui.ratelimit import QUESTION, TRIFLE
from kin_assistant.ui.turns import Turn
from kin_assistant.ui.visits import Visits

if TYPE_CHECKING:
    import gradio

__all__ = ["ASSETS", "KINDS", "build_page", "head_html"]

ASSETS = Path(__file__).parent / "assets"

MAX_PASTED = 200_000
"""Characters of a brief's file; the guard lets through no more. A brief with thirty quotes has some 40,000."""

KINDS = {
    "ask_typed": Kind(QUESTION),
    "ask_offered": Kind(QUESTION, {"question": 500}),
    "ask_again": Kind(QUESTION, {"turn": 16, "change": 16}),
    "recall": Kind(QUESTION, {"kept": MAX_KEPT, "last": 16, "instead": 16}),
    "stop_waiting": Kind(TRIFLE),
    "rate": Kind(QUESTION, {"turn": 16, "verdict": 16, "comment": MAX_COMMENT}),
    "suggest": Kind(TRIFLE, follows=True),
    "compare": Kind(QUESTION),
    "propose": Kind(QUESTION),
    "reopen": Kind(QUESTION),
    "find_figures": Kind(QUESTION),
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
) -> "gradio.Blocks":
    """Components and events. No callback is offered to clients other than this page.

    ``renewable`` says whether another build may come to be served while the page is open.
    """
    import gradio as gr

    with callbacks.served.borrowed() as assistant:
        infos, build = assistant.documents, assistant.build
    bridge = (ASSETS / "bridge.js").read_text(encoding="utf-8")

    def html(value: str, *, script: str | None = None, **options: Any) -> gr.HTML:
        return gr.HTML(value, apply_default_css=False, js_on_load=script, **options)

    def city_box(label: str) -> gr.Dropdown:
        return gr.Dropdown(_offered(infos)[0], multiselect=True, label=label, max_choices=MAX_CITIES)

    with gr.Blocks(title=build.profile.title, analytics_enabled=False, fill_width=True) as page:
        header = html(texts.header_html(build.profile, build.notices))
        with gr.Tabs(elem_id="kin-tabs"):
            with gr.Tab("Ask", id="ask"), gr.Row(elem_id="kin-desk"):
                with gr.Column(elem_id="kin-filters", min_width=0):
                    html(texts.filters_title_html())
                    city, country, theme = (
                        gr.Dropdown(offered, multiselect=True, label=label)
                        for label, offered in zip(("City", "Country", "Theme"), _offered(infos), strict=True)
                    )
                    with gr.Row(elem_id="kin-years"):
                        first, last = (
                            gr.Textbox(label=label, placeholder="any", max_length=4, max_lines=1, min_width=0)
                            for label in ("From year", "To year")
                        )
                    clear = gr.Button("Clear filters", elem_id="kin-clear")
                    extent = html(texts.corpus_html(build, infos))
                with gr.Column(elem_id="kin-talk", min_width=0):
                    introduction = html(texts.introduction_html(build.profile))
                    conversation = html(conversation_html((), {}), script=bridge, elem_id="kin-conversation")
                    # Apart: it comes later than the answer, which somebody may be reading by then.
                    further = html("", script=bridge)
                    with gr.Column(elem_id="kin-composer", min_width=0):
                        scope = html("")
                        with gr.Row(elem_id="kin-box"):
                            question = gr.Textbox(
                                label="Your question",
                                placeholder="Ask about a city or practice",
                                elem_id="kin-question",
                                max_lines=6,
                                max_length=callbacks.max_question_characters,
                                html_attributes=gr.InputHTMLAttributes(enterkeyhint="send", autocomplete="off"),
                                min_width=0,
                            )
                            ask = gr.Button("Ask", variant="primary", elem_id="kin-ask", min_width=0)
                        html(texts.said_html())
                        with gr.Row(elem_id="kin-choices"):
                            stop = gr.Button("Stop", elem_id="kin-stop", min_width=0)
                            html(texts.busy_html())
                            html(texts.conversations_html())
                            anew = gr.Button("New conversation", elem_id="kin-anew", min_width=0, visible=False)
                    examples = html(texts.examples_html(build.profile, infos), script=bridge)
            with gr.Tab("Compare", id="compare"), gr.Column(elem_classes="kin-lookup", min_width=0):
                topic = gr.Textbox(
                    label="What to compare",
                    placeholder="A topic, such as household composting",
                    max_lines=1,
                    max_length=MAX_TOPIC,
                )
                with gr.Row():
                    compared_cities = city_box("Cities (none: the best documented)")
                    compared_columns = gr.Dropdown(
                        offered_columns(), multiselect=True, label="Columns (none: the usual)"
                    )
                go = gr.Button("Compare", variant="primary", elem_id="kin-compare-go", min_width=0)
                table = html("")
            with gr.Tab("Brief", id="brief"), gr.Column(elem_classes="kin-lookup", min_width=0):
                title = gr.Textbox(
                    label="Title of the brief",
                    placeholder="Such as Community composting for Hai Phong",
                    max_lines=1,
                    max_length=MAX_TITLE,
                )
                brief_cities = city_box("Evidence from these cities (none: from all)")
                draft = gr.Button("Propose a brief", variant="primary", elem_id="kin-brief-go", min_width=0)
                with gr.Row():
                    pasted = gr.Textbox(
                        label="Or paste the JSON file of a brief",
                        placeholder="All of its text, from { to }",
                        max_lines=2,
                        max_length=MAX_PASTED,
                    )
                    reopening = gr.Button("Open the brief", elem_id="kin-brief-open", min_width=0)
                brief = html("", script=bridge)
            with gr.Tab("Figures", id="figures"), gr.Column(elem_classes="kin-lookup", min_width=0):
                measured = gr.Textbox(
                    label="What the figures are about",
                    placeholder="A topic, such as non-revenue water",
                    max_lines=1,
                    max_length=MAX_TOPIC,
                )
                with gr.Row():
                    figure_cities = city_box("Cities (none: all)")
                    figure_countries = gr.Dropdown(
                        _offered(infos)[1], multiselect=True, label="Countries (none: all)", max_choices=MAX_CITIES
                    )
                with gr.Row():
                    unit = gr.Textbox(label="Unit", placeholder="any, such as t/day", max_lines=1, max_length=MAX_UNIT)
                    status, order = (
                        gr.Dropdown([(name, key) for key, name in names.items()], label=label, filterable=False)
                        for label, names in (("Planned or actual", STATUS_NAMES), ("Order", ORDERS))
                    )
                find = gr.Button("Show the figures", variant="primary", min_width=0)
                figures = html("")
            with gr.Tab("Documents", id="documents"):
                html(texts.place_of_library_html())
                # Pressed by the script when another build has been opened.
                refresh = gr.Button("Show the new documents", elem_id="kin-refresh")
            with gr.Tab("Coverage", id="coverage"):
                html(texts.place_of_coverage_html())
            with gr.Tab("About", id="about"):
                about = html(texts.about_html(build, version, evaluation))

        filters = [city, country, theme, first, last]
        city_boxes = [compared_cities, brief_cities, figure_cities]
        shown = [conversation, further, introduction, examples, anew]

        def client_of(request: gr.Request) -> str:
            return request.client.host if request.client else "unknown"

        def show(turns: Sequence[Turn]) -> tuple[Any, ...]:
            if not turns:  # somebody stopped it, and sees what was there before
                return (gr.skip(),) * len(shown)
            hidden = gr.update(visible=False)
            return conversation_html(turns, callbacks.documents()), "", hidden, hidden, gr.update(visible=True)

        def ask_in_visit(
            request: gr.Request, ask: Callable[[Sequence[Turn]], Turn], *, instead_of: str = ""
        ) -> tuple[bool, tuple[Any, ...]]:
            """Whether there is an answer that is waited for, and what changes on the page."""
            session = request.session_hash
            stops = visits.stops(session)
            turn = ask(visits.turns(session))
            turns = visits.add(session, client_of(request), turn, instead_of=instead_of, stops=stops)
            return bool(turns) and turn.answer is not None, show(turns)

        def ask_typed(request: gr.Request, text: str, *chosen: Any) -> tuple[Any, ...]:
            answered, changed = ask_in_visit(request, partial(callbacks.ask, text, _choices(*chosen)))
            # What could not be asked stays in the box.
            return *changed, "" if answered else gr.skip()

        def ask_offered(request: gr.Request, event: gr.EventData, *chosen: Any) -> tuple[Any, ...]:
            return ask_in_visit(request, partial(callbacks.ask, event._data["question"], _choices(*chosen)))[1]

        def ask_again(request: gr.Request, event: gr.EventData) -> tuple[Any, ...]:
            return ask_in_visit(request, partial(callbacks.ask_again, event._data["turn"], event._data["change"]))[1]

        def recall(request: gr.Request, event: gr.EventData) -> tuple[Any, ...]:
            kept, last, instead = (event._data[name] for name in ("kept", "last", "instead"))
            if last and (turns := visits.reopen(request.session_hash, client_of(request), last)):
                return show(turns)
            return ask_in_visit(request, lambda _: callbacks.recall(kept), instead_of=instead)[1]

        def stop_waiting(request: gr.Request) -> None:
            visits.stop(request.session_hash, client_of(request))

        def rate(request: gr.Request, event: gr.EventData) -> Any:
            session = request.session_hash
            turn = callbacks.rate(**event._data, turns=visits.turns(session))
            turns = visits.change(session, turn) if turn else ()
            # The conversation is long: it is sent only where something changed.
            return conversation_html(turns, callbacks.documents()) if turns else gr.skip()

        def suggest(request: gr.Request) -> Any:
            session = request.session_hash
            turns = visits.turns(session)
            newest = visits.newest()
            # On a busy page the questions of others come first.
            turn = callbacks.suggest(turns, lambda: visits.newest() is newest)
            changed = visits.change(session, turn) if turn else ()
            return further_html(changed) if changed else gr.skip()

        def compare(topic: Any, cities: Any, columns: Any) -> str:
            return comparison_panel(callbacks, topic, tuple(cities or ()), tuple(columns or ()))

        def propose(title: Any, cities: Any) -> str:
            return brief_panel(callbacks, title, tuple(cities or ()))

        def reopen(content: Any) -> str:
            return opened_panel(callbacks, content)

        def find_figures(topic: Any, cities: Any, countries: Any, unit: Any, status: str, order: str) -> str:
            request = FigureRequest(topic, tuple(cities or ()), tuple(countries or ()), unit or "", status, order)
            return figures_panel(callbacks, request)

        def begin(request: gr.Request) -> tuple[Any, ...]:
            visits.end(request.session_hash)
            shown_again = gr.update(visible=True)
            return conversation_html((), {}), "", shown_again, shown_again, gr.update(visible=False)

        def describe(*chosen: Any) -> str:
            return texts.scope_html(callbacks.describe(_choices(*chosen)))

        def reset() -> tuple[Any, ...]:
            return [], [], [], "", "", ""

        def renew() -> tuple[Any, ...]:
            """All that tells of the build, which may be another than when the server began."""
            with callbacks.served.borrowed() as now:
                infos, build = now.documents, now.build
            return (
                texts.header_html(build.profile, build.notices),
                *(gr.update(choices=offered) for offered in _offered(infos)),
                *(gr.update(choices=_offered(infos)[0]) for _ in city_boxes),
                gr.update(choices=_offered(infos)[1]),
                texts.corpus_html(build, infos),
                texts.about_html(build, version, evaluation),
            )

        # What comes in was checked before Gradio saw it, and names of filters may be newer than those it knows.
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "preprocess": False}
        asking = private | {"concurrency_id": "ask", "concurrency_limit": 2}
        looking_up = asking | {"show_progress": "minimal"}
        # What was stopped may still be on its way when the next question is asked.
        once_more = asking | {"trigger_mode": "multiple"}
        asked = [gr.on([question.submit, ask.click], ask_typed, [question, *filters], [*shown, question], **once_more)]
        asked += [offer.submit(ask_offered, filters, shown, **once_more) for offer in (further, examples)]
        asked.append(conversation.select(ask_again, None, shown, **once_more))
        asked.append(conversation.submit(recall, None, shown, **once_more))
        for event in asked:
            event.success(suggest, None, [further], concurrency_id="suggest", concurrency_limit=1, **private)
        gr.on([topic.submit, go.click], compare, [topic, compared_cities, compared_columns], [table], **looking_up)
        gr.on([title.submit, draft.click], propose, [title, brief_cities], [brief], **looking_up)
        reopening.click(reopen, [pasted], [brief], **looking_up)
        asked_of_figures = [measured, figure_cities, figure_countries, unit, status, order]
        gr.on([measured.submit, unit.submit, find.click], find_figures, asked_of_figures, [figures], **looking_up)
        stop.click(stop_waiting, None, None, concurrency_id="stop", concurrency_limit=1, **private)
        anew.click(begin, None, shown, **private)
        conversation.like(rate, None, [conversation], concurrency_limit=1, **private)
        # A year is looked at when it is complete, not at each digit.
        settled = [box.change for box in (city, country, theme)] + [box.blur for box in (first, last)]
        gr.on(settled, describe, filters, [scope], **private)
        clear.click(reset, None, [*filters, scope], **private)
        if renewable:
            of_the_build = [header, city, country, theme, *city_boxes, figure_countries, extent, about]
            gr.on([page.load, refresh.click], renew, None, of_the_build, **private)

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
        "coverage.js",
    )
    style, *scripts = (f"page/{name}?v={_fingerprint(name)}" for name in names)
    # Gradio puts texts of its own beside it, which Markup would escape.
    return str(texts.head_html(style, scripts))


def _fingerprint(name: str) -> str:
    return hashlib.sha256((ASSETS / name).read_bytes()).hexdigest()[:12]


def _names(groups: Iterable[Sequence[str]]) -> list[tuple[str, str]]:
    """What a filter offers: each name with the number of its documents."""
    counts = Counter(name for group in groups for name in group)
    return [(f"{name} ({count})", name) for name, count in sorted(counts.items(), key=lambda pair: pair[0].casefold())]


def _offered(infos: Sequence[DocumentInfo]) -> tuple[list[tuple[str, str]], ...]:
    """What the filters for city, country and theme offer."""
    return (
        _names(info.cities for info in infos),
        _names(info.countries for info in infos),
        _names(info.themes for info in infos),
    )


def _choices(cities: Any, countries: Any, themes: Any, first_year: str | None, last_year: str | None) -> Choices:
    return Choices(tuple(cities or ()), tuple(countries or ()), tuple(themes or ()), first_year or "", last_year or "")
