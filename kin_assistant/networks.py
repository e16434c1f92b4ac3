"""The networks that an assistant answers with. What is imported here is little, so that they can be loaded before the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kin_assistant.index.layout import IndexFolder
from kin_assistant.models.embedder import Embedder, open_embedder
from kin_assistant.models.engine import load_meanwhile
from kin_assistant.models.evidence_network import open_scorer
from kin_assistant.processes.watchdog import call_within
from kin_assistant.question.kinds import KindClassifier

if TYPE_CHECKING:
    from kin_assistant.answer.evidence import EvidenceNetwork
    from kin_assistant.settings import Settings

__all__ = ["Networks"]

_WORDS = "waste"
_MANY_PASSAGES = 12
"""As many as are read for a question: more than one batch, for which the network is compiled in another way."""


@dataclass(frozen=True, slots=True)
class Networks:
    """What embeds texts, reads passages and tells kinds of request."""

    embedder: Embedder
    reader: EvidenceNetwork | None
    kinds: KindClassifier

    @classmethod
    def open(cls, index: Path, settings: Settings, *, at_once: bool = False) -> Networks:
        """Those that ``settings`` name, as converted networks in the folder ``index``.

        ``at_once`` loads them in the background, in the order in which a question needs them; else that happens at the first
        one. Raises ``IndexMissing``, since without an index nothing else matters, and ``ModelError`` for a model that is not
        there or damaged.
        """
        IndexFolder(index).published()
        cache = IndexFolder(index).models

        def load(use: Callable[[], object]) -> None:
            if at_once:  # watched as an answer is: a library that hangs must not keep the process
                load_meanwhile(partial(call_within, settings.answer_seconds, use, what="Loading a network"))

        kinds = KindClassifier(engine=settings.engine, cache=cache)
        load(partial(kinds.classify, _WORDS))
        embedder = open_embedder(settings.model, engine=settings.engine, cache=cache)
        load(partial(embedder.encode, [_WORDS]))
        reader = open_scorer(settings.reader, engine=settings.engine, cache=cache)
        if reader:
            load(partial(reader.score, _WORDS, [("", [_WORDS])] * _MANY_PASSAGES))
        return cls(embedder, reader, kinds)

    def load(self) -> None:
        """Load them and wait until they are. Raises ``ModelError`` if they cannot be."""
        self.embedder.encode([_WORDS])
        self.kinds.classify(_WORDS)
        if self.reader:
            for passages in (1, _MANY_PASSAGES):
                self.reader.score(_WORDS, [("", [_WORDS])] * passages)
