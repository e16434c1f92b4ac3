"""The product as it is evaluated: opened, asked again in another process, timed, and built on other documents."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from eval.errors import CannotRunError
from eval.invariants import answer_digest
from eval.questions import Case
from eval.runner import Product
from kin_assistant.models.embedder import Embedder
from kin_assistant.types import Document

__all__ = [
    "ROOT",
    "SecondRun",
    "ask_again",
    "digest_of",
    "index_corpus",
    "index_documents",
    "open_product",
    "print_digests",
    "versions",
]

ROOT = Path(__file__).resolve().parent.parent
logger = logging.getLogger(__name__)
_OTHER_HASH_SEED = "20131"
_PATIENCE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class SecondRun:
    """What a second process answered."""

    digests: Mapping[str, str]
    """SHA-256 of each answer by question id."""
    peak_memory_mb: float
    start_seconds: float
    """From the start of the process to the first answer."""


def open_product(index: Path) -> Product:
    """The assistant on the published build of ``index``. Raises ``KinError`` where it cannot be opened."""
    from kin_assistant import Assistant

    return cast("Product", Assistant.open(index))


def print_digests(product: Product, cases: Sequence[Case]) -> None:
    """What the second process prints: the digest of every answer and the most memory it held."""
    import resource

    first_answer_at = 0.0
    digests: dict[str, str] = {}
    for case in cases:
        digests[case.question.id] = digest_of(product, case)
        first_answer_at = first_answer_at or time.time()
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
    print(json.dumps({"digests": digests, "peak_memory_mb": peak, "first_answer_at": first_answer_at}))


def digest_of(product: Product, case: Case) -> str:
    """The digest of the answer to a case, or the name of what was raised."""
    try:
        return answer_digest(product.ask(case.question.question, history=case.history))
    except Exception as error:  # the first process reports it; here it only has to be the same
        logger.exception("question %s", case.question.id)
        return type(error).__name__


def ask_again(index: Path, questions: Sequence[Path]) -> SecondRun:
    """Ask every question in a process with another hash seed. Raises ``CannotRunError`` if that process fails."""
    command = [sys.executable, "-m", "eval", "digests", "--index", str(index.absolute())]
    started = time.time()
    done = subprocess.run(
        [*command, *(str(path.absolute()) for path in questions)],
        cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": _OTHER_HASH_SEED},
        capture_output=True, text=True, timeout=_PATIENCE_SECONDS, check=False,
    )  # fmt: skip
    if done.returncode:
        raise CannotRunError(f"The second process ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    report = json.loads(done.stdout.splitlines()[-1])
    return SecondRun(report["digests"], report["peak_memory_mb"], report["first_answer_at"] - started)


@contextmanager
def index_corpus(corpus: Path, models: Path) -> Iterator[tuple[Product, float]]:
    """The product on a corpus folder, indexed into a temporary folder, and the seconds that indexing took.

    ``models`` is a folder with converted models, used where it is there.
    """
    from kin_assistant.index.build import sync

    with _built(models, lambda folder, embedder: sync(corpus, folder, embedder, now=datetime.now(UTC))) as product:
        yield product


@contextmanager
def index_documents(documents: Iterable[Document], models: Path) -> Iterator[tuple[Product, float]]:
    """The product on documents in memory; otherwise as ``index_corpus``."""
    from kin_assistant.index.build import build_documents

    with _built(
        models, lambda folder, embedder: build_documents(documents, folder, embedder, now=datetime.now(UTC))
    ) as product:
        yield product


@contextmanager
def _built(models: Path, build: Callable[[Path, Embedder], object]) -> Iterator[tuple[Product, float]]:
    from kin_assistant.models.embedder import open_embedder
    from kin_assistant.settings import Settings

    settings = Settings()
    with tempfile.TemporaryDirectory(prefix="kin-eval-") as name:
        folder = Path(name)
        if models.is_dir():
            shutil.copytree(models, folder / "models")
        embedder = open_embedder(settings.model, engine=settings.engine, cache=folder / "models")
        embedder.encode(["The network is loaded before the clock starts."])
        started = time.perf_counter()
        build(folder, embedder)
        seconds = time.perf_counter() - started
        product = open_product(folder)
        try:
            yield product, seconds
        finally:
            product.close()


def versions() -> dict[str, str]:
    """Versions of what the figures depend on."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version()}
    for name in ("numpy", "bm25s", "chromadb", "openvino", "torch", "tokenizers", "sentencex", "ir-measures"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
