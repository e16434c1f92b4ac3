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
