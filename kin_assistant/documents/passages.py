"""From a ``Document`` to its passages: runs of whole sentences of one section, sized for the embedding model.

A passage is at most ``MAX_PIECES`` word pieces of the model's own tokenizer, counting the context that is embedded in
front of it, so that the model never truncates one. Sections that do not fit are cut into parts of about equal length.

What this takes grows with the length of the text and no faster, whatever stands in it.
"""

from __future__ import annotations

import hashlib
import pkgutil
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, cast

from kin_assistant.errors import DocumentError
from kin_assistant.types import Block, Document, Passage, Sentence

__all__ = ["CHUNKER_VERSION", "MAX_PIECES", "PieceCounter", "PieceSource", "split_document", "split_sentences"]

CHUNKER_VERSION = 4
"""Raised whenever the same document would be split in another way."""

MAX_PIECES = 220
"""Word pieces in a passage with its context; the bundled model reads 256, two of which are its own marks."""

_ENDS_IN_BRACKET = re.compile(r"[.!?]\)\s+(?=[A-Z])")
# Before a figure; and before a name: "Sto. Tomas" and "Sta. Rosa" are towns.
_ABBREVIATION = re.compile(
    r"\b(approx|art|avg|ca|ch|est|figs?|max|min|nos?|pp?|rs|sec|tk|vol)\.\s+(?=\d)|\b(?-i:St[ao])\.\s+(?=\w)",
    re.IGNORECASE,
)
_MAX_CONTEXT_PIECES = 70
_SPECIAL_PIECES = 2

# The rest are bounds that no ordinary text reaches. They keep a flood from costing more than its length.
_MAX_PARAGRAPH = 10_000
"""Characters that the sentence splitter is given at once: over unpaired quotation marks it takes quadratic time."""
_MAX_SENTENCE = 10_000
"""Characters. A longer one is cut into parts of a sentence's usual length first; one word without end is a single piece."""
_PART_OF_LONG = 500
"""Characters of such a part."""
_MAX_RUN = 20_000
"""Characters of a passage."""
_MAX_HEADING = 1_000
_MAX_CONTEXT = 1_000
"""Characters of a context that is tried."""


class PieceCounter(Protocol):
    """Counts word pieces as the embedding model does, without its start and end marks."""

    def __call__(self, texts: Sequence[str]) -> list[int]:
        """One count for each text."""
        ...


@dataclass(frozen=True, slots=True)
class PieceSource:
    """Where a ``PieceCounter`` comes from, told by names, so that a child process can make it too."""

    function: str
    """As ``package.module:function``."""
    argument: str
    """What the function is called with."""

    def load(self) -> PieceCounter:
        """The counter."""
        return cast("PieceCounter", pkgutil.resolve_name(self.function)(self.argument))


@dataclass(frozen=True, slots=True)
class _Section:
    headings: tuple[str, ...]
    page: int | None
    sentences: list[Sentence]


def split_document(
    document: Document, count_pieces: PieceCounter, *, most_sentences: int | None = None
) -> list[Passage]:
    """The passages of ``document`` in reading order; together they hold every sentence exactly once.

    Raises ``DocumentError`` if there are more than ``most_sentences``.
    """
    passages: list[Passage] = []
    for section in _sections(document, most_sentences):
        heading = " > ".join(section.headings)
        context, context_pieces = _fit_context(document, section.headings, count_pieces)
        budget = MAX_PIECES - _SPECIAL_PIECES - context_pieces
        for run in _runs(document.text, section.sentences, budget, count_pieces):
            start, end = run[0].start, run[-1].end
            passages.append(
                Passage(
                    id=_passage_id(document.id, start, end, document.text[start:end]),
                    document_id=document.id,
                    start=start,
                    end=end,
                    heading=heading,
                    context=context,
                    # A paragraph may go on on the next page.
                    page=document.page_at(start) if document.page_starts else section.page,
                    sentences=tuple(run),
                )
            )
    return passages


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of one paragraph, without the white space between them."""
    spans: list[tuple[int, int]] = []
    ends = set(_sentence_ends(text))
    # The splitter overlooks sentences that end in a bracket, and ends some at an abbreviation.
    ends |= {match.end() for match in _ENDS_IN_BRACKET.finditer(text)}
    ends -= {match.end() for match in _ABBREVIATION.finditer(text)}
    for start, end in pairwise(sorted({0, *ends, len(text)})):
        sentence = text[start:end]
        start += len(sentence) - len(sentence.lstrip())
        end -= len(sentence) - len(sentence.rstrip())
        if start < end:
            spans.append((start, end))
    return spans


def _sentence_ends(text: str) -> Iterator[int]:
    """Where the splitter ends sentences. A long paragraph is given to it part by part, each from the last end found on."""
    from sentencex import get_sentence_boundaries

    # The splitter takes a back tick for an opening quotation mark; over many of them it would sit for hours.
    text = text.replace("`", "'")
    start = 0
    while len(text) - start > _MAX_PARAGRAPH:
        part = text[start : start + _MAX_PARAGRAPH]
        # The last end is that of the part, where no sentence need end.
        ends = [int(boundary["end_index"]) for boundary in get_sentence_boundaries("en", part)][:-1]
        yield from (start + end for end in ends)
        last = max(ends, default=0)
        # What follows an end in the first half is one long sentence, and not looked at again.
        start += last if 2 * last > len(part) else len(part)
    yield from (start + int(boundary["end_index"]) for boundary in get_sentence_boundaries("en", text[start:]))


def _sections(document: Document, most_sentences: int | None) -> Iterator[_Section]:
    """Sentences under the same headings, and on the same page where the format has pages."""
    found = 0
    path: list[tuple[int, str]] = []
    section: _Section | None = None
    lead_in: tuple[int, int] | None = None
    for block in document.blocks:
        if block.kind == "heading":
            words = document.text[block.start : min(block.end, block.start + _MAX_HEADING)]
            path = [(level, heading) for level, heading in path if level < block.level]
            path.append((block.level, words))
            if section and section.sentences:
                yield section
            section, lead_in = None, None
            continue
        if section is None or section.page != block.page:
            if section and section.sentences:
                yield section
            headings = tuple(heading for _, heading in path if heading != document.title)
            section = _Section(headings, block.page, [])
        sentences, lead_in = _block_sentences(document.text, block, lead_in)
        section.sentences.extend(sentences)
        found += len(sentences)
        if most_sentences is not None and found > most_sentences:
            raise DocumentError(f"its text has more than {most_sentences:,} sentences, the most that are read")
    if section and section.sentences:
        yield section


def _block_sentences(
    text: str, block: Block, lead_in: tuple[int, int] | None
) -> tuple[list[Sentence], tuple[int, int] | None]:
    """Sentences of a block, and what introduces the items or rows that may follow it."""
    if block.kind in ("row", "header_row"):
        span = (block.start, block.end)
        if block.kind == "header_row":
            return [Sentence(start=span[0], end=span[1])], span
        if block.starts_table:
            lead_in = None
        return [Sentence(start=span[0], end=span[1], lead_in=lead_in)], lead_in
    spans = [(block.start + start, block.start + end) for start, end in split_sentences(text[block.start : block.end])]
    # A run-in heading is no sentence: it stays with the sentence it heads.
    first = 0
    while first < len(spans) - 1 and spans[first][1] <= block.start + block.lead:
        first += 1
    if first:
        spans[: first + 1] = [(spans[0][0], spans[first][1])]
    if block.kind == "item":
        return [Sentence(start=start, end=end, lead_in=lead_in) for start, end in spans], lead_in
    introduces = spans[-1] if spans and text[spans[-1][0] : spans[-1][1]].endswith(":") else None
    return [Sentence(start=start, end=end) for start, end in spans], introduces


def _runs(
    text: str, sentences: Sequence[Sentence], budget: int, count_pieces: PieceCounter
) -> Iterator[list[Sentence]]:
    """Cut a section into the fewest runs that fit ``budget``, of about equal length."""
    sentences = [part for sentence in sentences for part in _cut_long(text, sentence)]
    sizes = count_pieces([text[sentence.start : sentence.end] for sentence in sentences])
    sentences = [
        part
        for sentence, size in zip(sentences, sizes, strict=True)
        for part in ([sentence] if size <= budget else _cut_sentence(text, sentence, budget, count_pieces))
    ]
    ends = [0, *(sentence.end for sentence in sentences)]
    # What stands between two sentences (a list marker) counts with the second one.
    costs = count_pieces(
        [text[sentence.start if i == 0 else ends[i] : sentence.end] for i, sentence in enumerate(sentences)]
    )
    remaining = sum(costs)
    target = remaining / max(1, -(-remaining // budget))
    run: list[Sentence] = []
    used = 0
    for sentence, cost in zip(sentences, costs, strict=True):
        is_long = run and sentence.end - run[0].start > _MAX_RUN
        # Half of the next sentence past the target is nearer to it than stopping short would be.
        if run and (used + cost > budget or used + cost / 2 > target or is_long):
            yield run
            remaining -= used
            target = remaining / max(1, -(-remaining // budget))
            run, used = [], 0
        run.append(sentence)
        used += cost
    if run:
        yield run


def _cut_long(text: str, sentence: Sentence) -> Iterator[Sentence]:
    """The sentence, or parts of one that no text but a flood has: cut between words, inside them at worst."""
    start, end = sentence.start, sentence.end
    if end - start <= _MAX_SENTENCE:
        yield sentence
        return
    while start < end:
        cut = min(start + _PART_OF_LONG, end)
        if cut < end:
            space = text.rfind(" ", start + 1, cut)
            cut = cut if space < 0 else space
        part = text[start:cut]
        first, last = start + len(part) - len(part.lstrip()), start + len(part.rstrip())
        if first < last:
            yield Sentence(start=first, end=last, lead_in=sentence.lead_in)
        start = cut


def _cut_sentence(text: str, sentence: Sentence, budget: int, count_pieces: PieceCounter) -> list[Sentence]:
    """Parts of a sentence that alone is over ``budget``: cut between words, inside them at worst."""
    parts: list[Sentence] = []
    pending = [(sentence.start, sentence.end)]
    while pending:
        start, end = pending.pop()
        start += len(text[start:end]) - len(text[start:end].lstrip())
        end = start + len(text[start:end].rstrip())
        if end - start <= 1 or count_pieces([text[start:end]])[0] <= budget:
            if start < end:
                parts.append(Sentence(start=start, end=end, lead_in=sentence.lead_in))
            continue
        middle = (start + end) // 2
        cut = text.rfind(" ", start + 1, middle)
        if cut < 0:
            cut = middle
        pending += [(cut, end), (start, cut)]
    return parts


def _fit_context(document: Document, headings: tuple[str, ...], count_pieces: PieceCounter) -> tuple[str, int]:
    """Title, places and section in at most ``_MAX_CONTEXT_PIECES``; the least telling part is dropped first."""
    places = ", ".join((*document.cities, *document.countries))
    candidates = [
        (document.title, places, " > ".join(headings)),
        (document.title, places, headings[-1] if headings else ""),
        (document.title, "", headings[-1] if headings else ""),
        (document.title, "", ""),
        (document.title[:120], "", ""),
    ]
    for parts in candidates:
        context = ". ".join(part for part in parts if part)
        if len(context) <= _MAX_CONTEXT and (pieces := count_pieces([context])[0]) <= _MAX_CONTEXT_PIECES:
            return context, pieces
    return "", 0


def _passage_id(document_id: str, start: int, end: int, text: str) -> str:
    return hashlib.sha256(f"{document_id}\0{start}\0{end}\0{text}".encode()).hexdigest()[:16]
