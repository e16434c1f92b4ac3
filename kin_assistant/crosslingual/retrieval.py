"""Passages and sentences near to a question in another language, by the vectors of a multilingual model."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from kin_assistant.crosslingual.policy import CrosslingualPolicy
from kin_assistant.errors import ModelError
from kin_assistant.index.library import DocumentRow, Library
from kin_assistant.index.snapshot import MultilingualVectors
from kin_assistant.places.matching import PlaceIndex
from kin_assistant.places.native_names import NativeNames

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["DIRECTIONS", "DIRECTIONS_SHA256", "CrosslingualRetriever", "Near", "QuestionEncoder", "read_directions"]

DIRECTIONS: Final = Path(__file__).parents[1] / "data" / "language_directions.safetensors"
"""For each language how the vectors of questions in it differ from those of the same questions in English, on average."""
DIRECTIONS_SHA256: Final = "042d84b76af81f3908e756761b10901f1e1c47f4f8d1f3ad5689fcb59f4446f5"
_LIKE: Final[Mapping[str, str]] = {"ms": "id", "jv": "id", "su": "id"}
"""Languages without a direction of their own, by the one that is most like them."""


class QuestionEncoder(Protocol):
    """Turns questions in any language into vectors."""

    @property
    def name(self) -> str:
        """Identifies the weights."""
        ...

    def encode_questions(self, questions: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions; shape (len(questions), dimension)."""
        ...


@dataclass(frozen=True, slots=True)
class Near:
    """What is near to a question."""

    documents: tuple[DocumentRow, ...]
    """The nearest first; those that may be found alone."""
    scores: NDArray[np.float32]
    """Of each of them: that of its best passage, and what a named place adds."""
    of_sentences: NDArray[np.float32]
    """Score of every sentence of the library."""
    cosines: NDArray[np.float32]
    """Cosine of every sentence of the library."""


class CrosslingualRetriever:
    """Searches the multilingual vectors of one opened index. Safe to use from several threads."""

    def __init__(
        self,
        library: Library,
        vectors: MultilingualVectors,
        encoder: QuestionEncoder,
        directions: Mapping[str, NDArray[np.float32]],
        places: PlaceIndex,
        policy: CrosslingualPolicy | None = None,
    ) -> None:
        self._library, self._vectors, self._encoder = library, vectors, encoder
        self._directions, self._places = directions, places
        self._native_names = NativeNames(places.cities)
        self._policy = policy or CrosslingualPolicy()

    def rank(self, question: str, language: str | None, allowed: NDArray[np.int64] | None = None) -> Near:
        """What is near to ``question``, in ``language`` (ISO 639-1; None if unknown); ``allowed`` restricts the documents."""
        return self.find(self.encode(question, language), self.find_named(question), allowed)

    def find_named(self, question: str) -> frozenset[DocumentRow]:
        """Documents on the places that a question names, in Latin or other letters."""
        mentions = self._places.find_places(question)
        # What is spelt otherwise than a place is more likely a word of the language.
        latin = [one.place for one in mentions if one.in_corpus and not (one.corrected or one.programme)]
        places = [*latin, *self._native_names.find(question)]
        return frozenset(self._library.row_of(name) for place in places for name in self._places.documents_about(place))

    def encode(self, question: str, language: str | None) -> NDArray[np.float32]:
        """The vector of a question without what is common to questions in its language; shape (dimension,).

        Those in one language are near to each other, and to passages on places where it is spoken, whatever they ask.
        """
        vector: NDArray[np.float32] = self._encoder.encode_questions([question])[0]
        direction = self._directions.get(_LIKE.get(language or "", language or ""))
        return vector if direction is None else vector - self._policy.direction * direction

    def find(
        self,
        vector: NDArray[np.float32],
        named: Collection[DocumentRow] = (),
        allowed: NDArray[np.int64] | None = None,
    ) -> Near:
        """What is near to a question's vector; documents that are ``named`` are nearer, ``allowed`` restricts them."""
        library, policy = self._library, self._policy
        first = library.first_sentence
        cosines = np.asarray(self._vectors.sentences @ vector, np.float32)
        # A sentence stands in exactly one passage, and each passage has some.
        nearest = np.maximum.reduceat(cosines, first[:-1])
        own = np.asarray(self._vectors.passages @ vector, np.float32)
        passages = np.asarray(policy.sentence * nearest + (1 - policy.sentence) * own, np.float32)
        begins = np.flatnonzero(np.diff(library.document_of, prepend=-1))
        documents, scores = library.document_of[begins], np.maximum.reduceat(passages, begins).astype(np.float32)
        is_named = np.isin(documents, np.array(sorted(named), np.int64))
        scores += np.float32(policy.named_place) * is_named.astype(np.float32)
        if allowed is not None:
            inside = np.isin(documents, allowed)
            documents, scores = documents[inside], scores[inside]
        order = np.lexsort((documents, -scores))
        of_sentences = cosines + np.float32(policy.passage) * np.repeat(passages, np.diff(first))
        rows = tuple(DocumentRow(row) for row in documents[order].tolist())
        return Near(rows, scores[order], of_sentences, cosines)


@cache
def read_directions(path: Path = DIRECTIONS) -> Mapping[str, NDArray[np.float32]]:
    """The direction of each language by its code; shape (dimension,). Raises ``ModelError`` if the file is damaged."""
    from safetensors.numpy import load

    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"The directions of languages are missing at {path}.", details=str(error)) from error
    if path == DIRECTIONS and hashlib.sha256(content).hexdigest() != DIRECTIONS_SHA256:
        raise ModelError("The directions of languages are damaged or were replaced.", details=str(path))
    return load(content)
