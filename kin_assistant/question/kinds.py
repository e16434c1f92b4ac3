"""Which kind of request a question is: small talk, a catalogue, one fact, a comparison.

A linear model over the question's embedding and hashed word and character n-grams, without word lists.
``training/README.md`` tells how the weights were made, and how often they err.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, get_args

import numpy as np

from kin_assistant.errors import ModelError
from kin_assistant.text.words import fold
from kin_assistant.types import Aspect, Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "ASPECTS",
    "KINDS",
    "UNSURE",
    "WEIGHTS",
    "WEIGHTS_SHA256",
    "Guess",
    "KindClassifier",
    "Limits",
    "hash_features",
]

WEIGHTS: Final = Path(__file__).parent.parent / "data" / "kinds.safetensors"
"""The weights that ship; ``python -m training.kinds`` makes them."""
WEIGHTS_SHA256: Final = "2d36f334c0f03031ea7eb725c418277c0bcc0076280e843f45619c08ad8a228b"
FORMAT: Final = "kin-kinds-1"
"""Changes with the features: weights for others mean nothing here."""

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
ASPECTS: Final[tuple[Aspect, ...]] = get_args(Aspect)
UNSURE: Final[Kind] = "explain"
"""The kind whose form of answer does least harm if the guess is wrong."""

HASHES: Final = 8192
_SHAPES: Final = 12
FEATURES: Final = HASHES + _SHAPES
VECTOR_WEIGHT: Final = math.sqrt(2)
"""Of the embedding beside the hashed features."""

_GROUP_WEIGHTS: Final = (1.0, 1.0, math.sqrt(0.3), math.sqrt(0.5))
_SHAPE_WEIGHT: Final = math.sqrt(0.1)
_BEGINNING, _END = 400, 200
"""Characters that are looked at, where a question is longer."""
_TOKEN: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*|[^\w\s]")
_SENTENCE_END: Final = re.compile(r"[.!?](?:\s|$)")


@dataclass(frozen=True, slots=True)
class Guess:
    """What a question seems to ask."""

    kind: Kind
    kinds: tuple[Kind, ...]
    """``kind``, and behind it others that are asked for too."""
    probability: float
    """Of ``kind``, or of the likeliest kind where that was too unsure."""
    aspects: tuple[Aspect, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """Fitted by cross-validation and stored with the weights. One value for weights with a vector, one for those without."""

    scale: tuple[float, float]
    """What scores are multiplied by before the softmax."""
    sure: tuple[float, float]
    """Least probability of a guess."""
    talk: tuple[float, float]
    """Least probability of small talk: a question that is taken for it gets no answer."""
    second: tuple[float, float]
    """Least probability of a second kind of the whole question."""
    part: tuple[float, float]
    """Least probability of the kind of a part."""
    aspects: tuple[float, ...]
    """Least score of each of ``ASPECTS``."""


class KindClassifier:
    """Guesses the kind of a question in less than a millisecond. The same question always gets the same guess."""

    def __init__(
        self,
        embedder: str,
        full: NDArray[np.float32],
        words: NDArray[np.float32],
        aspects: NDArray[np.float32],
        limits: Limits,
    ) -> None:
        """Each array has a row for each feature and a last one for the constant, and a column for each class."""
        self.embedder = embedder
        """Name of the embedder whose vectors the weights are for."""
        self._full, self._words, self._aspects, self._limits = full, words, aspects, limits

    @classmethod
    def load(cls, path: Path = WEIGHTS, *, sha256: str | None = WEIGHTS_SHA256) -> Self:
        """Read a file of weights. Raises ``ModelError`` if it is missing or damaged."""
        from safetensors import SafetensorError
        from safetensors.numpy import load

        try:
            content = path.read_bytes()
        except OSError as error:
            raise ModelError(f"There are no weights for kinds of request at {path}.", details=str(error)) from error
        digest = hashlib.sha256(content).hexdigest()
        if sha256 is not None and digest != sha256:
            raise ModelError(
                "The weights for kinds of request are damaged or were replaced.", details=f"sha256 {digest}"
            )
        try:
            tensors = {name: tensor.astype(np.float32) for name, tensor in load(content).items()}
            about = _read_metadata(content)
            if about["format"] != FORMAT or about["kinds"] != list(KINDS) or about["aspects"] != list(ASPECTS):
                raise ModelError(f"{path} holds weights for other kinds of request or other features.")
            limits = Limits(**{name: tuple(values) for name, values in about["limits"].items()})
            return cls(about["embedder"], tensors["full"], tensors["words"], tensors["aspects"], limits)
        except (SafetensorError, KeyError, TypeError, ValueError) as error:
            raise ModelError(f"{path} holds no weights for kinds of request.", details=str(error)) from error

    def classify(
        self,
        text: str,
        vector: NDArray[np.float32] | None = None,
        parts: Sequence[tuple[str, NDArray[np.float32] | None]] = (),
    ) -> Guess:
        """The kinds of ``text``, of which ``vector`` is the embedding, shape (384,); without it the guess is less good.

        ``parts`` are the things that it asks for, each with its embedding, if they are several.
        """
        limits, mode = self._limits, 0 if vector is not None else 1
        features = hash_features(text)
        shares = self._shares(features, vector)
        ranked = sorted(range(len(KINDS)), key=lambda i: (-shares[i], i))
        talk = KINDS.index("talk")
        if ranked[0] == talk and shares[talk] < limits.talk[mode]:
            ranked = [*ranked[1:], talk]
        probability = float(shares[ranked[0]])
        kind = KINDS[ranked[0]] if probability >= limits.sure[mode] else UNSURE
        kinds = [kind]
        if kind != "talk":
            second = ranked[1]
            if KINDS[second] not in ("talk", kind) and shares[second] >= limits.second[mode]:
                kinds.append(KINDS[second])
            kinds += (other for other in self._kinds_of_parts(parts) if other not in kinds)
        return Guess(
            kind=kind,
            kinds=tuple(kinds[:2]),
            probability=probability,
            aspects=() if kind == "talk" else self._aspects_of(features, vector),
        )

    def _kinds_of_parts(self, parts: Sequence[tuple[str, NDArray[np.float32] | None]]) -> Iterator[Kind]:
        for text, vector in parts:
            shares = self._shares(hash_features(text), vector)
            best = int(shares.argmax())
            if KINDS[best] != "talk" and shares[best] >= self._limits.part[0 if vector is not None else 1]:
                yield KINDS[best]

    def _shares(self, features: Features, vector: NDArray[np.float32] | None) -> NDArray[np.float32]:
        weights, scale = (self._words, self._limits.scale[1]) if vector is None else (self._full, self._limits.scale[0])
        scores = scale * _score(weights, features, vector)
        odds = np.exp(scores - scores.max())
        shares: NDArray[np.float32] = odds / odds.sum()
        return shares

    def _aspects_of(self, features: Features, vector: NDArray[np.float32] | None) -> tuple[Aspect, ...]:
        if vector is None:
            return ()
        scores = _score(self._aspects, features, vector)
        return tuple(
            aspect for aspect, score, least in zip(ASPECTS, scores, self._limits.aspects, strict=True) if score >= least
        )


Features = tuple["NDArray[np.int64]", "NDArray[np.float32]"]
"""Columns below ``FEATURES``, and the value in each; a column may come twice, its values are added."""


def hash_features(text: str) -> Features:
    """What the classifier sees of ``text`` beside its embedding.

    Names (words with a capital behind the first) and numbers are replaced by marks, so that what is learnt of one city holds
    for all. N-grams are hashed (Weinberger et al. 2009), each with a sign; a group of them has length 1.
    """
    raw = _TOKEN.findall(_shorten(text))
    tokens = ["^", *_mask(raw), "$"]
    columns: list[int] = []
    values: list[float] = []
    for seed, (group, weight) in enumerate(zip(_groups(tokens), _GROUP_WEIGHTS, strict=True)):
        digests = {zlib.crc32(gram, seed) for gram in group}
        value = weight / math.sqrt(max(len(digests), 1))
        # Sorted: sums of floats depend on their order.
        for digest in sorted(digests):
            columns.append(digest % HASHES)
            values.append(value if digest >> 31 else -value)
    columns += range(HASHES, FEATURES)
    values += (_SHAPE_WEIGHT * value for value in _describe_shape(text, raw))
    return np.array(columns, np.int64), np.array(values, np.float32)


def _shorten(text: str) -> str:
    return text if len(text) <= _BEGINNING + _END else f"{text[:_BEGINNING]} {text[-_END:]}"


def _mask(raw: Sequence[str]) -> Iterator[str]:
    """Folded words; a run of names becomes "Aa", a number "0"."""
    shouted = len(raw) > 1 and all(word.isupper() for word in raw if word.isalpha())
    named = False
    for place, word in enumerate(raw):
        has_digit = any(map(str.isdigit, word))
        # Behind the first word a capital makes a name; there it takes a second one, as in "IGES".
        is_name = not has_digit and not shouted and any(map(str.isupper, word[:1] if place else word[1:]))
        if not is_name:
            yield "0" if has_digit else fold(word)
        elif not named:
            yield "Aa"
        named = is_name


def _groups(tokens: Sequence[str]) -> Iterator[list[bytes]]:
    """N-grams of words, of the bytes of the line, beginnings, and pairs of words with others between them."""
    words = [token.encode("utf-8", "replace") for token in tokens]
    count = len(words)
    yield [b" ".join(words[i : i + n]) for n in (1, 2, 3) for i in range(count - n + 1)]
    line = b" ".join(words)
    yield [line[i : i + n] for n in (3, 4, 5) for i in range(len(line) - n + 1)]
    yield [b" ".join(words[1 : 1 + n]) for n in (1, 2, 3, 4)]
    yield [words[i] + b"_" + words[j] for i in range(count) for j in range(i + 2, min(i + 5, count))]


def _describe_shape(text: str, raw: Sequence[str]) -> tuple[float, ...]:
    count = len(raw)
    return (
        min(count, 60) / 20,
        float(count <= 1),
        float(count <= 2),
        float(count <= 4),
        float(count >= 25),
        float("?" in text),
        float(text.rstrip().endswith("?")),
        float(any(map(str.isdigit, text))),
        sum(word[0].isupper() for word in raw[1:]) / max(count, 1),
        float(len(_SENTENCE_END.findall(text)) > 1),
        float(":" in text),
        float("," in text),
    )


def _score(weights: NDArray[np.float32], features: Features, vector: NDArray[np.float32] | None) -> NDArray[np.float32]:
    columns, values = features
    scores = weights[-1] + values @ weights[columns]
    if vector is not None:
        scores = scores + VECTOR_WEIGHT * (vector @ weights[FEATURES:-1])
    result: NDArray[np.float32] = scores
    return result


def _read_metadata(content: bytes) -> dict[str, Any]:
    """What the header of a safetensors file says of it."""
    length = int.from_bytes(content[:8], "little")
    about: dict[str, Any] = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["about"])
    return about
