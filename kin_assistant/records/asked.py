"""Which field of a record a question asks for, and how well sentences tell it.

"Did it work?" asks for results, "who ran it?" for partners: a sentence of that field is likelier to answer than one of another
that shares as many words. A linear model over the question's vector and its phrases tells the fields: of "how did they
compost?" and "how much did they compost?" the vectors are all but the same. ``training/README.md`` says how much is gained.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from kin_assistant.index.library import PassageRow
from kin_assistant.records.reader import RecordReader
from kin_assistant.records.weights import read_weights
from kin_assistant.text.words import words

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FORMAT", "WEIGHTS", "WEIGHTS_SHA256", "AskedFields", "FieldMatcher", "find_phrases"]

WEIGHTS: Final = Path(__file__).parent.parent / "data" / "asked_fields.safetensors"
"""The weights that ship; ``python -m training.asked`` makes them."""
WEIGHTS_SHA256: Final = "aa375cc768ea3876d55b77edd8170cdd2eaeb448c26496c4203615707dbe7071"
FORMAT: Final = "kin-asked-2"
_FLOOR: Final = 0.1
"""Added to how much likelier a field is asked for, so that no sentence is ruled out by its field alone."""
_LONGEST_BEGINNING: Final = 3
"""Words of a beginning."""


def find_phrases(question: str) -> frozenset[str]:
    """Its words, its pairs of neighbouring words, and its first one, two and three words, which begin with "^"."""
    own = words(question)
    beginnings = (f"^ {' '.join(own[:length])}" for length in range(1, min(len(own), _LONGEST_BEGINNING) + 1))
    return frozenset((*own, *map(" ".join, pairwise(own)), *beginnings))


class AskedFields:
    """Tells which field a question asks for."""

    def __init__(
        self,
        embedder: str,
        weights: NDArray[np.float32],
        usual: NDArray[np.float32],
        *,
        phrases: Collection[str] = (),
    ) -> None:
        """``weights`` has a row for each column of a vector, for each of ``phrases`` and for the constant."""
        self.embedder = embedder
        """Name of the embedder whose vectors the weights are for."""
        self.usual = usual
        """The share of the sentences of a document that tell each of ``CLASSES``; shape (classes,)."""
        columns = len(weights) - len(phrases) - 1
        self._of_vector, self._constant = weights[:columns], weights[-1]
        self._of_phrase = dict(zip(phrases, weights[columns:-1], strict=True))

    @classmethod
    def load(cls, path: Path = WEIGHTS, *, sha256: str | None = WEIGHTS_SHA256) -> Self:
        """Read a file of weights. Raises ``ModelError`` if it is missing or damaged."""
        about, tensors = read_weights(
            path,
            about=("embedder", "phrases"),
            tensors=("weights", "usual"),
            form=FORMAT,
            sha256=sha256,
            meant_for="what questions ask",
        )
        return cls(about["embedder"], tensors["weights"], tensors["usual"], phrases=about["phrases"])

    def shares(self, question: str, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """The probability that each of ``CLASSES`` is asked for by the question with this vector; shape (classes,)."""
        scores = vector @ self._of_vector + self._constant
        for phrase in sorted(find_phrases(question) & self._of_phrase.keys()):  # in order: sums depend on it
            scores = scores + self._of_phrase[phrase]
        odds = np.exp(scores - scores.max())
        shares: NDArray[np.float32] = odds / odds.sum()
        return shares

    def match(self, question: str, vector: NDArray[np.float32], told: NDArray[np.float32]) -> NDArray[np.float64]:
        """How well sentences tell what the question with this vector asks for; shape (sentences,).

        ``told`` is how likely each tells each of ``CLASSES``, shape (sentences, classes). Of a sentence that tells field f with
        the probability p(f) it is log(0.1 + sum of p(f) a(f) / u(f)) where f is asked for with a(f) and usual with u(f).
        """
        match: NDArray[np.float64] = np.log(told @ (self.shares(question, vector) / self.usual) + _FLOOR)
        return match


class FieldMatcher:
    """Tells how well sentences tell what a question asks for. Safe to use from several threads."""

    def __init__(self, records: RecordReader, embedder: str, asked: AskedFields | None = None) -> None:
        """``embedder`` is the name of the model that questions are embedded with. Raises as ``AskedFields.load``."""
        asked = asked or AskedFields.load()
        self._records = records
        # To the vectors of another model the weights mean nothing; then no field is likelier than another.
        self._asked = asked if asked.embedder == embedder else None

    def __call__(
        self, question: str, vector: NDArray[np.float32], passages: Sequence[PassageRow]
    ) -> NDArray[np.float64]:
        """As ``answer.evidence.FieldMatch``."""
        told = [self._records.shares_of(passage) for passage in passages]
        if self._asked is None or not told:
            return np.zeros(sum(map(len, told)))
        return self._asked.match(question, vector, np.concatenate(told))
