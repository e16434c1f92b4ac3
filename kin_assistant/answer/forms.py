"""The same answer in another form, for a reader who asks for one: shorter, with more quotes, as a list, as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from kin_assistant.answer.draft import Draft, DraftSection, name_row
from kin_assistant.answer.evidence import Candidate
from kin_assistant.answer.stretches import leans_back
from kin_assistant.index.library import Library
from kin_assistant.policy import AnswerPolicy
from kin_assistant.types import WantedForm

__all__ = ["Forms", "lay_out_as_list", "lay_out_as_table", "shorten", "take_form", "widen"]

Forms = Mapping[WantedForm, Callable[[], Draft]]
"""The forms that an answer can have besides its own, and what makes each."""

_FEWEST: Final = 2
"""Items of a list, and rows of a table, at least."""
_MISFITS: Final[Mapping[WantedForm, str]] = {
    "shorter": "This answer cannot be made shorter.",
    "more": "Nothing more that fits was found in the documents.",
    "list": "This answer has too few sentences for a list.",
    "table": "A table needs quotes on two places or documents, and this answer has them on one.",
}
_NO_ANSWER: Final = "There is no answer that could be put into another form."


def take_form(draft: Draft, wanted: WantedForm | None, forms: Forms) -> Draft:
    """``draft`` in the form ``wanted``, one of ``forms``; else as it is, with a sentence that says why."""
    if wanted is None or draft.form == "words" or wanted == draft.form or (wanted, draft.form) == ("list", "entries"):
        return draft
    made = forms[wanted]() if wanted in forms else None
    # A limit may have been reached with nothing behind it.
    if made and (wanted != "more" or len(made.candidates) > len(draft.candidates)):
        return made
    said = _MISFITS[wanted] if draft.candidates or draft.entries else _NO_ANSWER
    return replace(draft, caveats=(said, *draft.caveats))


def widen(policy: AnswerPolicy) -> AnswerPolicy:
    """The policy of an answer with more quotes: its limits are higher, and a quote need add less."""
    times, selection = policy.form.times, policy.selection.with_prices(policy.form.price_of_more)
    return replace(
        policy,
        selection=replace(
            selection,
            stretches=times * selection.stretches,
            documents=times * selection.documents,
            words_of_list=times * selection.words_of_list,
        ),
        catalogue=replace(policy.catalogue, reasons=times * policy.catalogue.reasons),
        overview=replace(
            policy.overview,
            words=times * policy.overview.words,
            themes=times * policy.overview.themes,
            others=times * policy.overview.others,
        ),
        peers=replace(policy.peers, rows=times * policy.peers.rows),
        compare=replace(
            policy.compare,
            sentences=times * policy.compare.sentences,
            sentences_told=times * policy.compare.sentences_told,
            places=times * policy.compare.places,
        ),
        portrait=policy.portrait.with_room(times),
        experience=policy.experience.with_room(times),
        advice=replace(policy.advice, peers=times * policy.advice.peers),
    )


def shorten(draft: Draft) -> Draft | None:
    """The first of a portrait, or the first quote of each row; None if there is no less to quote."""
    sections = draft.sections if draft.form == "table" else draft.sections[:1]
    short = replace(draft, sections=tuple(replace(one, candidates=one.candidates[:1]) for one in sections))
    return short if not draft.entries and len(short.candidates) < len(draft.candidates) else None


def lay_out_as_list(draft: Draft) -> Draft | None:
    """The same quotes with an item for each that stands alone; None if there are too few, or they are a list already."""
    if draft.form in ("list", "entries") or sum(not leans_back(one.text) for one in draft.candidates) < _FEWEST:
        return None
    empty = tuple(f"{one.heading}: {one.remark}" for one in draft.sections if not one.candidates)
    return replace(draft, form="list", caveats=(*draft.caveats, *empty))


def lay_out_as_table(draft: Draft, library: Library) -> Draft | None:
    """The same quotes with a row for each place, or each document on one place; None if there is one, or it is a table."""
    if draft.entries:
        rows = tuple(DraftSection((e.reason,), e.label, remark=e.detail) for e in draft.entries if e.reason)
        whole = len(rows) == len(draft.entries) >= _FEWEST
        return replace(draft, form="table", sections=rows, entries=()) if whole else None
    if draft.form == "table":
        return None
    by_place: dict[str, list[Candidate]] = {}
    by_title: dict[str, list[Candidate]] = {}
    for one in draft.candidates:
        info = library.infos[one.document]
        by_place.setdefault(name_row(info), []).append(one)
        by_title.setdefault(info.title, []).append(one)
    quotes = by_place if len(by_place) >= _FEWEST else by_title
    if len(quotes) < _FEWEST:
        return None
    return replace(draft, form="table", sections=tuple(DraftSection(tuple(own), name) for name, own in quotes.items()))
