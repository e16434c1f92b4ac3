"""The log is lines of JSON where that is wanted, and holds nothing of what was asked."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import Any

import pytest

from kin_assistant.monitoring.logs import JOURNAL, JsonLines, log_call, writing_logs
from kin_assistant.processes.watchdog import CallReport
from tests.doubles import QUESTION, AssistantDouble
from tests.served_process import environment_with


def line_of(record: logging.LogRecord) -> dict[str, Any]:
    text = JsonLines().format(record)
    assert "\n" not in text
    assert text.isascii()
    line: dict[str, Any] = json.loads(text)
    return line


def record_of(message: str, *values: object, **more: Any) -> logging.LogRecord:
    record = logging.LogRecord("kin_assistant.ui", logging.WARNING, "file.py", 1, message, values, None)
    record.__dict__.update(more)
    return record


def test_a_record_is_one_line_with_time_level_logger_and_message() -> None:
    line = line_of(record_of("Build %s cannot\nbe opened: “%s”", "b1", "é", created=0.25))
    assert line == {
        "time": "1970-01-01T00:00:00.250Z",
        "level": "warning",
        "logger": "kin_assistant.ui",
        "message": "Build b1 cannot\nbe opened: “é”",
    }


def test_a_traceback_is_in_the_line_of_its_record() -> None:
    try:
        raise ValueError("no such thing")
    except ValueError:
        line = line_of(record_of("Reference A1", exc_info=sys.exc_info()))
    assert line["exception"].startswith("Traceback")
    assert line["exception"].endswith("ValueError: no such thing")


def test_a_question_has_a_line_without_what_was_asked(caplog: pytest.LogCaptureFixture) -> None:
    answer = AssistantDouble().ask(QUESTION)
    with writing_logs("json"):
        log_call(CallReport("The answer", 0.12345, answer))
        log_call(CallReport("The search for figures", 0.5, ()))
    question, figures = (line_of(record) for record in caplog.records if record.name == JOURNAL)
    told = {name: question[name] for name in ("what", "outcome", "seconds", "kind")}
    assert told == {"what": "question", "outcome": "answered", "seconds": 0.123, "kind": answer.kind}
    assert "kind" not in figures
    written = json.dumps([question, figures])
    assert not [word for word in ("Surabaya", "household", "compost") if word in written]


def test_as_text_calls_have_no_line(caplog: pytest.LogCaptureFixture) -> None:
    with writing_logs("text"):
        log_call(CallReport("The answer", 0.1, AssistantDouble().ask(QUESTION)))
    assert not caplog.records


def test_what_a_command_tells_on_standard_error_is_a_line_too(caplog: pytest.LogCaptureFixture) -> None:
    with writing_logs("json"):
        print("The index is missing; building it.\n\nNot", "yet ended", end="", file=sys.stderr)
        print(" line.", file=sys.stderr)
    assert [record.getMessage() for record in caplog.records] == [
        "The index is missing; building it.",
        "Not yet ended line.",
    ]


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_command_that_fails_says_why_in_the_form_that_is_set(form: str, tmp_path: Any) -> None:
    command = [sys.executable, "-m", "kin_assistant", "ask", "waste", "--index", str(tmp_path / "none")]
    run = subprocess.run(command, capture_output=True, text=True, env=environment_with(KIN_LOG=form), check=False)
    assert run.returncode == 1
    (written,) = run.stderr.splitlines()
    said = json.loads(written)["message"] if form == "json" else written
    assert said.startswith("kin: There is no index")
