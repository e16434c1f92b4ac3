"""The programs in docs/api.md run as they are printed, each with its real client, against a real server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kin_assistant import Assistant
from tests.served_process import ServedProcess, environment_with, served

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = {
    re.findall(r"^(?:from|import) (mcp\.client\.\w+|\w+)", body, re.MULTILINE)[-1]: body
    for body in re.findall(
        r"^```python\n(.*?)^```$", (ROOT / "docs" / "api.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
}
"""By the package that each shows, which it imports last, and where a package has two ways by the module of that way."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page(
    shipped_index: Path, shipped_corpus: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServedProcess]:
    with served(
        shipped_corpus, shipped_index, tmp_path_factory.mktemp("served"), environment_with(KIN_API="on")
    ) as running:
        yield running


def run(package: str, folder: Path, address: str = "", index: Path | None = None) -> str:
    """What the program of ``package`` prints."""
    program = folder / "program.py"
    program.write_text(PROGRAMS[package].replace("http://127.0.0.1:7860", address or "http://127.0.0.1:1"), "utf-8")
    environment = environment_with(
        PATH=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        PYTHONPATH=str(ROOT),
        **({"KIN_INDEX": index} if index else {}),
    )
    done = subprocess.run(
        [sys.executable, str(program)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def quotes_in(printed: str, assistant: Assistant) -> int:
    """How many sentences of documents on Surabaya stand in what was printed."""
    texts = " ".join(printed.split())
    found = {
        document.text[sentence.start : sentence.end]
        for info in assistant.documents
        if "Surabaya" in info.cities
        for document in [assistant.document(info.id)]
        for sentence in assistant.sentences(info.id)
        if document.text[sentence.start : sentence.end] in texts
    }
    return len([quote for quote in found if len(quote) > 40])


def test_there_is_a_program_for_each_way_in() -> None:
    assert set(PROGRAMS) == {"httpx", "openai", "mcp.client.stdio", "mcp.client.streamable_http", "kin_assistant"}


def test_the_program_for_httpx(page: ServedProcess, assistant: Assistant, tmp_path: Path) -> None:
    printed = run("httpx", tmp_path, f"http://127.0.0.1:{page.port}")
    assert quotes_in(printed, assistant) >= 1
    assert printed.startswith("[1] ")
    assert printed.endswith("422 The question is empty. Please type one.\n")


def test_the_program_for_openai(page: ServedProcess, assistant: Assistant, tmp_path: Path) -> None:
    printed = run("openai", tmp_path, f"http://127.0.0.1:{page.port}")
    assert quotes_in(printed, assistant) >= 2
    assert printed.count("## References") >= 1


def test_the_program_for_mcp_over_standard_input_and_output(
    shipped_index: Path, assistant: Assistant, tmp_path: Path
) -> None:
    printed = run("mcp.client.stdio", tmp_path, index=shipped_index)
    assert quotes_in(printed, assistant) >= 1
    assert printed.startswith("# How does Surabaya compost?")


def test_the_program_for_mcp_over_http(page: ServedProcess, assistant: Assistant, tmp_path: Path) -> None:
    printed = run("mcp.client.streamable_http", tmp_path, f"http://127.0.0.1:{page.port}")
    assert quotes_in(printed, assistant) >= 1
    assert printed.startswith("# How does Surabaya compost?")


def test_the_program_for_llama_index(shipped_index: Path, assistant: Assistant, tmp_path: Path) -> None:
    printed = run("kin_assistant", tmp_path, index=shipped_index)
    assert quotes_in(printed, assistant) >= 2
