"""The page on this machine in a process of its own, which notes every file it opens and every address it asks for.

``python -m tests.attacked_server FOLDER`` writes the port to ``FOLDER/port`` and what it notes to ``FOLDER/noted``, one line of
JSON for each: the event of Python's audit hooks, and what it is about.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
import time
from pathlib import Path

from tests.doubles import AssistantDouble

_FILES = {"open", "os.listdir", "os.mkdir", "os.remove", "os.rename", "os.scandir", "shutil.copyfile", "shutil.move"}
_ADDRESSES = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}


class SlowAssistant(AssistantDouble):
    """Takes its time, as a real one does."""

    seconds = 0.0

    def ask(self, question: str, **named: object) -> object:
        time.sleep(60 if "slowly" in question else self.seconds)
        return super().ask(question, **named)


def note_everything(target: int) -> None:
    """Write what is opened or asked for to the descriptor ``target``; nobody outside is asked."""

    def hook(event: str, args: tuple[object, ...]) -> None:
        if event in _FILES and isinstance(args[0], (str, bytes, os.PathLike)):
            os.write(target, json.dumps([event, os.fsdecode(args[0])]).encode() + b"\n")
        elif event in _ADDRESSES:
            about = str(args[1] if event in ("socket.connect", "socket.sendto") else args[0])
            os.write(target, json.dumps([event, about]).encode() + b"\n")
            raise PermissionError("a test reached for the network")

    sys.addaudithook(hook)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--questions-per-minute", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=0.02, help="that an answer takes")
    parser.add_argument("--fetch-seconds", type=float, default=0.0, help="that a result is kept for")
    parser.add_argument("--api", action="store_true", help="other programs may ask too")
    chosen = parser.parse_args()
    SlowAssistant.seconds = chosen.seconds

    import uvicorn

    from kin_assistant.ui.server import make_app

    if chosen.fetch_seconds:
        from kin_assistant.ui import backlog

        backlog._FETCH_SECONDS = chosen.fetch_seconds
    app = make_app(
        SlowAssistant(),  # type: ignore[arg-type]
        feedback=chosen.folder / "feedback",
        questions_per_minute=chosen.questions_per_minute,
        api=chosen.api,
    )
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        startup = server.startup

        async def start(sockets: list[socket.socket] | None = None) -> None:
            await startup(sockets)
            (chosen.folder / "port").write_text(str(listener.getsockname()[1]))
            note_everything(os.open(chosen.folder / "noted", os.O_WRONLY | os.O_CREAT | os.O_APPEND))

        server.startup = start  # type: ignore[method-assign]
        server.run(sockets=[listener])


if __name__ == "__main__":
    main()
