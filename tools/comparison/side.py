"""One side in a process of its own: ``python -m tools.comparison.side ours`` does what each line of its input asks for."""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from eval.beir import read_collection
from eval.errors import CannotRunError
from kin_assistant.errors import KinError, QuestionError
from kin_assistant.models.embedder import find_model, open_embedder
from kin_assistant.settings import Settings
from tools.comparison.documents import read_texts
from tools.comparison.messages import SIDES, Reply, Request, Workload

if TYPE_CHECKING:
    from kin_assistant.assistant import Assistant
    from tools.comparison.plain import PlainPipeline

__all__ = ["main"]

Result = TypeVar("Result")

_WARMING: Final = "The network is loaded before the clock starts."
_UNIT: Final = 1 if sys.platform == "darwin" else 1024
"""Bytes in what ``getrusage`` counts memory in."""


class Side(Protocol):
    """What both sides do."""

    def ingest(self, workload: Workload, store: Path) -> Reply:
        """Make the store of a workload's documents."""
        ...

    def open(self, store: Path) -> None:
        """Open a store that was made, and load every network that queries need."""
        ...

    def search(self, query: str, limit: int) -> Sequence[str]:
        """The document of each of the ``limit`` best passages."""
        ...

    def answer(self, query: str) -> object:
        """Answer a question."""
        ...


class Ours:
    """The product: files are read, split, embedded with their sentences, indexed by words too, stored and verified."""

    _assistant: Assistant

    def ingest(self, workload: Workload, store: Path) -> Reply:
        """Make the index in ``store``; the converted networks are there."""
        from kin_assistant.index.build import build_documents, sync

        settings, now = Settings(), datetime.now(UTC)
        embedder = open_embedder(settings.model, engine=settings.engine, cache=store / "models")
        embedder.encode([_WARMING])
        if workload.split:
            documents = read_collection(workload.folder, workload.split).documents
            started = time.perf_counter()
            passages = build_documents(documents, store, embedder, now=now).passages
        else:
            started = time.perf_counter()
            passages = sync(workload.folder, store, embedder, now=now).passages
        # Passages are sized with the network's own tokenizer, so that it reads the whole of each (decision 3).
        return Reply(passages=passages, seconds=time.perf_counter() - started)

    def open(self, store: Path) -> None:
        """Open the assistant; the networks that only answers need are loaded with the first of them."""
        from kin_assistant.assistant import Assistant

        self._assistant = Assistant.open(store)

    def search(self, query: str, limit: int) -> Sequence[str]:
        """The documents that the retriever's passages are of."""
        return [hit.document_id for hit in self._assistant.retriever.search(query, limit=limit)]

    def answer(self, query: str) -> object:
        """The whole answer: understood, searched, read, composed and cited."""
        try:
            return self._assistant.ask(query)
        except QuestionError as refusal:  # such as of a question in another language: the reader waits for it alike
            return refusal


class Plain:
    """The plain pipeline, which only retrieves."""

    _pipeline: PlainPipeline

    def ingest(self, workload: Workload, store: Path) -> Reply:
        """Make the collection in ``store``."""
        from tools.comparison.plain import share_read

        self.open(store)
        texts = read_texts(workload)
        documents = list(texts) if workload.split else texts  # files are read while the clock runs, as ours are
        started = time.perf_counter()
        passages = self._pipeline.ingest(documents)
        seconds = time.perf_counter() - started
        memory = _memory()  # before the passages are looked at
        share = share_read(passages, find_model("bundled") / "tokenizer.json")
        return memory.model_copy(update={"passages": len(passages), "seconds": seconds, "share_read": share})

    def open(self, store: Path) -> None:
        """Open the collection and load the network."""
        from tools.comparison.plain import PlainPipeline

        self._pipeline = PlainPipeline(store)
        self._pipeline.encode([_WARMING])

    def search(self, query: str, limit: int) -> Sequence[str]:
        """The documents of the nearest passages."""
        return self._pipeline.search(query, limit)

    def answer(self, query: str) -> object:
        """It has none. Raises ``CannotRunError``."""
        raise CannotRunError(f"The plain pipeline only retrieves and cannot answer: {query}")


def main() -> None:
    """Do what the lines of standard input ask for, until it ends."""
    # Replies go where standard output went; whatever a library prints goes to the log.
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    side: Side = Ours() if sys.argv[1] == SIDES[0] else Plain()
    for line in sys.stdin:
        try:
            reply = _do(side, Request.model_validate_json(line))
        except (KinError, CannotRunError, OSError) as error:
            reply = Reply(fault=str(error))
        print(reply.model_dump_json(), file=replies, flush=True)
        if reply.fault:
            break
    replies.flush()
    os._exit(0)  # without waiting for what Chroma does in threads


def _do(side: Side, request: Request) -> Reply:
    reply = Reply()
    match request.task:
        case "ingest":
            assert request.workload, "there is something to ingest"
            reply = side.ingest(request.workload, request.store)
        case "open":
            side.open(request.store)
        case "search":
            found, times = _timed_each(request.queries, lambda query: tuple(side.search(query, request.limit)))
            reply = Reply(found=tuple(found), milliseconds=times)
        case "answer":
            _, times = _timed_each(request.queries, side.answer)
            reply = Reply(milliseconds=times)
    if reply.own_mb:  # it was looked at when it mattered
        return reply
    memory = _memory()
    return reply.model_copy(update={"own_mb": memory.own_mb, "children_mb": memory.children_mb})


def _timed_each(queries: Sequence[str], action: Callable[[str], Result]) -> tuple[list[Result], tuple[float, ...]]:
    """What ``action`` gives for each query, and the milliseconds that it takes."""
    results, times = [], []
    for query in queries:
        started = time.perf_counter()
        results.append(action(query))
        times.append((time.perf_counter() - started) * 1000)
    return results, tuple(times)


def _memory() -> Reply:
    """The most memory that this process has held, and the largest of its ended children."""
    own, children = (
        resource.getrusage(who).ru_maxrss * _UNIT / 2**20 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return Reply(own_mb=own, children_mb=children)


if __name__ == "__main__":
    main()
