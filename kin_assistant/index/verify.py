"""Whether a build answers as it should: its counts, its ids, and its searches against exact ones; if wished all of it.

Runs in a child process, because a broken vector store can end the process that opens it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kin_assistant.documents.passages import split_document
from kin_assistant.errors import IndexDamaged, IndexFault, KinError, ResourceError
from kin_assistant.index.bm25 import LexicalIndex
from kin_assistant.index.dense import EXACT_UP_TO
from kin_assistant.index.library import DocumentRow, PassageRow
from kin_assistant.index.manifest import Manifest
from kin_assistant.index.staging import embedded_text, sentence_spans
from kin_assistant.models.embedder import Embedder, open_embedder
from kin_assistant.places.matching import words_of
from kin_assistant.processes.sandbox import ChildLimits, run_child
from kin_assistant.processes.shortage import find_shortage
from kin_assistant.text.words import stems

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kin_assistant.index.snapshot import OpenIndex

__all__ = [
    "CHECK_SECONDS",
    "SECONDS_PER_PASSAGE",
    "check_build",
    "check_build_in_child",
    "check_deeply",
    "check_deeply_in_child",
    "estimate_memory",
]

CHECK_SECONDS = 300.0
"""A check that takes longer hangs."""
SECONDS_PER_PASSAGE = 0.1
"""As much longer may take what looks at every passage."""

_SHORT = 3
"""Exit code of a child that was short of memory, disk or open files."""

_SAMPLE = 200
_NEIGHBOURS = 20
_SEARCHES_AT_ONCE = 20
_LEAST_OVERLAP, _LEAST_OVERLAP_WHERE_UNUSED = 0.95, 0.7
_EMBEDDED_AGAIN = 48
_LEAST_AGREEMENT = 0.99  # cosine with a vector computed anew: batches of another shape round in another way
_ROWS_AT_ONCE = 65_536
_PASSAGES_AT_ONCE = 200
# What a healthy store takes: vectors and links, Chroma's own SQLite tables, and some room.
_BYTES_PER_VECTOR = 24_000
_BYTES_AT_LEAST = 64 * 1024 * 1024
_MEMORY_AT_LEAST = 4 * 1024**3
"""Reserved rather than used, by libraries that keep room for each of many threads."""


def check_build(build: Path) -> None:
    """Raise ``IndexDamaged`` with the first thing that is wrong with ``build``."""
    from kin_assistant.index.snapshot import open_build

    manifest = Manifest.read(build)
    size = sum(path.stat().st_size for path in (build / "chroma").rglob("*") if path.is_file())
    if size > _BYTES_AT_LEAST + _BYTES_PER_VECTOR * manifest.passages:
        raise IndexDamaged(f"The index is damaged: its vector store takes {size:,} bytes.", details=str(build))
    opened = open_build(build, manifest.recipe)
    try:
        library, dense = opened.library, opened.dense
        ids = library.passage_ids()
        _expect(len(library.infos) == manifest.documents, "documents are missing")
        _expect(len(ids) == manifest.passages == len(opened.vectors) == dense.size, "passages are missing")
        _expect(int(library.first_sentence[-1]) == manifest.sentences == len(opened.sentences), "sentences are missing")
        if opened.multilingual:
            shapes = (len(opened.multilingual.passages), len(opened.multilingual.sentences))
            _expect(shapes == (len(ids), manifest.sentences), "vectors for other languages are missing")
        _expect(set(ids) == dense.ids(), "the vector store holds other passages")
        rows = np.unique(np.linspace(0, len(ids) - 1, min(_SAMPLE, len(ids))).astype(int))
        wanted = min(_NEIGHBOURS, len(ids))
        overlaps, found_themselves = [], []
        for start in range(0, len(rows), _SEARCHES_AT_ONCE):
            some = rows[start : start + _SEARCHES_AT_ONCE]
            own = np.array(opened.vectors[some])
            searches = dense.search_each(own, wanted)
            for (found, cosines), exact in zip(searches, np.asarray(opened.vectors @ own.T).T, strict=True):
                _expect(len(found) == wanted, "a search gives too few passages")
                _expect(np.allclose(exact[found], cosines, atol=0.05), "the vector store holds other vectors")
                # Passages with the same text share a vector, so the nearest one need not be this one.
                found_themselves.append(bool(cosines[0] > 0.999))
                threshold = np.partition(exact, -wanted)[-wanted]
                overlaps.append(float(np.mean(exact[found] >= threshold - 1e-5)))
        # Chroma's graph loses some of the passages that share a vector with many others. Where answers rest on it, few may be.
        least = _LEAST_OVERLAP if len(ids) > EXACT_UP_TO else _LEAST_OVERLAP_WHERE_UNUSED
        _expect(float(np.mean(found_themselves)) >= least, "passages are not found by their own vectors")
        _expect(float(np.mean(overlaps)) >= least, "its searches disagree with exact ones")
        for row in rows[:20]:
            document = library.document_with(PassageRow(int(row)))
            passage = library.passage(PassageRow(int(row)))
            _expect(passage.document_id == document.id, "a passage belongs to no document")
            _expect(0 <= passage.start < passage.end <= len(document.text), "a passage lies outside its document")
    finally:
        opened.close()


def check_deeply(build: Path, embedder: Embedder) -> None:
    """``check_build``, and every stored thing against what it was derived from.

    Passages are split anew, word lists made anew, all vectors looked at in Chroma too, and a sample embedded anew.
    """
    from kin_assistant.index.snapshot import open_build

    check_build(build)
    opened = open_build(build, Manifest.read(build).recipe)
    try:
        _check_passages(opened, embedder)
        _check_vectors(opened.vectors, 1e-3)
        _check_vectors(opened.sentences, 1e-2)
        if opened.multilingual:
            _check_vectors(opened.multilingual.passages, 1e-2)
            _check_vectors(opened.multilingual.sentences, 1e-2)
        _check_store(opened)
        _check_words(opened)
        _check_sample(opened, embedder)
    finally:
        opened.close()


def check_build_in_child(build: Path) -> None:
    """``check_build`` in a child process; a child that crashes or hangs counts as damage too.

    Raises ``KinError`` if nothing can be told, because no child can be started or its temporary folder is full.
    """
    _in_child(build, [], CHECK_SECONDS)


def check_deeply_in_child(build: Path, *, model: str, engine: str, models: Path) -> None:
    """``check_deeply`` in a child process, with the embedder that ``open_embedder`` opens. Raises as the above."""
    seconds = CHECK_SECONDS + SECONDS_PER_PASSAGE * Manifest.read(build).passages
    model = model if model == "bundled" else str(Path(model).absolute())
    _in_child(build, ["--deep", "--model", model, "--engine", engine, "--models", str(models.absolute())], seconds)


def estimate_memory(passages: int) -> int:
    """Bytes that a child may allocate that opens or writes a build of so many passages."""
    return _MEMORY_AT_LEAST + 2 * _BYTES_PER_VECTOR * passages


def _in_child(build: Path, options: Sequence[str], seconds: float) -> None:
    try:
        passages = Manifest.read(build).passages
    except IndexFault:
        passages = 0  # the child says what is wrong with it
    limits = ChildLimits(memory=estimate_memory(passages), cpu_seconds=seconds * (os.cpu_count() or 1))
    try:
        outcome = run_child(
            "kin_assistant.index.verify", [str(build.absolute()), *options], seconds=seconds, limits=limits
        )
    except OSError as error:
        raise ResourceError(f"The index cannot be checked: {error.strerror}.", details=repr(error)) from error
    if outcome.ending.expired:
        raise IndexDamaged("The index is damaged: checking it did not end.", details=str(build))
    said = outcome.output.decode("utf-8", "replace").strip().splitlines()[-1:]
    if outcome.ending.code == _SHORT and said:
        raise ResourceError(f"The index cannot be checked. {said[0]}", details=outcome.errors)
    if outcome.ending.code:
        # One that crashed may have done so for want of memory.
        shortage = None if said else find_shortage(RuntimeError(outcome.errors))
        if shortage:
            raise ResourceError(f"The index cannot be checked. {shortage}", details=outcome.errors)
        message = said or [f"The index is damaged: checking it {outcome.ending}."]
        raise IndexDamaged(message[0], details=outcome.errors)


def _check_passages(opened: OpenIndex, embedder: Embedder) -> None:
    library = opened.library
    ids = library.passage_ids()
    row = 0
    for number, info in enumerate(library.infos):
        document = library.document(DocumentRow(number))
        _expect(document.info == info, f"what it lists of {info.id} is not what it stores")
        for expected in split_document(document, embedder.count_pieces):
            fits = row < len(ids) and int(library.document_of[row]) == number and ids[row] == expected.id
            _expect(
                fits and library.passage(PassageRow(row)) == expected,
                f"a passage of {info.id} is not as it stands there",
            )
            row += 1
    _expect(row == len(ids), "it holds passages of no document")


def _check_vectors(vectors: NDArray[np.floating], tolerance: float) -> None:
    for start in range(0, len(vectors), _ROWS_AT_ONCE):
        part = np.asarray(vectors[start : start + _ROWS_AT_ONCE], np.float32)
        _expect(bool(np.isfinite(part).all()), "a vector has no value")
        lengths = np.linalg.norm(part, axis=1)
        _expect(bool((np.abs(lengths - 1) <= tolerance).all()), "a vector has another length than 1")


def _check_store(opened: OpenIndex) -> None:
    """Two random vectors have the same cosines with the vectors of the store as with those of vectors.npy."""
    queries = np.random.default_rng(7).normal(size=(2, opened.vectors.shape[1])).astype(np.float32)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    firsts = np.searchsorted(opened.library.document_of, np.arange(len(opened.library.infos) + 1))
    start = 0
    while start < len(firsts) - 1:
        # As many documents at once as a search still gives all the passages of.
        end = max(start + 1, int(np.searchsorted(firsts, firsts[start] + _PASSAGES_AT_ONCE, side="right")) - 1)
        rows = np.arange(firsts[start], firsts[end])
        for query in queries if len(rows) else ():
            found, cosines = opened.dense.search(query, len(rows), range(start, end))
            _expect(np.array_equal(np.sort(found), rows), "the vector store lacks passages of a document")
            exact = np.asarray(opened.vectors[found] @ query)
            _expect(bool(np.allclose(cosines, exact, atol=1e-5)), "the vector store holds other vectors")
        start = end


def _check_words(opened: OpenIndex) -> None:
    library = opened.library
    found = (
        (library.document_with(row), library.passage(row)) for row in map(PassageRow, range(len(library.document_of)))
    )
    texts = [embedded_text(document, passage) for document, passage in found]
    anew = LexicalIndex.build(texts)
    # By what each stem finds: the order in which a word index holds its stems is not always the same.
    for stem in sorted({stem for text in texts for stem in stems(text)}):
        same = np.array_equal(opened.lexical.scores([stem]), anew.scores([stem]))
        _expect(same, "its word index is not that of its passages")
    vocabulary = words_of(library.document(DocumentRow(row)).text for row in range(len(library.infos)))
    _expect(opened.vocabulary == frozenset(vocabulary or {""}), "its vocabulary is not that of its documents")


def _check_sample(opened: OpenIndex, embedder: Embedder) -> None:
    library = opened.library
    count = len(library.document_of)
    rows = np.unique(np.linspace(0, count - 1, min(_EMBEDDED_AGAIN, count)).astype(int)).tolist()
    found = [(library.document_with(row), library.passage(row)) for row in map(PassageRow, rows)]
    texts = [embedded_text(document, passage) for document, passage in found]
    spans = [sentence_spans(passage) for _, passage in found]
    for position, encoded in embedder.encode_passages(texts, spans):
        row = rows[position]
        first, last = library.first_sentence[row : row + 2]
        agreement = [float(opened.vectors[row] @ encoded.vector)]
        agreement += np.sum(opened.sentences[first:last] * encoded.sentences, axis=1).tolist()
        _expect(min(agreement) >= _LEAST_AGREEMENT, "a passage has the vectors of another text")


def _expect(condition: bool, fault: str) -> None:
    if not condition:
        raise IndexDamaged(f"The index is damaged: {fault}.")


def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("--deep", action="store_true")
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--models", type=Path)
    options = parser.parse_args()
    try:
        if options.deep:
            check_deeply(options.build, open_embedder(options.model, engine=options.engine, cache=options.models))
        else:
            check_build(options.build)
    except ResourceError as fault:
        print(fault)
        sys.exit(_SHORT)
    except KinError as fault:
        print(fault)
        sys.exit(1)
    except OSError as error:
        # Of damage every file was cleared before it was opened; this is the machine's.
        print(f"{(error.strerror or str(error)).rstrip('.')}.")
        sys.exit(_SHORT)


if __name__ == "__main__":
    _main()
