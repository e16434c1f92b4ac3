"""The API as a part of the server that the page comes from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from kin_assistant.api.addresses import CHAT, REST
from kin_assistant.api.arrival import Arrival

if TYPE_CHECKING:
    from fastapi import FastAPI

    from kin_assistant.api.admission import Admission
    from kin_assistant.api.prose import Writers

__all__ = ["add_api"]


def add_api(
    app: FastAPI,
    admission: Admission,
    *,
    origins: frozenset[str],
    now: Callable[[], datetime],
    writers: Writers | None = None,
) -> None:
    """Serve the API in ``app``. ``origins`` are the web origins whose scripts may ask; others are refused.

    ``writers`` write about answers where that is asked for.
    """
    from kin_assistant.api.chat import make_chat
    from kin_assistant.api.rest import make_rest

    for path, part in ((REST, make_rest(admission, writers)), (CHAT, make_chat(admission, now))):
        part.add_middleware(Arrival, origins=origins)
        app.mount(path, part)
