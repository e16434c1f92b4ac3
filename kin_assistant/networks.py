"""The networks that an assistant answers with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kin_assistant.index.layout import IndexFolder
from kin_assistant.models.embedder import Embedder, open_embedder
from kin_assistant.models.evidence_network import open_scorer
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
    def open(cls, index: Path, settings: Settings) -> Networks:
        """Those that ``settings`` name, as converted networks in the folder ``index``; each is loaded at its first use.

        Raises ``IndexMissing``, since without an index nothing else matters, and ``ModelError`` for a model that is not there
        or damaged.
        """
        IndexFolder(index).published()
        cache = IndexFolder(index).models
        return cls(
            open_embedder(settings.model, engine=settings.engine, cache=cache),
            open_scorer(settings.reader, engine=settings.engine, cache=cache),
            KindClassifier(engine=settings.engine, cache=cache),
        )

    def load(self) -> None:
        """Load them and wait until they are. Raises ``ModelError`` if they cannot be."""
        self.embedder.encode([_WORDS])
        self.kinds.classify(_WORDS)
        if self.reader:
            for passages in (1, _MANY_PASSAGES):
                self.reader.score(_WORDS, [("", [_WORDS])] * passages)
