"""``kin peers`` on the shipped corpus: what it prints, in which forms, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest

from kin_assistant import Assistant
from kin_assistant.cli.main import main
from kin_assistant.errors import QuestionError

SITUATION = "We are a port city of 800,000 with open dumping and little money"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def kin(capsys: pytest.CaptureFixture[str], shipped_index: object) -> Run:
    """Runs ``kin peers`` on the shipped index: exit code, output, errors."""

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["peers", "--index", str(shipped_index), *map(str, arguments)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_peers_are_printed_with_what_was_read_their_reasons_and_references(kin: Run) -> None:
    code, out, _ = kin(SITUATION, "--limit", 2)
    assert code == 0
    assert "- Problem: open dumping (theme: landfill)" in out
    assert "- Coast: on the coast (“port city”)" in out
    assert [line[:6] for line in out.splitlines() if line.startswith("## ")] == ["## 1. ", "## 2. ", "## Ref"]
    assert "(from the bundled gazetteer)" in out


def test_json_holds_what_the_documents_say(kin: Run, assistant: Assistant) -> None:
    peers = json.loads(kin(SITUATION, "--json")[1])
    assert {trait["kind"] for trait in peers["traits"]} == {"problem", "size", "coast", "means"}
    assert 0 < len(peers["peers"]) <= 5
    for one in peers["citations"]:
        assert assistant.document(one["document_id"]).text[one["start"] : one["end"]] == one["quote"]


def test_every_quote_is_of_a_document_on_its_peer(assistant: Assistant) -> None:
    for text in (SITUATION, "Water pipes leak in our Indian city", "An island town without a landfill"):
        peers = assistant.peers(text)
        documents = {one.number: one.document_id for one in peers.citations}
        assert peers.peers, text
        for peer in peers.peers:
            numbers = [number for cell in peer.cells for number in cell.numbers]
            assert 1 <= len(numbers) <= 3
            assert {documents[number] for number in numbers} == {peer.document_id}


def test_csv_has_a_row_a_peer(kin: Run) -> None:
    rows = list(csv.reader(io.StringIO(kin(SITUATION, "--csv", "--limit", 3)[1])))
    assert [row[0] for row in rows] == ["Rank", "1", "2", "3"]


def test_a_problem_of_which_nothing_is_known_is_said_with_what_was_read(kin: Run) -> None:
    code, out, _ = kin("We are a city of 800,000 with stray dogs")
    assert code == 0
    assert "- Size: about 800,000 people" in out
    assert "**The documents do not say this.** No document is about “stray dogs”." in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([""], "The situation is empty"),
        (["x " * 1500], "The situation has 3,000 characters; at most 2,000 are read"),
        (["hello", "--csv"], "Too little of a city's situation could be read"),
        (["waste", "--limit", "21"], "From 1 to 20 peers can be shown, not 21"),
        (["12345"], "no words in it"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(kin: Run, arguments: list[str], said: str) -> None:
    code, out, err = kin(*arguments)
    assert (code, out) == (1, "")
    assert err.startswith("kin: ") and said in err


def test_the_assistant_refuses_an_empty_situation(assistant: Assistant) -> None:
    with pytest.raises(QuestionError, match="The situation is empty"):
        assistant.peers("  ")
