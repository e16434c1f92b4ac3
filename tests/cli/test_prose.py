"""``kin ask --prose``: prose above, quotes below, and the quotes alone whenever something is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kin_assistant.cli.main import main
from tests.writing.servers import Play, play_server, send_events

QUESTION = "How does Surabaya compost household waste?"


@pytest.fixture
def ask(
    shipped_index: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Asks with ``address`` as the language model's; exit code and what was printed."""

    def run(*arguments: str, address: str = "", **settings: str) -> tuple[int, str, str]:
        with monkeypatch.context() as patch:
            for name, value in {"url": address, "model": "Small" if address else "", **settings}.items():
                patch.setenv(f"KIN_LLM_{name.upper()}", value)
            capsys.readouterr()
            code = main(["ask", "--index", str(shipped_index), *arguments])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return code, printed.out, printed.err

    return run


def repeat_quotes(play: Play) -> None:
    """Says the first quote as it is, then a lie."""
    first = play.asked.data["data"][0]
    sentences = [
        {"keys": [first["key"]], "text": first["quote"]},
        {"keys": [first["key"]], "text": "Everybody in <b>Surabaya</b> was paid in cash."},
    ]
    send_events(play, json.dumps({"sentences": sentences}))


def test_prose_stands_above_the_quotes_which_stay_as_they_are(ask: Callable[..., tuple[int, str, str]]) -> None:
    _, verbatim, _ = ask(QUESTION)
    with play_server(repeat_quotes) as asked:
        code, out, _ = ask(QUESTION, "--prose", address=asked.address)
    host = asked.address.removeprefix("http://").removesuffix("/v1")
    heading, rest = verbatim.split("\n\n", 1)
    assert code == 0
    assert out.startswith(f"{heading}\n\n")
    prose, quotes = out.removeprefix(f"{heading}\n\n").split("## In the words of the documents\n\n")
    assert quotes == rest
    written, dropped, by, *_ = prose.split("\n\n")
    assert written.endswith(" [1]")
    assert written.removesuffix(" [1]") in quotes
    assert dropped == "1 sentence was not borne by the documents and left out."
    assert "Small" in by
    assert f"{host}, to which the question and the quotes were sent" in by
    assert "cash" not in out


def test_json_has_the_prose_in_a_field_of_its_own(ask: Callable[..., tuple[int, str, str]]) -> None:
    verbatim = json.loads(ask(QUESTION, "--json")[1])
    with play_server(repeat_quotes) as asked:
        told = json.loads(ask(QUESTION, "--prose", "--json", address=asked.address)[1])
    prose = told.pop("prose")
    assert "prose" not in verbatim
    assert {**told, "elapsed_ms": 0} == {**verbatim, "elapsed_ms": 0}
    assert prose["sentences"] == [{"text": verbatim["citations"][0]["quote"], "citations": [1]}]
    assert (prose["dropped"], prose["failure"], prose["written_by"]) == (["wording"], "", "Small")


def test_of_what_goes_wrong_one_sentence_stands_above_the_quotes(ask: Callable[..., tuple[int, str, str]]) -> None:
    _, verbatim, _ = ask(QUESTION)
    heading, rest = verbatim.split("\n\n", 1)
    with play_server(lambda play: play.say(401, "text/html", b"<h1>no</h1>")) as asked:
        code, out, _ = ask(QUESTION, "--prose", address=asked.address)
    host = asked.address.removeprefix("http://").removesuffix("/v1")
    said = f"The language model’s server at {host} asks for a key: set `KIN_LLM_API_KEY`."
    assert (code, out) == (0, f"{heading}\n\n{said}\n\n{rest}")


def test_where_no_sentence_is_left_it_says_so(ask: Callable[..., tuple[int, str, str]]) -> None:
    with play_server(lambda play: send_events(play, "All is well. Everybody was paid. [zzzz]")) as asked:
        _, out, _ = ask(QUESTION, "--prose", address=asked.address)
    assert "The documents do not bear any of the 2 sentences that the language model Small" in out
    assert "well" not in out.split("\n\n")[1]
    with play_server(lambda play: send_events(play, '{"sentences": []}')) as asked:
        _, out, _ = ask(QUESTION, "--prose", address=asked.address)
    assert "wrote nothing about these quotes." in out


def test_a_fact_and_a_refusal_are_not_rewritten_and_nothing_is_sent(ask: Callable[..., tuple[int, str, str]]) -> None:
    with play_server(repeat_quotes) as asked:
        for question in ("What did Lahore do about waste?", "Which documents are about waste banks?"):
            assert ask(question, "--prose", address=asked.address)[1] == ask(question)[1]
            assert "in the words of the documents alone" in ask(question, "--prose", address=asked.address)[2]
    assert asked.bodies == []


def test_a_batch_has_prose_too(ask: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    lines = tmp_path / "in.jsonl"
    lines.write_text(json.dumps({"id": "a", "question": QUESTION}) + "\n")
    with play_server(repeat_quotes) as asked:
        code, out, _ = ask("--prose", "--batch", str(lines), address=asked.address)
    assert code == 0
    assert len(json.loads(out)["prose"]["sentences"]) == 1


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "No language model is set up. Set KIN_LLM_URL and KIN_LLM_MODEL."),
        ({"address": "http://127.0.0.1:1/v1", "model": ""}, "KIN_LLM_MODEL is not"),
        ({"address": "http://llm.example.org/v1"}, "unencrypted"),
        ({"address": "llm.example.org"}, "The setting llm_url is wrong"),
        ({"address": "http://127.0.0.1:1/v1", "api_key": "two\nlines"}, "The setting llm_api_key is wrong"),
    ],
)
def test_what_is_set_wrongly_is_a_sentence(
    ask: Callable[..., tuple[int, str, str]], settings: dict[str, str], said: str
) -> None:
    code, out, err = ask(QUESTION, "--prose", **settings)
    assert (code, out) == (1, "")
    assert said in err
    assert "two" not in err
