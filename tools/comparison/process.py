"""The process of one side, as the program that compares sees it: asked by lines, given up when its time is over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from eval.errors import CannotRunError
from eval.product import ROOT
from tools.comparison.messages import Reply, Request, SideName

__all__ = ["Deadline", "OutOfTimeError", "SideProcess", "processors"]


class OutOfTimeError(Exception):
    """What was being measured was given up, because the time for the whole comparison is over."""


class Deadline:
    """The time for the whole comparison, which begins now."""

    def __init__(self, minutes: float) -> None:
        self._end = time.monotonic() + 60 * minutes

    @property
    def seconds_left(self) -> float:
        """Until it is over; 0 afterwards."""
        return max(0.0, self._end - time.monotonic())


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class SideProcess:
    """A fresh process of a side, with as many threads as there are processors. To be used as a context, which ends it."""

    def __init__(self, side: SideName, log: Path, deadline: Deadline) -> None:
        # Neither side reaches for the network, nor leaves files behind. Ours answers in English alone, as the other does.
        settings = {
            "OMP_NUM_THREADS": str(processors()), "HF_HUB_OFFLINE": "1", "KIN_LANGUAGES": "off", "TMPDIR": str(log.parent),
        }  # fmt: skip
        self._side, self._log, self._deadline = side, log, deadline
        with log.open("wb") as stream:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tools.comparison.side", side],
                cwd=ROOT, env=os.environ | settings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stream,
                text=True, encoding="utf-8", start_new_session=True,
            )  # fmt: skip

    def ask(self, request: Request) -> Reply:
        """Let the side do something. Raises ``OutOfTimeError``, and ``CannotRunError`` with the reason if it cannot."""
        assert self._process.stdin, "it takes input"
        assert self._process.stdout, "it gives output"
        over = threading.Event()

        def give_up() -> None:
            over.set()
            self._kill()

        timer = threading.Timer(self._deadline.seconds_left, give_up)
        timer.start()
        try:
            self._process.stdin.write(request.model_dump_json() + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            timer.cancel()
        if over.is_set():
            raise OutOfTimeError
        if not line:
            raise CannotRunError(f"The process of the side {self._side} ended early: {self._last_words()}")
        reply = Reply.model_validate_json(line)
        if reply.fault:
            raise CannotRunError(f"The side {self._side} cannot do it: {reply.fault}")
        return reply

    def __enter__(self) -> SideProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self._kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream and not stream.closed:
                try:
                    stream.close()
                except BrokenPipeError:  # a line that it no longer read
                    continue

    def _kill(self) -> None:
        """End the process and its children, which share its group."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def _last_words(self) -> str:
        """The last line that it wrote into its log, and how it ended."""
        code = self._process.wait()
        lines = self._log.read_text("utf-8", "replace").strip().splitlines()
        return f"exit code {code}; {lines[-1][:300] if lines else 'it said nothing'}"
