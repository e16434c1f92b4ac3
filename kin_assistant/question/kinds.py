"""Which kind of request a question is: small talk, a catalogue, one fact, a comparison.

all-MiniLM's layers, trained further, read the question, and a linear layer over the mean of their token states tells the kinds.
Words count for one thing alone: how sure small talk must be, by whether the message asks something. ``training/README.md`` tells
how the weights were made, and how often they err.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

import numpy as np

from kin_assistant.errors import ModelError
from kin_assistant.models.embedder import find_model
from kin_assistant.models.engine import hash_file
from kin_assistant.models.evidence_network import open_states, open_tokenizer, open_word_vectors
from kin_assistant.processes.caching import remember
from kin_assistant.text.english import read_words
from kin_assistant.text.words import words
from kin_assistant.types import Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FORMAT", "KINDS", "UNSURE", "WEIGHTS", "WEIGHTS_SHA256", "Guess", "KindClassifier", "Limits", "shorten"]

WEIGHTS: Final = Path(__file__).parent.parent / "data" / "kinds.safetensors"
"""The weights that ship; ``python -m training.kinds`` makes them."""
WEIGHTS_SHA256: Final = "abe596c6066fe9e160a90382e06a5e118eb461609e952423e6aa147e8a7c5ce4"
FORMAT: Final = "kin-kinds-2"
"""Changes with what the network is given and gives."""

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
UNSURE: Final[Kind] = "explain"
"""The kind whose form of answer does least harm if the guess is wrong."""

_TALK: Final = KINDS.index("talk")
_TALK_UNASKED: Final = 0.5
"""Least probability of small talk for a message that asks nothing: of 32 with less than ``Limits.talk`` 27 were."""
_ASKING: Final = read_words("asking") | read_words("auxiliary") | read_words("request")
_BEGINNING, _END = 400, 200
"""Characters that are read, where a question is longer."""
_IN_MEMORY: Final = 1024
_SPACE: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Guess:
    """What a question seems to ask."""

    kind: Kind
    kinds: tuple[Kind, ...]
    """``kind``, and behind it another that is asked for too."""
    probability: float
    """Of ``kind``, or of the likeliest kind where that was too unsure."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Fitted by cross-validation and stored with the weights."""

    scale: float
    """What scores are multiplied by before the softmax."""
    sure: float
    """Least probability of a guess."""
    talk: float
    """Least probability of small talk: a question that is taken for it gets no answer."""
    second: float
    """Least probability of a second kind of the whole question."""
    part: float
    """Least probability of the kind of a part."""


class KindClassifier:
    """Guesses the kind of a question. The network is loaded at the first one; the same question always gets the same guess."""

    def __init__(
        self,
        weights: Path = WEIGHTS,
        *,
        sha256: str | None = WEIGHTS_SHA256,
        engine: str = "auto",
        cache: Path | None = None,
    ) -> None:
        """``engine`` and ``cache`` are as for the embedding model. Raises ``ModelError`` if weights are missing or damaged."""
        from safetensors import SafetensorError, safe_open

        try:
            digest = hash_file(weights)
            if sha256 is not None and digest != sha256:
                raise ModelError(
                    "The weights for kinds of request are damaged or were replaced.", details=f"sha256 {digest}"
                )
            with safe_open(weights, framework="numpy") as stored:
                about = json.loads((stored.metadata() or {})["about"])
                self._head = stored.get_tensor("kinds.weight").astype(np.float32)
                self._offset = stored.get_tensor("kinds.bias").astype(np.float32)
            if about["format"] != FORMAT or about["kinds"] != list(KINDS):
                raise ModelError(f"{weights} holds weights for other kinds of request or another network.")
            self._limits = Limits(**about["limits"])
        except OSError as error:
            raise ModelError(f"There are no weights for kinds of request at {weights}.", details=str(error)) from error
        except (SafetensorError, KeyError, TypeError, ValueError) as error:
            raise ModelError(f"{weights} holds no weights for kinds of request.", details=str(error)) from error
        folder = find_model("bundled")
        self._tokenizer = open_tokenizer(folder)
        self._words = open_word_vectors(folder)
        self._network = open_states(weights, self._words, f"kinds-{digest[:12]}", engine=engine, cache=cache)
        # Each message of a conversation is judged again with every later one.
        self._shares = remember(self._read, _IN_MEMORY)

    def classify(self, text: str, parts: Sequence[str] = ()) -> Guess:
        """The kinds of ``text``; ``parts`` are the things that it asks for, if they are several."""
        limits, shares = self._limits, self._shares(text)
        ranked = sorted(range(len(KINDS)), key=lambda i: (-shares[i], i))
        if ranked[0] == _TALK and shares[_TALK] < (limits.talk if _asks(text) else _TALK_UNASKED):
            ranked = [*ranked[1:], _TALK]
        probability = float(shares[ranked[0]])
        kind = KINDS[ranked[0]] if probability >= limits.sure else UNSURE
        kinds = [kind]
        if kind != "talk":
            second = ranked[1]
            if KINDS[second] not in ("talk", kind) and shares[second] >= limits.second:
                kinds.append(KINDS[second])
            kinds += (other for other in self._kinds_of_parts(parts) if other not in kinds)
        return Guess(kind=kind, kinds=tuple(kinds[:2]), probability=probability)

    def _kinds_of_parts(self, parts: Sequence[str]) -> Iterator[Kind]:
        for text in parts:
            shares = self._shares(text)
            best = int(shares.argmax())
            if best != _TALK and shares[best] >= self._limits.part:
                yield KINDS[best]

    def _read(self, text: str) -> NDArray[np.float32]:
        """The probability of each of ``KINDS``; shape (kinds,)."""
        ids = np.array([self._tokenizer.encode(shorten(text)).ids], np.int64)
        states = next(
            found for _, found in self._network.run([(self._words[ids], np.ones_like(ids), np.zeros_like(ids))])
        )
        scores = self._limits.scale * (self._head @ states[0].mean(axis=0) + self._offset)
        odds = np.exp(scores - scores.max())
        shares: NDArray[np.float32] = odds / odds.sum()
        return shares


def _asks(text: str) -> bool:
    """Whether a message has the mark or a word of a question or of a request."""
    return "?" in text or not _ASKING.isdisjoint(words(text))


def shorten(text: str) -> str:
    """What is read of ``text``: on one line, and of a long one beginning and end."""
    text = _SPACE.sub(" ", text.encode("utf-8", "replace").decode("utf-8"))
    return text if len(text) <= _BEGINNING + _END else f"{text[:_BEGINNING]} {text[-_END:]}"
