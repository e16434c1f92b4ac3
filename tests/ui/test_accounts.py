"""The page with accounts: who is let in, what each role may do, and what another site or a guesser can do."""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kin_assistant.accounts.roles import Role
from kin_assistant.accounts.store import AccountStore
from kin_assistant.errors import ServeError
from kin_assistant.index.report import SyncReport
from kin_assistant.settings import Settings
from kin_assistant.ui.clients import NO_PROXIES, Proxies
from kin_assistant.ui.gate import SESSION_COOKIE, Gatekeeper
from kin_assistant.ui.lockout import Lockout
from kin_assistant.ui.login import FORM_COOKIE, open_gatekeeper
from kin_assistant.ui.served import Collection
from kin_assistant.ui.server import make_app
from tests.doubles import AssistantDouble

OURS = {"x-kin-request": "1"}
HTML = {"accept": "text/html"}
NAMES: dict[str, Role] = {"rita": "reader", "carl": "curator", "ada": "administrator"}
BASE = "http://127.0.0.1:7860"


@dataclass
class Clock:
    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Site:
    """A page with accounts, whose time stands still."""

    store: AccountStore
    clock: Clock
    keeper: Gatekeeper
    corpus: Path
    open: Callable[..., Any]

    def logged_in(self, name: str, **options: Any) -> Any:
        client = self.open(**options)
        answer = log_in(client, name)
        assert answer.status_code == 303, answer.text
        return client


def password_of(name: str) -> str:
    return f"{name}-password"


def log_in(client: Any, name: str, password: str | None = None, **more: Any) -> Any:
    client.get("/login")
    word = client.cookies[FORM_COOKIE]
    data = {"word": word, "name": name, "password": password or password_of(name), "next": "", **more.pop("data", {})}
    return client.post("/login", data=data, follow_redirects=False, **more)


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A file with one account of each role; scrypt is slow on purpose."""
    store = AccountStore(tmp_path_factory.mktemp("accounts") / "accounts.sqlite")
    store.create()
    for name, role in NAMES.items():
        store.add(name, role, password_of(name), now=1)
    store.add("pia@example.org", "curator", None, now=1)
    return store.path.read_bytes()


@pytest.fixture
def make_site(accounts: bytes, tmp_path: Path) -> Iterator[Callable[..., Site]]:
    from starlette.testclient import TestClient

    opened: list[Any] = []

    def make(proxies: Proxies = NO_PROXIES, **options: Any) -> Site:
        store = AccountStore(tmp_path / "accounts.sqlite")
        store.path.write_bytes(accounts)
        clock = Clock()
        keeper = Gatekeeper(
            store, idle=600, longest=3600, proxies=proxies, now=clock, lockout=Lockout(clock), **options
        )
        corpus = tmp_path / "corpus"
        corpus.mkdir(exist_ok=True)

        def never(_: object) -> SyncReport:
            raise AssertionError("nothing is synced here")

        app = make_app(
            AssistantDouble(),  # type: ignore[arg-type]
            feedback=tmp_path / "feedback",
            practices=tmp_path / "practices",
            collection=Collection(corpus, tmp_path / "index", never),
            proxies=proxies,
            on_loopback=True,
            api=True,
            gatekeeper=keeper,
        )

        def open_client(peer: str = "127.0.0.1", base: str = BASE) -> Any:
            client = TestClient(app, base_url=base, client=(peer, 50000))
            if not opened:
                client.__enter__()
                opened.append(client)
            return client

        return Site(store, clock, keeper, corpus, open_client)

    yield make
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    return make_site()


# Without a session


@pytest.mark.parametrize(
    ("path", "target"),
    [("/", "login"), ("/documents/a?b=c", "../login?next=documents%2Fa%3Fb%3Dc"), ("/account", "login?next=account")],
)
def test_a_browser_is_led_to_the_form(site: Site, path: str, target: str) -> None:
    answer = site.open().get(path, headers=HTML, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, target)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/library"),
        ("GET", "/library/documents.csv"),
        ("GET", "/gradio_api/app_id"),
        ("POST", "/gradio_api/queue/join"),
        ("GET", "/gradio_api/queue/data?session_hash=abc"),
        ("GET", "/practices"),
        ("PUT", "/corpus/a.txt"),
        ("GET", "/api/v1/documents"),
        ("POST", "/api/v1/ask"),
        ("POST", "/api/mcp"),
        ("POST", "/v1/chat/completions"),
        ("GET", "/static/x"),
        ("GET", "/audit"),
    ],
)
def test_whatever_else_is_asked_is_refused_in_a_sentence(site: Site, method: str, path: str) -> None:
    answer = site.open().request(method, path, headers=OURS)
    assert answer.status_code == 401
    assert "Please log in first." in answer.text
    assert ("www-authenticate" in answer.headers) == path.startswith(("/api", "/v1"))


@pytest.mark.parametrize("path", ["/login", "/healthz", "/readyz", "/manifest.json", "/offline", "/favicon.ico"])
def test_what_needs_no_account_stays_open(site: Site, path: str) -> None:
    assert site.open().get(path).status_code == 200


def test_whatever_the_form_loads_is_there_before_the_log_in(site: Site) -> None:
    client = site.open()
    form = client.get("/login").text
    loaded = re.findall(r'<(?:link|script)[^>]*(?:href|src)="([^"]+)"', form)
    assert len(loaded) > 4
    assert {client.get(f"/{path}").status_code for path in loaded} == {200}


# The form


def test_a_log_in_leads_to_what_was_wanted_and_its_cookie_is_closed(site: Site) -> None:
    client = site.open()
    answer = log_in(client, "Rita", password_of("rita"), data={"next": "documents/a?b=c+d%3F"})
    assert (answer.status_code, answer.headers["location"]) == (303, "./documents/a?b=c+d%3F")
    cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(SESSION_COOKIE))
    assert {"HttpOnly", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert client.get("/library").status_code == 200


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "\r\nx: y"])
def test_a_log_in_leads_to_no_other_site(site: Site, wanted: str) -> None:
    answer = log_in(site.open(), "rita", data={"next": wanted})
    assert answer.headers["location"].startswith("./")
    assert "\\" not in answer.headers["location"]
    assert "x" not in answer.headers or answer.headers.get("x") is None


def test_the_cookie_is_for_encrypted_pages_alone_where_the_page_is_encrypted(make_site: Callable[..., Site]) -> None:
    client = make_site(Proxies.parse("10.0.0.1")).open("10.0.0.1")
    client.get("/login")
    data = {"word": client.cookies[FORM_COOKIE], "name": "rita", "password": password_of("rita")}
    told = {"x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.7"}
    answer = client.post("/login", data=data, headers=told, follow_redirects=False)
    assert answer.status_code == 303
    assert all("Secure" in one for one in answer.headers.get_list("set-cookie"))


def test_a_form_of_another_site_logs_nobody_in_or_out(site: Site) -> None:
    for headers in (
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        assert log_in(site.open(), "rita", headers=headers).status_code == 403
    for word in ("", "x" * 43, "é"):
        assert log_in(site.open(), "rita", data={"word": word}).status_code == 403
    client = site.logged_in("rita")
    assert client.post("/logout", data={"word": "x" * 43}).status_code == 403
    assert client.post("/logout", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.get("/library").status_code == 200


def test_a_log_out_ends_the_session_for_whoever_kept_its_cookie(site: Site) -> None:
    client = site.logged_in("rita")
    kept = client.cookies[SESSION_COOKIE]
    answer = client.post("/logout", data={"word": client.cookies[FORM_COOKIE]}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "./login")
    assert site.open().get("/library", headers={"cookie": f"{SESSION_COOKIE}={kept}"}).status_code == 401


def test_sessions_expire_when_idle_and_in_the_end(site: Site) -> None:
    client = site.logged_in("rita")
    for _ in range(6):
        site.clock.now += 590
        assert client.get("/library").status_code == 200
    site.clock.now += 61
    assert client.get("/library").status_code == 401, "an hour is over"
    client = site.logged_in("rita")
    site.clock.now += 600
    assert client.get("/library").status_code == 401, "it was not used"


def test_too_long_a_form_is_refused(site: Site) -> None:
    assert log_in(site.open(), "rita", "x" * 10_000).status_code == 413


# Guessing


def test_guessing_locks_one_account_for_one_client_and_says_for_how_long(site: Site) -> None:
    guesser = site.open("192.0.2.1")
    assert [log_in(guesser, "rita", "wrong").status_code for _ in range(6)] == [401] * 5 + [429]
    locked = log_in(guesser, "rita")
    assert (locked.status_code, locked.headers["retry-after"]) == (429, "61")
    assert "Please wait 1 minute." in locked.text
    assert 'value="rita"' in locked.text, "the name need not be typed again"
    assert log_in(guesser, "carl").status_code == 303, "another account"
    assert log_in(site.open("192.0.2.2"), "rita").status_code == 303, "another client"
    site.clock.now += 61
    assert log_in(guesser, "rita").status_code == 303


def test_an_unknown_name_is_answered_as_a_wrong_password_is(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    derived: list[int] = []
    import hashlib

    scrypt = hashlib.scrypt

    def counted(*given: Any, **how: Any) -> bytes:
        derived.append(how["n"])
        return scrypt(*given, **how)

    monkeypatch.setattr("kin_assistant.accounts.passwords.hashlib.scrypt", counted)
    said = set()
    for name in ("rita", "nobody", "no name", "pia@example.org"):
        answer = log_in(site.open(), name, "wrong")
        said.add((answer.status_code, re.sub(r'value="[^"]*"', "", answer.text)))
    assert len(said) == 1
    assert derived == [2**15] * 4, "each costs the same"


def test_one_client_tries_thirty_passwords_a_minute_whatever_the_names(site: Site) -> None:
    client = site.open("192.0.2.9")
    said = [log_in(client, f"name{number}", "wrong").status_code for number in range(32)]
    assert said == [401] * 30 + [429] * 2


def test_neither_passwords_nor_sessions_are_logged(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        client = site.logged_in("rita")
        log_in(site.open(), "rita", "wrong-password")
        site.store.path.unlink()
        client.get("/library")
    logged = " ".join(record.getMessage() for record in caplog.records)
    assert "Nobody is let in" in logged
    for secret in (password_of("rita"), "wrong-password", client.cookies[SESSION_COOKIE]):
        assert secret not in logged


# Roles


def test_a_reader_reads_and_changes_nothing(site: Site) -> None:
    reader = site.logged_in("rita")
    assert "data-kin-login" not in reader.get("/library").text
    assert 'type="file"' not in reader.get("/library").text
    for method, path in (
        ("PUT", "/corpus/a.txt"),
        ("DELETE", "/corpus/a.txt"),
        ("POST", "/corpus/sync"),
        ("GET", "/corpus/sync"),
        ("GET", "/practices/waiting"),
        ("GET", "/practices/waiting/x"),
        ("POST", "/practices/waiting/x"),
        ("DELETE", "/practices/waiting/x"),
    ):
        answer = reader.request(method, path, headers=OURS)
        assert (answer.status_code, answer.json()["message"]) == (
            403, "Your account may read. Documents are changed by curators.",
        ), path  # fmt: skip
    assert not list(site.corpus.rglob("*.txt"))


def test_a_curator_changes_documents_and_the_log_says_who(site: Site) -> None:
    curator = site.logged_in("carl")
    assert 'type="file"' in curator.get("/library").text
    assert curator.put("/corpus/a.txt", content=b"Lahore planted trees.", headers=OURS).status_code == 201
    assert curator.delete("/corpus/added/a.txt", headers=OURS).status_code == 200
    assert curator.put("/corpus/b.txt", content=b"x").status_code == 403, "not from the page"
    entries = [(entry.time, entry.who, entry.what, entry.document) for entry in site.store.entries(2)]
    assert entries == [
        (site.clock.now, "carl", "removed", "added/a.txt"),
        (site.clock.now, "carl", "added", "added/a.txt"),
    ]


def test_only_an_administrator_sees_the_log(site: Site) -> None:
    site.store.note("carl", "added", "<b>.txt", now=2)
    for name in ("rita", "carl"):
        client = site.logged_in(name)
        assert "audit" not in client.get("/account").text
        refused = client.get("/audit")
        assert refused.status_code == 403
        assert "carl" not in refused.text
    ada = site.logged_in("ada")
    assert 'href="audit"' in ada.get("/account").text
    assert "&lt;b&gt;.txt" in ada.get("/audit").text


def test_the_old_password_of_curators_counts_for_nothing_with_accounts(site: Site) -> None:
    reader = site.logged_in("rita")
    assert reader.post("/corpus/login", content="", headers=OURS).status_code == 401


def test_a_role_that_is_changed_holds_at_once(site: Site) -> None:
    client = site.logged_in("carl")
    site.store.remove("carl", now=2)
    assert client.get("/library").status_code == 401


# Programs


def basic(name: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def test_programs_give_name_and_password_with_each_request(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    client = site.open()
    right = basic("rita", password_of("rita"))
    assert client.get("/api/v1/documents", headers=right).status_code == 200
    monkeypatch.setattr("kin_assistant.ui.gate.is_password", lambda *_: False)
    assert client.get("/api/v1/documents", headers=right).status_code == 200, "remembered"
    assert client.get("/library", headers=right).status_code == 401, "the page wants a session"
    site.store.set_password("rita", "another password", now=2)
    assert client.get("/api/v1/documents", headers=right).status_code == 401
    for header in ("Basic", "Basic !", "Basic " + base64.b64encode(b"\xff").decode(), "Bearer x"):
        assert client.get("/api/v1/documents", headers={"authorization": header}).status_code == 401


def test_a_program_that_guesses_is_locked_out_too(site: Site) -> None:
    client = site.open()
    wrong = basic("rita", "wrong")
    said = [client.get("/api/v1/documents", headers=wrong).status_code for _ in range(6)]
    assert said == [401] * 5 + [429]


def test_a_session_is_taken_by_the_api_too(site: Site) -> None:
    assert site.logged_in("rita").get("/api/v1/documents").status_code == 200


# A web server in front


PROXY, HEADER = "10.0.0.1", "X-Auth-Request-Email"


def test_the_word_of_a_trusted_web_server_is_taken_and_roles_are_our_own(make_site: Callable[..., Site]) -> None:
    client = make_site(Proxies.parse(PROXY), user_header=HEADER).open(PROXY)
    named = {HEADER: "Pia@example.org"}
    assert "logged in as pia@example.org (curator)" in client.get("/account", headers=named).text
    assert "log out there" in client.get("/account", headers=named).text
    assert 'type="file"' in client.get("/library", headers=named).text
    assert "(reader)" in client.get("/account", headers={HEADER: "new@example.org"}).text
    assert client.get("/library").status_code == 401, "it names nobody"


def test_from_anybody_else_the_header_counts_for_nothing(make_site: Callable[..., Site]) -> None:
    site = make_site(Proxies.parse(PROXY), user_header=HEADER)
    spoofed = {HEADER: "ada", "x-forwarded-for": PROXY}
    assert site.open("192.0.2.5").get("/library", headers=spoofed).status_code == 401
    reader = site.logged_in("rita", peer="192.0.2.5")
    assert "(reader)" in reader.get("/account", headers=spoofed).text


def test_without_the_setting_no_header_counts(make_site: Callable[..., Site]) -> None:
    client = make_site(Proxies.parse(PROXY)).open(PROXY)
    assert client.get("/library", headers={HEADER: "ada"}).status_code == 401


def test_several_names_or_none_are_refused(make_site: Callable[..., Site]) -> None:
    site = make_site(Proxies.parse(PROXY), user_header=HEADER, default_role=None)
    client = site.open(PROXY)
    assert client.get("/library", headers=[(HEADER, "ada"), (HEADER, "rita")]).status_code == 403
    assert client.get("/library", headers={HEADER: "ada, rita"}).status_code == 403
    refused = client.get("/library", headers={HEADER: "new@example.org"})
    assert refused.status_code == 403
    assert "no account here" in refused.text


# The file


@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_without_a_readable_file_nobody_is_let_in(make_site: Callable[..., Site], damage: str) -> None:
    site = make_site(Proxies.parse(PROXY), user_header=HEADER)
    client = site.logged_in("ada")
    if damage == "missing":
        site.store.path.unlink()
    else:
        site.store.path.write_bytes(b"x" * 5000)
    right = basic("rita", password_of("rita"))
    answers = [
        client.get("/library"),
        site.open().get("/", headers=HTML),
        site.open().get("/api/v1/documents", headers=right),
        site.open(PROXY).get("/library", headers={HEADER: "ada"}),
        log_in(site.open(), "ada"),
    ]
    for answer in answers:
        assert answer.status_code == 503
        assert "nobody is let in" in answer.text
    assert site.open().get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"proxy_user_header": HEADER}, "needs KIN_ACCOUNTS"),
        ({"proxy_user_header": HEADER, "accounts": "a.sqlite"}, "needs KIN_TRUSTED_PROXIES"),
    ],
)
def test_settings_that_contradict_each_other_keep_the_page_from_starting(settings: Any, sentence: str) -> None:
    with pytest.raises(ServeError, match=sentence):
        open_gatekeeper(Settings(**settings), NO_PROXIES)


def test_without_the_setting_there_are_no_accounts() -> None:
    assert open_gatekeeper(Settings(), NO_PROXIES) is None


def test_without_accounts_nothing_of_them_is_there(tmp_path: Path) -> None:
    from starlette.testclient import TestClient

    with TestClient(make_app(AssistantDouble(), feedback=tmp_path)) as client:  # type: ignore[arg-type]
        assert client.get("/library").status_code == 200
        assert {client.get(path).status_code for path in ("/login", "/account", "/audit")} == {404}
        assert "kin-account-link" not in client.get("/").text
