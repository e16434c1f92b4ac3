"""Prose as Markdown: who wrote it, how much is left out, and hostile words that stay words."""

from __future__ import annotations

from kin_assistant.rendering import answer_markdown
from kin_assistant.types import Prose, ProseSentence
from tests.doubles import AssistantDouble

ANSWER = AssistantDouble().ask("How did Surabaya cut its household waste?")
SENTENCE = ProseSentence(text="Waste had dropped by over 20 per cent.", citations=(1, 2))


def prose(**fields: object) -> Prose:
    return Prose.model_validate({"written_by": "Small", "sent_to": "127.0.0.1:8080", **fields})


def test_without_prose_the_answer_is_what_it_was() -> None:
    assert answer_markdown(ANSWER, prose=None) == answer_markdown(ANSWER)


def test_what_the_answer_lacks_is_said_before_the_prose() -> None:
    answer = ANSWER.model_copy(update={"caveats": ("No document is about Bandung.",)})
    text = answer_markdown(answer, prose=prose(sentences=(SENTENCE,)))
    order = (
        "No document is about Bandung.",
        "20 per cent. [1][2]",
        "Written by",
        "## In the words of",
        "## References",
    )
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_what_is_left_out_is_counted_and_repetitions_are_not() -> None:
    def said(*dropped: str) -> str:
        return answer_markdown(ANSWER, prose=prose(sentences=(SENTENCE,), dropped=dropped))

    assert "left out" not in said()
    assert "left out" not in said("repeated")
    assert "1 sentence was not borne by the documents and left out." in said("wording", "repeated")
    assert "2 sentences were not borne by the documents and left out." in said("wording", "figure")


def test_hostile_words_stay_words() -> None:
    hostile = "<img src=x> [a](javascript:b) *c* \x1b[31m"
    shown = answer_markdown(
        ANSWER,
        prose=prose(
            sentences=(ProseSentence(text=hostile, citations=(1,)),), written_by=hostile, sent_to="", dropped=("name",)
        ),
    )
    failed = answer_markdown(ANSWER, prose=prose(failure=f"{hostile} failed, see KIN_LLM_URL."))
    for text in (shown, failed):
        assert "\x1b" not in text
        assert "\\<img src=x>" in text
        assert "\\[a\\](javascript:b) \\*c\\*" in text
    assert "see `KIN_LLM_URL`." in failed
