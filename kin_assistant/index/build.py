"""Building the index: read, split, embed, store, verify, publish.

Everything is written into a fresh folder; the served build is not touched until the pointer is replaced. An interrupted
run loses at most one batch of embedded passages.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from kin_assistant.corpus import CorpusFile, SkippedFile, read_bytes, walk
from kin_assistant.documents import SUFFIXES, read_document
from kin_assistant.embedding import Embedder
from kin_assistant.errors import BuildFailed, CorpusError, DocumentError, IndexDamaged, IndexFault, IndexMissing
from kin_assistant.index.dense import write_chroma
from kin_assistant.index.layout import IndexFolder, sync_to_disk
from kin_assistant.index.library import Library, write_library
from kin_assistant.index.manifest import Manifest, Recipe, file_digests
from kin_assistant.index.opened import current_recipe
from kin_assistant.index.report import Change, FileReport, SyncReport
from kin_assistant.index.vectors import VectorCache, vector_key
from kin_assistant.index.verify import check_build_in_child
from kin_assistant.lexical import LexicalIndex
from kin_assistant.passages import split_document
from kin_assistant.places import words_of
from kin_assistant.types import Document, Passage

__all__ = ["Progress", "build_documents", "is_current", "sync"]

Progress = Callable[[str, int, int], None]
"""Told of each step: its name, how much is done, and of how much. Called at the end of each step with both equal."""

_EMBED_AT_ONCE = 256


def _silent(_step: str, _done: int, _total: int) -> None:
    """No progress is shown."""


def is_current(corpus: Path, root: Path, embedder: Embedder) -> bool:
    """Whether the published build is of this corpus and this program. Does not look into its files."""
    try:
        manifest = Manifest.read(IndexFolder(root).published())
    except IndexFault:
        return False
    listing = walk(corpus, SUFFIXES)
    recipe = current_recipe(embedder.name, embedder.dimension)
    return manifest.recipe == recipe and manifest.corpus == {file.path: file.sha256 for file in listing.files}


def sync(
    corpus: Path,
    root: Path,
    embedder: Embedder,
    *,
    now: datetime,
    progress: Progress = _silent,
) -> SyncReport:
    """Bring the index in ``root`` up to date with the files in ``corpus``. A whole and current build is left as it is.

    ``now`` is the time that the build is said to be of. Raises ``CorpusError`` if there is nothing to index,
    ``BuildRunning`` if another process builds, ``BuildFailed`` if the build cannot be written or does not verify; the
    published build then stays as it was.
    """
    started = time.perf_counter()
    listing = walk(corpus, SUFFIXES)
    if not listing.files:
        raise CorpusError(f"There is nothing to read in {corpus}: {_why_nothing(listing.skipped)}.")
    recipe = current_recipe(embedder.name, embedder.dimension)
    index = IndexFolder(root)
    with index.locked():
        index.prune()
        earlier, why = _earlier_build(index)
        if earlier:
            why = _why_build(earlier, recipe, listing.files)
        if earlier and not why:
            files = _unchanged_reports(earlier, listing.files) + _skipped_reports(listing.skipped)
            return SyncReport(
                build_id=earlier.manifest.build_id, published=False, why="The index is up to date.",
                files=_sorted(files), passages=earlier.manifest.passages, embedded=0,
                seconds=time.perf_counter() - started,
            )  # fmt: skip
        documents, reports = _read_all(corpus, listing.files, earlier, recipe, progress)
        if earlier:
            earlier.close()
        if not documents:
            reasons = "; ".join(f"{report.path}: {report.reason}" for report in reports[:5])
            raise CorpusError(f"None of the {len(reports)} files in {corpus} can be read. {reasons}.")
        built = _write_and_publish(
            index, documents, embedder, recipe,
            corpus={file.path: file.sha256 for file in listing.files},
            failed={report.path: report.reason or "" for report in reports if report.status == "failed"},
            now=now, progress=progress,
        )  # fmt: skip
        index.prune()
    passages_of = built.passages_of
    reports = [
        report.model_copy(update={"passages": passages_of.get(report.document_id or "", 0)}) for report in reports
    ]
    removed = sorted(earlier.manifest.corpus.keys() - {file.path for file in listing.files}) if earlier else []
    return SyncReport(
        build_id=built.manifest.build_id,
        published=True,
        why=why,
        files=_sorted(reports + _skipped_reports(listing.skipped)),
        removed=tuple(removed),
        passages=built.manifest.passages,
        embedded=built.embedded,
        seconds=time.perf_counter() - started,
    )


def build_documents(
    documents: Iterable[Document], root: Path, embedder: Embedder, *, now: datetime, progress: Progress = _silent
) -> Manifest:
    """Index ``documents`` that are in memory, such as those of a test collection, and publish the build in ``root``."""
    index = IndexFolder(root)
    ordered = sorted(documents, key=lambda document: document.id)
    recipe = current_recipe(embedder.name, embedder.dimension)
    with index.locked():
        index.prune()
        built = _write_and_publish(
            index, ordered, embedder, recipe,
            corpus={document.path: document.sha256 for document in ordered}, failed={}, now=now, progress=progress,
        )  # fmt: skip
        index.prune()
    return built.manifest


@dataclass(frozen=True, slots=True)
class _EarlierBuild:
    """The published build, as a source of documents that need not be read again."""

    manifest: Manifest
    library: Library | None
    """None if its files are damaged: then nothing of it is used."""
    damage: str = ""

    def close(self) -> None:
        if self.library:
            self.library.close()


def _earlier_build(index: IndexFolder) -> tuple[_EarlierBuild | None, str]:
    """The published build, and why there is none that could be built upon."""
    try:
        folder = index.published()
        manifest = Manifest.read(folder)
    except IndexMissing:
        return None, "There was no index yet."
    except IndexFault as fault:
        return None, str(fault)
    try:
        manifest.check_files(folder)
        return _EarlierBuild(manifest, Library(folder / "library.sqlite")), ""
    except IndexDamaged as error:
        return _EarlierBuild(manifest, None, str(error)), ""


def _why_build(earlier: _EarlierBuild, recipe: Recipe, files: Sequence[CorpusFile]) -> str:
    """Why the published build will not do, as a sentence; empty if it will."""
    if earlier.damage:
        return earlier.damage
    difference = earlier.manifest.recipe.difference(recipe)
    if difference:
        return f"The index was made with another {difference}."
    if earlier.manifest.corpus != {file.path: file.sha256 for file in files}:
        return "The corpus has changed."
    return ""


def _read_all(
    corpus: Path, files: Sequence[CorpusFile], earlier: _EarlierBuild | None, recipe: Recipe, progress: Progress
) -> tuple[list[Document], list[FileReport]]:
    """Read every file, or take its document over from the build before; sorted by document id."""
    known: dict[tuple[str, str], Document] = {}
    if earlier and earlier.library and earlier.manifest.recipe.reader == recipe.reader:
        library = earlier.library
        current = {(file.path, file.sha256) for file in files}
        known = {
            (info.path, info.sha256): library.document(row)
            for row, info in enumerate(library.infos)
            if (info.path, info.sha256) in current
        }
    documents: dict[str, Document] = {}
    reports: list[FileReport] = []
    for number, file in enumerate(files):
        progress("Reading", number, len(files))
        started = time.perf_counter()
        document = known.get((file.path, file.sha256))
        warnings: tuple[str, ...] = ()
        reason: str | None = None
        unchanged = document is not None
        if document is None:
            try:
                reading = read_document(file.path, read_bytes(corpus, file.path), file.sha256)
                document, warnings = reading.document, reading.warnings
            except DocumentError as error:
                reason = str(error)
            except OSError as error:
                reason = f"cannot be read: {error.strerror}"
        if document is not None and document.id in documents:
            reason = f'its id "{document.id}" is taken by {documents[document.id].path}'
            document = None
        if document is None:
            reports.append(
                FileReport(path=file.path, status="failed", reason=reason, seconds=time.perf_counter() - started)
            )
            continue
        documents[document.id] = document
        change: Change | None = None
        if not unchanged:
            change = "changed" if earlier and file.path in earlier.manifest.corpus else "new"
        reports.append(
            FileReport(
                path=file.path,
                document_id=document.id,
                status="unchanged" if unchanged else "read",
                change=change,
                warnings=warnings,
                seconds=time.perf_counter() - started,
            )  # fmt: skip
        )
    progress("Reading", len(files), len(files))
    return [documents[document_id] for document_id in sorted(documents)], reports


@dataclass(frozen=True, slots=True)
class _Built:
    manifest: Manifest
    embedded: int
    passages_of: dict[str, int]
    """Number of passages by document id."""


def _write_and_publish(
    index: IndexFolder,
    documents: Sequence[Document],
    embedder: Embedder,
    recipe: Recipe,
    *,
    corpus: dict[str, str],
    failed: dict[str, str],
    now: datetime,
    progress: Progress,
) -> _Built:
    build_id = _build_id(recipe, documents)
    try:
        folder = index.fresh_build(build_id)
    except OSError as error:
        raise BuildFailed(f"The index folder cannot be written to: {error.strerror}.", details=str(error)) from error
    try:
        passages = _split_all(documents, embedder, progress)
        if not passages:
            raise CorpusError("The documents hold no sentence that could be quoted.")
        vectors, sentences, embedded = _embed_all(index, documents, passages, embedder, progress)
        progress("Storing", 0, 4)
        np.save(folder / "vectors.npy", vectors)
        np.save(folder / "sentences.npy", sentences)
        progress("Storing", 1, 4)
        write_library(folder / "library.sqlite", documents, passages)
        progress("Storing", 2, 4)
        texts = _texts(documents, passages)
        LexicalIndex.build(texts).save(folder / "lexical")
        vocabulary = words_of(document.text for document in documents)
        (folder / "vocabulary.txt").write_text("\n".join(sorted(vocabulary)), "utf-8")
        progress("Storing", 3, 4)
        rows = {document.id: row for row, document in enumerate(documents)}
        ids = [passage.id for passage in passages]
        write_chroma(folder / "chroma", ids, vectors, [rows[passage.document_id] for passage in passages])
        progress("Storing", 4, 4)
        manifest = Manifest(
            build_id=build_id, recipe=recipe, built_at=now, corpus=corpus, failed=failed, documents=len(documents),
            passages=len(passages), sentences=len(sentences), files=file_digests(folder),
        )  # fmt: skip
        manifest.write(folder)
        progress("Verifying", 0, 1)
        check_build_in_child(folder)
        sync_to_disk(folder)
        progress("Verifying", 1, 1)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        _explain(error)
        raise
    # From here on the folder stays: once the pointer names it, readers may have it open.
    try:
        index.publish(folder, _is_whole)
    except OSError as error:
        index.prune()  # removes the folder again, unless the pointer names it already
        _explain(error)
    progress("Publishing", 1, 1)
    counts: dict[str, int] = {}
    for passage in passages:
        counts[passage.document_id] = counts.get(passage.document_id, 0) + 1
    return _Built(manifest, embedded, counts)


def _is_whole(build: Path) -> bool:
    try:
        Manifest.read(build).check_files(build)
    except IndexFault:
        return False
    return True


def _explain(error: BaseException) -> None:
    """Raise ``BuildFailed`` for what a disk or a library may do; return if ``error`` is of another kind."""
    if isinstance(error, OSError):
        reason = f"{error.strerror or error}."
    elif isinstance(error, sqlite3.Error | IndexDamaged):
        reason = f"{error}".rstrip(".") + "."
    else:
        return
    raise BuildFailed(
        f"The new index could not be built, and the one before it stays. {reason}", details=repr(error)
    ) from error


def _split_all(documents: Sequence[Document], embedder: Embedder, progress: Progress) -> list[Passage]:
    passages: list[Passage] = []
    for number, document in enumerate(documents):
        progress("Splitting", number, len(documents))
        passages += split_document(document, embedder.count_pieces)
    progress("Splitting", len(documents), len(documents))
    return passages


def _embed_all(
    index: IndexFolder,
    documents: Sequence[Document],
    passages: Sequence[Passage],
    embedder: Embedder,
    progress: Progress,
) -> tuple[np.ndarray, np.ndarray, int]:
    """Vectors (passages, dimension), sentence vectors (sentences, dimension), and how many passages were embedded."""
    texts = _texts(documents, passages)
    spans = [_spans(passage) for passage in passages]
    keys = [vector_key(embedder.name, text, span) for text, span in zip(texts, spans, strict=True)]
    firsts = np.concatenate([[0], np.cumsum([len(span) for span in spans])])
    vectors = np.zeros((len(passages), embedder.dimension), np.float32)
    sentences = np.zeros((int(firsts[-1]), embedder.dimension), np.float16)
    cache = VectorCache(index.vector_cache, embedder.dimension)
    try:
        missing = []
        for row, key in enumerate(keys):
            encoded = cache.get(key, len(spans[row]))
            if encoded is None:
                missing.append(row)
                continue
            vectors[row], sentences[firsts[row] : firsts[row + 1]] = encoded.vector, encoded.sentences
        done = 0
        for batch in _batches(missing, _EMBED_AT_ONCE):
            progress("Embedding", done, len(missing))
            encoded_batch = []
            for position, encoded in embedder.encode_passages(
                [texts[row] for row in batch], [spans[row] for row in batch]
            ):
                row = batch[position]
                vectors[row], sentences[firsts[row] : firsts[row + 1]] = encoded.vector, encoded.sentences
                encoded_batch.append((keys[row], encoded))
            cache.put(encoded_batch)
            done += len(batch)
        cache.keep_only(set(keys))
    finally:
        cache.close()
    progress("Embedding", len(missing), len(missing))
    return vectors, sentences, len(missing)


def _texts(documents: Sequence[Document], passages: Sequence[Passage]) -> list[str]:
    """What is embedded and indexed for each passage: its context, a line break, its text."""
    text_of = {document.id: document.text for document in documents}
    return [f"{passage.context}\n{text_of[passage.document_id][passage.start : passage.end]}" for passage in passages]


def _spans(passage: Passage) -> list[tuple[int, int]]:
    """Where the passage's sentences are in what is embedded for it."""
    offset = len(passage.context) + 1 - passage.start
    return [(offset + sentence.start, offset + sentence.end) for sentence in passage.sentences]


def _batches(rows: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _build_id(recipe: Recipe, documents: Sequence[Document]) -> str:
    """Equal for equal content: the recipe and every document that went in."""
    content = [recipe.model_dump(), [(document.id, document.path, document.sha256) for document in documents]]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]


def _unchanged_reports(earlier: _EarlierBuild, files: Sequence[CorpusFile]) -> list[FileReport]:
    library = earlier.library
    assert library is not None  # a damaged build is never up to date
    passages = np.bincount(library.document_of, minlength=len(library.infos))
    rows = {info.path: row for row, info in enumerate(library.infos)}
    reports = []
    for file in files:
        if file.path in rows:
            row = rows[file.path]
            reports.append(
                FileReport(
                    path=file.path, document_id=library.infos[row].id, status="unchanged", passages=int(passages[row])
                )
            )
        else:
            reason = earlier.manifest.failed.get(file.path, "could not be read")
            reports.append(FileReport(path=file.path, status="failed", reason=reason))
    earlier.close()
    return reports


def _skipped_reports(skipped: Sequence[SkippedFile]) -> list[FileReport]:
    return [FileReport(path=file.path, status="skipped", reason=file.reason) for file in skipped]


def _sorted(reports: list[FileReport]) -> tuple[FileReport, ...]:
    return tuple(sorted(reports, key=lambda report: report.path))


def _why_nothing(skipped: Sequence[SkippedFile]) -> str:
    if not skipped:
        return "the folder is empty"
    return (
        f"{len(skipped)} files were found, of kinds that are not read (first: {skipped[0].path}, {skipped[0].reason})"
    )
