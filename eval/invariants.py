"""What must hold for every answer, whatever its quality. These are 100 % by construction: a fault here is a defect."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from kin_assistant.rendering import what_is_read
from kin_assistant.types import Answer, Citation, Document, DocumentInfo

__all__ = ["Invariant", "answer_digest", "check_answers", "city_pattern", "compare_digests", "invariant"]

_SENTENCE_END = frozenset(".!?:;\"'\u201d\u2019)]")
_LISTED_FAILURES = 20


class Invariant(BaseModel):
    """Something that holds for all of ``checked`` things, but for those in ``failures``."""

    model_config = ConfigDict(frozen=True)

    name: str
    meaning: str
    checked: int
    failed: int
    failures: tuple[str, ...] = ()
    """The first of them, a sentence each."""

    @property
    def holds(self) -> bool:
        """Whether nothing failed."""
        return self.failed == 0


def invariant(name: str, meaning: str, outcomes: Iterable[str | None]) -> Invariant:
    """An invariant from one outcome for each thing checked: None, or a sentence on how it failed."""
    seen = list(outcomes)
    failures = [outcome for outcome in seen if outcome]
    return Invariant(
        name=name, meaning=meaning, checked=len(seen), failed=len(failures), failures=tuple(failures[:_LISTED_FAILURES])
    )


def check_answers(
    answers: Mapping[str, Answer], document_of: Callable[[str], Document], infos: Sequence[DocumentInfo]
) -> tuple[Invariant, ...]:
    """Check each answer, named by its question's id, against the documents that it quotes."""
    pattern = city_pattern(infos)
    cities = {info.id: {city.casefold() for city in info.cities} for info in infos}
    by_answer = sorted(answers.items())
    cited = [(key, citation) for key, answer in by_answer for citation in answer.citations]
    return (
        invariant(
            "verbatim_quotes",
            "every quoted sentence stands, character for character, in a document that it cites",
            (outcome for key, answer in by_answer for outcome in _verbatim(key, answer, document_of)),
        ),
        invariant(
            "locators",
            "every citation's position in its document holds exactly the quote, and that of what heads it exactly the heading",
            (_locator(key, citation, document_of(citation.document_id)) for key, citation in cited),
        ),
        invariant(
            "whole_quotes",
            "no quote begins or ends in the middle of a word or before its full stop",
            (_whole(key, citation, document_of(citation.document_id)) for key, citation in cited),
        ),
        invariant(
            "no_foreign_city",
            "an answer about a named city marks every quote that is about another city",
            (_foreign(key, answer, pattern, cities) for key, answer in by_answer),
        ),
        invariant(
            "reasoned_refusals",
            "an answer quotes, lists or says something, or gives a reason for not doing so, never both",
            (_reasoned(key, answer) for key, answer in by_answer),
        ),
    )


def compare_digests(first: Mapping[str, str], second: Mapping[str, str]) -> Invariant:
    """Whether a second process gave the same answers as the first one."""
    return invariant(
        "determinism",
        "a second process with another hash seed gives the same answer, byte for byte",
        (None if second.get(key) == digest else f"{key}: the answers differ" for key, digest in sorted(first.items())),
    )


def answer_digest(answer: Answer) -> str:
    """SHA-256 of an answer without its times."""
    content = answer.model_dump(mode="json", exclude={"elapsed_ms"})
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def city_pattern(infos: Iterable[DocumentInfo]) -> re.Pattern[str]:
    """Finds the cities of the corpus by name, whole words, whatever the case."""
    names = sorted({city for info in infos for city in info.cities}, key=lambda name: (-len(name), name))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)" if names else r"(?!)", re.IGNORECASE)


def _verbatim(key: str, answer: Answer, document_of: Callable[[str], Document]) -> Iterable[str | None]:
    citations = {citation.number: citation for citation in answer.citations}
    for sentence in answer.sentences:
        documents = [citations[number].document_id for number in sentence.citations if number in citations]
        found = any(sentence.text in document_of(document_id).text for document_id in documents)
        complete = documents and len(documents) == len(sentence.citations)
        yield None if found and complete else f"{key}: not in the document it cites: {sentence.text[:80]!r}"
    for near in answer.nearest:
        for one in near.sentences:
            found = document_of(near.document_id).text[one.start : one.end] == one.quote
            yield None if found else f"{key}: not in the document it is near in: {one.quote[:80]!r}"


def _locator(key: str, citation: Citation, document: Document) -> str | None:
    head = citation.lead_in
    if head and document.text[head.start : head.end] != head.text:
        return f"{key}: {citation.document_id}[{head.start}:{head.end}] is not the lead-in {head.text[:60]!r}"
    if document.text[citation.start : citation.end] == citation.quote:
        return None
    return f"{key}: {citation.document_id}[{citation.start}:{citation.end}] is not the quote {citation.quote[:60]!r}"


def _whole(key: str, citation: Citation, document: Document) -> str | None:
    text, start, end = document.text, citation.start, citation.end
    begins = start == 0 or text[start - 1].isspace() or text[start - 1] in _SENTENCE_END or text[start - 1] in "(["
    ends = end >= len(text) or text[end].isspace() or text[end - 1] in _SENTENCE_END
    if begins and ends and citation.quote == citation.quote.strip():
        return None
    return f"{key}: {citation.document_id}[{start}:{end}] is not a whole sentence: {citation.quote[-60:]!r}"


def _foreign(key: str, answer: Answer, pattern: re.Pattern[str], cities: Mapping[str, set[str]]) -> str | None:
    """A quote from a document on other cities must name the asked one, or stand in a text that names its own city."""
    asked = _cities(pattern, answer.standalone_question)
    said = _cities(pattern, what_is_read(answer))
    for citation in answer.citations:
        own = cities.get(citation.document_id, set())
        if asked and own and not own & asked and not own & said and not _cities(pattern, citation.quote) & asked:
            return (
                f"{key}: asked about {', '.join(sorted(asked))}, quotes {citation.document_id} without naming its city"
            )
    return None


def _reasoned(key: str, answer: Answer) -> str | None:
    quotes = bool(answer.sentences) and bool(answer.citations)
    if answer.abstained:
        return (
            None if answer.reason and not answer.sentences and not answer.citations else f"{key}: a refusal that quotes"
        )
    speaks = answer.form in ("words", "entries") and bool(answer.said or answer.entries)
    return None if (quotes or speaks) and not answer.reason else f"{key}: neither quotes nor refuses"


def _cities(pattern: re.Pattern[str], text: str) -> set[str]:
    return {match.casefold() for match in pattern.findall(text)}
