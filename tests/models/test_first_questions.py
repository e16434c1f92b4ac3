"""The first questions of a process may come at once: from several threads, in every engine, also after another build.

Each trial is a process of its own. ``FIRST_QUESTION_TRIALS=50`` makes more of them than the few that are made otherwise.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TRIALS = int(os.environ.get("FIRST_QUESTION_TRIALS", "2"))
SECONDS = 300

TRIAL = """
import sys, threading
from pathlib import Path
from kin_assistant import Assistant, Settings

folder, engine, threads, reopened = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4] == "True"
questions = ["How did Surabaya cut its household waste?", "How is waste collected in Bangkok?"]
assistant = Assistant.open(folder, settings=Settings(engine=engine))
if reopened:
    assistant = assistant.reopened()
together = threading.Barrier(threads)
answers = [None] * threads

def ask(number):
    together.wait()
    answers[number] = assistant.ask(questions[number % len(questions)]).citations

asking = [threading.Thread(target=ask, args=[number]) for number in range(threads)]
for thread in asking:
    thread.start()
for thread in asking:
    thread.join()
for number, found in enumerate(answers):
    assert found and found == answers[number % len(questions)]
print("answered")
"""


def ask_at_once(index: Path, *, engine: str = "auto", threads: int, reopened: bool = False) -> None:
    arguments = [sys.executable, "-c", TRIAL, str(index), engine, str(threads), str(reopened)]
    trial = subprocess.run(arguments, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert trial.stdout == "answered\n", trial.stderr


@pytest.mark.parametrize("threads", [2, 20])
@pytest.mark.parametrize("trial", range(TRIALS))
def test_first_questions_at_once_are_all_answered(shipped_index: Path, trial: int, threads: int) -> None:
    ask_at_once(shipped_index, threads=threads)


def test_first_questions_at_once_are_answered_after_another_build_was_opened(shipped_index: Path) -> None:
    ask_at_once(shipped_index, threads=2, reopened=True)


def test_first_questions_at_once_are_answered_by_torch(shipped_index: Path) -> None:
    ask_at_once(shipped_index, engine="torch", threads=2)
