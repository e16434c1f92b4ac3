"""What the whole suite shares: no network, no settings from outside, the shipped corpus built once."""

from __future__ import annotations

import ipaddress
import json
import os
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings

from kin_assistant import Assistant
from kin_assistant.index.build import sync
from kin_assistant.index.layout import IndexFolder
from kin_assistant.index.manifest import Recipe
from kin_assistant.index.snapshot import OpenIndex, current_recipe, open_published
from kin_assistant.models.embedder import Embedder, open_embedder
from kin_assistant.settings import Settings
from tests.doubles import SOURCES
from tests.embedders import HashingEmbedder

# The same examples on every run, and no deadline: the first one of a kind imports its library.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")

REPOSITORY = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

Write = Callable[[Mapping[str, str | bytes]], Path]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what ``make test-fast`` leaves out for the minutes that it takes together."""
    for item in items:
        if "prepared_root" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.shipped)
        if item.path.parent.name in ("hostile", "index"):
            item.add_marker(item.path.parent.name)


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Whatever connects to, or asks for the address of, another machine fails."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def checked(host: object) -> None:
        if not _is_loopback(host):
            raise AssertionError(f"a test reached for the network: {host!r}")

    def guarded_connect(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            checked(address[0])
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: object) -> int:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            checked(address[0])
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: object, *more: object, **named: object) -> object:
        checked(host)
        return getaddrinfo(host, *more, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
        yield


def _is_loopback(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(str(name).split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


@pytest.fixture(scope="session", autouse=True)
def no_outer_settings() -> Iterator[None]:
    """Settings of whoever runs the tests do not count; a busy machine may answer slowly.

    Questions in other languages are off where no test asks for them: each index would convert that model and embed with it.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.upper().startswith("KIN_")]:
            patch.delenv(name)
        patch.setenv("KIN_ANSWER_SECONDS", "600")
        patch.setenv("KIN_LANGUAGES", "off")
        yield


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def shipped_corpus() -> Path:
    return REPOSITORY / "corpus"


@pytest.fixture(scope="session")
def prepared_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index folder without a build; what was embedded and converted in the working tree is brought over."""
    root = tmp_path_factory.mktemp("shipped") / "index"
    root.mkdir()
    known, index = IndexFolder(REPOSITORY / "index"), IndexFolder(root)
    if known.models.is_dir():
        shutil.copytree(known.models, index.models, ignore=shutil.ignore_patterns("partial-*"))
    if known.vector_cache.is_file():
        # SQLite's own way to copy a file that somebody may be writing to.
        source, target = sqlite3.connect(known.vector_cache), sqlite3.connect(index.vector_cache)
        source.backup(target)
        source.close()
        target.close()
    return root


@pytest.fixture(scope="session")
def model(prepared_root: Path) -> Embedder:
    """The bundled model in the engine that the product chooses."""
    return open_embedder(cache=IndexFolder(prepared_root).models)


@pytest.fixture(scope="session")
def shipped_index(prepared_root: Path, shipped_corpus: Path, model: Embedder) -> Path:
    """An index of the shipped corpus, built now."""
    sync(shipped_corpus, prepared_root, model, now=NOW)
    return prepared_root


@pytest.fixture(scope="session")
def assistant(shipped_index: Path) -> Iterator[Assistant]:
    """The assistant over the shipped corpus."""
    with Assistant.open(shipped_index, settings=Settings()) as opened:
        yield opened


@pytest.fixture(scope="session")
def opened_index(shipped_index: Path, model: Embedder) -> Iterator[OpenIndex]:
    """The shipped index as its parts."""
    opened = open_published(shipped_index, current_recipe(model.name, model.dimension))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def questions() -> list[dict[str, object]]:
    """Every single question of the evaluation, without the conversations."""
    lines = []
    for path in sorted((REPOSITORY / "eval" / "questions").glob("*.jsonl")):
        lines += [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [line for line in lines if "question" in line]


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes files, by path, into a corpus folder of this test and returns the folder."""

    def write_files(files: Mapping[str, str | bytes]) -> Path:
        return write_corpus(tmp_path / "corpus", files)

    return write_files


def write_corpus(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write ``files``, by path, below ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


@pytest.fixture(scope="session")
def two_builds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index with two builds by the hashing embedder: the published one has the meeting, the one before has not.

    Do not change it; take ``own_builds``.
    """
    folder = tmp_path_factory.mktemp("two-builds")
    files = {name: text for name, text in SOURCES.items() if name != "meeting.txt"}
    sync(write_corpus(folder / "corpus", files), folder / "index", HashingEmbedder(), now=NOW - timedelta(days=1))
    sync(write_corpus(folder / "corpus", SOURCES), folder / "index", HashingEmbedder(), now=NOW)
    return folder / "index"


@pytest.fixture
def own_builds(two_builds: Path, tmp_path: Path) -> Path:
    """A copy of ``two_builds`` that may be spoilt."""
    return Path(shutil.copytree(two_builds, tmp_path / "index"))


@pytest.fixture
def recipe() -> Recipe:
    """What the hashing embedder builds with."""
    return current_recipe(HashingEmbedder().name, HashingEmbedder().dimension)
