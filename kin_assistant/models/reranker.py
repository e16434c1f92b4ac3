"""Ranking the best passages again by a cross-encoder, for people who have one."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from kin_assistant.errors import ModelError
from kin_assistant.processes.watchdog import allow_time

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CrossEncoderReranker", "Reranker", "open_reranker"]

_LOADING_SECONDS = 600.0


class Reranker(Protocol):
    """Reads a query and a passage together."""

    def score(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """How well each text answers ``query``, 0 to 1; shape (len(texts),)."""
        ...


def open_reranker(name: str) -> Reranker | None:
    """The cross-encoder ``name``: a folder, or a name on a model hub, in sentence-transformers layout; None if empty."""
    return CrossEncoderReranker(name) if name else None


class CrossEncoderReranker:
    """A cross-encoder with one label, run by sentence-transformers; loaded at the first query.

    A name on a hub is fetched only where the environment says ``HF_HUB_OFFLINE=0``: without being told to, nothing here
    calls out.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._model: Any = None

    def score(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """As ``Reranker.score``. Raises ``ModelError`` if there is no such model or it has more than one label."""
        if not texts:
            return np.zeros(0, np.float32)
        import torch

        with self._lock:
            if self._model is None:
                with allow_time(_LOADING_SECONDS):
                    self._model = self._load()
            scores = self._model.predict(
                [(query, text) for text in texts], activation_fn=torch.nn.Sigmoid(), show_progress_bar=False
            )
        return np.asarray(scores, np.float32)

    def _load(self) -> Any:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from sentence_transformers import CrossEncoder

        try:
            model = CrossEncoder(self._name, device="cpu")
        except (OSError, ValueError) as error:
            raise ModelError(
                f"The reranker {self._name} cannot be opened: it is no folder with a cross-encoder. A name on a model hub needs "
                "HF_HUB_OFFLINE=0.",
                details=repr(error),
            ) from error
        if model.num_labels != 1:
            raise ModelError(f"The reranker {self._name} gives {model.num_labels} labels; one is needed.")
        return model
