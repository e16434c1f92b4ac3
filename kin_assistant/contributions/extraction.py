"""The contributions of a document: the sums and parties of its sentences, each with its role."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kin_assistant.answer.evidence import lost_a_word
from kin_assistant.contributions.parties import Named, PartyFinder
from kin_assistant.contributions.roles import (
    Cue,
    PartyGroup,
    SentenceParts,
    find_cues,
    group_parties,
    refine_role,
)
from kin_assistant.contributions.values import Party, Role
from kin_assistant.contributions.vocabulary import read_role_words
from kin_assistant.indicators.dates import find_years
from kin_assistant.indicators.values import Figure, Span
from kin_assistant.places.matching import Mention
from kin_assistant.text.rows import ROW
from kin_assistant.text.vocabulary import read_vocabulary
from kin_assistant.types import Document, Passage, RecordField, Sentence, Years

__all__ = ["FoundContribution", "extract_contributions", "place_of"]

_FOR: Final = re.compile(
    r"[^.;|]{0,40}?(?<![\w-])(?P<what>(?:for|on|into|towards?|to (?:build|buy|run|pay|train|carry out|repair))\s"
    r"(?:[^,;:.|()]|[.,](?=\d)){3,90})"
)
_LONGEST_PURPOSE: Final = 110
_SAME: Final = re.compile(
    r"\s?\((?:about|some|around|or|over|more than|nearly|then|=|\u2248|\s)*|,?\sor\s(?:about\s)?|\s\(\w+\s"
)
_POOR: Final = re.compile(r"(?:but|and|or|which|who|that)\s")
_BARE: Final = re.compile(r"[\d.,\s]+")
_TOLD_ELSEWHERE: Final = frozenset({"situation", "lessons", "transferability", "contact"})
"""Fields whose sentences speak of partners without saying what one did."""
_NO_PARTNER: Final = frozenset({"income", "cost", "fee"})
_ANYBODYS: Final = frozenset({"giving", "part", "operator"})
"""What anybody does, and what makes a partner only where a document speaks of partners or money."""
_END_OF_PURPOSE: Final = re.compile(r"[;|()]|,(?!\d)|\.(?:\s|$)|\s(?:and|but|which|who|where)\s")


@dataclass(frozen=True, slots=True)
class FoundContribution:
    """A sum or partners, and where they stand."""

    passage: int
    """Number of its passage in the document, from 0."""
    number: int
    """Of its sentence in the passage, from 0."""
    sentence: Sentence
    role: Role
    told_by: Span | None
    parties: tuple[Party, ...]
    figure: Figure | None
    equals: tuple[Span, ...]
    purpose: Span | None
    place: str | None
    country: str | None
    years: Years | None


@dataclass(frozen=True, slots=True)
class _Read:
    """A sentence with all that was found in it."""

    document: Document
    passage: int
    number: int
    sentence: Sentence
    text: str
    places: tuple[Mention, ...]
    parts: SentenceParts


def extract_contributions(
    document: Document,
    passages: Sequence[Passage],
    figures: Mapping[tuple[int, int], Sequence[Figure]],
    fields: Mapping[tuple[int, int], RecordField],
    find_places: Callable[[str], tuple[Mention, ...]],
) -> list[FoundContribution]:
    """What ``document`` says of money and partners, in reading order.

    ``figures`` and ``fields`` are the figures and the record field of its sentences, by passage and number in it.
    """
    heads = {one.lead_in for passage in passages for one in passage.sentences if one.lead_in}
    finder = PartyFinder(document.text)
    found: list[FoundContribution] = []
    for row, passage in enumerate(passages):
        for number, sentence in enumerate(passage.sentences):
            text = document.text[sentence.start : sentence.end]
            is_head = (sentence.start, sentence.end) in heads
            sums = [one for one in figures.get((row, number), ()) if _is_sum(one)]
            if is_head or lost_a_word(document, sentence) or not (sums or read_role_words().cues.search(text)):
                continue
            places = find_places(text)
            parties = finder.find(text, places)
            if not sums and not any(not one.general for one in parties):
                continue
            parts = SentenceParts(text, group_parties(text, parties), find_cues(text, parties))
            read = _Read(document, row, number, sentence, text, places, parts)
            found += _contributions(read, sums, fields.get((row, number)))
    return found


def is_money(figure: Figure) -> bool:
    """Whether a figure is a sum of money, or one by something ("US$/t")."""
    return figure.unit.split("/")[0] in read_vocabulary().moneys


def _is_sum(figure: Figure) -> bool:
    """Whether it is money and says so itself, or is one end of a change: "250 (IBRD), 45 (city)" are parts of a sum before."""
    return is_money(figure) and (bool(figure.change) or _BARE.fullmatch(figure.written.text) is None)


def _contributions(read: _Read, sums: Sequence[Figure], field: RecordField | None) -> Iterator[FoundContribution]:
    used: set[Named] = set()
    for figure, equals in _join_same(read, sums):
        start, end = (figure.written.start - read.sentence.start, figure.written.end - read.sentence.start)
        first, last = read.parts.clause(start)
        if read_role_words().no_contribution.search(read.text, first, last):
            continue
        cue = read.parts.role_of_sum(start, end)
        payer = read.parts.payer_of_sum(start, end)
        if payer and cue and cue.role in ("cost", "income") and payer.end <= start:
            cue = read.parts.cue_of_group(payer) or cue
        used.update(payer.members if payer else ())
        yield FoundContribution(
            read.passage,
            read.number,
            read.sentence,
            refine_role(cue, payer, is_sum=True, by_month="/month" in figure.unit),
            _span(read, cue.start, cue.end) if cue else None,
            tuple(_party(read, one) for one in payer.members) if payer else (),
            figure,
            equals,
            _purpose_of_sum(read, figure, max(end, *(one.end - read.sentence.start for one in equals), 0), payer),
            figure.place,
            figure.country,
            figure.years,
        )
    yield from _partners(read, used, field)


def _partners(read: _Read, used: set[Named], field: RecordField | None) -> Iterator[FoundContribution]:
    """Who takes part without a sum, a contribution for each role."""
    by_role: dict[Role, tuple[Cue | None, list[Named]]] = {}
    told = field in ("partners", "finance")
    if field in _TOLD_ELSEWHERE or (read.text.startswith(ROW) and not told):
        return
    for group in read.parts.groups:
        cue = read.parts.cue_of_group(group)
        if cue and (cue.role in _NO_PARTNER or (cue.role in _ANYBODYS and not told)):
            continue
        members = [one for one in group.members if one not in used and _may_be_partner(one, cue, read, field)]
        if members:
            by_role.setdefault(refine_role(cue, group, is_sum=False), (cue, []))[1].extend(members)
    mentioned = find_years(read.text)
    place, country = place_of(read.places, read.document)
    for role, (cue, members) in by_role.items():
        yield FoundContribution(
            read.passage,
            read.number,
            read.sentence,
            role,
            _span(read, cue.start, cue.end) if cue else None,
            tuple(_party(read, one) for one in members),
            None,
            (),
            _purpose_of_cue(read, cue),
            place,
            country,
            mentioned[0].years if len(mentioned) == 1 else None,
        )


def _may_be_partner(one: Named, cue: Cue | None, read: _Read, field: RecordField | None) -> bool:
    if one.general:
        return False
    if cue is None:
        return field == "partners" and one.certain and one.kind != "city"
    # Elsewhere what the practice's own city or body did is what it is about.
    is_subject = (one.kind == "city" and one.name in read.document.cities) or one.name in read.document.title
    return field in ("partners", "finance") or not is_subject


def _join_same(read: _Read, sums: Sequence[Figure]) -> Iterator[tuple[Figure, tuple[Span, ...]]]:
    """The sums, each with the same one in other money that stands behind it in brackets."""
    joined: list[tuple[Figure, list[Span]]] = []
    for figure in sums:
        if joined:
            before, equals = joined[-1]
            last = equals[-1].end if equals else before.written.end
            between = read.document.text[last : figure.written.start]
            if figure.unit != before.unit and _SAME.fullmatch(between):
                equals.append(figure.written)
                continue
            if figure.unit == before.unit and between == " (":
                equals.append(figure.written)
                continue
        joined.append((figure, []))
    return ((figure, tuple(equals)) for figure, equals in joined)


def _purpose_of_sum(read: _Read, figure: Figure, end: int, payer: PartyGroup | None) -> Span | None:
    """What stands behind a sum with "for" or "on"; else what the figure measures, if that says no more than who pays."""
    match = _FOR.match(read.text, end)
    if match:
        stop = _END_OF_PURPOSE.search(read.text, match.start("what"), match.end("what"))
        start, last = match.start("what"), stop.start() if stop else match.end("what")
        return _span(read, start, start + len(read.text[start:last].rstrip()))
    for measure in figure.measures:
        start, last = measure.start - read.sentence.start, measure.end - read.sentence.start
        says_who = payer is not None and start < payer.end and payer.start < last
        ends_in_cue = any(match.end() == len(measure.text) for match in read_role_words().cues.finditer(measure.text))
        if not says_who and not ends_in_cue and not _POOR.match(measure.text):
            return measure
    return None


def _purpose_of_cue(read: _Read, cue: Cue | None) -> Span | None:
    if cue is None:
        return None
    start = cue.start
    stop = _END_OF_PURPOSE.search(read.text, cue.end, min(len(read.text), start + _LONGEST_PURPOSE))
    last = stop.start() if stop else min(len(read.text), start + _LONGEST_PURPOSE)
    if not stop and last < len(read.text):
        last = read.text.rfind(" ", start, last)
    words = read.text[start:last].rstrip(" .|")
    return _span(read, start, start + len(words)) if len(words) > cue.end - cue.start else None


def place_of(places: Sequence[Mention], document: Document) -> tuple[str | None, str | None]:
    """The one city, with its country, that a sentence with these ``places`` is on, else that of a document on one city."""
    cities = {one.place.name: one.place for one in places if one.place.kind == "city" and not one.programme}
    own = [place for name, place in cities.items() if name in document.cities] or list(cities.values())
    if len(own) == 1:
        return own[0].name, own[0].country
    country = document.countries[0] if len(document.countries) == 1 else None
    return (document.cities[0], country) if len(document.cities) == 1 else (None, country)


def _party(read: _Read, one: Named) -> Party:
    return Party(name=one.name, kind=one.kind, words=_span(read, one.start, one.end))


def _span(read: _Read, start: int, end: int) -> Span:
    offset = read.sentence.start
    return Span(start=offset + start, end=offset + end, text=read.text[start:end])
