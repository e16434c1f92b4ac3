"""What a visitor can send to Gradio, and what it costs others: against a real server in a process of its own."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.doubles import QUESTION

REPOSITORY = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have one loopback address only")


@dataclass(frozen=True)
class Served:
    """A running server."""

    port: int
    folder: Path
    process: int

    def noted(self) -> list[tuple[str, str]]:
        """What it opened and asked for since it can be reached, but for Python's own modules."""
        libraries = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})
        lines = [json.loads(line) for line in (self.folder / "noted").read_text().splitlines()]
        own = (*libraries, str(REPOSITORY / "kin_assistant"), "/proc/self/statm")
        return [(event, about) for event, about in lines if not about.startswith(own)]

    def complaints(self) -> str:
        """What it wrote to its log."""
        return (self.folder / "log").read_text()

    def resident_megabytes(self) -> float:
        for line in Path(f"/proc/{self.process}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise AssertionError("the server is gone")


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[Served]:
    """The attacked server, which is killed at the end: it might hang."""
    (folder / "tmp").mkdir(parents=True)
    environment = os.environ | {"TMPDIR": str(folder / "tmp")}
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "tests.attacked_server", str(folder), *options]
        process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=log, stderr=log)
        try:
            port, deadline = "", time.monotonic() + 300
            while not port:
                assert process.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < deadline, "the server does not come up"
                time.sleep(0.1)
                port = (folder / "port").read_text() if (folder / "port").exists() else ""
            yield Served(int(port), folder, process.pid)
        finally:
            process.kill()
            process.wait(10)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("server") / "server") as running:
        yield running


@pytest.fixture(scope="module")
def slow_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    options = ("--questions-per-minute", "10", "--seconds", "0.5", "--fetch-seconds", "6")
    with serving(tmp_path_factory.mktemp("slow") / "server", *options) as running:
        # The first answer may be late, since libraries are loaded for it.
        first = Visitor(running, "127.0.0.99")
        first.join(first.event("describe"))
        time.sleep(3)
        yield running


@pytest.fixture
def served(server: Served) -> Iterator[Served]:
    """The server, which must not complain of what a test does."""
    before = server.complaints()
    yield server
    assert server.complaints() == before


@pytest.fixture
def slow_served(slow_server: Served) -> Iterator[Served]:
    """An answer takes half a second, is kept for six seconds, and ten questions a minute are admitted."""
    before = slow_server.complaints()
    yield slow_server
    assert slow_server.complaints() == before


@dataclass
class Visitor:
    """A client with an address of its own."""

    served: Served
    host: str = "127.0.0.1"
    session: str = "visit00001"
    functions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    """Of the last answer."""

    def __post_init__(self) -> None:
        start = self.send("GET", "/")[1].partition("window.gradio_config = ")[2]
        self.config = json.JSONDecoder().raw_decode(start)[0]
        for function in self.config["dependencies"]:
            self.functions.setdefault(function["api_name"].rstrip("_0123456789"), []).append(function)

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str]:
        """Status and text of the answer."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.served.port, timeout=30, source_address=(self.host, 0)
        )
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            self.headers = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def join(self, sent: object) -> tuple[int, Any]:
        body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        status, text = self.send("POST", "/gradio_api/queue/join", body, {"content-type": "application/json"})
        return status, json.loads(text)

    def fetch(self) -> list[dict[str, Any]]:
        """All messages, until there is nothing left to come."""
        status, text = self.send("GET", f"/gradio_api/queue/data?session_hash={self.session}")
        assert status == 200, text
        return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]

    def event(self, name: str, data: list[Any] | None = None, **sent_along: object) -> dict[str, Any]:
        """As the page sends it to the first function of that name."""
        function = self.functions[name][0]
        state = {each["id"] for each in self.config["components"] if each["type"] == "state"}
        values = iter(data if data is not None else self.no_choice(name))
        return {
            "data": [None if number in state else next(values) for number in function["inputs"]],
            "event_data": sent_along or None,
            "fn_index": function["id"],
            "trigger_id": function["targets"][0][0],
            "session_hash": self.session,
        }

    @staticmethod
    def no_choice(name: str) -> list[Any]:
        filters: list[Any] = [[], [], [], "", ""]
        values = {
            "ask_typed": [QUESTION, *filters],
            "ask_offered": filters,
            "ask_edited": filters,
            "describe": filters,
            "compare": ["compost", [], []],
            "find_peers": ["We are a port city with open dumping."],
            "propose": ["compost for Lahore", []],
            "make_sheet": ["compost"],
            "reopen": ["{}"],
            "find_commitments": ["waste", []],
            "find_money": ["waste", [], "", "any"],
            "find_figures": ["waste", [], [], "", "any", "relevance"],
        }
        return values.get(name, [])

    def ask(self, question: str = QUESTION) -> str:
        """The conversation as the page shows it then."""
        status, told = self.join(self.event("ask_typed", [question, [], [], [], "", ""]))
        assert status == 200, told
        done = next(message for message in self.fetch() if message["msg"] == "process_completed")
        assert done["success"], done
        return next(text for text in done["output"]["data"] if text and "kin-turns" in str(text))


# Files and addresses


def make_files(folder: Path) -> list[str]:
    """Paths that exist and some that do not, of several kinds."""
    folder.mkdir()
    (folder / "secret.txt").write_text("secret")
    (folder / ".env").write_text("KEY=1")
    (folder / "page.svg").write_text("<svg/>")
    (folder / "name with\nbreak.txt").write_text("secret")
    (folder / "link").symlink_to(folder / "secret.txt")
    (folder / "folder").mkdir()
    os.mkfifo(folder / "fifo")
    own = [str(path) for path in sorted(folder.iterdir())]
    return [
        *own,
        *(f"file://{path}" for path in own[:2]),
        os.path.relpath(folder / "secret.txt", REPOSITORY),
        str(folder / "absent"),
        *("/etc/passwd", "/etc/shadow", "/proc/self/environ", "/proc/self/mem", "/root/.bashrc", "pyproject.toml"),
        *("README.md", "../../etc/passwd", "corpus", ".", "~/.bashrc", "/etc/passwd\0.txt"),
        *("file://localhost/etc/passwd", "/proc/self/root/etc/passwd", "/proc/self/fd/0", "/proc/1/environ"),
        *("index/CURRENT", "feedback/feedback.jsonl", "\\\\server\\share\\x", "/sys/kernel/notes"),
        *("/dev/stdin", "/dev/full", "/dev/random", "/dev/zero"),
    ]


ADDRESSES = [
    *("http://example.com/", "https://attacker.example/x.png", "http://8.8.8.8/", "http://[2001:4860:4860::8888]/"),
    *("http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://127.1:{port}/", "http://2130706433:{port}/"),
    *("http://0x7f000001:{port}/", "http://0177.0.0.1:{port}/", "http://0.0.0.0:{port}/", "http://[::1]:{port}/"),
    *("http://[::ffff:127.0.0.1]:{port}/", "http://10.0.0.1/", "http://192.168.1.1/", "http://172.16.0.1/"),
    *("http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://127.0.0.1.nip.io/"),
    *("https://user:pass@example.com/", "HTTP://EXAMPLE.COM/", "//example.com/x", "ftp://example.com/x"),
    *("https://example.com@127.0.0.1:{port}/", "http://metadata.google.internal/", "http://100.100.100.200/"),
    *("gopher://127.0.0.1:{port}/", "data:text/plain,secret"),
]


def as_file(target: str, *, by: str) -> dict[str, Any]:
    return {"path": "x", by: target, "meta": {"_type": "gradio.FileData"}, "orig_name": "a.txt", "is_stream": False}


def in_every_place(visitor: Visitor, sent: object) -> Iterator[dict[str, Any]]:
    """Events of every function with ``sent`` in every place where something is taken, and where nothing is."""
    for function in visitor.config["dependencies"]:
        name = function["api_name"].rstrip("_0123456789")
        details = {
            "ask_offered": {"question": QUESTION},
            "ask_edited": {"turn": "q1", "question": "Who paid?"},
            "ask_again": {"turn": "q1", "change": "shorter"},
            "rate": {"turn": "q1", "verdict": "right", "comment": ""},
            "recall": {"kept": "{}", "last": "q1", "instead": ""},
        }
        whole = visitor.event(name, **details.get(name, {})) | {
            "fn_index": function["id"],
            "trigger_id": function["targets"][0][0],
        }
        for place in range(len(whole["data"])):
            for value in (sent, [sent]):
                yield whole | {"data": [*whole["data"][:place], value, *whole["data"][place + 1 :]]}
        yield whole | {"data": [*whole["data"], sent]}
        yield whole | {"data": sent}
        yield whole | {"event_data": sent}
        for key in details.get(name, {}):
            yield whole | {"event_data": details[name] | {key: sent}}
        for key in ("fn_index", "trigger_id", "session_hash", "event_id", "oauth_token", "batched", "request"):
            yield whole | {key: sent}


def test_no_file_is_opened_and_no_address_is_asked(served: Served, tmp_path: Path) -> None:
    visitor = Visitor(served)
    files = make_files(tmp_path / "files")
    addresses = [address.format(port=served.port) for address in ADDRESSES]
    assert len({*files, *addresses}) >= 60
    tried = 0
    started = time.perf_counter()
    # The ones that never end come last.
    for number, target in enumerate([*addresses, *files]):
        sent = as_file(target, by="url" if number % 5 == 4 else "path")
        # Each place with some targets, each target in some places.
        for event in itertools.islice(in_every_place(visitor, sent), number % 4, None, 4):
            status, told = visitor.join(event)
            assert status == 400, (event, told)
            assert len(told["detail"]) < 100
            tried += 1
    assert tried >= 600
    assert time.perf_counter() - started < tried, "each is refused in less than a second, and none hangs"
    assert served.noted() == []
    assert [path for path in (served.folder / "tmp").rglob("*") if not path.is_dir()] == []


def test_the_page_itself_still_gets_its_answers(served: Served) -> None:
    visitor = Visitor(served, session="visit00002")
    assert visitor.ask().count('<article class="kin-turn"') == 1
    assert visitor.ask("What did Lahore do about floods?").count('<article class="kin-turn"') == 2
    visitor.join(visitor.event("describe", [["Surabaya"], [], [], "1990", ""]))
    assert "Looking only in: Surabaya; 1990-2011" in json.dumps(visitor.fetch())


# Bodies


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b"{}",
        b"\xff\xfe{\x00}\x00",
        b'\xef\xbb\xbf{"data": []}',
        b"[" * 100_000,
        b'{"data": ' + b"[" * 100_000,
        b'{"a": ' * 30_000,
        b"NaN",
        b"1" * 100_000,
        b"x" * 200_000,
        b'{"data": [], "data": []}',
    ],
    ids=itertools.count(),
)
def test_a_body_that_is_no_event_is_refused(served: Served, body: bytes) -> None:
    status, told = Visitor(served).join(body)
    assert status == 400
    assert 0 < len(told["detail"]) < 100


@pytest.mark.parametrize(
    "change",
    [
        {"fn_index": 99},
        {"fn_index": -1},
        {"fn_index": "0"},
        {"fn_index": True},
        {"fn_index": 0.0},
        {"fn_index": None},
        {"fn_index": float("nan")},
        {"fn_index": 10**30},
        {"session_hash": ""},
        {"session_hash": None},
        {"session_hash": 7},
        {"session_hash": "a b"},
        {"session_hash": "../../etc"},
        {"session_hash": "x" * 17},
        {"session_hash": "visit\n"},
        {"trigger_id": None},
        {"trigger_id": 9999},
        {"trigger_id": float("inf")},
        {"data": None},
        {"data": {}},
        {"data": []},
        {"data": [QUESTION]},
        {"data": [QUESTION, "Surabaya", [], [], "", ""]},
        {"data": [QUESTION, [7], [], [], "", ""]},
        {"data": [QUESTION, [["Surabaya"]], [], [], "", ""]},
        {"data": [QUESTION, [], [], [], 1990, ""]},
        {"data": [QUESTION, [], [], [], float("nan"), ""]},
        {"data": [QUESTION, ["Surabaya"] * 501, [], [], "", ""]},
        {"data": [QUESTION, ["S" * 201], [], [], "", ""]},
        {"data": [QUESTION, [], [], [], "1" * 33, ""]},
        {"data": ["x" * 16_001, [], [], [], "", ""]},
        {"data": [{"a": 1}, [], [], [], "", ""]},
        {"event_data": {}},
        {"event_data": {"question": QUESTION}},
        {"event_data": "x"},
        {"simple_format": True},
        {"event_id": "0" * 32},
        {"batched": True},
    ],
    ids=itertools.count(),
)
def test_an_event_that_the_page_does_not_send_is_refused(served: Served, change: dict[str, Any]) -> None:
    visitor = Visitor(served)
    status, told = visitor.join(visitor.event("ask_typed") | change)
    assert status == 400
    assert 0 < len(told["detail"]) < 100


@pytest.mark.parametrize(
    "details",
    [
        {},
        {"turn": "q1", "verdict": "right"},
        {"turn": "q1", "verdict": "right", "comment": "", "more": ""},
        {"turn": "q1", "verdict": ["right"], "comment": ""},
        {"turn": "q1", "verdict": "right", "comment": "x" * 2001},
        {"turn": "q" * 17, "verdict": "right", "comment": ""},
        {"turn": None, "verdict": "right", "comment": ""},
    ],
    ids=itertools.count(),
)
def test_details_that_the_script_does_not_send_are_refused(served: Served, details: dict[str, Any]) -> None:
    visitor = Visitor(served)
    assert visitor.join(visitor.event("rate", **details))[0] == 400


@pytest.mark.parametrize("choice", [None, "", "beauty", "Relevance", 7, ["relevance"], {"path": "x"}], ids=str)
def test_a_choice_that_is_not_on_offer_is_refused(served: Served, choice: object) -> None:
    visitor = Visitor(served, session="visit00008")
    for place in (4, 5):
        data = visitor.no_choice("find_figures")
        data[place] = choice
        assert visitor.join(visitor.event("find_figures", data)) == (
            400,
            {"detail": "A field must be one of those on offer."},
        )
    assert visitor.join(visitor.event("find_figures"))[0] == 200
    assert "The documents give no figure." in json.dumps(visitor.fetch())


def test_only_json_is_taken(served: Served) -> None:
    visitor = Visitor(served)
    body = json.dumps(visitor.event("ask_typed")).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        status, _ = visitor.send("POST", "/gradio_api/queue/join", body, {"content-type": kind})
        assert status == 415


def test_half_a_character_is_no_fault(served: Served) -> None:
    visitor = Visitor(served, session="visit00003")
    assert "\ufffd" in visitor.ask("Surabaya \ud83d waste")
    visitor.join(visitor.event("describe", [[], [], [], "\udc00", ""]))
    assert "is not a year" in json.dumps(visitor.fetch())


# The log


def test_what_is_fetched_for_an_unknown_visit_is_a_short_answer_and_no_line_in_the_log(served: Served) -> None:
    visitor = Visitor(served)
    for query in ("session_hash=nobody0000", "session_hash=", "", "session_hash=a&session_hash=b", "session_hash=%00"):
        status, text = visitor.send("GET", f"/gradio_api/queue/data?{query}")
        assert status in (400, 404)
        assert 0 < len(json.loads(text)["detail"]) < 100
    for path in ("cancel", "reset"):
        for body in (b'{"event_id": NaN, "session_hash": "a", "fn_index": NaN}', b"{}", b""):
            status, text = visitor.send("POST", f"/gradio_api/{path}", body, {"content-type": "application/json"})
            assert status == 404
            assert len(text) < 100


def test_a_filter_that_is_not_offered_is_a_sentence_and_no_line_in_the_log(served: Served) -> None:
    visitor = Visitor(served, session="visit00004")
    status, _ = visitor.join(visitor.event("ask_typed", [QUESTION, ["Nowhere" * 20] * 400, [], [], "", ""]))
    assert status == 200
    assert "kin-fault" in json.dumps(visitor.fetch())


def test_clients_that_leave_early_are_no_fault(served: Served) -> None:
    visitor = Visitor(served)
    for number in range(20):
        visitor.session = f"leaver{number:04}"
        visitor.join(visitor.event("ask_typed"))
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
        connection.request("GET", f"/gradio_api/queue/data?session_hash={visitor.session}")
        if number % 2:
            connection.sock.recv(100)
        connection.close()
    visitor.session = "visit00005"
    visitor.ask()


def test_two_who_fetch_for_one_visit_do_not_disturb_each_other(slow_served: Served) -> None:
    visitor = Visitor(slow_served)
    visitor.join(visitor.event("ask_typed"))
    first: list[dict[str, Any]] = []
    thread = threading.Thread(target=lambda: first.extend(visitor.fetch()))
    thread.start()
    time.sleep(0.2)
    assert visitor.send("GET", f"/gradio_api/queue/data?session_hash={visitor.session}")[0] == 404
    thread.join(10)
    assert first[-1]["msg"] == "close_stream"


# What Gradio believes


def test_headers_and_queries_change_nothing_in_the_page(served: Served) -> None:
    visitor = Visitor(served)
    plain = visitor.send("GET", "/")
    for headers in (
        {"x-forwarded-host": "evil.example"},
        {"x-gradio-server": "http://evil.example"},
        {"x-forwarded-proto": "https"},
        {"host": "evil.example"},
        {"forwarded": "host=evil.example"},
        {"cookie": "access-token=x"},
    ):
        assert visitor.send("GET", "/", headers=headers) == plain
    for query in ("deep_link=x", "page=runs", "__theme=dark", "x=%3Cscript%3E"):
        assert visitor.send("GET", f"/?{query}") == plain


def test_the_page_shows_no_address_in_memory(served: Served) -> None:
    assert " at 0x" not in Visitor(served).send("GET", "/")[1]


# Budgets


def test_a_client_in_a_hurry_is_told_so_when_it_asks(slow_served: Served) -> None:
    hasty, calm = Visitor(slow_served, "127.0.0.2", "hasty00001"), Visitor(slow_served, "127.0.0.3", "calm000001")
    for _ in range(9):
        hasty.join(hasty.event("ask_offered", question="Surabaya"))
        hasty.fetch()
    for _ in range(5):
        assert hasty.join(hasty.event("describe"))[0] == 200
        hasty.fetch()
    status, told = hasty.join(hasty.event("ask_typed"))
    assert status == 429
    assert "That was quick. Please wait" in told["detail"]
    assert hasty.join(hasty.event("rate", turn="q1", verdict="right", comment=""))[0] == 429
    assert hasty.join(hasty.event("describe"))[0] == 200, "there is enough left for a trifle"
    assert "<article" in calm.ask()


def test_one_client_holds_a_quarter_of_the_places_until_it_fetches(slow_served: Served) -> None:
    visitor, other = Visitor(slow_served, "127.0.0.4"), Visitor(slow_served, "127.0.0.5", "othervisit")
    for number in range(8):
        visitor.session = f"visit{number:05}"
        assert visitor.join(visitor.event("describe"))[0] == 200
    visitor.session = "visit99999"
    status, told = visitor.join(visitor.event("describe"))
    assert status == 429
    assert "Please wait for the answers" in told["detail"]
    visitor.session = "visit00000"
    assert visitor.fetch()[-1]["msg"] == "close_stream"
    assert visitor.join(visitor.event("describe"))[0] == 200
    assert "<article" in other.ask()
    time.sleep(9)
    # What nobody fetched has been dropped, and its places are free again.
    for number in range(8):
        status, _ = visitor.send("GET", f"/gradio_api/queue/data?session_hash=visit{number:05}")
        assert status == 404
    assert [visitor.join(visitor.event("describe"))[0] for _ in range(8)] == [200] * 8


def test_while_one_client_floods_the_page_another_is_never_refused(served: Served) -> None:
    calm = Visitor(served, "127.0.0.3", "calmvisit0")
    over = threading.Event()
    statuses: list[int] = []

    def flood(number: int) -> None:
        visitor = Visitor(served, "127.0.0.2")
        for turn in itertools.count():
            if over.is_set():
                return
            visitor.session = f"flood{number}{turn}"[:16]
            statuses.append(visitor.join(visitor.event("ask_typed" if turn % 2 else "describe"))[0])

    threads = [threading.Thread(target=flood, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    try:
        answered = [calm.ask() for _ in range(50)]
    finally:
        over.set()
        for thread in threads:
            thread.join(20)
    assert len(answered) == 50
    assert set(statuses) == {200, 429}


# Memory


def test_a_verdict_on_nothing_is_a_short_answer(served: Served) -> None:
    visitor = Visitor(served, session="visit00006")
    for _ in range(3):
        visitor.ask()
    visitor.join(visitor.event("rate", turn="qother", verdict="right", comment=""))
    assert len(json.dumps(visitor.fetch())) < 2000


def test_what_one_client_sends_and_does_not_fetch_costs_little_memory(served: Served) -> None:
    visitor = Visitor(served, "127.0.0.4", "visit00007")
    for _ in range(12):
        visitor.ask()
    before = served.resident_megabytes()
    statuses = []
    for number in range(1500):
        visitor.session = f"visit{number}" if number % 3 == 2 else "visit00007"
        statuses.append(visitor.join(visitor.event("rate", turn="qother", verdict="right", comment=""))[0])
    assert statuses.count(200) >= 8
    assert served.resident_megabytes() - before < 50


@pytest.mark.slow
def test_a_client_with_510_visits_pushes_nobody_out(served: Served) -> None:
    calm, flood = Visitor(served, "127.0.0.3", "calmvisit1"), Visitor(served, "127.0.0.9")
    calm.ask()
    before = served.resident_megabytes()
    for number in range(510):
        flood.session = f"flood{number:05}"
        flood.ask("Surabaya")
    assert calm.ask().count('<article class="kin-turn"') == 2
    assert served.resident_megabytes() - before < 50


# The last test, since it leaves the queue full.


def test_a_full_queue_is_said_at_once(served: Served) -> None:
    Visitor(served, "127.0.1.99").ask()  # how long one takes is known then
    told = []
    for number in range(6):
        visitor = Visitor(served, f"127.0.1.{number + 1}")
        for turn in range(8):
            visitor.session = f"visit{number}{turn}"
            told.append(visitor.join(visitor.event("ask_typed", ["Surabaya, slowly", [], [], [], "", ""])))
    statuses = [status for status, _ in told]
    assert statuses[:32] == [200] * 32
    assert set(statuses) == {200, 503}
    assert told[statuses.index(503)][1] == {"detail": "Too many questions are waiting. Please try again in a moment."}
    assert 1 <= int(visitor.headers["retry-after"]) <= 30
