"""Builds in processes of their own, for tests that kill them.

The processes are forked from a server that has imported everything, so that a build takes its own time only.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np

from kin_assistant.errors import BuildFailed
from kin_assistant.index.build import sync
from kin_assistant.index.snapshot import current_recipe, open_published
from tests.embedders import HashingEmbedder

__all__ = ["BUILD_FAILED", "STEPS", "build", "build_with_small_files", "check", "run_check", "start"]

BUILD_FAILED = 7
"""Exit code of a process whose build failed as it should."""

NOW = datetime(2026, 11, 21, tzinfo=UTC)

STEPS = ("Reading", "Splitting", "Embedding", "Storing", "Verifying", "Publishing")

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["chromadb", "bm25s", "filelock", "markdown_it", "sentencex", "tests.index.builder"])


def start(target: Callable[..., None], *arguments: object) -> BaseProcess:
    """Start ``target`` in a fresh process."""
    process = _CONTEXT.Process(target=target, args=arguments)
    process.start()
    return process


def build(corpus: Path, index: Path, end_at: str | None = None) -> None:
    """Sync ``corpus`` into ``index``, and be killed at the moment that ``end_at`` names, such as "Storing 2 of 4"."""

    def progress(step: str, done: int, total: int) -> None:
        names = {
            f"{step} {done} of {total}",
            f"{step} begins" if done == 0 else "",
            f"{step} ends" if done == total else "",
        }
        if end_at in names:
            os.kill(os.getpid(), signal.SIGKILL)

    if end_at in ("before the pointer", "behind the pointer"):
        _end_at_the_pointer(behind=end_at.startswith("behind"))
    sync(corpus, index, HashingEmbedder(), now=NOW, progress=progress)


def _end_at_the_pointer(*, behind: bool) -> None:
    replace = os.replace

    def end(source: object, target: object) -> None:
        if Path(str(target)).name == "CURRENT":
            if behind:
                replace(source, target)
            os.kill(os.getpid(), signal.SIGKILL)
        replace(source, target)

    os.replace = end


def build_with_small_files(corpus: Path, index: Path, limit: int) -> None:
    """Sync where no file may grow beyond ``limit`` bytes, as on a disk that is full; ends with ``BUILD_FAILED``."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        sync(corpus, index, HashingEmbedder(), now=NOW)
    except BuildFailed:
        sys.exit(BUILD_FAILED)


def check(index: Path, states: list[Path]) -> None:
    """Fail unless the published build is whole, answers exactly, and is of one of the corpora in ``states``."""
    embedder = HashingEmbedder()
    opened = open_published(index, current_recipe(embedder.name, embedder.dimension))
    assert opened.notices == (), opened.notices
    corpora = [{path.name: path.read_text() for path in state.iterdir()} for state in states]
    assert opened.manifest.corpus.keys() in [corpus.keys() for corpus in corpora]
    (corpus,) = [corpus for corpus in corpora if corpus.keys() == opened.manifest.corpus.keys()]
    library = opened.library
    for row, passage_id in enumerate(library.passage_ids()):
        passage = library.passage(row)
        document = library.document(int(library.document_of[row]))
        quote = document.text[passage.start : passage.end]
        assert passage.id == passage_id
        assert quote in corpus[document.path], "the text is that of the corpus"
        vector = embedder.encode([f"{passage.context}\n{quote}"])[0]
        np.testing.assert_allclose(opened.vectors[row], vector, atol=1e-6)
        found, cosines = opened.dense.search(vector, 3)
        exact = np.sort(np.asarray(opened.vectors @ vector))[::-1]
        np.testing.assert_allclose(cosines, exact[: len(found)], atol=1e-5)
    opened.close()


def run_check(index: Path, states: list[Path]) -> int | None:
    """``check`` in a fresh process; its exit code."""
    process = start(check, index, states)
    process.join(30)
    return process.exitcode
