"""What holds for every document that was read, and for every reason why one was not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from kin_assistant.documents.reading import Reading
from kin_assistant.types import Document, Passage

__all__ = ["faults_of_passages", "faults_of_reading", "faults_of_reason"]

_FORBIDDEN = frozenset(("Cc", "Cf", "Cs", "Co"))
_JOINERS = "\u200c\u200d"
_LONGEST_REASON = 400
_OF_THE_MACHINE = re.compile(
    r"Traceback|<class|object at|\b0x[0-9a-f]{3,}|\.py\b|site-packages|kin_assistant|\b(?:None|True|False)\b"
    r"|\b[A-Z][a-z]+(?:Error|Exception|Warning)\b|\b[a-z]+_[a-z_]+\b|\b[a-z]+\.[a-z]+\.[a-z]+\b|errno|b'|\\x"
)
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_PART = re.compile(r"\b(?:part|chapter|page) \S+")


def faults_of_reason(reason: str) -> list[str]:
    """What keeps a curator from understanding ``reason``."""
    faults = []
    if not reason or len(reason) > _LONGEST_REASON:
        faults.append(f"a reason of {len(reason)} characters")
    if reason.endswith(".") or reason != " ".join(reason.split()):
        faults.append("a reason is a clause on one line without a full stop")
    if any(unicodedata.category(char) in _FORBIDDEN for char in reason):
        faults.append("a reason with characters that cannot be seen")
    # Names of parts and what is quoted are the file's own words.
    found = _OF_THE_MACHINE.search(_PART.sub("", _QUOTED.sub("", reason)))
    if found:
        faults.append(f"a reason for programmers: {found[0]!r}")
    return faults


def faults_of_reading(reading: Reading) -> list[str]:
    """Which promises ``reading`` breaks, a clause each."""
    document = reading.document
    faults = [
        *_faults_of_words(document, reading.warnings),
        *_faults_of_blocks(document),
        *_faults_of_pages(reading),
    ]
    try:
        if Document.model_validate_json(document.model_dump_json()) != document:
            faults.append("it is another document once stored")
    except ValueError as error:
        faults.append(f"it cannot be stored: {str(error)[:100]}")
    return faults


def faults_of_passages(document: Document, passages: Sequence[Passage]) -> list[str]:
    """Which promises the passages of ``document`` break."""
    faults = []
    if len({passage.id for passage in passages}) != len(passages):
        faults.append("two passages share an id")
    for passage in passages:
        spans = [(sentence.start, sentence.end) for sentence in passage.sentences]
        inside = all(passage.start <= start < end <= passage.end for start, end in spans)
        if not (0 <= passage.start < passage.end <= len(document.text) and spans and inside):
            faults.append(f"passage {passage.start}-{passage.end} does not hold its sentences")
        elif any(end > start for (_, end), (start, _) in pairwise(spans)):
            faults.append(f"sentences of passage {passage.start}-{passage.end} overlap")
        if passage.page != document.page_at(passage.start):
            faults.append(f"passage {passage.start}-{passage.end} is on another page than its text")
    return faults[:5]


def _faults_of_words(document: Document, warnings: Sequence[str]) -> Iterator[str]:
    text = document.text
    for char in sorted(set(text)):
        if unicodedata.category(char) in _FORBIDDEN and char not in "\n" + _JOINERS:
            yield f"U+{ord(char):04X} in the text"
    for joiner in _JOINERS:
        if joiner in text and re.search(f"(?:^|[\0-\u05ff]){joiner}", text):
            yield f"U+{ord(joiner):04X} where it joins nothing"
    if unicodedata.normalize("NFC", text[:100_000]) != text[:100_000]:
        yield "a text that is not composed"
    for what, words in (
        ("title", document.title),
        ("id", document.id),
        *(("label", label) for label in document.page_labels if label),
        *(("warning", warning) for warning in warnings),
    ):
        if not words or words != " ".join(words.split()):
            yield f"{what} {words[:60]!r} is empty or not on one line"
        if any(unicodedata.category(char) in _FORBIDDEN - {"Cf"} for char in words):
            yield f"{what} {words[:60]!r} has characters that cannot be seen"


def _faults_of_blocks(document: Document) -> Iterator[str]:
    text = document.text
    if not text or not document.blocks:
        yield "a document without text"
        return
    reached = 0
    for block in document.blocks:
        if not reached <= block.start < block.end <= len(text):
            yield f"block {block.start}-{block.end} after {reached}, in a text of {len(text)}"
            return
        words = text[block.start : block.end]
        if words != words.strip() or "\n" in words:
            yield f"block {words[:40]!r} is not trimmed to one line"
        if not 0 <= block.lead <= len(words) or block.level < 0:
            yield f"block {words[:40]!r} has a lead of {block.lead} and level {block.level}"
        if len(text[reached : block.start].strip()) > 12:
            yield f"{text[reached : block.start][:40]!r} stands in no block"
        reached = block.end
    if text[reached:].strip():
        yield f"{text[reached:][:40]!r} stands in no block"
    if any(not 0 <= mark.at <= len(text) for mark in document.marks):
        yield "a source mark outside the text"


def _faults_of_pages(reading: Reading) -> Iterator[str]:
    document, count = reading.document, reading.pages
    starts = document.page_starts
    if any(a >= c or b >= d for (a, b), (c, d) in pairwise(starts)):
        yield "pages do not ascend"
    numbers = {page for _, page in starts}
    for what, pages in (
        ("text", sorted(numbers)),
        ("without text", list(reading.pages_without_text)),
        ("OCR", list(reading.ocr_pages)),
    ):
        if pages != sorted(set(pages)) or (pages and not (count and pages[0] >= 1 and pages[-1] <= count)):
            yield f"pages ({what}) {pages[:5]} of {count}"
    if starts and not 0 <= starts[0][0] <= document.blocks[0].start:
        yield "the text begins before its first page"
    if numbers & set(reading.pages_without_text):
        yield "a page is said to be without text and has some"
    if document.page_labels and len(document.page_labels) != count:
        yield f"{len(document.page_labels)} labels for {count} pages"
    for block in document.blocks:
        if starts and block.page is not None and block.page != document.page_at(block.start):
            yield f"block {block.start}-{block.end} says page {block.page}, its place {document.page_at(block.start)}"
            return
