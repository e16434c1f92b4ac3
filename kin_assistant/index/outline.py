"""Passages as a build deals with them: their ids, where their vectors are kept, and those vectors written in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from kin_assistant.index.ingest import Progress
from kin_assistant.index.layout import OWN, VectorFiles
from kin_assistant.index.staging import StagedDocuments, embedded_text, sentence_spans
from kin_assistant.index.vectors import VectorCache, make_vector_key
from kin_assistant.models.embedder import Encoded, PassageEncoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Outline", "make_outline", "write_vectors"]

_EMBED_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Outline:
    """What is kept of every passage while a build is made, by row."""

    ids: list[str]
    document_of: list[int]
    keys: list[bytes]
    """Where the cache has its vectors."""
    sentences: list[int]
    """How many it has."""
    passages_of: dict[str, int]
    """Number of passages by document id."""


def make_outline(staged: StagedDocuments, encoder: PassageEncoder) -> Outline:
    """Go over every document of ``staged``."""
    outline = Outline([], [], [], [], {})
    for row, document, passages in staged.walk():
        for passage in passages:
            outline.ids.append(passage.id)
            outline.document_of.append(row)
            text = embedded_text(document, passage)
            outline.keys.append(make_vector_key(encoder.name, text, sentence_spans(passage)))
            outline.sentences.append(len(passage.sentences))
        outline.passages_of[document.id] = len(passages)
    return outline


def write_vectors(
    cached: Path,
    folder: Path,
    staged: StagedDocuments,
    outline: Outline,
    encoder: PassageEncoder,
    progress: Progress,
    *,
    files: VectorFiles = OWN,
    step: str = "Embedding",
) -> int:
    """Write the ``files`` of vectors into ``folder``; how many passages had to be embedded.

    ``cached`` is the file of the vectors that are known already; it keeps those of this outline alone.
    """
    firsts = [0, *accumulate(outline.sentences)]
    passages_shape, sentences_shape = (len(outline.ids), encoder.dimension), (firsts[-1], encoder.dimension)
    with (
        closing(VectorCache(cached, encoder.dimension)) as cache,
        (folder / files.passages).open("wb") as passages_file,
        (folder / files.sentences).open("wb") as sentences_file,
    ):
        vectors = _Matrix(passages_file, passages_shape, files.kind)
        sentences = _Matrix(sentences_file, sentences_shape, "<f2")

        def write(row: int, encoded: Encoded) -> None:
            vectors.write(row, encoded.vector)
            sentences.write(firsts[row], encoded.sentences)

        missing: dict[bytes, list[int]] = {}
        for row, (key, count) in enumerate(zip(outline.keys, outline.sentences, strict=True)):
            known = cache.get(key, count)
            if known:
                write(row, known)
            else:
                missing.setdefault(key, []).append(row)
        # Passages that say the same, as those of a flood do, are embedded once.
        firsts_missing = [rows[0] for rows in missing.values()]
        done = 0
        progress(step, 0, len(firsts_missing))
        for batch in _batches(firsts_missing, _EMBED_AT_ONCE):
            embedded = _embed(batch, staged, encoder)
            cache.put((outline.keys[row], encoded) for row, encoded in embedded)
            for row, encoded in embedded:
                for same in missing[outline.keys[row]]:
                    write(same, encoded)
            done += len(batch)
            progress(step, done, len(firsts_missing))
        cache.keep_only(set(outline.keys))
    return len(firsts_missing)


class _Matrix:
    """An array of ``shape`` and ``kind`` in a .npy file, written some rows at a time and never held in memory."""

    def __init__(self, stream: BinaryIO, shape: tuple[int, int], kind: str) -> None:
        header = {"descr": kind, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(stream, header)
        self._stream, self._kind = stream, np.dtype(kind)
        self._start, self._width = stream.tell(), shape[1] * self._kind.itemsize

    def write(self, row: int, values: NDArray[np.float32]) -> None:
        """Put ``values`` from ``row`` on."""
        self._stream.seek(self._start + row * self._width)
        self._stream.write(values.astype(self._kind).tobytes())


def _embed(rows: Sequence[int], staged: StagedDocuments, encoder: PassageEncoder) -> list[tuple[int, Encoded]]:
    """The passages in ``rows`` with their vectors."""
    found = [staged.passage(row) for row in rows]
    texts = [embedded_text(document, passage) for document, passage in found]
    spans = [sentence_spans(passage) for _, passage in found]
    return [(rows[position], encoded) for position, encoded in encoder.encode_passages(texts, spans)]


def _batches(rows: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
