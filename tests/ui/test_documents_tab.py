"""The Documents tab: what it lists, who may change what, and how a new build comes to answer; without a browser."""

from __future__ import annotations

import io
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from kin_assistant.corpus.files import MAX_FILE_BYTES
from kin_assistant.corpus.uploads import ChangeRefused, clean_name, open_new_file, remove_file
from kin_assistant.documents.reading import SUFFIXES
from kin_assistant.errors import BuildFailed, CorpusError, DocumentError, IndexDamaged
from kin_assistant.index.build import Progress
from kin_assistant.index.layout import IndexFolder
from kin_assistant.index.report import SyncReport
from kin_assistant.rendering import document_html
from kin_assistant.settings import Settings
from kin_assistant.types import Block, Document, DocumentInfo
from kin_assistant.ui.clients import Proxies
from kin_assistant.ui.documents_tab import library_html
from kin_assistant.ui.inventory import Entry, Inventory, InventoryKeeper
from kin_assistant.ui.kept_page import KeptPage
from kin_assistant.ui.page_picture import find_words
from kin_assistant.ui.pictures import Pictures, add_pictures, words_on_page
from kin_assistant.ui.ratelimit import RateLimiter
from kin_assistant.ui.served import Collection, Served
from kin_assistant.ui.server import collection_of, make_frame
from kin_assistant.ui.syncing import Syncs
from tests.conftest import write_corpus
from tests.doubles import SOURCES, AssistantDouble, BuildInfo
from tests.libraries import Library
from tests.pdf_files import pages_of

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
OURS = {"x-kin-request": "1"}
NOTE = "Lahore planted trees\n\nLahore planted four thousand trees along its canals in 2019."


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Do not change it; take ``library``."""
    folder = tmp_path_factory.mktemp("built")
    pages = pages_of(
        [(72, 90, "Quito measured its air in 2012 and found it clean.")], [], [(72, 90, "The budget fell.")]
    )
    files = {**SOURCES, "air.pdf": pages, "broken.pdf": b"%PDF-1.4\nnothing", "copy.txt": SOURCES["meeting.txt"]}
    library = Library(write_corpus(folder / "corpus", files), folder / "index")
    library.sync()
    return library


@pytest.fixture
def library(built: Library, tmp_path: Path) -> Iterator[Library]:
    with built.copied(tmp_path) as library:
        yield library


Visit = Callable[..., Any]


@pytest.fixture
def visit(library: Library) -> Iterator[Visit]:
    """Opens a client of the page over ``library``."""
    from starlette.testclient import TestClient

    clients = []

    def open_client(**options: Any) -> Any:
        local = {"on_loopback": True, "hosts": ("127.0.0.1", "localhost")}
        peer = options.pop("peer", ("testclient", 50000))
        app = make_frame(Served(library.open()), collection=library.collection, **(local | options))
        client = TestClient(app, base_url="http://127.0.0.1:7860", client=peer)
        client.__enter__()
        clients.append(client)
        return client

    yield open_client
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def client(visit: Visit) -> Any:
    return visit()


def synced(client: Any, headers: dict[str, str] = OURS) -> dict[str, Any]:
    """Sync through the page and wait for the end."""
    assert client.post("/corpus/sync", headers=headers).status_code == 202
    for _ in range(600):
        state = client.get("/corpus/sync", headers=headers).json()
        if not state["running"]:
            return dict(state)
        time.sleep(0.05)
    raise AssertionError("the sync did not end")


def files_in(corpus: Path) -> set[str]:
    return {path.relative_to(corpus).as_posix() for path in corpus.rglob("*") if not path.is_dir()}


class Rows(HTMLParser):
    """The rows of the table as dictionaries of their data attributes, with their words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[dict[str, str]] = []
        self.elements: set[str] = set()
        self._in_row = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        if tag == "tr":
            self.rows.append({name: value or "" for name, value in attrs} | {"text": ""})
        if tag == "button" and self.rows and ("data-kin-remove" in dict(attrs)):
            self.rows[-1]["remove"] = dict(attrs)["data-kin-remove"] or ""

    def handle_data(self, data: str) -> None:
        if self.rows:
            self.rows[-1]["text"] += f"{data} "


# Adding


def test_an_added_file_is_read_and_quoted(client: Any, library: Library) -> None:
    answer = client.put("/corpus/lahore.txt", content=NOTE, headers=OURS)
    assert (answer.status_code, answer.json()["path"]) == (201, "added/lahore.txt")
    assert (library.corpus / "added/lahore.txt").read_text() == NOTE
    assert "New" in client.get("/library").text
    assert client.get("/documents/added%2Flahore").status_code == 404
    state = synced(client)
    assert state["fault"] == ""
    assert [file["path"] for file in state["report"]["files"] if file["change"] == "new"] == ["added/lahore.txt"]
    assert "four thousand trees" in client.get("/documents/added%2Flahore").text
    assert client.delete("/corpus/added/lahore.txt", headers=OURS).status_code == 200
    assert "four thousand trees" in client.get("/documents/added%2Flahore").text, "quoted until the folder is read"
    assert "File gone" in client.get("/library").text
    synced(client)
    assert client.get("/documents/added%2Flahore").status_code == 404
    assert "lahore" not in client.get("/library").text


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("%2e%2e%2fescaped.txt", 400),
        ("..%5Cescaped.txt", 400),
        ("folder/escaped.txt", 400),
        ("%2fetc%2fescaped.txt", 400),
        (".hidden.txt", 400),
        ("%E2%80%8B.hidden.txt", 400),
        ("...", 400),
        ("%20", 400),
        ("con.txt", 400),
        ("x" * 300 + ".txt", 400),
        ("program.exe", 415),
        ("noending", 415),
        ("report.txt%00.exe", 415),
        ("report.meta.yaml", 415),
    ],
)
def test_a_name_that_cannot_be_used_is_refused(client: Any, library: Library, name: str, status: int) -> None:
    before = files_in(library.corpus.parent)
    answer = client.put(f"/corpus/{name}", content=NOTE, headers=OURS)
    assert answer.status_code == status
    assert answer.json()["message"].endswith(".")
    assert files_in(library.corpus.parent) == before


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Rapport  final.PDF", "Rapport final.PDF"),
        ("e\u0301tat.txt", "\u00e9tat.txt"),
        ("a\u202etxt.exe.txt", "atxt.exe.txt"),
        ('what "is": this?.txt', "what -is-- this-.txt"),
        ("line\nbreak.txt", "line break.txt"),
        ("\u5831\u544a.pdf", "\u5831\u544a.pdf"),
    ],
)
def test_a_name_is_cleaned(name: str, kept: str) -> None:
    assert clean_name(name, SUFFIXES) == kept


def test_a_file_is_not_overwritten(client: Any, library: Library) -> None:
    assert client.put("/corpus/lahore.txt", content=NOTE, headers=OURS).status_code == 201
    answer = client.put("/corpus/lahore.txt", content="other", headers=OURS)
    assert answer.status_code == 409
    assert 'a file "lahore.txt" already' in answer.json()["message"]
    assert (library.corpus / "added/lahore.txt").read_text() == NOTE


def test_of_two_files_with_one_name_the_first_to_be_whole_stays(tmp_path: Path) -> None:
    with open_new_file(tmp_path, "a.txt", SUFFIXES) as one, open_new_file(tmp_path, "a.txt", SUFFIXES) as other:
        one.write(b"one")
        other.write(b"other")
        assert other.finish() == "added/a.txt"
        with pytest.raises(ChangeRefused, match="already"):
            one.finish()
    assert files_in(tmp_path) == {"added/a.txt"}
    assert (tmp_path / "added/a.txt").read_bytes() == b"other"


def test_a_file_that_does_not_arrive_whole_leaves_no_trace(tmp_path: Path) -> None:
    with pytest.raises(ConnectionError), open_new_file(tmp_path, "a.txt", SUFFIXES) as arriving:
        arriving.write(b"half")
        assert all(name.startswith("added/.") for name in files_in(tmp_path)), "half a file would be read"
        raise ConnectionError
    assert files_in(tmp_path) == set()


def test_what_a_killed_server_left_of_an_upload_is_removed_after_a_day(tmp_path: Path) -> None:
    left, arriving, mine = (
        tmp_path / "added" / name for name in (f".{'0' * 16}.partial", f".{'a' * 16}.partial", ".my.partial")
    )
    left.parent.mkdir()
    for path in (left, arriving, mine):
        path.write_text("half")
    for path in (left, mine):
        os.utime(path, (0, 0))
    with open_new_file(tmp_path, "a.txt", SUFFIXES) as new:
        new.write(b"whole")
        new.finish()
    assert files_in(tmp_path) == {"added/a.txt", f"added/{arriving.name}", "added/.my.partial"}


def test_a_large_file_is_refused_whether_its_length_is_told_or_not(client: Any, library: Library) -> None:
    told = client.put("/corpus/big.txt", content=b"x", headers=OURS | {"content-length": str(MAX_FILE_BYTES + 1)})
    assert told.status_code == 413

    def chunks() -> Iterator[bytes]:
        for _ in range(MAX_FILE_BYTES // 2**20):
            yield b"x" * 2**20
        yield b"x"

    hidden = client.put("/corpus/big.txt", content=chunks(), headers=OURS)
    assert hidden.status_code == 413
    assert "larger than 50 MB" in hidden.json()["message"]
    assert not list((library.corpus / "added").iterdir())


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/corpus/sync"), ("POST", "/corpus/login"), ("POST", "/gradio_api/queue/join"), ("DELETE", "/corpus/a")],
)
def test_only_a_file_that_is_added_may_be_large(client: Any, method: str, path: str) -> None:
    assert client.request(method, path, content=b"x" * 300 * 1024, headers=OURS).status_code == 413


def test_an_empty_file_is_refused(client: Any, library: Library) -> None:
    assert client.put("/corpus/empty.txt", content=b"", headers=OURS).status_code == 400
    assert not list((library.corpus / "added").iterdir())


def test_nothing_is_put_behind_a_link(client: Any, library: Library, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (library.corpus / "added").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert client.put("/corpus/lahore.txt", content=NOTE, headers=OURS).status_code == 403
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_link_that_leads_nowhere_is_not_written_through(client: Any, library: Library, tmp_path: Path) -> None:
    (library.corpus / "added").mkdir()
    (library.corpus / "added/lahore.txt").symlink_to(tmp_path / "created.txt")
    assert client.put("/corpus/lahore.txt", content=NOTE, headers=OURS).status_code == 409
    assert not (tmp_path / "created.txt").exists()


def test_a_full_disk_is_said_so(client: Any, library: Library) -> None:
    (library.corpus / "added").write_text("a file where the folder should be")
    answer = client.put("/corpus/lahore.txt", content=NOTE, headers=OURS)
    assert answer.status_code == 507
    assert "could not be stored" in answer.json()["message"]


# Removing


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("%2e%2e/outside.txt", 400),
        ("a/%2e%2e/%2e%2e/outside.txt", 400),
        ("%2Fetc%2Fpasswd", 400),
        ("..%5Coutside.txt", 400),
        (".hidden.txt", 400),
        (".git/config", 400),
        ("a%00b.txt", 400),
        ("meeting.txt/", 400),
        ("nothing.txt", 404),
        ("meeting.txt/more.txt", 403),
        ("README.md", 403),
        ("folder", 403),
        ("link.txt", 403),
        ("linked/inside.txt", 403),
    ],
)
def test_only_files_of_the_corpus_are_removed(
    client: Any, library: Library, tmp_path: Path, path: str, status: int
) -> None:
    for name in ("outside.txt", "corpus/README.md", "corpus/.hidden.txt", "corpus/.git/config", "corpus/folder/a.txt"):
        write_corpus(tmp_path, {name: "x"})
    write_corpus(tmp_path, {"target/inside.txt": "x"})
    (library.corpus / "link.txt").symlink_to(tmp_path / "outside.txt")
    (library.corpus / "linked").symlink_to(tmp_path / "target", target_is_directory=True)
    before = files_in(tmp_path)
    assert client.delete(f"/corpus/{path}", headers=OURS).status_code == status
    assert files_in(tmp_path) == before


def test_a_file_goes_with_what_describes_it(client: Any, library: Library) -> None:
    write_corpus(library.corpus, {"folder/a b.txt": NOTE, "folder/a b.txt.meta.yaml": "title: Trees"})
    assert client.delete("/corpus/folder/a%20b.txt", headers=OURS).status_code == 200
    assert not list((library.corpus / "folder").iterdir())


def test_a_device_is_not_removed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(ChangeRefused, match="Only files"):
        remove_file(tmp_path, "pipe.txt")


# Who may

CHANGES = [
    ("PUT", "/corpus/lahore.txt"),
    ("DELETE", "/corpus/meeting.txt"),
    ("POST", "/corpus/sync"),
    ("GET", "/corpus/sync"),
]


@pytest.mark.parametrize(("method", "path"), CHANGES)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-kin-request": "0"},
        OURS | {"origin": "https://evil.example"},
        OURS | {"origin": "http://127.0.0.1:8000"},
        OURS | {"origin": "null"},
        OURS | {"sec-fetch-site": "cross-site"},
        OURS | {"sec-fetch-site": "same-site"},
        OURS | {"x-forwarded-for": "203.0.113.7"},
        OURS | {"via": "1.1 proxy"},
    ],
)
def test_what_does_not_come_from_the_page_changes_nothing(
    client: Any, library: Library, method: str, path: str, headers: dict[str, str]
) -> None:
    before = files_in(library.corpus)
    assert client.request(method, path, headers=headers).status_code == 403
    assert files_in(library.corpus) == before
    assert library.syncs == 0


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_without_a_password_nobody_changes_anything_from_elsewhere(
    visit: Visit, library: Library, method: str, path: str
) -> None:
    client = visit(on_loopback=False, hosts=("*",))
    answer = client.request(method, path, headers=OURS)
    assert answer.status_code == 403
    assert "curator" in answer.json()["message"]
    assert library.syncs == 0
    page = client.get("/library").text
    assert "data-kin-drop" not in page
    assert "data-kin-login" not in page
    assert "data-kin-remove" not in page


def test_the_page_may(client: Any) -> None:
    headers = OURS | {"origin": "http://127.0.0.1:7860", "sec-fetch-site": "same-origin"}
    assert client.put("/corpus/lahore.txt", content=NOTE, headers=headers).status_code == 201


def test_other_origins_are_not_let_ask(client: Any) -> None:
    asking = {
        "origin": "https://evil.example",
        "access-control-request-method": "PUT",
        "access-control-request-headers": "x-kin-request",
    }
    answer = client.options("/corpus/lahore.txt", headers=asking)
    assert "access-control-allow-origin" not in answer.headers
    assert answer.status_code == 405


@pytest.mark.parametrize("on_loopback", [True, False])
def test_a_curator_logs_in_and_out(visit: Visit, on_loopback: bool) -> None:
    """On this machine too: a web server in front makes every visitor look local."""
    client = visit(on_loopback=on_loopback, curator_password="correct horse")
    assert client.put("/corpus/lahore.txt", content=NOTE, headers=OURS).status_code == 401
    assert "data-kin-login" in client.get("/library").text
    assert client.post("/corpus/login", content="wrong", headers=OURS).status_code == 401
    assert client.post("/corpus/login", content="correct horse").status_code == 403, "from another site"
    answer = client.post("/corpus/login", content="correct horse", headers=OURS)
    assert answer.status_code == 200
    for part in ("HttpOnly", "SameSite=strict"):
        assert part in answer.headers["set-cookie"]
    assert client.put("/corpus/lahore.txt", content=NOTE, headers=OURS).status_code == 201
    assert "data-kin-logout" in client.get("/library").text
    cookie = client.cookies["kin_curator"]
    assert client.post("/corpus/logout", headers=OURS).status_code == 200
    client.cookies.set("kin_curator", cookie)
    assert client.delete("/corpus/added/lahore.txt", headers=OURS).status_code == 401, "the session has ended"


def test_five_wrong_passwords_make_a_client_wait(visit: Visit) -> None:
    client = visit(curator_password="correct horse")
    for _ in range(5):
        assert client.post("/corpus/login", content="guess", headers=OURS).status_code == 401
    answer = client.post("/corpus/login", content="correct horse", headers=OURS)
    assert answer.status_code == 429
    assert 50 < int(answer.headers["retry-after"]) <= 61
    assert "wait 1 minute." in answer.json()["message"]


def test_a_guesser_in_the_same_office_does_not_lock_out_the_browser_that_has_logged_in(visit: Visit) -> None:
    client = visit(curator_password="correct horse")
    first = client.post("/corpus/login", content="correct horse", headers=OURS)
    kept = next(line for line in first.headers.get_list("set-cookie") if line.startswith("kin_known="))
    assert "HttpOnly" in kept
    assert "SameSite=strict" in kept
    client.post("/corpus/logout", headers=OURS)
    known = client.cookies["kin_known"]
    client.cookies.clear()
    for _ in range(5):
        client.post("/corpus/login", content="guess", headers=OURS)
    assert client.post("/corpus/login", content="correct horse", headers=OURS).status_code == 429
    while client.get("/library").status_code == 200:
        pass  # until this address has spent what it has
    client.cookies.set("kin_known", known)
    assert client.put("/corpus/lahore.txt", content=NOTE, headers=OURS).status_code == 401, "it admits nobody"
    assert client.post("/corpus/login", content="correct horse", headers=OURS).status_code == 200


def behind_proxy(visitor: str) -> dict[str, str]:
    return OURS | {"x-forwarded-for": visitor, "x-forwarded-proto": "https"}


def test_behind_a_trusted_web_server_each_visitor_counts_for_himself(visit: Visit) -> None:
    client = visit(
        curator_password="correct horse", peer=("127.0.0.1", 4711), proxies=Proxies.parse("127.0.0.1"), hosts=("*",)
    )
    for number in range(120):
        tried = client.post("/corpus/login", content="guess", headers=behind_proxy(f"198.51.100.{number}"))
        assert tried.status_code == 401
    for _ in range(4):
        client.post("/corpus/login", content="guess", headers=behind_proxy("198.51.100.7"))
    assert (
        client.post("/corpus/login", content="correct horse", headers=behind_proxy("198.51.100.7")).status_code == 429
    )
    answer = client.post("/corpus/login", content="correct horse", headers=behind_proxy("203.0.113.9"))
    assert answer.status_code == 200
    assert "Secure" in answer.headers["set-cookie"]
    for number in range(65):
        assert client.get("/library", headers=behind_proxy(f"203.0.113.{number}")).status_code == 200


def test_a_visitor_who_invents_addresses_counts_once(visit: Visit) -> None:
    client = visit(curator_password="correct horse", peer=("127.0.0.1", 4711))
    statuses = [
        client.post("/corpus/login", content="guess", headers=behind_proxy(f"198.51.100.{number}")).status_code
        for number in range(8)
    ]
    assert statuses == [401] * 5 + [429] * 3


@pytest.mark.parametrize(
    ("options", "headers"),
    [
        ({"proxies": Proxies.parse("127.0.0.1")}, {}),
        ({"proxies": Proxies.parse("10.0.0.1")}, {}),
        ({}, {"x-forwarded-host": "kin.example"}),
        ({}, {"x-forwarded-proto": "https"}),
        ({}, {"forwarded": "for=127.0.0.1"}),
        ({}, {"via": "1.1 front"}),
    ],
)
def test_behind_a_web_server_nobody_is_taken_for_local(
    visit: Visit, options: dict[str, Any], headers: dict[str, str]
) -> None:
    client = visit(**options)
    assert client.put("/corpus/lahore.txt", content=NOTE, headers=OURS | headers).status_code == 403
    assert "data-kin-drop" not in client.get("/library", headers=headers).text


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/library", 60),
        ("/coverage", 60),
        ("/documents/meeting", 120),
        ("/documents/nothing", 120),
        ("/pages/nothing", 240),
        ("/corpus/sync", 60),
    ],
)
def test_lists_and_documents_are_given_so_many_times_a_minute(visit: Visit, path: str, most: int) -> None:
    client = visit(curator_password="correct horse", peer=("203.0.113.9", 1), proxies=Proxies.parse("10.0.0.1"))
    statuses = [client.get(path, headers=OURS).status_code for _ in range(most + 2)]
    assert 429 not in statuses[:most]
    assert statuses[most:] == [429, 429]
    assert 0 < int(client.get(path, headers=OURS).headers["retry-after"]) <= 61


def test_a_curator_is_not_held_up(visit: Visit) -> None:
    client = visit(curator_password="correct horse")
    client.post("/corpus/login", content="correct horse", headers=OURS)
    for number in range(150):
        assert client.put(f"/corpus/note{number}.txt", content=f"{NOTE} {number}", headers=OURS).status_code == 201
    assert client.get("/library").status_code == 200


def test_a_password_of_many_megabytes_is_not_read(visit: Visit) -> None:
    client = visit(curator_password="correct horse")
    assert client.post("/corpus/login", content="x" * 10_000, headers=OURS).status_code == 413


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_page_without_its_documents_changes_nothing() -> None:
    from starlette.testclient import TestClient

    app = make_frame(Served(AssistantDouble()), on_loopback=True)  # type: ignore[arg-type]
    with TestClient(app, base_url="http://127.0.0.1") as client:
        assert client.put("/corpus/a.txt", content=NOTE, headers=OURS).status_code == 403
        page = client.get("/library").text
        assert "data-kin-drop" not in page
        assert {row["data-kin-status"] for row in Rows(page).rows[1:]} == {"In use"}
        assert len(Rows(page).rows) == 1 + 3


# Syncing


def test_a_sync_tells_how_far_it_is_and_runs_once(visit: Visit, library: Library) -> None:
    library.hold = threading.Event()
    client = visit()
    client.put("/corpus/lahore.txt", content=NOTE, headers=OURS)
    started = client.post("/corpus/sync", headers=OURS)
    assert (started.status_code, started.json()["running"]) == (202, True)
    state = client.get("/corpus/sync", headers=OURS).json()
    assert (state["step"], state["done"], state["total"]) == ("Reading", 0, 1)
    again = client.post("/corpus/sync", headers=OURS)
    assert again.status_code == 409
    library.hold.set()
    for _ in range(200):
        if not client.get("/corpus/sync", headers=OURS).json()["running"]:
            break
        time.sleep(0.05)
    assert library.syncs == 1
    assert client.get("/corpus/sync", headers=OURS).json()["report"]["totals"]["new"] == 1


def test_another_process_that_builds_is_named(client: Any, library: Library) -> None:
    with IndexFolder(library.index).locked():
        answer = client.post("/corpus/sync", headers=OURS)
    assert answer.status_code == 409
    assert "Another build" in answer.json()["message"]


def test_a_sync_that_fails_says_why_and_the_old_build_answers(client: Any, library: Library) -> None:
    for path in library.corpus.iterdir():
        path.unlink()
    state = synced(client)
    assert "nothing to read" in state["fault"]
    assert state["report"] is None
    assert client.get("/documents/copy").status_code == 200


def test_an_unforeseen_fault_of_a_sync_shows_a_reference(library: Library, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_progress: Progress) -> SyncReport:
        raise RuntimeError("secret at /secret/path")

    syncs = Syncs(Collection(library.corpus, library.index, fail), Served(library.open()), clock=Clock())
    syncs.start()
    syncs.wait(5)
    assert "reference" in syncs.state.fault
    assert "secret" not in syncs.state.fault
    assert "secret" in caplog.text
    assert not syncs.state.running


def test_time_left_is_told_from_the_step_that_runs(tmp_path: Path) -> None:
    clock = Clock()
    states = []

    def work(progress: Progress) -> SyncReport:
        for step, done in (("Reading", 0), ("Reading", 5), ("Embedding", 0), ("Embedding", 1)):
            clock.now += 10
            progress(step, done, 20)
            states.append(syncs.state)
        raise BuildFailed("The disk is full.")

    collection = Collection(tmp_path, tmp_path, work)
    syncs = Syncs(collection, Served(AssistantDouble()), clock=clock)  # type: ignore[arg-type]
    syncs.start()
    syncs.wait(5)
    assert syncs.state.fault == "The disk is full."
    assert [(state.step, state.seconds_left) for state in states] == [
        ("Reading", None), ("Reading", pytest.approx(30)), ("Embedding", None), ("Embedding", pytest.approx(190)),
    ]  # fmt: skip


@dataclass
class Renewable(AssistantDouble):
    """Has one that takes its place as soon as it is published."""

    next: Renewable | None = None
    published: bool = False
    closed: int = 0
    reopenings: int = 0

    def newer_build(self) -> str | None:
        return "build-next-1" if self.published else None

    def reopened(self) -> Renewable:
        self.reopenings += 1
        if self.fault:
            raise self.fault
        assert self.next is not None
        return self.next

    def close(self) -> None:
        self.closed += 1


def test_an_assistant_that_is_replaced_finishes_what_it_was_asked() -> None:
    last = Renewable()
    new = Renewable(next=last)
    old = Renewable(next=new)
    served = Served(old)  # type: ignore[arg-type]
    with served.lease() as mine:
        with served.lease():
            old.published = True
            with served.lease() as now:
                assert now is new
        assert mine is old
        assert old.closed == 0
    assert (old.closed, new.closed) == (1, 0)
    new.published = True
    served.renew()
    assert (old.closed, new.closed, last.closed) == (1, 1, 0)


@pytest.mark.parametrize("fault", [IndexDamaged("The index is damaged."), OSError("No space left on device")])
def test_a_build_that_cannot_be_opened_is_tried_once_and_the_old_one_answers_on(
    fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    old = Renewable(published=True, fault=fault)
    served = Served(old)  # type: ignore[arg-type]
    for _ in range(3):
        with served.lease() as now:
            assert now is old
    assert old.reopenings == 1
    assert str(fault) in caplog.text
    with pytest.raises(type(fault)):
        served.renew()


def test_others_are_answered_while_one_opens_the_new_build() -> None:
    opening, opened = threading.Event(), threading.Event()

    class Slow(Renewable):
        def reopened(self) -> Renewable:
            opening.set()
            opened.wait(10)
            return super().reopened()

    new = Renewable()
    old = Slow(next=new, published=True)
    served = Served(old)  # type: ignore[arg-type]
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(lambda: _borrow(served))
        assert opening.wait(10)
        assert _borrow(served) is old
        opened.set()
        assert first.result(10) is new
    assert _borrow(served) is new
    assert (old.reopenings, old.closed) == (1, 1)


def _borrow(served: Served) -> object:
    with served.lease() as assistant:
        return assistant


def test_a_build_that_another_process_publishes_answers_without_a_restart(client: Any, library: Library) -> None:
    assert client.get("/documents/note").status_code == 404
    write_corpus(library.corpus, {"note.txt": NOTE})
    library.sync()
    assert "Lahore planted four thousand trees" in client.get("/documents/note").text
    before = library.opened[0].build.id
    assert f"build {before}" not in client.get("/library").text


def test_damage_to_what_another_process_publishes_is_noticed_and_told(client: Any, library: Library) -> None:
    write_corpus(library.corpus, {"note.txt": NOTE})
    library.sync()
    (IndexFolder(library.index).published() / "library.sqlite").write_bytes(b"")
    assert client.get("/documents/note").status_code == 404
    assert client.get("/documents/copy").status_code == 200
    assert "The newest index cannot be used" in client.get("/library").text
    write_corpus(library.corpus, {"note.txt": NOTE + " More followed."})
    library.sync()
    assert "More followed." in client.get("/documents/note").text
    assert "The newest index cannot be used" not in client.get("/library").text


# The list


def test_every_file_has_a_row_with_what_became_of_it(client: Any, library: Library) -> None:
    write_corpus(library.corpus, {"later.txt": NOTE, "notes.xyz": "x", ".hidden": "x", "copy.txt": NOTE + " Twice."})
    (library.corpus / "kitakyushu.md").unlink()
    page = client.get("/library").text
    rows = {row["data-kin-words"].split()[0]: row for row in Rows(page).rows[1:]}
    assert {path: row["data-kin-status"] for path, row in rows.items()} == {
        "surabaya.md": "In use",
        "kitakyushu.md": "File gone",
        "copy.txt": "Changed",
        "meeting.txt": "Left out",
        "air.pdf": "In use",
        "broken.pdf": "Not read",
        "later.txt": "New",
        "notes.xyz": "Left out",
        ".hidden": "Left out",
    }
    assert "1 page without text" in rows["air.pdf"]["text"]
    assert 'same content as "copy.txt"' in rows["meeting.txt"]["text"]
    assert "no reader for .xyz files" in rows["notes.xyz"]["text"]
    assert {path for path, row in rows.items() if "remove" in row} == rows.keys() - {
        "kitakyushu.md", "notes.xyz", ".hidden",
    }  # fmt: skip
    assert rows["surabaya.md"]["data-kin-country"] == "Indonesia"
    assert rows["surabaya.md"]["data-kin-theme"] == "composting\tsolid waste"
    assert rows["surabaya.md"]["data-kin-years"] == "2001-2011"
    assert rows["air.pdf"]["data-kin-format"] == "PDF"
    assert "has changed since: 1 new, 1 changed, 1 gone" in page
    assert '<option value="Indonesia">Indonesia (1)</option>' in page


def test_a_visitor_sees_what_could_not_be_read_and_not_what_is_no_document(visit: Visit, library: Library) -> None:
    (library.corpus / ".secret").write_text("x")
    page = visit(on_loopback=False, hosts=("*",)).get("/library").text
    assert "broken.pdf" in page
    assert ".secret" not in page
    assert "Left out</dt><dd>" in page


def test_the_health_of_an_unchanged_library(client: Any, library: Library) -> None:
    page = client.get("/library").text
    assert "unchanged since" in page
    assert f"build {library.opened[0].build.id}" in page
    assert "1 in 1 document; nothing on them can be quoted" in page


def test_a_library_whose_folder_is_gone_says_so(client: Any, library: Library) -> None:
    shutil.rmtree(library.corpus)
    page = client.get("/library").text
    assert "corpus folder is not there" in page
    assert "surabaya-composting" in page


def test_an_unchanged_list_is_not_made_or_sent_again(
    visit: Visit, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    monkeypatch.setattr(KeptPage, "keep", lambda html, keep=KeptPage.keep: made.append(html) or keep(html))
    client = visit(curator_password="correct horse")
    first = client.get("/library")
    again = client.get("/library", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = client.get("/library", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == first.text
    assert len(made) == 1
    client.post("/corpus/login", content="correct horse", headers=OURS)
    curators = client.get("/library", headers={"if-none-match": first.headers["etag"]})
    assert curators.status_code == 200, "a curator's list is another one"
    assert "Cookie" in curators.headers["vary"]
    client.put("/corpus/lahore.txt", content=NOTE, headers=OURS)
    assert "lahore.txt" in client.get("/library", headers={"if-none-match": curators.headers["etag"]}).text
    assert len(made) == 3


def test_a_long_list_is_sent_in_pieces() -> None:
    html = "".join(f"<p>{number}</p>" for number in range(200_000))
    pieces = list(KeptPage.keep(html).pieces())
    assert b"".join(pieces).decode() == html
    assert max(map(len, pieces)) <= 64 * 1024


def test_the_folder_is_looked_at_for_a_twentieth_of_the_time(library: Library) -> None:
    class Slow(Clock):
        """A look takes two seconds: one passes with each reading."""

        def __call__(self) -> float:
            self.now += 1
            return self.now

    clock = Slow()
    keeper = InventoryKeeper(library.corpus, library.index, clock=clock)
    assistant = library.open()

    def take() -> Inventory:
        return keeper.take(assistant.build, assistant.documents)

    first = take()
    (library.corpus / "lahore.txt").write_text(NOTE)
    assert take() is first
    clock.now += 40
    second = take()
    assert second.counts["new"] == 1
    (library.corpus / "lahore.txt").unlink()
    keeper.look_again()
    assert take().counts == first.counts


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", "\" onmouseover='x", "a\tb\u202ec", "</td><img src=x>"])
def test_hostile_words_stay_words(words: str) -> None:
    info = DocumentInfo(
        id=words, path=f"{words}.pdf", sha256="0", title=words, cities=(words,), countries=(words,), themes=(words,),
        region=words, language=words,
    )  # fmt: skip
    entries = (
        Entry(info.path, "in use", info=info, warnings=(words,), removable=True),
        Entry(words, "failed", words, removable=True),
        Entry(words, "skipped", words),
    )
    build = BuildInfo(id=words, notices=(words,))
    inventory = Inventory(build, entries, folder=words, compared=True)  # type: ignore[arg-type]
    html = library_html(inventory, curator=True, asks_for_password=True, suffixes=SUFFIXES)
    seen = Rows(html)
    assert not seen.elements & {"script", "img", "iframe", "style"}
    assert "onmouseover='x" not in html
    assert {row.get("data-kin-country", "") for row in seen.rows[1:]} <= {words.replace("\u202e", ""), ""}


def test_two_thousand_documents_are_listed_in_a_second() -> None:
    infos = [
        DocumentInfo(
            id=f"d{n}", path=f"d{n}.pdf", sha256="0", title=f"Document {n}", cities=("Cebu",), years=(2000, 2001)
        )
        for n in range(2000)
    ]
    entries = tuple(Entry(info.path, "in use", info=info, passages=4) for info in infos)
    started = time.perf_counter()
    library_html(Inventory(BuildInfo(), entries), curator=True, asks_for_password=False, suffixes=SUFFIXES)  # type: ignore[arg-type]
    assert time.perf_counter() - started < 1


# A document page by page


def paged(**more: Any) -> Document:
    text = "One begins here and goes on. Two."
    return Document(
        id="d", path="d.pdf", sha256="0", title="T", text=text, pages=4,
        blocks=(Block(kind="paragraph", start=0, end=28, page=1), Block(kind="paragraph", start=29, end=33, page=2)),
        page_starts=((0, 1), (16, 2)), **more,
    )  # fmt: skip


def test_pages_are_headed_broken_and_missed_where_they_are() -> None:
    html = document_html(paged(page_labels=("i", "ii", "1", "2"), ocr_pages=(2,)))
    assert "Page 1 (printed as i)</p>" in html
    assert 'One begins here <span class="kin-break" role="separator" data-page="2"' in html
    assert "Page 2 (printed as ii) \u00b7 recognised text (OCR)</p>" in html
    assert "Pages 3 to 4: no text was found</p>" in html
    assert "<img" not in html


def test_a_marked_sentence_reads_as_quoted_across_a_page_break() -> None:
    html = str(document_html(paged(), (0, 28), picture=lambda page, span: f"../pages/d?page={page}&at={span}"))
    marked = html.split("<mark")[1].split("</mark>")[0].split(">", 1)[1]
    parser = Rows("<tr>" + marked)
    assert parser.rows[0]["text"].replace("  ", " ").strip() == "One begins here and goes on."
    proof = html.split('<details class="kin-picture" open>')[1]
    assert "../pages/d?page=1&amp;at=(0, 28)" in proof
    assert "../pages/d?page=2&amp;at=(0, 28)" in proof
    assert proof.index("</details>") < proof.index("Two."), "the picture stands under the sentence"


def test_the_words_of_a_sentence_are_parted_by_page() -> None:
    document = paged()
    assert words_on_page(document, 1, 4, 28) == "begins here "
    assert words_on_page(document, 2, 4, 28) == "and goes on."
    assert words_on_page(document, 3, 4, 28) == ""


def test_the_pages_own_sync_keeps_to_the_limits_of_the_settings(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", {"long.html": f"<p>{'Many words. ' * 10_000}</p>"})
    settings = Settings(corpus=corpus, index=tmp_path / "index", read_characters=100_000)
    with pytest.raises(CorpusError, match="its text has 119,999 characters; 100,000 are the most that are read"):
        collection_of(settings).sync(lambda *_: None)


# Pictures


def picture_of(data: bytes) -> Any:
    from PIL import Image

    return Image.open(io.BytesIO(data)).convert("RGB")


def colours(picture: Any) -> set[tuple[int, int, int]]:
    return {colour for _, colour in picture.getcolors(10_000_000)}


def marked_rows(picture: Any) -> list[int]:
    """Rows with pixels of the outline."""
    wanted = (150, 101, 10)
    return [
        y
        for y in range(picture.height)
        if sum(
            all(abs(a - b) < 40 for a, b in zip(picture.getpixel((x, y)), wanted, strict=True))
            for x in range(0, picture.width, 5)
        )
        > 5
    ]


def test_a_page_is_drawn_with_the_sentence_outlined(client: Any, library: Library) -> None:
    document = library.opened[0].document("air")
    sentence = "Quito measured its air in 2012 and found it clean."
    start = document.text.index(sentence)
    build = library.opened[0].build.id
    address = f"/pages/air?page=1&start={start}&end={start + len(sentence)}"
    answer = client.get(f"{address}&build={build}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert answer.headers["x-content-type-options"] == "nosniff"
    picture = picture_of(answer.content)
    assert 500 < picture.width <= 1100
    rows = marked_rows(picture)
    height = picture.height
    assert rows
    assert 80 / 842 * height - 8 < rows[0] < rows[-1] < 92 / 842 * height + 8, "where the sentence stands"
    for plain in (f"{address}&build=older", "/pages/air?page=1", "/pages/air?page=3"):
        assert marked_rows(picture_of(client.get(plain).content)) == []
    again = time.perf_counter()
    assert client.get(f"{address}&build={build}").content == answer.content
    assert time.perf_counter() - again < 0.2, "kept"


@pytest.mark.parametrize(
    "path", ["air?page=0", "air?page=4", "air?page=-1", "copy?page=1", "nothing?page=1", "%2e%2e%2fcorpus%2fair.pdf"]
)
def test_there_is_no_picture_of_what_is_no_page(client: Any, path: str) -> None:
    assert client.get(f"/pages/{path}").status_code == 404


def test_a_page_of_a_changed_file_is_not_shown(client: Any, library: Library) -> None:
    (library.corpus / "air.pdf").write_bytes(pages_of([(72, 90, "Something else.")], [], []))
    answer = client.get("/pages/air?page=1")
    assert answer.status_code == 404
    assert "has changed" in answer.text


def test_a_page_behind_a_link_is_not_shown(client: Any, library: Library, tmp_path: Path) -> None:
    (library.corpus / "air.pdf").rename(tmp_path / "air.pdf")
    (library.corpus / "air.pdf").symlink_to(tmp_path / "air.pdf")
    assert client.get("/pages/air?page=1").status_code == 404


def test_a_file_that_cannot_be_drawn_is_said_so(tmp_path: Path) -> None:
    import hashlib

    data = b"%PDF-1.7\n" + b"nothing " * 100
    (tmp_path / "d.pdf").write_bytes(data)
    info = DocumentInfo(id="d", path="d.pdf", sha256=hashlib.sha256(data).hexdigest(), title="T", pages=1)
    with pytest.raises(DocumentError, match="cannot be drawn"):
        Pictures(tmp_path).draw(info, 1, "words")


def test_a_page_that_takes_too_long_is_given_up(library: Library) -> None:
    info = library.open().document("air").info
    with pytest.raises(DocumentError, match="too long"):
        Pictures(library.corpus, seconds=0.01).draw(info, 1)


def test_whoever_wants_many_pictures_at_once_leaves_others_a_place(library: Library) -> None:
    from fastapi import FastAPI
    from starlette.testclient import TestClient

    assistant, pictures, app = library.open(), Pictures(library.corpus), FastAPI()
    add_pictures(app, Served(assistant), pictures, RateLimiter(100))

    def fetch(host: str, words: int) -> Any:
        """The page with so many letters of it outlined, as nobody else asks for it."""
        query = f"page=1&start=0&end={words}&build={assistant.build.id}"
        return TestClient(app, client=(host, 1)).get(f"/pages/air?{query}")

    def wait_until_held(host: str, number: int) -> None:
        until = time.monotonic() + 60
        while pictures._asked[host] < number:
            assert time.monotonic() < until
            time.sleep(0.01)

    with ThreadPoolExecutor(10) as pool:
        for _ in range(2):
            pictures._free.acquire()  # as if two were drawn that take long
        try:
            first = [pool.submit(fetch, "127.0.0.2", words) for words in range(1, 7)]
            wait_until_held("127.0.0.2", 6)
            refused = fetch("127.0.0.2", 7)
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
            others = [pool.submit(fetch, "127.0.0.3", words) for words in range(8, 12)]
            wait_until_held("127.0.0.3", 4)
            assert fetch("127.0.0.4", 12).status_code == 503, "ten in all"
        finally:
            for _ in range(2):
                pictures._free.release()
        assert {answer.result().status_code for answer in first + others} == {200}
    assert pictures._asked.total() == 0


def test_a_document_page_offers_its_pictures(client: Any, library: Library) -> None:
    html = client.get("/documents/air").text
    assert 'src="../pages/air?page=1&amp;file=' in html
    assert 'loading="lazy"' in html
    assert "Page 2: no text was found" in html
    (library.corpus / "air.pdf").unlink()
    assert "<img" not in client.get("/documents/air").text
    assert "<img" not in client.get("/documents/copy").text


@pytest.mark.parametrize(
    ("page", "words", "found"),
    [
        ("Waste fell by a\nthird.", "Waste fell by a third.", "Waste fell by a\nthird"),
        ("cost-\nbenefit", "cost-benefit", "cost-\nbenefit"),
        ("the e\ufb03cient o\ufb03ce", "efficient office", "e\ufb03cient o\ufb03ce"),
        ("Year 2005 1,480 tons", "| 2005 | 1,480 tons |", "2005 1,480 tons"),
        ("\u6c34\u9053\n\u4e8b\u696d", "\u6c34\u9053\u4e8b\u696d", "\u6c34\u9053\n\u4e8b\u696d"),
        ("Nothing of it here.", "Waste fell by a third.", None),
        ("x", "...", None),
        (
            "The city gave compost baskets to many. Foot 12",
            "The city gave compost baskets to many households in 2005.",
            "The city gave compost baskets to many",
        ),
    ],
)
def test_words_are_found_on_a_page_as_they_are_printed(page: str, words: str, found: str | None) -> None:
    spans = find_words([ord(char) for char in page], words)
    assert [page[first : last + 1] for first, last in spans] == ([] if found is None else [found])


def test_of_a_row_that_is_printed_in_another_order_the_cells_are_found() -> None:
    page = "Household\n2005 1,480\nwaste of 2005"
    spans = find_words([ord(char) for char in page], "| Household waste | 2005 | 1,480 | of | Household |")
    assert [page[first : last + 1] for first, last in spans] == ["1,480", "Household"]
