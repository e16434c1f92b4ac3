"""Prose on the page: a switch that says where questions go, and what is written above an answer once it is there."""

# No "from __future__ import annotations": Gradio reads the annotations of event handlers, and ``gr`` is a local name here.

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kin_assistant.rendering import waiting_html
from kin_assistant.ui.callbacks import Callbacks
from kin_assistant.ui.components import PRIVATE
from kin_assistant.ui.conversation import conversation_html
from kin_assistant.ui.visits import Visits

if TYPE_CHECKING:
    import gradio

    from kin_assistant.api.prose import Writers

__all__ = ["add_switch", "join_writing"]


def add_switch(writers: "Writers") -> "gradio.Checkbox":
    """Off until somebody wants prose; it says to which host the question goes then."""
    import gradio as gr

    where = f"The question and the quotes are sent to {writers.host}." if writers.host else ""
    return gr.Checkbox(False, label="Written by a language model, too", info=where, elem_id="kin-prose-switch")


def join_writing(
    after: "gradio.events.Dependency",
    switch: "gradio.Checkbox",
    conversation: "gradio.HTML",
    status: "gradio.HTML",
    *,
    callbacks: Callbacks,
    visits: Visits,
    writers: "Writers",
) -> None:
    """Let ``writers`` write about the last answer of ``conversation`` when ``after`` has happened and ``switch`` is on.

    The answer is shown before, so nobody waits for a model that is slow.
    """
    import gradio as gr

    def announce_prose(request: gr.Request, wanted: Any) -> str:
        turns = visits.turns(request.session_hash)
        is_due = wanted is True and turns and turns[-1].answer is not None and turns[-1].prose is None
        return waiting_html(writers.host) if is_due else ""

    def write_prose(request: gr.Request, wanted: Any) -> tuple[Any, str]:
        session = request.session_hash
        turns = visits.turns(session)
        turn = turns[-1] if turns else None
        if wanted is not True or turn is None or turn.answer is None or turn.prose is not None:
            return gr.skip(), ""
        prose = writers.write(request.client.host if request.client else "unknown", turn.answer)
        # A verdict may have been given meanwhile, or the next question asked.
        now = next((each for each in visits.turns(session) if each.id == turn.id), None)
        if prose is None or now is None:
            return gr.skip(), ""
        changed = visits.change(session, replace(now, prose=prose))
        return conversation_html(changed, callbacks.documents()), ""

    # The places are counted by ``writers``, which turns away who finds none.
    free = PRIVATE | {"concurrency_limit": None}
    announced = after.then(announce_prose, [switch], [status], **free)
    announced.success(write_prose, [switch], [conversation, status], **free)
