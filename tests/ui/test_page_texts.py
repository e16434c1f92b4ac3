"""The tables of the page's texts: those of the program are whole and clean, and those of a curator can do no harm."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest

from kin_assistant.errors import PageTextsInvalid
from kin_assistant.ui.components import ASSETS
from kin_assistant.ui.head import PageHead
from kin_assistant.ui.page_texts import PLACE, PageTexts, bundled_page_texts, open_page_texts, parse_page_texts
from tests.doubles import AssistantDouble
from tools import page_texts as coverage

TABLES = {table.code: table for table in bundled_page_texts()}
FILES = Path(coverage.PACKAGE / "data" / "page_texts")
WHOLE = (
    *(
        "Ask",
        "Compare",
        "Peers",
        "Brief",
        "Figures",
        "Money",
        "Commitments",
        "Watched",
        "Documents",
        "Submit",
        "Coverage",
    ),
    *("About", "Your question", "Stop", "New conversation", "City", "Country", "Theme", "any", "Clear filters"),
    *("Evidence", "Open in document", "Copy", "Copy link", "Edit question", "Watch this question", "Your verdict:"),
    *("Right", "Wrong answer", "Wrong evidence", "Copy or download as…", "Plain text", "Answer again:", "Try again"),
    *(
        "All documents",
        "Sort by",
        "Search",
        "Title",
        "Places",
        "Years",
        "Status",
        "Log in",
        "Name",
        "Password",
        "Log out",
    ),
)
"""What the tab for asking, the documents and the accounts cannot do without."""


def write(folder: Path, name: str = "fr.json", **told: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps({"language": "Français", "texts": {"Ask": "Demander"}} | told), "utf-8")
    return path


# The tables that come with the program


def test_there_are_tables_for_five_languages_each_under_its_own_name() -> None:
    assert {code: table.language for code, table in TABLES.items()} == {
        "id": "Bahasa Indonesia",
        "ja": "日本語",
        "th": "ไทย",
        "vi": "Tiếng Việt",
        "zh-Hans": "简体中文",
    }


@pytest.mark.parametrize("code", TABLES)
def test_a_table_is_taken_whole_and_holds_words_alone(code: str) -> None:
    content = (FILES / f"{code}.json").read_bytes()
    table, faults = parse_page_texts(content, code)
    assert faults == []
    told = json.loads(content)
    assert table.texts == told["texts"], "no text is empty, has spaces around it or characters that nobody sees"
    assert told["code"] == code
    for key, words in table.texts.items():
        assert sorted(PLACE.findall(key)) == sorted(PLACE.findall(words)), key
        assert not re.search(r"[<>&]|https?:", words), key
        assert key == re.sub(r"\s+", " ", key).strip()


@pytest.mark.parametrize("code", TABLES)
def test_each_key_stands_on_the_page(code: str) -> None:
    assert coverage.superfluous(TABLES[code]) == []


@pytest.mark.parametrize("code", TABLES)
def test_most_of_the_page_is_translated_and_what_nobody_can_do_without_is(code: str) -> None:
    texts = TABLES[code].texts
    assert [words for words in WHOLE if words not in texts] == []
    assert len(coverage.missing(TABLES[code])) <= 30


@pytest.mark.parametrize("code", TABLES)
def test_it_says_itself_that_nobody_has_read_it(code: str) -> None:
    assert TABLES[code].read_by is None
    assert "Nobody who speaks this language has checked this translation yet." in TABLES[code].texts


def test_the_tables_have_the_same_texts() -> None:
    keys = [set(table.texts) for table in TABLES.values()]
    assert all(one == keys[0] for one in keys)


def test_the_tool_knows_what_the_script_exchanges() -> None:
    script = (ASSETS / "page_texts.js").read_text("utf-8")
    assert f"const ATTRIBUTES = {json.dumps(coverage.ATTRIBUTES)};" in script


def test_the_tool_names_what_is_missing_and_what_is_not_on_the_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, texts={"Ask": "Demander", "Ask the moon": "Demander la lune"})
    assert coverage.main([str(tmp_path)]) == 1
    told = capsys.readouterr().out.split("fr (Français, read by nobody): ")[1].split("\nid (")[0]
    assert told.startswith("1 of ")
    assert "  not translated: Your question\n" in told
    assert "  not translated: Conversations ({})\n" in told
    assert "  not on the page: Ask the moon" in told
    assert "not translated: Ask\n" not in told


# What a curator adds


def test_a_curator_adds_a_language(tmp_path: Path) -> None:
    write(tmp_path, read_by="Marie, 2026", direction="ltr", code="fr")
    tables = {one.code: one for one in open_page_texts(tmp_path)}
    assert tables.keys() == TABLES.keys() | {"fr"}
    assert tables["fr"] == PageTexts("fr", "Français", "ltr", "Marie, 2026", {"Ask": "Demander"})
    assert tables["id"] == TABLES["id"]


def test_a_curator_replaces_single_texts_and_says_who_read_the_table(tmp_path: Path) -> None:
    write(tmp_path, "id.json", language="Bahasa Indonesia", read_by="Ani", texts={"Ask": "Tanyakan", "Stop": ""})
    (table,) = (one for one in open_page_texts(tmp_path) if one.code == "id")
    assert (table.texts["Ask"], table.texts["Stop"]) == ("Tanyakan", TABLES["id"].texts["Stop"])
    assert (table.read_by, len(table.texts)) == ("Ani", len(TABLES["id"].texts))
    assert table.version != TABLES["id"].version


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("fr.json", b"{", "JSON"),
        ("fr.json", b"\xff\xfe", "JSON"),
        ("fr.json", b"[" * 100_000, "JSON"),
        ("fr.json", b"[]", "no object"),
        ("fr.json", b'{"language": "F"}', "texts"),
        ("fr.json", b'{"language": "F", "texts": {"Ask": 1}}', "texts"),
        ("fr.json", b'{"texts": {}}', "language"),
        ("fr.json", b'{"language": "", "texts": {}}', "language"),
        ("fr.json", b'{"language": "F", "texts": {}, "direction": "up"}', "direction"),
        ("fr.json", b'{"language": "F", "texts": {}, "read_by": 1}', "read_by"),
        ("fr.json", b'{"language": "F", "texts": {}, "code": "de"}', "code"),
        ("fr.json", b" " * 1_000_001, "bytes"),
        ("french.json", b"{}", "code of a language"),
        ("en.json", b'{"language": "English", "texts": {}}', "in English"),
    ],
)
def test_what_is_no_table_is_said_in_the_log_and_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, content: bytes, why: str
) -> None:
    (tmp_path / name).write_bytes(content)
    write(tmp_path, "es.json", language="Español")
    with caplog.at_level(logging.WARNING):
        assert {one.code for one in open_page_texts(tmp_path)} == TABLES.keys() | {"es"}
    (record,) = caplog.records
    assert name in record.getMessage()
    assert why in record.getMessage()
    assert "\n" not in record.getMessage()
    with pytest.raises(PageTextsInvalid, match=re.escape(why)):
        parse_page_texts(content, name.removesuffix(".json"))


def test_what_no_file_can_hold_is_taken_out_of_the_texts(tmp_path: Path) -> None:
    write(tmp_path, read_by="\ud800", texts={"Ask\ud800": "De\u202emander\udfff"})
    (table,) = (one for one in open_page_texts(tmp_path) if one.code == "fr")
    assert table.texts == {"Ask\ufffd": "Demander\ufffd"}
    assert json.loads(table.content)["read_by"] == "\ufffd"


def test_a_text_with_other_places_is_left_out_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(tmp_path, texts={"Ask": "Demander", "{number} documents": "documents"})
    with caplog.at_level(logging.WARNING):
        (table,) = (one for one in open_page_texts(tmp_path) if one.code == "fr")
    assert table.texts == {"Ask": "Demander"}
    assert "{number} documents" in caplog.text


@pytest.mark.parametrize("make", [lambda path: path / "nothing", write], ids=["missing", "a file"])
def test_a_folder_that_is_none_is_said_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture, make: Any) -> None:
    with caplog.at_level(logging.WARNING):
        assert open_page_texts(make(tmp_path)) == tuple(TABLES[code] for code in sorted(TABLES))
    assert "KIN_PAGE_TEXTS" in caplog.text


def test_what_stands_in_a_table_is_escaped_in_the_head() -> None:
    table = PageTexts("fr", '"><script>alert(1)</script>', "ltr", None, {})
    assert "<script>alert" not in PageHead([table]).html("")


# How they are served


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from starlette.testclient import TestClient

    from kin_assistant.ui.server import make_app

    app = make_app(AssistantDouble(), feedback=tmp_path_factory.mktemp("feedback"))  # type: ignore[arg-type]
    with TestClient(app, base_url="http://127.0.0.1:7860") as opened:
        yield opened


@pytest.mark.parametrize("code", TABLES)
def test_a_table_is_kept_by_browsers_for_as_long_as_it_is_the_same(client: Any, code: str) -> None:
    answer = client.get(TABLES[code].address)
    assert answer.json()["texts"] == TABLES[code].texts
    assert answer.headers["content-type"].startswith("application/json")
    assert "immutable" in answer.headers["cache-control"]
    assert client.get(f"page/texts/{code}.json?v=other").headers["cache-control"] == "no-cache"
    assert client.get(f"page/texts/{code}.json").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["fr.json", "en.json", "id", "..%2Fid.json"])
def test_there_is_nothing_else_beside_them(client: Any, name: str) -> None:
    assert client.get(f"page/texts/{name}").status_code == 404


def test_the_page_and_a_document_say_where_the_tables_are(client: Any) -> None:
    for path, root in (("", ""), ("documents/meeting", "../"), ("offline", "")):
        page = client.get(f"/{path}").text
        for table in TABLES.values():
            assert f'content="{root}{table.address}"' in page, path


def test_the_files_below_the_page_are_still_there(client: Any) -> None:
    assert client.get("page/page_texts.js").status_code == 200
