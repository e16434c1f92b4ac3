"""Answers as a brief to go on with: a section a question, its quotes in order, and what the program says of it."""

from __future__ import annotations

from kin_assistant.briefs.brief import OwnText, Quote
from kin_assistant.briefs.files import read_brief
from kin_assistant.rendering import transcript_file
from tests.rendering.transcripts.test_files import ANSWER, REFUSAL, transcript_of


def test_each_answer_is_a_section_with_its_quotes() -> None:
    transcript = transcript_of(ANSWER, REFUSAL)
    brief = read_brief(transcript_file(transcript, ".json"), "b.json")
    assert brief.title == f"{ANSWER.standalone_question} And 1 more question"
    assert [one.heading for one in brief.sections] == [ANSWER.standalone_question, REFUSAL.standalone_question]
    assert [one.quote for one in brief.quotes] == [one.quote for one in ANSWER.citations]
    hashes = {info.id: info.sha256 for info in transcript.documents}
    assert [one.document_sha256 for one in brief.quotes] == [hashes[one.document_id] for one in ANSWER.citations]


def test_a_refusal_is_text_with_its_reason() -> None:
    brief = read_brief(transcript_file(transcript_of(REFUSAL), ".json"), "b.json")
    (text,) = brief.sections[0].items
    assert isinstance(text, OwnText)
    assert text.text.endswith(str(REFUSAL.reason))
    assert brief.title == REFUSAL.standalone_question


def test_what_the_answer_lacks_stands_before_its_quotes() -> None:
    lacking = ANSWER.model_copy(update={"caveats": ("Nothing was found on Bago.",)})
    (section,) = read_brief(transcript_file(transcript_of(lacking), ".json"), "b.json").sections
    assert section.items[0] == OwnText(text="Nothing was found on Bago.")
    assert all(isinstance(item, Quote) for item in section.items[1:])
