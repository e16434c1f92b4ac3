"""A language model in memory, and answers for it to write about."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from kin_assistant.types import Answer, AnswerSentence, Citation, Kind
from kin_assistant.writing.model import Prompt

__all__ = ["ModelDouble", "cite_quote", "make_answer", "marked"]


@dataclass
class ModelDouble:
    """Says what ``reply`` makes of a prompt, in pieces."""

    reply: Callable[[Prompt], str | Sequence[str]]
    name: str = "Double"
    host: str = "127.0.0.1:1"
    asked: list[Prompt] = field(default_factory=list)

    def stream(self, prompt: Prompt) -> Iterator[str]:
        """The reply, a text in pieces of five characters."""
        self.asked.append(prompt)
        said = self.reply(prompt)
        yield from ([said[i : i + 5] for i in range(0, len(said), 5)] if isinstance(said, str) else said)


def cite_quote(
    quote: str,
    number: int = 1,
    *,
    document: str = "one",
    cities: tuple[str, ...] = ("Surabaya",),
    countries: tuple[str, ...] = ("Indonesia",),
) -> Citation:
    """A citation of ``quote``, of a document on ``cities``."""
    return Citation(
        number=number,
        passage_id=f"p{number}",
        document_id=document,
        title="A document",
        cities=cities,
        countries=countries,
        years=None,
        heading="",
        page=None,
        start=0,
        end=len(quote),
        quote=quote,
    )


def make_answer(
    *citations: Citation,
    question: str = "How did Surabaya cut its waste?",
    kinds: tuple[Kind, ...] = ("explain",),
    **fields: object,
) -> Answer:
    """An answer that quotes ``citations``."""
    values: dict[str, object] = {
        "question": question,
        "standalone_question": question,
        "kind": kinds[0],
        "kinds": kinds,
        "abstained": False,
        "sentences": tuple(AnswerSentence(text=one.quote, citations=(one.number,)) for one in citations),
        "citations": citations,
        "confidence": 0.9,
        "build_id": "b1",
    }
    return Answer.model_validate({**values, **fields})


def marked(*sentences: tuple[str, Sequence[str]]) -> str:
    """A reply as JSON: sentences with their keys."""
    return json.dumps({"sentences": [{"keys": list(keys), "text": text} for text, keys in sentences]})
