"""The commands that build the index, check it, and put it away."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from kin_assistant.cli.ending import DONE, IN_PART, fail, print_json
from kin_assistant.processes.termination import Terminated

if TYPE_CHECKING:
    from kin_assistant.index.manifest import Manifest
    from kin_assistant.index.own_files import OwnFiles
    from kin_assistant.index.report import SyncReport
    from kin_assistant.models.embedder import Embedder
    from kin_assistant.models.multilingual import MultilingualE5
    from kin_assistant.settings import Settings

__all__ = ["back_up", "bring_up_to_date", "restore", "sync_index", "verify_index"]


def sync_index(options: argparse.Namespace, settings: Settings) -> int:
    """Bring the index up to date with the corpus, once or after every change."""

    def run(*, retry_failed: bool) -> int:
        report = _run_sync(settings, sys.stderr, retry_failed=retry_failed)
        if options.json:
            print_json(report.as_json(), indent=None if options.watch else 2)
        else:
            _print_report(report, sys.stdout)
        return IN_PART if report.totals["failed"] else DONE

    return _watch(settings, run, options) if options.watch else run(retry_failed=options.retry_failed)


def _watch(settings: Settings, run: Callable[..., int], options: argparse.Namespace) -> int:
    """Sync now and after every change, until it is stopped. A sync that fails is told, and the next change awaited."""
    from kin_assistant.errors import KinError
    from kin_assistant.index.watch import changes

    retry_failed = options.retry_failed
    try:
        for _ in changes(settings.corpus):
            try:
                run(retry_failed=retry_failed)
            except KinError as error:
                fail(str(error))
            retry_failed = False
            sys.stdout.flush()
            print(f"Watching {settings.corpus}; Ctrl+C ends.", file=sys.stderr, flush=True)
    except (KeyboardInterrupt, Terminated):
        print("Watching ended.", file=sys.stderr)
    return DONE


def back_up(options: argparse.Namespace, settings: Settings) -> int:
    """Write the published build and what is not derived into one file."""
    from kin_assistant.index.backup import write_backup

    manifest, files = write_backup(settings.index, options.file, _own_files(settings))
    _print_build(f"Written to {options.file}", manifest, options, own_files=files)
    if not options.json:
        print(f"With it: {files} files that were cannot be made again, such as documents added on the page.")
    return DONE


def restore(options: argparse.Namespace, settings: Settings) -> int:
    """Publish the build of a backup, and put its files back."""
    from kin_assistant.index.backup import restore_backup, restore_own_files
    from kin_assistant.index.report import as_one_line
    from kin_assistant.index.snapshot import current_recipe
    from kin_assistant.rendering import plain

    embedder = _embedder(settings)
    manifest = restore_backup(options.file, settings.index, current_recipe(embedder.name, embedder.dimension))
    files = restore_own_files(options.file, _own_files(settings))
    kept = list(files.kept)
    _print_build("Restored and published", manifest, options, restored=list(files.restored), kept=kept)
    if not options.json:
        print(f"Put back: {len(files.restored)} files; {len(files.unchanged)} were there already.")
    for name in kept:
        line = as_one_line(f"kept: {name}: the file that is there differs from that of the backup and stays as it is")
        print(plain(line), file=sys.stderr)
    if not (settings.corpus.is_dir() and _is_current(settings, embedder)):
        print(f"The corpus in {settings.corpus} is not the one it was built from. Run: kin sync", file=sys.stderr)
    return IN_PART if kept else DONE


def verify_index(options: argparse.Namespace, settings: Settings) -> int:
    """Say whether the published build is whole, and whether it is that of the corpus."""
    from kin_assistant.errors import IndexStale
    from kin_assistant.index.layout import IndexFolder
    from kin_assistant.index.manifest import Manifest
    from kin_assistant.index.snapshot import current_recipe
    from kin_assistant.index.verify import check_build_in_child, check_deeply_in_child
    from kin_assistant.rendering import plain

    index = IndexFolder(settings.index)
    build = index.published()
    manifest = Manifest.read(build)
    embedder = _embedder(settings)
    difference = manifest.recipe.difference(current_recipe(embedder.name, embedder.dimension))
    if difference:
        raise IndexStale(f"The index was made with another {difference}. Run: kin sync")
    if options.deep:
        check_deeply_in_child(build, model=settings.model, engine=settings.engine, models=index.models)
    else:
        check_build_in_child(build)
    current = settings.corpus.is_dir() and _is_current(settings, embedder)
    facts = {
        "build_id": manifest.build_id,
        "built_at": manifest.built_at.isoformat(),
        "documents": manifest.documents,
        "passages": manifest.passages,
        "whole": True,
        "deep": options.deep,
        "current": current,
        "differences": _differences(manifest, settings.corpus) if options.deep else [],
    }
    if options.json:
        print_json(facts)
    else:
        print(
            f"The index is whole: {manifest.documents} documents, {manifest.passages} passages, build {manifest.build_id}."
        )
        if not current:
            for difference in _differences(manifest, settings.corpus) if options.deep else ():
                print(plain(difference))
            print(f"The corpus in {settings.corpus} has changed since. Run: kin sync")
    return DONE


def bring_up_to_date(settings: Settings) -> tuple[str, Sequence[str]]:
    """Build the index if it is missing or older than the corpus.

    If that cannot be done just now, a sentence that says why, and what the readers should know of it.
    """
    from kin_assistant.errors import CorpusError, IndexFault, ResourceError

    embedder = _embedder(settings)
    try:
        if not _is_current(settings, embedder):
            print("The index is missing or older than the corpus; building it.", file=sys.stderr)
            _print_report(_run_sync(settings, sys.stderr), sys.stderr)
    except CorpusError as error:
        # A built index answers without the folder that it was built from.
        return str(error), ()
    except (IndexFault, ResourceError) as error:
        return str(error), ("The documents have changed since this index was built. It could not be built anew yet.",)
    return "", ()


def _run_sync(settings: Settings, screen: TextIO, *, retry_failed: bool = False) -> SyncReport:
    from datetime import UTC, datetime

    from kin_assistant.cli.progress import progress_bar
    from kin_assistant.documents.parsers import Limits
    from kin_assistant.index.build import sync

    embedder = _embedder(settings)
    with progress_bar(screen) as progress:
        return sync(
            settings.corpus,
            settings.index,
            embedder,
            now=datetime.now(UTC),
            multilingual=_multilingual(settings),
            progress=progress,
            limits=Limits.from_settings(settings),
            retry_failed=retry_failed,
        )


def _embedder(settings: Settings) -> Embedder:
    from kin_assistant.index.layout import IndexFolder
    from kin_assistant.models.embedder import open_embedder

    return open_embedder(settings.model, engine=settings.engine, cache=IndexFolder(settings.index).models)


def _own_files(settings: Settings) -> OwnFiles:
    from kin_assistant.index.own_files import OwnFiles

    accounts = Path(settings.accounts) if settings.accounts else None
    return OwnFiles(settings.corpus, settings.feedback, settings.practices, accounts)


def _is_current(settings: Settings, embedder: Embedder) -> bool:
    """Whether the published build is that of the corpus, and made as the settings say."""
    from kin_assistant.index.build import is_current

    return is_current(settings.corpus, settings.index, embedder, _multilingual(settings))


def _multilingual(settings: Settings) -> MultilingualE5 | None:
    from kin_assistant.index.layout import IndexFolder
    from kin_assistant.models.multilingual import open_multilingual

    models = IndexFolder(settings.index).models
    return open_multilingual(settings.languages, engine=settings.engine, cache=models)


def _differences(manifest: Manifest, corpus: Path) -> list[str]:
    """How the files of ``corpus`` differ from those that the index was built from, a line each."""
    from kin_assistant.corpus.files import walk
    from kin_assistant.documents.reading import SUFFIXES

    files = walk(corpus, SUFFIXES).files if corpus.is_dir() else ()
    return manifest.differences({file.path: file.content for file in files})


def _print_build(done: str, manifest: Manifest, options: argparse.Namespace, **more: object) -> None:
    if options.json:
        fields = {"build_id", "built_at", "documents", "passages"}
        print_json({**manifest.model_dump(mode="json", include=fields), "file": str(options.file), **more})
    else:
        print(f"{done}: {manifest.documents} documents, {manifest.passages} passages, build {manifest.build_id}.")


def _print_report(report: SyncReport, screen: TextIO) -> None:
    from kin_assistant.index.report import report_lines
    from kin_assistant.rendering import plain

    for line in report_lines(report):
        print(plain(line), file=screen)
