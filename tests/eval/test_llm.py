"""``python -m eval llm``: recorded replies are played under the keys of now, and what is shown and dropped is counted."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from eval.__main__ import main
from eval.errors import CannotRunError
from eval.lines import Nugget, Request
from eval.llm import RecordedReply, Recorder, Replay, read_replies, render_scores, score_prose
from kin_assistant.errors import LanguageModelError
from kin_assistant.types import Answer
from kin_assistant.writing.model import Item, Prompt
from tests.writing.doubles import ModelDouble, cite_quote, make_answer, marked

FELL = cite_quote("Household waste fell by 20 per cent between 2005 and 2009.")
QUESTION = "How did Surabaya cut its waste?"
REQUEST = Request(
    id="r1",
    question=QUESTION,
    kind="explain",
    evidence=({"document_id": "one", "quote": FELL.quote},),
    nuggets=(Nugget(id="n1", vital=True, any_of=("20%",)), Nugget(id="n2", vital=True, any_of=("compost baskets",))),
)


class Asked:
    def ask(self, question: str) -> Answer:
        return make_answer(FELL, question=question)


def reply(*pieces: tuple[float, str], failure: str = "") -> RecordedReply:
    return RecordedReply("r1", QUESTION, {"bcdf": FELL.quote}, pieces, failure)


def test_a_reply_is_played_under_the_keys_of_now() -> None:
    prompt = Prompt(QUESTION, "explain", (Item("wxyz", "", FELL.quote),), 100)
    played = list(Replay(reply((0, "Waste fell. [bc"), (1, "df]"))).stream(prompt))
    assert played == ["Waste fell. [wx", "yz]"]
    other = Prompt(QUESTION, "explain", (Item("wxyz", "", "Another quote."),), 100)
    assert "wxyz" not in "".join(Replay(reply((0, "Waste fell. [bcdf]"))).stream(other))


def test_what_is_shown_dropped_and_covered_is_counted() -> None:
    said = marked(("Household waste fell by 20 per cent.", ["bcdf"]), ("Everybody was paid.", ["bcdf"]))
    scores = score_prose(Asked(), [REQUEST], lambda _: Replay(reply((0, said[:9]), (40, said[9:]))))
    assert (scores.written, scores.failures, scores.empty, scores.shown) == (1, 0, 0, 1)
    assert dict(scores.dropped) == {"wording": 1}
    assert (scores.facts, scores.facts_quoted, scores.facts_written) == (2, 1, 1)
    assert scores.first_ms >= 40, "as late as it came"
    assert "1 sentences shown; dropped: 1 wording" in render_scores(scores)


def test_what_failed_then_fails_now() -> None:
    scores = score_prose(Asked(), [REQUEST], lambda _: Replay(reply(failure="The language model broke off.")))
    assert (scores.written, scores.failures, scores.empty, scores.first_ms) == (1, 1, 0, 0)


def test_what_is_recorded_can_be_played(tmp_path: Path) -> None:
    def slowly(prompt: Prompt) -> str:
        time.sleep(0.02)
        return marked(("Household waste fell by 20 per cent.", prompt.keys[:1]))

    recorder = Recorder(ModelDouble(slowly), id="r1")
    live = score_prose(Asked(), [REQUEST], lambda _: recorder)
    recorder.write(tmp_path / "replies.jsonl")
    (read,) = read_replies(tmp_path / "replies.jsonl")
    assert read == recorder.replies[0]
    assert read.pieces[0][0] >= 20
    played = score_prose(Asked(), [REQUEST], lambda _: Replay(read))
    assert (played.shown, played.dropped, played.facts_written) == (live.shown, live.dropped, live.facts_written)


def test_a_fault_is_recorded_too() -> None:
    class Broken(ModelDouble):
        def stream(self, prompt: Prompt):  # noqa: ARG002
            yield "{"
            raise LanguageModelError("It broke off.")

    recorder = Recorder(Broken(lambda _: ""), id="r1")
    score_prose(Asked(), [REQUEST], lambda _: recorder)
    assert recorder.replies[0].failure == "It broke off."


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"id": "r1"}', '{"id": "r1", "question": "?", "quotes": [], "pieces": []}']
)
def test_a_line_that_is_no_reply_is_named(line: str, tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    path.write_text(f"{line}\n", "utf-8")
    with pytest.raises(CannotRunError, match="line 1: no recorded reply"):
        read_replies(path)


def test_without_a_model_and_without_replies_it_cannot_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KIN_LLM_URL", raising=False)
    assert main(["llm"]) == 2
    assert "No language model is set up" in capsys.readouterr().err
    path = tmp_path / "replies.jsonl"
    path.write_text(json.dumps({"id": "nobody", "question": "?", "quotes": {}, "pieces": []}) + "\n", "utf-8")
    assert main(["llm", "--replay", str(path)]) == 2
    assert "holds no request of the id nobody" in capsys.readouterr().err
