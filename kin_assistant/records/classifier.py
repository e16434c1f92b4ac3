"""Which field of a record a sentence belongs to, where no heading says so: a linear model over the stored vectors.

It was trained on sentences of which a heading tells the field, and on some marked by hand; ``training/README.md`` says how
often it errs. What it is not sure of gets no field.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from kin_assistant.records.weights import CLASSES, read_weights
from kin_assistant.text.figures import has_figure
from kin_assistant.types import RecordField

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FORMAT", "WEIGHTS", "FieldClassifier", "describe_sentences"]

WEIGHTS: Final = Path(__file__).parent.parent / "data" / "fields.safetensors"
"""The weights that ship; ``python -m training.fields`` makes them."""
WEIGHTS_SHA256: Final = "96f0d367c943643365cc42c7aa111c1ae11c41721413cedc4c15f54f0d2b1212"
FORMAT: Final = "kin-fields-1"
"""Changes with what is counted: weights for something else mean nothing here."""

_EDGE: Final = 4
"""The first and last quarter of a document count as its beginning and end."""


class FieldClassifier:
    """Tells the fields of the sentences of a passage. The same passage always gets the same fields."""

    def __init__(self, embedder: str, weights: NDArray[np.float32], min_probability: float) -> None:
        """``weights`` has a row for each column of ``describe_sentences`` and a last one for the constant."""
        self.embedder = embedder
        """Name of the embedder whose vectors the weights are for."""
        self.min_probability = min_probability
        """A sentence whose likeliest field is less likely gets none."""
        self._weights = weights

    @classmethod
    def load(cls, path: Path = WEIGHTS, *, sha256: str | None = WEIGHTS_SHA256) -> Self:
        """Read a file of weights. Raises ``ModelError`` if it is missing or damaged."""
        about, tensors = read_weights(
            path,
            about=("embedder", "min_probability"),
            tensors=("weights",),
            form=FORMAT,
            sha256=sha256,
            meant_for="fields of records",
        )
        return cls(about["embedder"], tensors["weights"], float(about["min_probability"]))

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Of each of ``CLASSES``, for sentences as ``describe_sentences`` gives them; shape (sentences, classes)."""
        scores = features @ self._weights[:-1] + self._weights[-1]
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares: NDArray[np.float32] = odds / odds.sum(axis=1, keepdims=True)
        return shares

    def classify(
        self, features: NDArray[np.float32], among: Collection[RecordField] = ()
    ) -> list[tuple[RecordField | None, float]]:
        """The field of each sentence with its probability; None for one that belongs to none or is not sure.

        ``among`` are the fields that come into question, where a heading tells several: then each sentence gets one.
        """
        shares = self.probabilities(features)
        told: list[tuple[RecordField | None, float]] = []
        for row in shares:
            ranked = sorted(zip(row.tolist(), CLASSES, strict=True), key=lambda one: -one[0])
            if among:
                likely = next((one for one in ranked if one[1] in among), (0.0, min(among)))
                told.append((likely[1], likely[0]))
            else:
                share, field = ranked[0]
                told.append((field if share >= self.min_probability else None, share))
        return told


def describe_sentences(
    vectors: NDArray[np.float32], texts: Sequence[str], positions: Sequence[float]
) -> NDArray[np.float32]:
    """What the classifier sees of the sentences of one passage; shape (sentences, 2 * dimension + 4).

    ``vectors`` are those of the index, shape (sentences, dimension); ``positions`` say where in its document each begins, from
    0 to 1. Beside its own vector a sentence has the mean of its passage's: what is around it is mostly of the same field.
    """
    around = np.broadcast_to(vectors.mean(axis=0), vectors.shape)
    place = np.array(positions, np.float32)
    shape = np.column_stack([
        place,
        np.maximum(0, 1 - _EDGE * place),
        np.maximum(0, 1 - _EDGE * (1 - place)),
        np.array([has_figure(text) for text in texts], np.float32),
    ])  # fmt: skip
    described: NDArray[np.float32] = np.hstack([vectors, around, shape]).astype(np.float32)
    return described
