"""A bound on the time of a call, also of one that hangs in native code.

Native code cannot be interrupted. A call that may hang runs in a thread of its own, and whoever waits for it stops waiting.
The thread stays behind, and what it holds stays held; so ``ending_hung_process`` lets the process end, for its supervisor to
start it again. Native code that hangs may also hold the interpreter's lock, and then no Python runs any more: that is left to
the timer of ``faulthandler``, which is a thread without an interpreter.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

from kin_assistant.errors import AnswerTimeout, ResourceError

__all__ = ["CallReport", "allow_time", "call_within", "ending_hung_process", "is_call_overdue", "reporting_calls"]

_INTERRUPTED_SECONDS = 5.0

_LOOK_AGAIN_SECONDS = 1.0
_STANDARD_ERROR = 2
_Result = TypeVar("_Result")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CallReport:
    """A bounded call that ended, or was given up."""

    what: str
    """As whoever called it names it, such as "The answer"."""
    seconds: float
    result: object = None
    fault: BaseException | None = None
    """What was raised instead."""


class _Call:
    """One call that is bounded. Its deadline moves while it does what may take longer."""

    def __init__(self, seconds: float) -> None:
        self.deadline = time.monotonic() + seconds


class _Guard:
    """Ends the process when a call is overdue, once that is switched on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: set[_Call] = set()
        self._exit_code, self._grace = 0, 0.0
        """0: off."""
        self.reporters: tuple[Callable[[CallReport], None], ...] = ()

    def switch(self, exit_code: int, grace: float) -> None:
        """End the process with ``exit_code`` from now on, or with 0 never."""
        with self._lock:
            self._exit_code, self._grace = exit_code, grace
            self._set_timer()

    def watch(self, call: _Call) -> None:
        """Watch ``call``, or heed its new deadline."""
        with self._lock:
            self._calls.add(call)
            self._set_timer()

    def forget(self, call: _Call) -> None:
        """``call`` came back."""
        with self._lock:
            self._calls.discard(call)
            self._set_timer()

    def has_overdue_call(self) -> bool:
        """Whether a call was given up and has not come back."""
        with self._lock:
            return any(call.deadline < time.monotonic() for call in self._calls)

    def end_process_over(self, call: _Call) -> None:
        """End the process unless ``call``, which was given up, comes back within the time of grace."""
        if not self._exit_code:
            return
        logger.error("A call hangs. The process ends in %g seconds unless it comes back.", self._grace)
        timer = threading.Timer(self._grace, self._end_process, [call])
        timer.daemon = True
        with contextlib.suppress(RuntimeError):  # no more threads: the timer below ends the process
            timer.start()

    def _end_process(self, call: _Call) -> None:
        with self._lock:
            code = self._exit_code if call in self._calls else 0
        if not code:
            return
        logger.critical("The call did not come back. The process ends now. Its threads:")
        faulthandler.dump_traceback(_STANDARD_ERROR)
        os._exit(code)  # an orderly end would wait for the thread that hangs

    def _set_timer(self) -> None:
        if self._exit_code and self._calls:
            # Twice the time of grace: where Python runs on, ``_end_process`` comes first.
            left = min(call.deadline for call in self._calls) + 2 * self._grace - time.monotonic()
            faulthandler.dump_traceback_later(max(left, 0.1), exit=True, file=_STANDARD_ERROR)
        else:
            faulthandler.cancel_dump_traceback_later()


_guard = _Guard()
_current = threading.local()
"""``call``: the bounded call that this thread runs."""


def call_within(seconds: float, function: Callable[[], _Result], *, what: str) -> _Result:
    """What ``function`` returns or raises, run in a thread of its own.

    Raises ``AnswerTimeout``, in which ``what`` names what was done, if that takes longer than ``seconds``.
    """
    began = time.monotonic()
    try:
        result = _call_within(seconds, function, what)
    except BaseException as fault:
        _report(CallReport(what, time.monotonic() - began, fault=fault))
        raise
    _report(CallReport(what, time.monotonic() - began, result))
    return result


def _report(ended: CallReport) -> None:
    for reporter in _guard.reporters:
        reporter(ended)


def _call_within(seconds: float, function: Callable[[], _Result], what: str) -> _Result:
    call = _Call(seconds)
    future: Future[_Result] = Future()

    def run() -> None:
        _current.call = call
        try:
            result = function()
        except BaseException as error:  # noqa: BLE001 (for whoever waits)
            future.set_exception(error)
        else:
            future.set_result(result)
        finally:
            _guard.forget(call)

    _guard.watch(call)
    try:
        threading.Thread(target=run, name="kin-call", daemon=True).start()
    except RuntimeError as error:
        _guard.forget(call)
        raise ResourceError("The system lets this program start no more threads.", details=repr(error)) from error
    if _wait(future, call):
        return future.result()
    _guard.end_process_over(call)
    raise AnswerTimeout(f"{what} took longer than {seconds:g} seconds and was given up. Please try again in a minute.")


def _wait(future: Future[_Result], call: _Call) -> bool:
    """Whether ``call`` came back before its deadline."""
    try:
        while not future.done():
            left = call.deadline - time.monotonic()
            if left <= 0:
                return False
            with contextlib.suppress(TimeoutError):
                future.exception(min(left, _LOOK_AGAIN_SECONDS))  # the deadline may move meanwhile
    except BaseException:
        # Interrupted. The interpreter is not taken down while native code runs, if that comes back soon.
        with contextlib.suppress(TimeoutError):
            future.exception(_INTERRUPTED_SECONDS)
        raise
    return True


@contextlib.contextmanager
def allow_time(seconds: float) -> Iterator[None]:
    """What is done within may take ``seconds``, and does not count among those of the call that it belongs to."""
    call: _Call | None = getattr(_current, "call", None)
    if call is None:
        yield
        return
    began = time.monotonic()
    left = call.deadline - began
    call.deadline = began + seconds
    _guard.watch(call)
    try:
        yield
    finally:
        call.deadline = time.monotonic() + left
        _guard.watch(call)


@contextlib.contextmanager
def ending_hung_process(exit_code: int, *, grace: float) -> Iterator[None]:
    """Within it, a call that was given up ends the process unless it comes back within ``grace`` seconds.

    Meanwhile whoever waited is told. The stacks of the threads are then on standard error. Where the call keeps the
    interpreter's lock, nobody can be told, the process ends after twice as long, and its exit code is 1.
    """
    _guard.switch(exit_code, grace)
    try:
        yield
    finally:
        _guard.switch(0, 0.0)


@contextlib.contextmanager
def reporting_calls(reporter: Callable[[CallReport], None]) -> Iterator[None]:
    """Within it, ``reporter`` is told of each bounded call that ends, by the thread that waited for it. It must not raise."""
    _guard.reporters = (*_guard.reporters, reporter)
    try:
        yield
    finally:
        _guard.reporters = tuple(each for each in _guard.reporters if each is not reporter)


def is_call_overdue() -> bool:
    """Whether a call hangs: it was given up, and has not come back."""
    return _guard.has_overdue_call()
