"""The real command in a folder of documents that somebody else filled: nothing in it is executed, no child sees a secret."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import write_corpus
from tests.doubles import SURABAYA
from tests.pdf_files import pages_of

pytestmark = pytest.mark.slow

KIN = Path(sys.executable).with_name("kin")
SECONDS = 600
SECRETS = {
    "KIN_CURATOR_PASSWORD": "swordfish",
    "HF_TOKEN": "swordfish",
    "AWS_SECRET_ACCESS_KEY": "swordfish",
    "LC_TOKEN": "swordfish",
}
LIBRARIES = (
    *("PIL", "Stemmer", "bm25s", "charset_normalizer", "chromadb", "filelock", "kin_assistant", "llama_index", "lxml"),
    *("numpy", "openvino", "pkg_resources", "py3langid", "pydantic", "pydantic_core", "pypdfium2", "safetensors"),
    *("selectolax", "sentence_transformers", "sentencex", "setuptools", "tests", "tokenizers", "torch", "transformers"),
    *("typing_extensions", "usercustomize", "yaml"),
)
# Loaded by every Python process that imports from its folder.
SITE = """
import json, os, sys
with open(RECORDS, "a") as file:
    file.write(json.dumps({"arguments": sys.orig_argv, "environment": dict(os.environ), "path": sys.path}) + "\\n")
"""
EVIL = "with open({mark!r}, 'a') as file: file.write({name!r} + '\\n')\n"


class Ran(NamedTuple):
    """What was seen of the commands."""

    executed: list[str]
    """Modules of the folder that were run."""
    processes: list[dict[str, list[str]]]
    picture: bytes

    @property
    def children(self) -> list[dict[str, list[str]]]:
        """The processes that the commands started."""
        return [process for process in self.processes if "kin_assistant.processes.sandbox" in process["arguments"]]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Ran:
    """A first sync, which converts the models too, both checks, a question, and the picture of a page, all from that folder."""
    folder = tmp_path_factory.mktemp("folder")
    site, records, mark = folder / "site", folder / "records.jsonl", folder / "executed"
    site.mkdir()
    (site / "sitecustomize.py").write_text(f"RECORDS = {str(records)!r}\n{SITE}")
    pdf = pages_of(
        [(72, 100, "The river was cleaned by its neighbours in 1999."), (72, 114, "They carried the mud away.")]
    )
    documents = write_corpus(folder / "documents", {"surabaya.md": SURABAYA, "river.pdf": pdf})
    for name in {*sys.stdlib_module_names, *LIBRARIES} - {"__future__"}:
        (documents / f"{name}.py").write_text(EVIL.format(mark=str(mark), name=name))
    # Chroma reads its settings from such a file; these would send questions to a server.
    (documents / ".env").write_text(
        "CHROMA_API_IMPL=chromadb.api.fastapi.FastAPI\nCHROMA_SERVER_HOST=127.0.0.1\nCHROMA_SERVER_HTTP_PORT=9\n"
    )
    environment = {**os.environ, **SECRETS, "PYTHONPATH": os.pathsep.join([str(site), str(repository)])}
    options = ["--corpus", ".", "--index", str(folder / "index")]
    for command in (["sync"], ["verify"], ["verify", "--deep"], ["ask", "How did Surabaya cut its household waste?"]):
        done = subprocess.run(
            [KIN, command[0], *options, *command[1:]],
            cwd=documents, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    picture = draw_page(documents, environment, options)
    executed = mark.read_text().splitlines() if mark.exists() else []
    return Ran(executed, [json.loads(line) for line in records.read_text().splitlines()], picture)


def draw_page(documents: Path, environment: Mapping[str, str], options: list[str]) -> bytes:
    """The picture of the PDF's page, from a server that runs in the folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [KIN, "serve", *options, "--port", str(port)],
        cwd=documents, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + SECONDS
        while True:
            assert server.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server does not answer"
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/pages/river?page=1", timeout=60) as answer:
                    return bytes(answer.read())
            except urllib.error.HTTPError as error:
                raise AssertionError(error.read()) from error
            except OSError:
                time.sleep(0.5)
    finally:
        server.terminate()
        server.wait(60)


def test_nothing_in_the_working_folder_is_executed(ran: Ran) -> None:
    assert ran.executed == []


def test_every_kind_of_child_was_started(ran: Ran) -> None:
    modules = {
        child["arguments"][child["arguments"].index("kin_assistant.processes.sandbox") + 2] for child in ran.children
    }
    assert modules == {
        "kin_assistant.documents.parsers",
        "kin_assistant.models.engine",
        "kin_assistant.index.chroma_process",
        "kin_assistant.index.verify",
        "kin_assistant.ui.page_picture",
    }
    assert ran.picture.startswith(b"RIFF")


def test_no_process_but_the_commands_sees_a_secret(ran: Ran) -> None:
    seeing = [process["arguments"] for process in ran.processes if "swordfish" in str(process["environment"])]
    assert len(seeing) == 5, "the commands themselves"
    assert not [arguments for arguments in seeing if str(KIN) not in arguments]


def test_no_child_has_a_setting(ran: Ran) -> None:
    names = {name for child in ran.children for name in dict(child["environment"])}
    assert not [name for name in names if name.startswith("KIN_")]
