"""The addresses at which answers of the page are downloaded: one, or a conversation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from kin_assistant.rendering import Transcript, transcript_file
from kin_assistant.ui.callbacks import Callbacks
from kin_assistant.ui.downloads import DOCX, JSON, add_downloads
from kin_assistant.ui.ratelimit import QUESTION, RateLimiter
from kin_assistant.ui.turns import MAX_TURNS, Turn
from kin_assistant.ui.visits import Visits

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.datastructures import QueryParams

__all__ = ["add_transcripts"]

_TYPES: Final = {
    ".docx": DOCX,
    ".pdf": "application/pdf",
    ".md": "text/markdown; charset=utf-8",
    ".bib": "application/x-bibtex; charset=utf-8",
    ".ris": "application/x-research-info-systems; charset=utf-8",
    ".json": JSON,
}
"""Media types of the formats on offer."""


def add_transcripts(app: FastAPI, callbacks: Callbacks, visits: Visits, limiter: RateLimiter) -> None:
    """Serve answers as the files below ``/answer/``. The form names them in order by ``turn`` and ``kept``, once each.

    ``turn`` is the id of an answer on the page and ``kept`` what the browser keeps of its question.
    """

    def read(asked: QueryParams) -> list[tuple[Turn | None, str]]:
        turns, kept = (asked.getlist(name)[:MAX_TURNS] for name in ("turn", "kept"))
        return [(visits.find(turn), words) for turn, words in zip(turns, kept, strict=False)]

    def find(asked: QueryParams) -> Transcript | str:
        return callbacks.transcribe(read(asked))

    def cost(asked: QueryParams) -> int:
        # What is held need not be searched again.
        return QUESTION * max(1, sum(turn is None for turn, _ in read(asked)))

    files = {f"answer{suffix}": (kind, partial(transcript_file, suffix=suffix)) for suffix, kind in _TYPES.items()}
    add_downloads(app, limiter, "answer", files, find, form=True, cost=cost)
