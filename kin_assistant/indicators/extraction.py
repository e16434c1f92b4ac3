"""The figures of a document: those of its sentences and rows, each with its place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, NamedTuple

from kin_assistant.answer.evidence import lost_a_word
from kin_assistant.indicators.sentences import Context, SentenceFigure, read_sentence
from kin_assistant.indicators.values import Figure, PlaceSource, Span
from kin_assistant.places.matching import Mention, PlaceIndex
from kin_assistant.text.english import number_words
from kin_assistant.text.figures import has_figure
from kin_assistant.text.rows import BAR, ROW
from kin_assistant.text.vocabulary import read_vocabulary
from kin_assistant.text.words import fold, words
from kin_assistant.types import Document, Passage, Sentence

__all__ = ["FigureSentence", "extract_figures"]

_TEXTS_IN_MEMORY: Final = 4096


@dataclass(frozen=True, slots=True)
class FigureSentence:
    """A sentence with figures."""

    passage: int
    """Number of its passage in the document, from 0."""
    number: int
    """In its passage, from 0."""
    sentence: Sentence
    figures: tuple[Figure, ...]


_FindPlaces = Callable[[str], tuple[Mention, ...]]


class _Where(NamedTuple):
    place: str | None
    country: str | None
    told_by: PlaceSource


def extract_figures(document: Document, passages: Sequence[Passage], places: PlaceIndex) -> list[FigureSentence]:
    """The sentences of ``document`` that hold figures, in reading order. The head of a table holds none."""
    heads = {one.lead_in for passage in passages for one in passage.sentences if one.lead_in}
    find = lru_cache(_TEXTS_IN_MEMORY)(places.find_places)
    found = []
    for row, passage in enumerate(passages):
        heading = passage.heading.split(" > ")[-1]
        for number, sentence in enumerate(passage.sentences):
            text = document.text[sentence.start : sentence.end]
            is_head = text.startswith(ROW) and (sentence.start, sentence.end) in heads
            if is_head or not _may_hold_figure(text) or lost_a_word(document, sentence):
                continue
            lead_in = document.text[slice(*sentence.lead_in)] if sentence.lead_in else ""
            read = read_sentence(text, Context(heading, lead_in, document.countries))
            if read:
                around = _Surroundings(text, heading, lead_in, document, find)
                figures = tuple(_place(one, sentence, document, around) for one in read)
                found.append(FigureSentence(row, number, sentence, figures))
    return found


def _may_hold_figure(text: str) -> bool:
    return has_figure(text) or not number_words().keys().isdisjoint(words(text))


class _Surroundings:
    """Where the figures of one sentence are from."""

    def __init__(self, text: str, heading: str, lead_in: str, document: Document, find: _FindPlaces) -> None:
        self._document = document
        self._text = text
        self._own = _of_places(text, find(text))
        self._heads = _of_places(lead_in, find(lead_in)) if lead_in.startswith(ROW) else []
        self._row_of = _city_of_row(text, lead_in) if lead_in.startswith(ROW) and not self._own else None
        self._heading = _of_places(heading, find(heading)) if heading else []

    def tell(self, figure: SentenceFigure) -> _Where:
        """The place named nearest in front of the figure, else behind it; else in heads and heading; else the document's."""
        at = figure.amount.start
        head = figure.head
        if head and (in_head := [one for one in self._heads if head[0] <= one.start < head[1]]):
            return _where(in_head[0], "heading")
        if self._row_of:
            return _Where(self._row_of, None, "sentence")
        if self._own:
            before = [one for one in self._own if one.start < at]
            if len(before) > 1 and self._text[before[-2].end : before[-1].start] in _spaced("joins_places"):
                return _Where(None, None, "")  # of the two, or of both: nobody can say
            return _where(before[-1] if before else self._own[0], "sentence")
        for mentions in (self._heads, self._heading):
            if len({one.place for one in mentions}) == 1:
                return _where(mentions[0], "heading")
        info = self._document
        country = info.countries[0] if len(info.countries) == 1 else None
        if len(info.cities) == 1:
            return _Where(info.cities[0], country, "document")
        if not info.cities and country:
            return _Where(country, country, "document")
        return _Where(None, None, "")


def _of_places(text: str, mentions: Collection[Mention]) -> list[Mention]:
    """The mentions that may say where something was measured: cities, or else countries that are named as a place."""
    named = [one for one in mentions if not one.programme and one.relation == "named" and not one.corrected]
    cities = [one for one in named if one.place.kind == "city"]
    countries = [one for one in named if one.place.kind == "country" and _is_where(text, one)]
    return cities or countries


def _city_of_row(text: str, head: str) -> str | None:
    """What stands in the first column of a table of cities, where the gazetteer does not know it."""
    if not text.startswith(ROW):
        return None
    is_city = fold(_first_cell(head)) in read_vocabulary().words["place_columns"]
    name = _first_cell(text)
    return name if is_city and name[:1].isupper() and not has_figure(name) else None


def _first_cell(row: str) -> str:
    return BAR.split(row, 2)[1].strip()


def _is_where(text: str, mention: Mention) -> bool:
    before = f" {text[: mention.start]}".lower()
    return before.endswith(_spaced("before_place")) or text[mention.end :].startswith(("'s", "\u2019s"))


@cache
def _spaced(name: str) -> tuple[str, ...]:
    return tuple(f" {phrase} " for phrase in read_vocabulary().words[name])


def _where(mention: Mention, told_by: PlaceSource) -> _Where:
    place = mention.place
    return _Where(place.name, place.name if place.kind == "country" else place.country, told_by)


def _place(figure: SentenceFigure, sentence: Sentence, document: Document, around: _Surroundings) -> Figure:
    where, amount = around.tell(figure), figure.amount
    spans = [_span(document, sentence.start, measure) for measure in figure.measures]
    head = [_span(document, sentence.lead_in[0], figure.head)] if figure.head and sentence.lead_in else []
    return Figure(
        value=amount.value,
        high=amount.high,
        unit=amount.unit,
        hedge=amount.hedge,
        change=amount.change,
        status=figure.status,
        written=_span(document, sentence.start, (amount.start, amount.end)),
        measures=(*spans[:1], *head, *spans[1:]),
        place=where.place,
        country=where.country,
        place_from=where.told_by,
        years=figure.years,
    )


def _span(document: Document, offset: int, span: tuple[int, int]) -> Span:
    start, end = offset + span[0], offset + span[1]
    return Span(start=start, end=end, text=document.text[start:end])
