"""Nothing calls home: building and asking reach for no other machine and load nothing that would."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import write_corpus
from tests.doubles import SOURCES

# Loaded by every Python process that has its folder on the path, so also by the children of the command, which see the path
# and hardly anything else of its environment.
SITE = """
import atexit, json, os, socket, sys

def _record(kind, what):
    with open(WATCH_FILE, "a") as file:
        file.write(json.dumps([kind, str(what)]) + "\\n")

def _watched(kind, function, host_of):
    def call(*arguments, **named):
        host = host_of(arguments)
        if host not in (None, "localhost", "127.0.0.1", "::1"):
            _record(kind, host)
            raise OSError("there is no network")
        return function(*arguments, **named)
    return call

def _host(address):
    return address[0] if isinstance(address, tuple) else None

socket.socket.connect = _watched("connect", socket.socket.connect, lambda a: _host(a[1]))
socket.socket.connect_ex = _watched("connect", socket.socket.connect_ex, lambda a: _host(a[1]))
socket.socket.sendto = _watched("send", socket.socket.sendto, lambda a: _host(a[-1]))
socket.getaddrinfo = _watched("look up", socket.getaddrinfo, lambda a: a[0])
socket.gethostbyname = _watched("look up", socket.gethostbyname, lambda a: a[0])
def _loaded_from_a_file(name):
    return getattr(sys.modules[name], "__file__", None) or name in sys.builtin_module_names

atexit.register(lambda: [_record("module", name) for name in sorted(sys.modules) if _loaded_from_a_file(name)])
"""


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> dict[str, set[str]]:
    """What a sync from nothing, the conversion of the model with it, and a question reach for and load."""
    folder = tmp_path_factory.mktemp("offline")
    (folder / "site").mkdir()
    (folder / "site" / "sitecustomize.py").write_text(f"WATCH_FILE = {str(folder / 'watch.jsonl')!r}\n{SITE}")
    corpus = write_corpus(folder / "corpus", SOURCES)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("HF_", "TRANSFORMERS_"))},
        "PYTHONPATH": os.pathsep.join([str(folder / "site"), str(repository)]),
        "HOME": str(folder / "home"),
    }
    options = ["--corpus", str(corpus), "--index", str(folder / "index")]
    for command in (["sync"], ["ask", "How did Surabaya cut its household waste?"], ["verify"]):
        run = subprocess.run(
            [sys.executable, "-m", "kin_assistant", command[0], *options, *command[1:]],
            cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
    seen: dict[str, set[str]] = {"connect": set(), "send": set(), "look up": set(), "module": set()}
    for line in (folder / "watch.jsonl").read_text().splitlines():
        kind, what = json.loads(line)
        seen[kind].add(what)
    seen["home"] = {path.name for path in (folder / "home").rglob("*")} if (folder / "home").exists() else set()
    return seen


@pytest.mark.slow
def test_no_other_machine_is_reached_for(watched: dict[str, set[str]]) -> None:
    assert watched["connect"] == watched["send"] == watched["look up"] == set()


@pytest.mark.slow
def test_the_watch_saw_every_process(watched: dict[str, set[str]]) -> None:
    assert {"kin_assistant.answer.pipeline", "kin_assistant.index.verify", "chromadb", "openvino"} <= watched["module"]


@pytest.mark.slow
@pytest.mark.parametrize("package", ["openvino_telemetry", "posthog", "sentry_sdk", "wandb"])
def test_no_package_that_reports_usage_is_loaded(watched: dict[str, set[str]], package: str) -> None:
    """A name under which nothing is, put there to keep the package from loading, does not count."""
    assert not [name for name in watched["module"] if name.split(".")[0] == package]


@pytest.mark.slow
def test_nothing_is_left_in_the_home_folder(watched: dict[str, set[str]]) -> None:
    assert watched["home"] == set()


def test_the_suite_itself_cannot_reach_the_network() -> None:
    with socket.socket() as client, pytest.raises(AssertionError, match="reached for the network"):
        client.connect(("192.0.2.1", 80))
    with pytest.raises(AssertionError, match="reached for the network"):
        socket.getaddrinfo("example.org", 80)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        with socket.create_connection(server.getsockname(), timeout=5):
            pass
