"""Passages as a build deals with them: their ids, where their vectors are kept, and those vectors written in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kin_assistant.embedding import Embedder, Encoded
from kin_assistant.index.layout import IndexFolder
from kin_assistant.index.reading import Progress
from kin_assistant.index.shelf import Shelf, embedded_text, sentence_spans
from kin_assistant.index.vectors import VectorCache, vector_key

__all__ = ["Outline", "outline_of", "write_vectors"]

_EMBED_AT_ONCE = 256
_WRITE_AT_ONCE = 1024


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


def outline_of(shelf: Shelf, embedder: Embedder, progress: Progress) -> Outline:
    """Split every document of ``shelf``."""
    outline = Outline([], [], [], [], {})
    total = len(shelf.documents)
    progress("Splitting", 0, total)
    for row, document, passages in shelf.volumes():
        for passage in passages:
            outline.ids.append(passage.id)
            outline.document_of.append(row)
            text = embedded_text(document, passage)
            outline.keys.append(vector_key(embedder.name, text, sentence_spans(passage)))
            outline.sentences.append(len(passage.sentences))
        outline.passages_of[document.id] = len(passages)
        progress("Splitting", row + 1, total)
    return outline


def write_vectors(
    index: IndexFolder, folder: Path, shelf: Shelf, outline: Outline, embedder: Embedder, progress: Progress
) -> int:
    """Write vectors.npy and sentences.npy; how many passages had to be embedded."""
    cache = VectorCache(index.vector_cache, embedder.dimension)
    with closing(cache):
        missing = [
            row
            for row, (key, sentences) in enumerate(zip(outline.keys, outline.sentences, strict=True))
            if cache.get(key, sentences) is None
        ]
        done = 0
        progress("Embedding", 0, len(missing))
        for batch in _batches(missing, _EMBED_AT_ONCE):
            cache.put(_embed(batch, shelf, outline, embedder))
            done += len(batch)
            progress("Embedding", done, len(missing))

        def encoded(row: int) -> Encoded:
            found = cache.get(outline.keys[row], outline.sentences[row])
            return found or _embed([row], shelf, outline, embedder)[0][1]  # where the cache was damaged meanwhile

        rows = len(outline.ids)
        shapes = ((rows, embedder.dimension), (sum(outline.sentences), embedder.dimension))
        with (folder / "vectors.npy").open("wb") as vectors, (folder / "sentences.npy").open("wb") as sentences:
            for stream, shape, kind in zip((vectors, sentences), shapes, ("<f4", "<f2"), strict=True):
                header = {"descr": kind, "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(stream, header)
            # Piece by piece, so that the memory taken does not grow with the corpus.
            for batch in _batches(range(rows), _WRITE_AT_ONCE):
                found = [encoded(row) for row in batch]
                vectors.write(np.stack([each.vector for each in found]).astype("<f4").tobytes())
                sentences.write(np.concatenate([each.sentences for each in found]).astype("<f2").tobytes())
        cache.keep_only(set(outline.keys))
    return len(missing)


def _embed(rows: Sequence[int], shelf: Shelf, outline: Outline, embedder: Embedder) -> list[tuple[bytes, Encoded]]:
    """Vectors of the passages in ``rows``, each with its key."""
    found = [shelf.passage(row) for row in rows]
    texts = [embedded_text(document, passage) for document, passage in found]
    spans = [sentence_spans(passage) for _, passage in found]
    return [(outline.keys[rows[position]], encoded) for position, encoded in embedder.encode_passages(texts, spans)]


def _batches(rows: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
