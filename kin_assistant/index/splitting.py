"""The second step of a build: every document is cut into passages, or there is a reason why it is not.

What the store knows is not split again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

from kin_assistant.documents.parsers import Parsers
from kin_assistant.errors import DocumentError
from kin_assistant.index.ingest import IngestResult, Progress
from kin_assistant.index.store import Facts, ReadingStore, make_passages_key, pack_passages, unpack

__all__ = ["split_documents"]


class _Unsplit(NamedTuple):
    document_id: str
    key: bytes
    packed: bytes
    """The document as it is stored: compressed, for a few are held at once."""


def split_documents(
    ingested: IngestResult, store: ReadingStore, model: str, *, retry_failed: bool, parsers: Parsers, progress: Progress
) -> IngestResult:
    """Split what was ``ingested`` as far as ``store`` does not know its passages; what cannot be split counts as unreadable.

    ``model`` names what passages are measured with.
    """
    total = len(ingested.keys)
    progress("Splitting", 0, total)
    done = 0
    reasons: dict[str, str] = {}

    def unsplit() -> Iterator[_Unsplit]:
        nonlocal done
        for document_id, reading in ingested.keys.items():
            key = make_passages_key(reading, document_id, model)
            known = store.facts(key)
            if known is None or (known.reason and retry_failed):
                yield _Unsplit(document_id, key, store.packed(reading))
                continue
            done += 1
            if known.reason:
                reasons[document_id] = known.reason

    def split(document: _Unsplit) -> tuple[Facts, bytes]:
        return _split(document, parsers)

    for document, (found, packed) in parsers.map(split, unsplit()):
        store.put(document.key, found, packed)
        if found.reason:
            reasons[document.document_id] = found.reason
        done += 1
        progress("Splitting", min(done, total - 1), total)
    progress("Splitting", total, total)
    return ingested.without(reasons)


def _split(document: _Unsplit, parsers: Parsers) -> tuple[Facts, bytes]:
    started = time.perf_counter()
    try:
        passages = parsers.split(document.document_id, unpack(document.packed))
    except DocumentError as error:
        return Facts(reason=str(error), seconds=time.perf_counter() - started), b""
    facts = Facts(document_id=document.document_id, seconds=time.perf_counter() - started)
    return facts, pack_passages(passages)
