"""What is no question to the documents: greetings, thanks, questions about the assistant, requests it does not serve."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from kin_assistant.answer.draft import Draft
from kin_assistant.models.embedder import Embedder
from kin_assistant.policy import TalkPolicy
from kin_assistant.question.forms import find_wanted_form
from kin_assistant.text.wording import count_words
from kin_assistant.text.words import words
from kin_assistant.types import DocumentInfo

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["TalkResponder"]

_GENERAL = "general"
_FORMS = "forms"
_WITHOUT_EXAMPLES = frozenset(
    {"thanks", "farewell", "acknowledged", "privacy", "cost", "citing", "adding", "complaint"}
)
"""After these nothing to try is offered."""


@dataclass(frozen=True, slots=True)
class _Sort:
    """A sort of talk, with what is said to it."""

    say: str
    examples: tuple[str, ...] = ()


class TalkResponder:
    """Says a sentence or two of the assistant's own; its example messages are embedded at the first one."""

    def __init__(
        self,
        embedder: Embedder,
        documents: Sequence[DocumentInfo],
        suggestions: Sequence[str] = (),
        policy: TalkPolicy | None = None,
    ) -> None:
        self._embedder, self._suggestions = embedder, tuple(suggestions)
        self._policy = policy or TalkPolicy()
        cities = {city for info in documents for city in info.cities}
        countries = {country for info in documents for country in info.countries}
        self._counts = {
            "documents": count_words(len(documents), "document"),
            "cities": count_words(len(cities), "city", "cities"),
            "countries": count_words(len(countries), "country", "countries"),
        }
        self._examples: tuple[list[str], NDArray[np.float32]] | None = None
        self._vectors: NDArray[np.float32] | None = None
        """Of the suggestions, once they were needed; shape (suggestions, dimension)."""

    def respond(self, message: str) -> Draft:
        """What is said to ``message``, and for most sorts a few questions to try."""
        sort = self.sort_of(message)
        said = _read_sorts()[sort].say.format(**self._counts)
        tries = () if sort in _WITHOUT_EXAMPLES else self._choose_suggestions(message)
        notes = (f"You could ask: {' '.join(f'“{one}”' for one in tries)}",) if tries else ()
        return Draft("words", said=said, notes=notes)

    def sort_of(self, message: str) -> str:
        """The sort of talk: that of the nearest example messages, or "general" where none is near."""
        name, cosine = self._nearest_sort(message)
        return name if cosine >= self._policy.min_cosine else _GENERAL

    def is_like_talk(self, message: str) -> bool:
        """Whether ``message`` is so near to the examples of a sort that it is small talk, unless something answers it."""
        return self._nearest_sort(message)[1] >= self._policy.min_cosine_unasked

    def _nearest_sort(self, message: str) -> tuple[str, float]:
        """The sort whose examples are nearest, and how near; 1 for a message that is one of them."""
        if find_wanted_form(message):
            return _FORMS, 1.0
        exact = " ".join(words(message))
        for name, sort in _read_sorts().items():
            if exact in {" ".join(words(example)) for example in sort.examples}:
                return name, 1.0
        sorts, vectors = self._embed_examples()
        cosines = vectors @ self._embedder.encode([message])[0]
        scores: dict[str, list[float]] = {}
        for name, cosine in zip(sorts, cosines.tolist(), strict=True):
            scores.setdefault(name, []).append(cosine)
        best = {name: float(np.mean(sorted(found)[-self._policy.neighbours :])) for name, found in scores.items()}
        nearest = max(best, key=lambda name: (best[name], name))
        return nearest, best[nearest]

    def _embed_examples(self) -> tuple[list[str], NDArray[np.float32]]:
        if self._examples is None:
            sorts = _read_sorts()
            names = [name for name, sort in sorts.items() for _ in sort.examples]
            texts = [example for sort in sorts.values() for example in sort.examples]
            self._examples = names, self._embedder.encode(texts)
        return self._examples

    def _choose_suggestions(self, message: str) -> tuple[str, ...]:
        """The suggestions nearest to the message: to one about composting, a question about composting."""
        if not self._suggestions:
            return ()
        if self._vectors is None:
            self._vectors = self._embedder.encode(self._suggestions)
        cosines = self._vectors @ self._embedder.encode([message])[0]
        order = np.argsort(-cosines, kind="stable")[: self._policy.suggestions]
        return tuple(self._suggestions[i] for i in order.tolist())


@cache
def _read_sorts() -> Mapping[str, _Sort]:
    text = files("kin_assistant").joinpath("data/english/talk.toml").read_text("utf-8")
    return {name: _Sort(sort["say"], tuple(sort.get("examples", ()))) for name, sort in tomllib.loads(text).items()}
