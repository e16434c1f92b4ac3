"""Many visitors at once: who cannot be served is told so at once, and nothing else goes wrong."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tools.load import Load, State, read_visits


def load(**fields: object) -> Load:
    """What a good run sees, but for ``fields``."""
    good = {
        "seconds": 120.0,
        "answers": [1.0, 2.0],
        "statuses": Counter({200: 5, 429: 1, 503: 2}),
        "states": [State(700, 40, 1), State(800, 240, 60), State(820, 240, 120)],
    }
    return Load(**(good | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, None),
        ({"statuses": Counter({200: 5, 500: 1})}, "status 500: 1 times"),
        ({"statuses": Counter({404: 2})}, "status 404: 2 times"),
        ({"broken": Counter({"ServerDisconnectedError": 3})}, "ServerDisconnectedError: 3 times"),
        ({"answers": []}, "no question was answered"),
        ({"refusals": [0.1, 0.2, 5.0]}, None),
        ({"refusals": [0.1, 1.5, 1.5]}, "half of the refusals took 1.5 s or more"),
        (
            {"states": [State(700, 40, 1), State(800, 40, 2), State(841, 40, 3)]},
            "memory grew by 5.1% in the second half",
        ),
        ({"states": [State(700, 40, 1), State(800, 40, 2), State(841, 40, 3)], "seconds": 60.0}, None),
    ],
)
def test_what_must_not_happen_is_a_problem(fields: dict[str, object], problem: str | None) -> None:
    measured = load(**fields)
    assert measured.problems == ([problem] if problem else [])
    assert all(line.strip() for line in measured.lines())


def test_visitors_ask_what_the_evaluation_asks(repository: Path) -> None:
    visits = read_visits(repository / "eval" / "questions")
    assert visits == read_visits(repository / "eval" / "questions")
    assert len({question for visit in visits for question in visit}) > 100
    assert {len(visit) for visit in visits} >= {1, 2}, "single questions and conversations"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="visitors have addresses of their own in 127.0.0.0/8")
def test_forty_visitors_at_once_are_answered_or_told_to_wait(repository: Path, shipped_index: Path) -> None:
    command = [sys.executable, "-m", "tools.load", "--clients", "40", "--seconds", "20", "--index", str(shipped_index)]
    run = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Traceback" not in run.stdout
