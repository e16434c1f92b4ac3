"""Submitting a practice on the page, and what curators alone may do with it; without a browser."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from kin_assistant.practices.fields import NARRATIVE, TABLES, TEXTS
from kin_assistant.practices.queue import PracticeQueue, WaitingPractice
from kin_assistant.practices.reading import read_practice
from kin_assistant.ui.served import Served
from kin_assistant.ui.server import make_frame
from tests.conftest import write_corpus
from tests.doubles import SOURCES, AssistantDouble
from tests.hostile.markup import HOSTILE
from tests.libraries import Library
from tests.practice_forms import FILLED, SENT_AT, fill_in

OURS = {"x-kin-request": "1"}
PASSWORD = "correct horse"
ID = "0123456789ab"
CURATORS_ONLY = [
    ("GET", "/practices/waiting"),
    ("GET", f"/practices/waiting/{ID}"),
    ("POST", f"/practices/waiting/{ID}"),
    ("DELETE", f"/practices/waiting/{ID}"),
]
Visit = Callable[..., Any]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Do not change it; take ``library``."""
    folder = tmp_path_factory.mktemp("built")
    library = Library(write_corpus(folder / "corpus", SOURCES), folder / "index")
    library.sync()
    return library


@pytest.fixture
def library(built: Library, tmp_path: Path) -> Iterator[Library]:
    with built.copied(tmp_path) as library:
        yield library


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "practices"


@pytest.fixture
def visit(library: Library, folder: Path) -> Iterator[Visit]:
    """Opens a client of the page over ``library``."""
    from starlette.testclient import TestClient

    clients = []

    def open_client(**options: Any) -> Any:
        given = {"on_loopback": True, "practices": folder, "collection": library.collection, **options}
        client = TestClient(make_frame(Served(library.open()), **given), base_url="http://127.0.0.1:7860")
        client.__enter__()
        clients.append(client)
        return client

    yield open_client
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def client(visit: Visit) -> Any:
    return visit()


@pytest.fixture
def waiting(folder: Path) -> WaitingPractice:
    return PracticeQueue(folder).send(fill_in(), SENT_AT)


def post(client: Any, name: str, headers: dict[str, str] = OURS, **changes: object) -> Any:
    return client.post(f"/practices/{name}", content=json.dumps({**FILLED, **changes}), headers=headers)


def wait_for_sync(client: Any) -> dict[str, Any]:
    for _ in range(600):
        state = client.get("/corpus/sync", headers=OURS).json()
        if not state["running"]:
            return dict(state)
        time.sleep(0.05)
    raise AssertionError("the sync did not end")


class Elements(HTMLParser):
    """Every element with its attributes, and the words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, attribute: str) -> list[str]:
        return [attributes[attribute] or "" for _, attributes in self.found if attribute in attributes]


# The form


def test_the_form_has_every_field_of_the_record_with_its_label_and_limit(client: Any) -> None:
    page = Elements(client.get("/practices").text)
    fields = page.values("data-kin-field")
    assert set(fields) == {field.name for field in TEXTS} | {"cities", "countries", "level", "first_year", "last_year"}
    assert set(page.values("data-kin-table")) == {table.name for table in TABLES}
    assert set(page.values("data-kin-cell")) == {column.name for table in TABLES for column in table.columns}
    assert {f"kin-practice-{name}" for name in fields} <= set(page.values("for"))
    assert [int(words) for words in page.values("data-kin-counter")] == [
        field.words for field in (TEXTS[0], *NARRATIVE, TEXTS[1], TEXTS[-1])
    ]
    assert set(page.values("data-kin-fault")) >= set(fields) | {"themes"}


def test_what_the_form_requires_is_what_the_check_requires(client: Any) -> None:
    required = {
        attributes["data-kin-field"]
        for _, attributes in Elements(client.get("/practices").text).found
        if "aria-required" in attributes
    }
    faults = client.post("/practices/preview", content="{}", headers=OURS).json()["faults"]
    assert required | {"themes"} == {fault["field"] for fault in faults}


def test_only_what_can_be_done_is_offered(visit: Visit) -> None:
    assert "data-kin-practice-send" in visit().get("/practices").text
    for without in ({"practices": None}, {"collection": None}):
        client = visit(**without)
        assert "data-kin-practice-send" not in client.get("/practices").text
        assert post(client, "send").status_code == 403
        assert post(client, "practice.md").status_code == 200


# Preview and download


def test_a_preview_is_the_document_as_it_will_be_read(client: Any, folder: Path) -> None:
    answer = post(client, "preview")
    assert answer.status_code == 200
    words = Elements(answer.text).text
    assert "submitted by City of Exampleville, Sanitation Office on" in words
    assert "The city bought 12 donkey carts in 2004." in words
    assert "has no city “Exampleville”" in words, "what is unusual is said"
    assert not folder.exists(), "nothing is kept"


def test_a_download_is_the_markdown_that_our_reader_reads(client: Any) -> None:
    answer = post(client, "practice.md")
    name = answer.headers["content-disposition"].split('"')[1]
    assert name.startswith("practice-exampleville-") and name.endswith(".md")
    assert read_practice(name, answer.content) == fill_in()


@pytest.mark.parametrize("name", ["preview", "practice.md", "send"])
def test_faults_are_told_by_field(client: Any, folder: Path, name: str) -> None:
    answer = post(client, name, title="", first_year="20044")
    assert answer.status_code == 422
    told = answer.json()
    assert told["message"] == "2 things must be put right first."
    assert [fault["field"] for fault in told["faults"]] == ["title", "first_year"]
    assert not folder.exists()


def test_markup_is_shown_as_text(client: Any, folder: Path) -> None:
    for words in HOSTILE:
        told = fill_in(title=f"Carts {' '.join(words.split()[:9])}", process=f"Carts.\n{words}")
        practice = PracticeQueue(folder).send(told, SENT_AT)
        check_elements(client, practice)
        PracticeQueue(folder).decline(practice.id)


def check_elements(client: Any, practice: WaitingPractice) -> None:
    """There are those of our templates and no others, and the text stands in them word for word."""
    for path in ("/practices/waiting", f"/practices/waiting/{practice.id}"):
        page = Elements(client.get(path, headers=OURS).text)
        assert {tag for tag, _ in page.found} <= {
            *("article", "button", "details", "div", "h2", "h3", "li", "ol", "p", "section", "span", "summary", "ul"),
        }
        for tag, attributes in page.found:
            assert not any(name.startswith("on") or name in ("href", "src", "style") for name in attributes), tag
    assert practice.submission.process.split("\n")[1].removeprefix("- ") in page.text


# Sending


def test_what_is_sent_waits_and_is_in_no_index(client: Any, folder: Path, library: Library) -> None:
    answer = post(client, "send")
    assert (answer.status_code, answer.json()["message"]) == (201, "Sent. A curator reads it before it is quoted.")
    (practice,) = PracticeQueue(folder).waiting().practices
    assert practice.submission == fill_in()
    assert client.post("/corpus/sync", headers=OURS).status_code == 202
    assert wait_for_sync(client)["fault"] == ""
    assert "Donkey carts" not in client.get("/library").text
    assert not (library.corpus / "added").exists()


@pytest.mark.parametrize("name", ["preview", "practice.md", "send"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        OURS | {"origin": "https://evil.example"},
        OURS | {"sec-fetch-site": "cross-site"},
        OURS | {"sec-fetch-site": "same-site"},
        OURS | {"origin": "null"},
    ],
)
def test_another_site_cannot_send(client: Any, folder: Path, name: str, headers: dict[str, str]) -> None:
    assert post(client, name, headers=headers).status_code == 403
    assert not folder.exists()


def test_what_is_no_practice_is_refused(client: Any) -> None:
    for sent in ("", "[]", '{"title": 3}'):
        answer = client.post("/practices/send", content=sent, headers=OURS)
        assert (answer.status_code, answer.json()["message"]) == (400, "This is no practice as the form sends it.")


def test_a_practice_of_many_megabytes_is_not_read(client: Any) -> None:
    assert client.post("/practices/send", content=b"x" * 300_000, headers=OURS).status_code == 413


def test_who_sends_too_often_must_wait(client: Any) -> None:
    statuses = [post(client, "send", title=f"Carts {number}").status_code for number in range(8)]
    assert statuses[:6] == [201] * 6
    assert statuses[6:] == [429] * 2
    answer = post(client, "send")
    assert int(answer.headers["retry-after"]) > 0


def test_a_folder_that_cannot_be_written_is_said(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    client = visit(practices=tmp_path / "file" / "practices")
    answer = post(client, "send")
    assert answer.status_code == 507
    assert answer.json()["message"] == "The practice could not be stored on this machine."


# Curators


@pytest.mark.parametrize(("method", "path"), CURATORS_ONLY)
@pytest.mark.parametrize(("options", "status"), [({"on_loopback": False}, 403), ({"curator_password": PASSWORD}, 401)])
def test_only_curators_read_accept_and_decline(
    visit: Visit, waiting: WaitingPractice, folder: Path, method: str, path: str, options: dict[str, Any], status: int
) -> None:
    client = visit(**options)
    answer = client.request(method, path.replace(ID, waiting.id), headers=OURS)
    assert answer.status_code == status
    assert "carts" not in answer.text
    assert PracticeQueue(folder).waiting().practices == (waiting,)
    assert "data-kin-waiting" not in client.get("/library").text


@pytest.mark.parametrize(("method", "path"), CURATORS_ONLY)
@pytest.mark.parametrize(
    "headers", [{}, OURS | {"origin": "https://evil.example"}, OURS | {"sec-fetch-site": "same-site"}]
)
def test_another_site_cannot_act_for_a_curator(
    client: Any, waiting: WaitingPractice, folder: Path, method: str, path: str, headers: dict[str, str]
) -> None:
    assert client.request(method, path.replace(ID, waiting.id), headers=headers).status_code == 403
    assert PracticeQueue(folder).waiting().practices == (waiting,)


def test_a_curator_logs_in_and_reads_what_waits_whole(visit: Visit, waiting: WaitingPractice) -> None:
    client = visit(curator_password=PASSWORD)
    assert client.post("/corpus/login", content=PASSWORD, headers=OURS).status_code == 200
    assert "data-kin-waiting" in client.get("/library").text
    listed = Elements(client.get("/practices/waiting", headers=OURS).text)
    assert listed.values("data-kin-practice-id") == [waiting.id]
    assert "City of Exampleville, Sanitation Office, 21 November 2026" in listed.text
    whole = Elements(client.get(f"/practices/waiting/{waiting.id}", headers=OURS).text).text
    for text in (waiting.submission.results, waiting.submission.contact, "on 21 November 2026"):
        assert text in whole


def test_an_accepted_practice_is_synced_and_read_like_any_document(client: Any, waiting: WaitingPractice) -> None:
    answer = client.post(f"/practices/waiting/{waiting.id}", headers=OURS)
    assert answer.status_code == 200
    assert answer.json()["path"] == f"added/{waiting.write().name}"
    state = wait_for_sync(client)
    assert state["fault"] == ""
    assert [file["path"] for file in state["report"]["files"] if file["change"] == "new"] == [answer.json()["path"]]
    assert (
        "The city bought 12 donkey carts in 2004."
        in client.get(f"/documents/{waiting.write().name.removesuffix('.md')}").text
    )
    assert "None waits" in client.get("/practices/waiting", headers=OURS).text


def test_while_the_folder_is_read_a_practice_is_accepted_and_that_is_said(
    client: Any, library: Library, waiting: WaitingPractice
) -> None:
    library.hold = threading.Event()
    assert client.post("/corpus/sync", headers=OURS).status_code == 202
    answer = client.post(f"/practices/waiting/{waiting.id}", headers=OURS)
    library.hold.set()
    assert answer.status_code == 200
    assert "Read the corpus folder once more" in answer.json()["message"]
    wait_for_sync(client)


def test_a_declined_practice_is_deleted_and_nothing_is_synced(
    client: Any, library: Library, waiting: WaitingPractice, folder: Path
) -> None:
    assert client.delete(f"/practices/waiting/{waiting.id}", headers=OURS).json()["message"] == "Declined and deleted."
    assert PracticeQueue(folder).waiting().practices == ()
    assert client.post(f"/practices/waiting/{waiting.id}", headers=OURS).status_code == 404
    assert library.syncs == 0
    assert not (library.corpus / "added").exists()


def test_of_two_curators_who_decide_at_once_one_does(client: Any, waiting: WaitingPractice) -> None:
    def decide(method: str) -> int:
        return int(client.request(method, f"/practices/waiting/{waiting.id}", headers=OURS).status_code)

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(decide, ("POST", "DELETE", "POST", "DELETE")))
    assert statuses == [200, 404, 404, 404]
    wait_for_sync(client)


def test_a_file_of_that_name_in_the_corpus_is_not_replaced(
    client: Any, library: Library, waiting: WaitingPractice, folder: Path
) -> None:
    write_corpus(library.corpus, {f"added/{waiting.write().name}": "ours"})
    answer = client.post(f"/practices/waiting/{waiting.id}", headers=OURS)
    assert answer.status_code == 409
    assert (library.corpus / "added" / waiting.write().name).read_text() == "ours"
    assert PracticeQueue(folder).waiting().practices == (waiting,)


def test_a_damaged_file_is_named_to_curators(client: Any, waiting: WaitingPractice, folder: Path) -> None:
    (folder / f"{ID}.json").write_text("<b>no JSON</b>")
    listed = client.get("/practices/waiting", headers=OURS).text
    assert f"{ID}.json" in listed and waiting.id in listed
    assert client.get(f"/practices/waiting/{ID}", headers=OURS).status_code == 400


def test_without_documents_nobody_accepts(waiting: WaitingPractice, folder: Path) -> None:
    from starlette.testclient import TestClient

    frame = make_frame(Served(AssistantDouble()), practices=folder, on_loopback=True)  # type: ignore[arg-type]
    with TestClient(frame, base_url="http://127.0.0.1:7860") as client:
        assert client.post(f"/practices/waiting/{waiting.id}", headers=OURS).status_code == 403
