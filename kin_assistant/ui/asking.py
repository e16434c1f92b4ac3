"""The Ask tab: filters, conversation and question, and what happens when they are used."""

# No "from __future__ import annotations": Gradio reads the annotations of event handlers, and ``gr`` is a local name here.

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from kin_assistant.types import DocumentInfo
from kin_assistant.ui import texts
from kin_assistant.ui.callbacks import Callbacks, Choices
from kin_assistant.ui.components import ASKING, PRIVATE, add_html, add_live_html, offer_names
from kin_assistant.ui.conversation import conversation_html, further_html
from kin_assistant.ui.turns import Turn
from kin_assistant.ui.visits import Visits
from kin_assistant.ui.writing import add_switch, join_writing

if TYPE_CHECKING:
    import gradio

    from kin_assistant.api.prose import Writers
    from kin_assistant.index.snapshot import BuildInfo

__all__ = ["AskTab", "add_ask_tab"]


@dataclass(frozen=True, slots=True)
class AskTab:
    """The components of the tab that are read or changed."""

    city: "gradio.Dropdown"
    country: "gradio.Dropdown"
    theme: "gradio.Dropdown"
    first: "gradio.Textbox"
    last: "gradio.Textbox"
    clear: "gradio.Button"
    extent: "gradio.HTML"
    """How many documents there are, and of when."""
    introduction: "gradio.HTML"
    conversation: "gradio.HTML"
    further: "gradio.HTML"
    """Questions to go on with."""
    scope: "gradio.HTML"
    """Which documents the filters leave."""
    question: "gradio.Textbox"
    ask: "gradio.Button"
    stop: "gradio.Button"
    anew: "gradio.Button"
    examples: "gradio.HTML"
    prose: "gradio.Checkbox | None"
    """Whether a language model is to write, too; only where one is set up."""
    writing: "gradio.HTML"
    """Says that it is at work."""

    @property
    def filters(self) -> "list[gradio.Component]":
        """What is sent along with a question."""
        return [self.city, self.country, self.theme, self.first, self.last]

    @property
    def shown(self) -> "list[gradio.Component]":
        """What changes with an answer."""
        return [self.conversation, self.further, self.introduction, self.examples, self.anew]


def add_ask_tab(
    callbacks: Callbacks,
    visits: Visits,
    build: "BuildInfo",
    infos: Sequence[DocumentInfo],
    writers: "Writers | None" = None,
) -> AskTab:
    """Put the tab's components into the tab that is open, and join them to ``callbacks`` and ``writers``."""
    tab = _add_components(callbacks.max_question_characters, build, infos, writers)
    _join_questions(tab, callbacks, visits, writers)
    _join_conversation(tab, callbacks, visits)
    _join_filters(tab, callbacks)
    return tab


def _add_components(
    max_question_characters: int, build: "BuildInfo", infos: Sequence[DocumentInfo], writers: "Writers | None"
) -> AskTab:
    import gradio as gr

    with gr.Row(elem_id="kin-desk"):
        with gr.Column(elem_id="kin-filters", min_width=0):
            add_html(texts.filters_title_html())
            city, country, theme = (
                gr.Dropdown(offered, multiselect=True, label=label)
                for label, offered in zip(("City", "Country", "Theme"), offer_names(infos), strict=True)
            )
            with gr.Row(elem_id="kin-years"):
                first, last = (
                    gr.Textbox(label=label, placeholder="any", max_length=4, max_lines=1, min_width=0)
                    for label in ("From year", "To year")
                )
            clear = gr.Button("Clear filters", elem_id="kin-clear")
            extent = add_html(texts.corpus_html(build, infos))
        with gr.Column(elem_id="kin-talk", min_width=0):
            introduction = add_html(texts.introduction_html(build.profile))
            conversation = add_live_html(conversation_html((), {}), elem_id="kin-conversation")
            # Apart: it comes later than the answer, which somebody may be reading by then.
            writing = add_html("")
            further = add_live_html("")
            with gr.Column(elem_id="kin-composer", min_width=0):
                scope = add_html("")
                add_html(texts.to_answer_html())
                with gr.Row(elem_id="kin-box"):
                    question = gr.Textbox(
                        label="Your question",
                        placeholder="Ask about a city or practice",
                        elem_id="kin-question",
                        max_lines=6,
                        max_length=max_question_characters,
                        html_attributes=gr.InputHTMLAttributes(enterkeyhint="send", autocomplete="off"),
                        min_width=0,
                    )
                    ask = gr.Button("Ask", variant="primary", elem_id="kin-ask", min_width=0)
                add_html(texts.said_html())
                prose = add_switch(writers) if writers else None
                with gr.Row(elem_id="kin-choices"):
                    stop = gr.Button("Stop", elem_id="kin-stop", min_width=0)
                    add_html(texts.busy_html())
                    add_html(texts.conversations_html())
                    anew = gr.Button("New conversation", elem_id="kin-anew", min_width=0, visible=False)
            examples = add_live_html(texts.examples_html(build.profile, infos))
    return AskTab(
        city=city,
        country=country,
        theme=theme,
        first=first,
        last=last,
        clear=clear,
        extent=extent,
        introduction=introduction,
        conversation=conversation,
        further=further,
        scope=scope,
        question=question,
        ask=ask,
        stop=stop,
        anew=anew,
        examples=examples,
        prose=prose,
        writing=writing,
    )


def _join_questions(tab: AskTab, callbacks: Callbacks, visits: Visits, writers: "Writers | None") -> None:
    """What a question sets off, and what is done with its answer."""
    import gradio as gr

    filters, shown = tab.filters, tab.shown

    def show(turns: Sequence[Turn]) -> tuple[Any, ...]:
        if not turns:  # somebody stopped it, and sees what was there before
            return (gr.skip(),) * len(shown)
        hidden = gr.update(visible=False)
        return conversation_html(turns, callbacks.documents()), "", hidden, hidden, gr.update(visible=True)

    def ask_in_visit(
        request: gr.Request, ask: Callable[[Sequence[Turn]], Turn], *, instead_of: str = "", onwards: bool = False
    ) -> tuple[bool, tuple[Any, ...]]:
        """Whether there is an answer that is waited for, and what changes on the page."""
        session = request.session_hash
        stops = visits.stops(session)
        before = visits.turns(session)
        turn = ask(before)
        if onwards and turn.answer is None and any(each.id == instead_of and each.answer for each in before):
            instead_of = ""  # nothing that was answered is lost for a fault
        turns = visits.add(session, _client_of(request), turn, instead_of=instead_of, onwards=onwards, stops=stops)
        return bool(turns) and turn.answer is not None, show(turns)

    def ask_typed(request: gr.Request, text: str, *chosen: Any) -> tuple[Any, ...]:
        answered, changed = ask_in_visit(request, partial(callbacks.ask, text, _choices(*chosen)))
        # What could not be asked stays in the box.
        return *changed, "" if answered else gr.skip()

    def ask_offered(request: gr.Request, event: gr.EventData, *chosen: Any) -> tuple[Any, ...]:
        return ask_in_visit(request, partial(callbacks.ask, event._data["question"], _choices(*chosen)))[1]

    def ask_edited(request: gr.Request, event: gr.EventData, *chosen: Any) -> tuple[Any, ...]:
        edits, question = event._data["turn"], event._data["question"]
        ask = partial(callbacks.ask, question, _choices(*chosen), edits=edits)
        answered, changed = ask_in_visit(request, ask, instead_of=edits, onwards=True)
        return *changed, "" if answered else gr.skip()

    def ask_again(request: gr.Request, event: gr.EventData) -> tuple[Any, ...]:
        return ask_in_visit(request, partial(callbacks.ask_again, event._data["turn"], event._data["change"]))[1]

    def recall(request: gr.Request, event: gr.EventData) -> tuple[Any, ...]:
        kept, last, instead = (event._data[name] for name in ("kept", "last", "instead"))
        if last and (turns := visits.reopen(request.session_hash, _client_of(request), last)):
            return show(turns)
        return ask_in_visit(request, lambda _: callbacks.recall(kept), instead_of=instead)[1]

    def suggest(request: gr.Request) -> Any:
        session = request.session_hash
        turns = visits.turns(session)
        newest = visits.newest()
        # On a busy page the questions of others come first.
        turn = callbacks.suggest(turns, lambda: visits.newest() is newest)
        changed = visits.change(session, turn) if turn else ()
        return further_html(changed) if changed else gr.skip()

    # What was stopped may still be on its way when the next question is asked.
    once_more = ASKING | {"trigger_mode": "multiple"}
    typed = [tab.question.submit, tab.ask.click]
    asked = [gr.on(typed, ask_typed, [tab.question, *filters], [*shown, tab.question], **once_more)]
    asked += [offer.submit(ask_offered, filters, shown, **once_more) for offer in (tab.further, tab.examples)]
    asked.append(tab.conversation.edit(ask_edited, filters, [*shown, tab.question], **once_more))
    asked.append(tab.conversation.select(ask_again, None, shown, **once_more))
    asked.append(tab.conversation.submit(recall, None, shown, **once_more))
    for event in asked:
        suggested = event.success(
            suggest, None, [tab.further], concurrency_id="suggest", concurrency_limit=1, **PRIVATE
        )
        if writers and tab.prose:
            join_writing(
                suggested, tab.prose, tab.conversation, tab.writing, callbacks=callbacks, visits=visits, writers=writers
            )


def _join_conversation(tab: AskTab, callbacks: Callbacks, visits: Visits) -> None:
    """What is done with a conversation beside asking: stop waiting, judge an answer, begin anew."""
    import gradio as gr

    def stop_waiting(request: gr.Request) -> None:
        visits.stop(request.session_hash, _client_of(request))

    def rate(request: gr.Request, event: gr.EventData) -> Any:
        session = request.session_hash
        turn = callbacks.rate(**event._data, turns=visits.turns(session))
        turns = visits.change(session, turn) if turn else ()
        # The conversation is long: it is sent only where something changed.
        return conversation_html(turns, callbacks.documents()) if turns else gr.skip()

    def begin(request: gr.Request) -> tuple[Any, ...]:
        visits.end(request.session_hash)
        shown_again = gr.update(visible=True)
        return conversation_html((), {}), "", shown_again, shown_again, gr.update(visible=False)

    tab.stop.click(stop_waiting, None, None, concurrency_id="stop", concurrency_limit=1, **PRIVATE)
    tab.anew.click(begin, None, tab.shown, **PRIVATE)
    tab.conversation.like(rate, None, [tab.conversation], concurrency_limit=1, **PRIVATE)


def _client_of(request: "gradio.Request") -> str:
    return request.client.host if request.client else "unknown"


def _join_filters(tab: AskTab, callbacks: Callbacks) -> None:
    """What is said of the documents that the filters leave."""
    import gradio as gr

    def describe(*chosen: Any) -> str:
        return texts.scope_html(callbacks.describe(_choices(*chosen)))

    def reset() -> tuple[Any, ...]:
        return [], [], [], "", "", ""

    # A year is looked at when it is complete, not at each digit.
    settled = [box.change for box in (tab.city, tab.country, tab.theme)] + [box.blur for box in (tab.first, tab.last)]
    gr.on(settled, describe, tab.filters, [tab.scope], **PRIVATE)
    tab.clear.click(reset, None, [*tab.filters, tab.scope], **PRIVATE)


def _choices(cities: Any, countries: Any, themes: Any, first_year: str | None, last_year: str | None) -> Choices:
    return Choices(tuple(cities or ()), tuple(countries or ()), tuple(themes or ()), first_year or "", last_year or "")
