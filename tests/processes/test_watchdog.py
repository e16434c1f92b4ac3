"""A call that hangs is given up, whoever waits for it is told, and the process ends, also where the interpreter is held."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from kin_assistant.errors import AnswerTimeout, QuestionError
from kin_assistant.processes.watchdog import CallReport, allow_time, call_within, is_call_overdue, reporting_calls

HANGS = {
    "alone": "time.sleep(100)",
    "with the interpreter": "ctypes.PyDLL(None).sleep(100)",
}
"""Native code that hangs: having given the interpreter's lock back, or holding it."""


def run(code: str) -> subprocess.CompletedProcess[str]:
    prelude = "import ctypes, time\nfrom kin_assistant.processes.watchdog import call_within, ending_hung_process\n"
    return subprocess.run(
        [sys.executable, "-c", prelude + code], capture_output=True, text=True, timeout=60, check=False
    )


def test_a_call_gives_what_it_returns_or_raises() -> None:
    assert call_within(10, lambda: 7, what="It") == 7

    def refuse() -> None:
        raise QuestionError("No question.")

    with pytest.raises(QuestionError, match="No question"):
        call_within(10, refuse, what="It")


def test_a_fault_that_is_a_time_limit_of_its_own_passes() -> None:
    def expire() -> None:
        raise TimeoutError("of its own")

    with pytest.raises(TimeoutError, match="of its own"):
        call_within(10, expire, what="It")


def test_a_call_that_takes_too_long_is_given_up_with_a_sentence() -> None:
    started = time.monotonic()
    with pytest.raises(AnswerTimeout, match=r"^The answer took longer than 0\.2 seconds and was given up\."):
        call_within(0.2, lambda: time.sleep(5), what="The answer")
    assert time.monotonic() - started < 3


def test_loading_does_not_count() -> None:
    def load_and_answer() -> str:
        with allow_time(30):
            time.sleep(0.6)
        return "answer"

    assert call_within(0.3, load_and_answer, what="It") == "answer"


def test_what_comes_after_loading_counts_again() -> None:
    def load_and_hang() -> None:
        with allow_time(30):
            time.sleep(0.3)
        time.sleep(5)

    started = time.monotonic()
    with pytest.raises(AnswerTimeout):
        call_within(0.3, load_and_hang, what="It")
    assert time.monotonic() - started < 3


def test_loading_that_hangs_is_given_up_too() -> None:
    def hang() -> None:
        with allow_time(0.3):
            time.sleep(5)

    with pytest.raises(AnswerTimeout):
        call_within(0.1, hang, what="It")


@pytest.mark.parametrize(("hang", "code"), [("alone", 4), ("with the interpreter", 1)])
def test_a_process_with_a_call_that_hangs_ends(hang: str, code: int) -> None:
    ended = run(
        "with ending_hung_process(4, grace=0.5):\n"
        "    try:\n"
        f"        call_within(0.5, lambda: {HANGS[hang]}, what='The answer')\n"
        "    except Exception as error:\n"
        "        print(error, flush=True)\n"
        "    time.sleep(50)"
    )
    assert ended.returncode == code, ended.stderr
    assert ("The answer took longer than" in ended.stdout) == (hang == "alone")
    assert "in <lambda>" in ended.stderr, "where it hangs"


def test_a_process_in_which_a_call_is_only_slow_goes_on() -> None:
    ended = run(
        "with ending_hung_process(4, grace=5):\n"
        "    try:\n"
        "        call_within(0.5, lambda: time.sleep(2), what='It')\n"
        "    except Exception:\n"
        "        time.sleep(6)\n"
        "print('goes on')"
    )
    assert (ended.returncode, ended.stdout) == (0, "goes on\n"), ended.stderr


def test_a_program_that_did_not_ask_for_it_is_not_ended() -> None:
    ended = run(
        "try:\n"
        "    call_within(0.2, lambda: time.sleep(1), what='It')\n"
        "except Exception:\n"
        "    time.sleep(2)\n"
        "print('goes on')"
    )
    assert (ended.returncode, ended.stdout) == (0, "goes on\n"), ended.stderr


def test_an_interrupted_call_is_waited_for_a_moment() -> None:
    ended = run(
        "import os, signal, threading\n"
        "done = []\n"
        "threading.Timer(1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "try:\n"
        "    call_within(30, lambda: (time.sleep(2), done.append(1)), what='It')\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted', done)"
    )
    assert ended.stdout == "interrupted [1]\n", ended.stderr


def test_each_call_that_ends_is_reported_with_what_came_of_it() -> None:
    reports: list[CallReport] = []

    def refuse() -> None:
        raise QuestionError("No question.")

    with reporting_calls(reports.append):
        call_within(10, lambda: 7, what="The answer")
        with pytest.raises(QuestionError):
            call_within(10, refuse, what="The search")
        with pytest.raises(AnswerTimeout):
            call_within(0.1, lambda: time.sleep(0.5), what="The brief")
    call_within(10, lambda: 8, what="Later")
    assert [(report.what, report.result, type(report.fault)) for report in reports] == [
        ("The answer", 7, type(None)),
        ("The search", None, QuestionError),
        ("The brief", None, AnswerTimeout),
    ]
    assert 0.1 <= reports[2].seconds < 0.5


def test_a_call_that_was_given_up_is_overdue_until_it_comes_back() -> None:
    wait_until_nothing_is_overdue()  # of the tests before
    with pytest.raises(AnswerTimeout):
        call_within(0.1, lambda: time.sleep(0.6), what="The answer")
    assert is_call_overdue()
    wait_until_nothing_is_overdue()


def wait_until_nothing_is_overdue() -> None:
    until = time.monotonic() + 10
    while is_call_overdue():
        assert time.monotonic() < until
        time.sleep(0.05)
