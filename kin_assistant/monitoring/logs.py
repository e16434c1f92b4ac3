"""What the program writes on standard error about itself, as sentences or as lines of JSON."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, TextIO

from kin_assistant.monitoring.outcomes import describe_call

if TYPE_CHECKING:
    from kin_assistant.processes.watchdog import CallReport

__all__ = ["JOURNAL", "JsonLines", "LogFormat", "log_call", "set_up_logs", "writing_logs"]

LogFormat = Literal["text", "json"]

JOURNAL: Final = "kin_assistant.journal"
"""The logger of calls, and of what commands tell on standard error, where logs are JSON."""

_TEXT: Final = "%(levelname)s %(name)s: %(message)s"
_FIELDS: Final = "fields"
"""The attribute of a log record that holds further fields of its line."""

logger = logging.getLogger(JOURNAL)


class JsonLines(logging.Formatter):
    """A record as one line: time in UTC, level, logger, message; and the traceback, and fields, of those that have some."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, in ASCII and without its end."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {
            "time": moment.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= getattr(record, _FIELDS, {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class _Screen(logging.StreamHandler[TextIO]):
    """The handler that is ours, whose form may change once the settings are read."""


class _Sentences(io.TextIOBase):
    """A stream of which each line becomes a line of the log."""

    def __init__(self) -> None:
        self._begun = ""

    def write(self, text: str) -> int:
        *whole, self._begun = (self._begun + text).split("\n")
        for line in filter(str.strip, whole):
            logger.info("%s", line.strip())
        return len(text)


def set_up_logs(form: LogFormat = "text") -> None:
    """Write warnings and worse to standard error, in that form.

    What another program has set up before, in which this one runs, stays as it is.
    """
    logging.basicConfig(level=logging.WARNING, handlers=[_Screen()])
    for handler in logging.getLogger().handlers:
        if isinstance(handler, _Screen):
            handler.setFormatter(JsonLines() if form == "json" else logging.Formatter(_TEXT))


@contextmanager
def writing_logs(form: LogFormat) -> Iterator[None]:
    """Within it, logs have that form. With JSON, what is told on standard error and what ``log_call`` is told are lines, too."""
    set_up_logs(form)
    if form == "text":
        yield
        return
    logger.setLevel(logging.INFO)
    try:
        with redirect_stderr(_Sentences()):
            yield
    finally:
        logger.setLevel(logging.NOTSET)
        set_up_logs()


def log_call(report: CallReport) -> None:
    """Write a line on a call that ended: what it was, what came of it, how long it took; nothing of what was asked."""
    ended = describe_call(report)
    fields: dict[str, object] = {"what": ended.what, "outcome": ended.outcome, "seconds": round(ended.seconds, 3)}
    if ended.is_question:
        fields["kind"] = ended.kind
    logger.info("call ended", extra={_FIELDS: fields})
