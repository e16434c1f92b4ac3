"""Building the index: read, split, embed, store, verify, publish.

Everything is written into a fresh folder; the served build is not touched until the pointer is replaced. An interrupted
run loses at most the files that were being read or split and one batch of embedded passages.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kin_assistant.corpus.files import CorpusFile, Listing, SkippedFile, walk
from kin_assistant.corpus.profile import PROFILE_NAME, CorpusProfile, read_profile
from kin_assistant.documents.parsers import Limits, Parsers, ReadFunction
from kin_assistant.documents.passages import split_document
from kin_assistant.documents.reading import SUFFIXES, read_document
from kin_assistant.errors import BuildFailed, CorpusError, IndexDamaged, IndexFault, IndexMissing
from kin_assistant.index.bm25 import LexicalIndex
from kin_assistant.index.chroma_process import ChromaProcess
from kin_assistant.index.ingest import IngestResult, Progress, ingest
from kin_assistant.index.layout import MULTILINGUAL, IndexFolder, sync_to_disk
from kin_assistant.index.library import write_library
from kin_assistant.index.manifest import Manifest, Recipe, hash_files
from kin_assistant.index.outline import make_outline, write_vectors
from kin_assistant.index.report import FileReport, SyncReport, as_unchanged, by_path, report_skipped
from kin_assistant.index.snapshot import current_recipe
from kin_assistant.index.splitting import split_documents
from kin_assistant.index.staging import StagedDocuments
from kin_assistant.index.store import ReadingStore, make_passages_key, make_reading_key
from kin_assistant.models.embedder import Embedder, PassageEncoder
from kin_assistant.places.matching import words_of
from kin_assistant.processes.sandbox import remove_leftovers
from kin_assistant.types import Document, Passage

__all__ = ["Progress", "build_documents", "is_current", "sync"]


def _silent(_step: str, _done: int, _total: int) -> None:
    """No progress is shown."""


def is_current(corpus: Path, root: Path, embedder: Embedder, multilingual: PassageEncoder | None = None) -> bool:
    """Whether the published build is of this corpus and this program. Does not look into its files.

    With ``multilingual``, it must have that model's vectors for questions in other languages; without, it may have some.
    """
    try:
        manifest = Manifest.read(IndexFolder(root).published())
    except IndexFault:
        return False
    listing = walk(corpus, SUFFIXES)
    recipe = current_recipe(embedder.name, embedder.dimension)
    same_files = manifest.recipe == recipe and manifest.corpus == _hashes(listing.files)
    return same_files and manifest.profile == read_profile(corpus) and not _lacks(manifest, multilingual)


def sync(
    corpus: Path,
    root: Path,
    embedder: Embedder,
    *,
    now: datetime,
    multilingual: PassageEncoder | None = None,
    progress: Progress = _silent,
    retry_failed: bool = False,
    reader: ReadFunction = read_document,
    limits: Limits | None = None,
) -> SyncReport:
    """Bring the index in ``root`` up to date with the files in ``corpus``. A whole and current build is left as it is.

    ``now`` is the time that the build is said to be of. ``multilingual`` makes the vectors for questions in other languages;
    without it, a build has none. A file that could not be read is tried again when it, or the
    version of the readers, has changed; with ``retry_failed`` now. Raises ``CorpusError`` if there is nothing to index,
    ``BuildRunning`` if another process builds, ``BuildFailed`` if the build cannot be written or does not verify; the
    published build then stays as it was.
    """
    started = time.perf_counter()
    listing = walk(corpus, SUFFIXES)
    if not listing.files:
        raise CorpusError(f"There is nothing to read in {corpus}: {_why_nothing(listing.skipped)}.")
    profile = read_profile(corpus)
    recipe = current_recipe(embedder.name, embedder.dimension)
    index = IndexFolder(root)
    with index.locked():
        index.prune()
        with _explained():
            remove_leftovers()
        earlier, why = _earlier_build(index, recipe, listing.files, profile, multilingual)
        if earlier and not why:
            failed_before = any(report.status == "failed" for report in earlier.reports)
            if not (retry_failed and failed_before):
                return _nothing_new(earlier, listing, as_unchanged(earlier.reports), started)
        with _explained():
            store = ReadingStore(index.reading_cache)
        with closing(store):
            with _explained(), Parsers(reader, limits, embedder.pieces) as parsers:
                ingested = ingest(
                    corpus, listing.files, store, _documents_of(earlier, recipe), retry_failed=retry_failed,
                    parsers=parsers, progress=progress,
                )  # fmt: skip
                in_use = _keys_in_use(listing.files, ingested, embedder)
                ingested = split_documents(
                    ingested, store, embedder.name, retry_failed=retry_failed, parsers=parsers, progress=progress
                )
            if not ingested.keys:
                reasons = "; ".join(f"{report.path}: {report.reason}" for report in ingested.failed[:5])
                raise CorpusError(f"None of the {len(ingested.reports)} files in {corpus} can be read. {reasons}.")
            if earlier and not why:
                if not any(report.status == "read" for report in ingested.reports):
                    return _nothing_new(earlier, listing, ingested.reports, started)
                why = "Files that had failed were tried again."
            built = _write_and_publish(
                index, _stage(store, ingested, embedder), embedder, recipe, multilingual=multilingual,
                build_id=_build_id(recipe, ingested.documents, profile, multilingual), corpus=ingested.corpus, profile=profile,
                reports=ingested.reports,
                now=now, progress=progress,
            )  # fmt: skip
            with suppress(sqlite3.Error):  # only what is no longer needed would stay
                store.keep_only(in_use)
        index.prune()
    renamed = {report.renamed_from for report in built.manifest.reports}
    gone = earlier.corpus.keys() - built.manifest.corpus.keys() if earlier else set()
    return SyncReport(
        build_id=built.manifest.build_id,
        published=True,
        why=why,
        files=by_path([*built.reports, *report_skipped(listing.skipped)]),
        removed=tuple(sorted(gone - renamed)),
        passages=built.manifest.passages,
        embedded=built.embedded,
        seconds=time.perf_counter() - started,
    )


def build_documents(
    documents: Iterable[Document],
    root: Path,
    embedder: Embedder,
    *,
    now: datetime,
    multilingual: PassageEncoder | None = None,
    progress: Progress = _silent,
    profile: CorpusProfile | None = None,
) -> Manifest:
    """Index ``documents`` that are in memory, such as those of a test collection, and publish the build in ``root``."""
    index, profile = IndexFolder(root), profile or CorpusProfile()
    ordered = sorted(documents, key=lambda document: document.id)
    recipe = current_recipe(embedder.name, embedder.dimension)
    staged = StagedDocuments(
        len(ordered), ordered.__getitem__, lambda _row, document: split_document(document, embedder.count_pieces)
    )
    with index.locked():
        index.prune()
        built = _write_and_publish(
            index, staged, embedder, recipe, multilingual=multilingual,
            build_id=_build_id(
                recipe, [(document.id, document.path, document.sha256) for document in ordered], profile, multilingual
            ),
            corpus={document.path: document.sha256 for document in ordered}, profile=profile, reports=[], now=now,
            progress=progress,
        )  # fmt: skip
        index.prune()
    return built.manifest


def _earlier_build(
    index: IndexFolder,
    recipe: Recipe,
    files: Sequence[CorpusFile],
    profile: CorpusProfile,
    multilingual: PassageEncoder | None,
) -> tuple[Manifest | None, str]:
    """What the published build says of itself, and why it will not do, as a sentence; empty if it will."""
    try:
        folder = index.published()
        manifest = Manifest.read(folder)
    except IndexMissing:
        return None, "There was no index yet."
    except IndexFault as fault:
        return None, str(fault).removesuffix(" Run: kin sync")
    try:
        manifest.check_files(folder)
    except IndexDamaged as error:
        return manifest, str(error)
    difference = manifest.recipe.difference(recipe)
    if difference:
        return manifest, f"The index was made with another {difference}."
    if manifest.corpus != _hashes(files):
        return manifest, "The corpus has changed."
    if manifest.profile != profile:
        return manifest, f"{PROFILE_NAME} has changed."
    if _lacks(manifest, multilingual):
        return manifest, "The index had no vectors for questions in other languages."
    return manifest, ""


def _lacks(manifest: Manifest, multilingual: PassageEncoder | None) -> bool:
    """Whether a build has not the vectors of ``multilingual``, where that is given."""
    return multilingual is not None and manifest.multilingual != multilingual.name


def _documents_of(earlier: Manifest | None, recipe: Recipe) -> dict[str, str]:
    """Hash of each file that the build before has a document of; empty where it was read in another way."""
    if earlier is None:
        return {}
    read = [report.path for report in earlier.reports if report.document_id]
    return {path: earlier.corpus[path] if earlier.recipe.reader == recipe.reader else "" for path in read}


def _stage(store: ReadingStore, ingested: IngestResult, embedder: Embedder) -> StagedDocuments:
    rows = list(ingested.keys.items())

    def fetch(row: int) -> Document:
        document_id, key = rows[row]
        document = store.document(key)
        return document if document.id == document_id else document.model_copy(update={"id": document_id})

    def split(row: int, document: Document) -> Sequence[Passage]:
        return store.passages(make_passages_key(rows[row][1], document.id, embedder.name))

    return StagedDocuments(len(rows), fetch, split)


@dataclass(frozen=True, slots=True)
class _Built:
    manifest: Manifest
    embedded: int
    reports: tuple[FileReport, ...]


def _write_and_publish(
    index: IndexFolder,
    staged: StagedDocuments,
    embedder: Embedder,
    recipe: Recipe,
    *,
    multilingual: PassageEncoder | None,
    build_id: str,
    corpus: dict[str, str],
    profile: CorpusProfile,
    reports: Sequence[FileReport],
    now: datetime,
    progress: Progress,
) -> _Built:
    with _explained():
        folder = index.fresh_build(build_id)
    try:
        with _explained(), ChromaProcess(folder) as store:
            outline = make_outline(staged, embedder)
            if not outline.ids:
                raise CorpusError("The documents hold no sentence that could be quoted.")
            embedded = write_vectors(index.vector_cache, folder, staged, outline, embedder, progress)
            if multilingual:
                write_vectors(
                    index.multilingual_cache, folder, staged, make_outline(staged, multilingual), multilingual, progress,
                    files=MULTILINGUAL, step="Embedding for other languages",
                )  # fmt: skip
            progress("Storing", 0, 4)
            store.begin(outline.ids, outline.document_of)
            write_library(folder / "library.sqlite", staged.documents, staged.passages)
            progress("Storing", 1, 4)
            LexicalIndex.build(staged.texts()).save(folder / "lexical")
            progress("Storing", 2, 4)
            vocabulary = words_of(document.text for document in staged.documents)
            (folder / "vocabulary.txt").write_text("\n".join(sorted(vocabulary)), "utf-8")
            progress("Storing", 3, 4)
            store.finish()
            progress("Storing", 4, 4)
            counted = [
                report.model_copy(update={"passages": outline.passages_of.get(report.document_id or "", 0)})
                for report in reports
            ]
            manifest = Manifest(
                build_id=build_id, recipe=recipe, built_at=now, corpus=corpus, profile=profile,
                reports=tuple(report.model_copy(update={"seconds": 0.0}) for report in counted),
                documents=len(staged.documents), passages=len(outline.ids), sentences=sum(outline.sentences),
                multilingual=multilingual.name if multilingual else "",
                files=hash_files(folder),
            )  # fmt: skip
            manifest.write(folder)
            progress("Verifying", 0, 1)
            store.check()
            sync_to_disk(folder)
            progress("Verifying", 1, 1)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    # From here on the folder stays: once the pointer names it, readers may have it open.
    with _explained():
        try:
            index.publish(folder, _is_whole)
        except OSError:
            index.prune()  # removes the folder again, unless the pointer names it already
            raise
    progress("Publishing", 1, 1)
    return _Built(manifest, embedded, tuple(counted))


def _is_whole(build: Path) -> bool:
    try:
        Manifest.read(build).check_files(build)
    except IndexFault:
        return False
    return True


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what a disk or a library may do into ``BuildFailed``."""
    try:
        yield
    except (OSError, sqlite3.Error, IndexDamaged) as error:
        reason = str(error.strerror or error) if isinstance(error, OSError) else str(error)
        message = f"The new index could not be built, and the one before it stays. {reason.rstrip('.')}."
        raise BuildFailed(message, details=repr(error)) from error


def _build_id(
    recipe: Recipe,
    documents: Iterable[tuple[str, str, str]],
    profile: CorpusProfile,
    multilingual: PassageEncoder | None,
) -> str:
    """Equal for equal content: the models, the recipe, the profile, and the id, path and hash of every document in it."""
    content = [recipe.model_dump(), sorted(documents), profile.model_dump()]
    content += [multilingual.name] if multilingual else []
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]


def _hashes(files: Iterable[CorpusFile]) -> dict[str, str]:
    return {file.path: file.content for file in files}


def _keys_in_use(files: Iterable[CorpusFile], ingested: IngestResult, embedder: Embedder) -> set[bytes]:
    readings = {make_reading_key(file.path, file.content) for file in files}
    return readings | {make_passages_key(key, document_id, embedder.name) for document_id, key in ingested.keys.items()}


def _nothing_new(earlier: Manifest, listing: Listing, reports: Iterable[FileReport], started: float) -> SyncReport:
    counts = {report.path: report.passages for report in earlier.reports}
    return SyncReport(
        build_id=earlier.build_id,
        published=False,
        why="The index is up to date.",
        files=by_path(
            [
                *(report.model_copy(update={"passages": counts.get(report.path, 0)}) for report in reports),
                *report_skipped(listing.skipped),
            ]
        ),
        passages=earlier.passages,
        embedded=0,
        seconds=time.perf_counter() - started,
    )


def _why_nothing(skipped: Sequence[SkippedFile]) -> str:
    if not skipped:
        return "the folder is empty"
    return (
        f"{len(skipped)} files were found, of kinds that are not read (first: {skipped[0].path}, {skipped[0].reason})"
    )
