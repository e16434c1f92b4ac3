"""Without a language model nothing of it is imported, nothing is sent, and the answers are the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import json, sys
from kin_assistant import Assistant
with Assistant.open(sys.argv[1]) as assistant:
    answers = [assistant.ask(question).model_dump(mode="json", exclude={"elapsed_ms"}) for question in sys.argv[2:]]
loaded = [name for name in sys.modules if name.startswith(("kin_assistant.writing", "httpx", "openai"))]
print(json.dumps([answers, loaded]))
"""
QUESTIONS = ("How does Surabaya compost household waste?", "Compare waste banks in Surabaya and Makassar")


SERVED = """
import json, sys
from pathlib import Path
from kin_assistant import Assistant
from kin_assistant.ui.server import make_app
from starlette.testclient import TestClient
with Assistant.open(sys.argv[1]) as assistant, TestClient(make_app(assistant, feedback=Path(sys.argv[2]), api=True)) as client:
    assert client.post("/api/v1/ask", json={"question": sys.argv[3]}).status_code == 200
    assert client.get("/").status_code == 200
print(json.dumps([name for name in sys.modules if name.startswith("kin_assistant.writing")]))
"""


def test_nothing_is_imported_by_the_page_and_the_api(repository: Path, shipped_index: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SERVED, shipped_index, tmp_path, QUESTIONS[0]],
        cwd=repository,
        capture_output=True,
        check=True,
        timeout=300,
    )
    assert json.loads(done.stdout.splitlines()[-1]) == []


def test_nothing_is_imported_and_the_answers_are_equal(repository: Path, shipped_index: Path) -> None:
    def run(**settings: str) -> list[object]:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, shipped_index, *QUESTIONS],
            cwd=repository,
            env={**os.environ, **settings},
            capture_output=True,
            check=True,
            timeout=300,
        )
        return json.loads(done.stdout)

    answers, loaded = run()
    assert loaded == []
    assert run(KIN_LLM_URL="http://127.0.0.1:1/v1", KIN_LLM_MODEL="small") == [answers, []], (
        "it is asked for prose alone"
    )
