"""Answers as files and on the clipboard: every quote word for word, its number, its reference, and no sign of a format."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from time import perf_counter

import pytest
from docx import Document
from pypdf import PdfReader
from selectolax.lexbor import LexborHTMLParser

from kin_assistant.errors import KinError
from kin_assistant.rendering import TRANSCRIPT_FORMATS, Transcript, TranscriptAnswer, copy_answer, transcript_file
from kin_assistant.types import (
    Answer,
    Entry,
    Filters,
    LeadIn,
    NearDocument,
    NearSentence,
    Prose,
    ProseSentence,
    Section,
    Source,
)
from tests.doubles import QUESTION, UNKNOWN, AssistantDouble
from tests.hostile.markup import HOSTILE

AT = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
ASSISTANT = AssistantDouble()
ANSWER, REFUSAL = ASSISTANT.ask(QUESTION), ASSISTANT.ask(UNKNOWN)
RUN = "2009 · 1,150 tons"
"""The quoted row of a table as a text shows it."""


def transcript_of(*answers: Answer, filters: Filters | None = None) -> Transcript:
    told = [TranscriptAnswer(answer, filters or Filters()) for answer in answers]
    return Transcript.of(told, ASSISTANT.documents, library="KIN", build_id="b1", at=AT)


def words_in(content: bytes, suffix: str) -> str:
    """All words of a file; of a PDF with one space between them."""
    match suffix:
        case ".docx":
            return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs)
        case ".pdf":
            return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())
        case _:
            return content.decode()


def words_of(*answers: Answer, suffix: str, filters: Filters | None = None) -> str:
    return words_in(transcript_file(transcript_of(*answers, filters=filters), suffix), suffix)


def shown(answer: Answer) -> list[str]:
    return [RUN if one.quote.startswith("|") else one.quote for one in answer.citations]


def with_quotes(answer: Answer, words: Sequence[str]) -> Answer:
    """``answer`` with other words in its quotes, which then stand nowhere."""
    citations = tuple(
        one.model_copy(update={"quote": quote, "title": quote, "heading": quote, "lead_in": None})
        for one, quote in zip(answer.citations, words, strict=False)
    )
    sentences = tuple(
        one.model_copy(update={"text": quote}) for one, quote in zip(answer.sentences, words, strict=False)
    )
    return answer.model_copy(update={"citations": citations, "sentences": sentences, "notes": ()})


@pytest.mark.parametrize("suffix", [".docx", ".pdf", ".txt", ".md"])
def test_every_quote_stands_in_the_file_with_its_number_and_its_reference(suffix: str) -> None:
    words = words_of(ANSWER, suffix=suffix)
    assert QUESTION in words
    for number, quote in enumerate(shown(ANSWER), 1):
        assert re.search(rf"{re.escape(quote)}”?\s\[{number}\]", words), quote
        assert f"[{number}] {ANSWER.citations[number - 1].title}." in words
    assert "After IGES, 2009" in words and "https://example.org/iges" in words
    assert "No source named for this sentence." in words


@pytest.mark.parametrize("suffix", [".docx", ".pdf", ".txt", ".md"])
def test_what_a_language_model_wrote_is_named_as_its_own(suffix: str) -> None:
    prose = Prose(sentences=(ProseSentence(text="Waste fell.", citations=(1,)),), written_by="Small")
    told = Transcript.of(
        [TranscriptAnswer(ANSWER, prose=prose)], ASSISTANT.documents, library="KIN", build_id="b1", at=AT
    )
    words = words_in(transcript_file(told, suffix), suffix)
    assert "Waste fell. [1]" in words
    assert "Written by the language model Small" in words
    assert shown(ANSWER)[0] in words


@pytest.mark.parametrize("suffix", [".docx", ".pdf", ".txt", ".md"])
def test_a_refusal_keeps_the_sentences_that_come_near(suffix: str) -> None:
    near = NearDocument(
        document_id="d", title="A document", sentences=(NearSentence(start=0, end=9, quote="It fell."),)
    )
    words = words_of(REFUSAL.model_copy(update={"nearest": (near,)}), suffix=suffix)
    assert "A document" in words
    assert "It fell." in words


@pytest.mark.parametrize("suffix", [".docx", ".pdf"])
def test_the_questions_of_a_conversation_are_numbered_and_so_are_their_quotes(suffix: str) -> None:
    words = words_of(REFUSAL, ANSWER, suffix=suffix)
    assert "KIN: 2 questions and what the documents say" in words
    assert UNKNOWN in words and QUESTION in words and "No document is about Lahore." in words
    assert f"{ANSWER.citations[0].quote}\u00a0[2.1]".replace("\u00a0", " ") in words.replace("\u00a0", " ")
    assert "The documents give different figures: [2.1] [2.2]." in words
    assert "[2.5] Notes of a meeting." in words


def test_the_questions_of_a_conversation_follow_each_other_as_text() -> None:
    for suffix in (".txt", ".md"):
        words = words_of(ANSWER, REFUSAL, suffix=suffix)
        assert words.index(QUESTION) < words.index(ANSWER.citations[0].quote) < words.index(UNKNOWN)


def test_a_number_leads_to_its_reference_in_word_and_pdf() -> None:
    file = Document(io.BytesIO(transcript_file(transcript_of(ANSWER), ".docx")))
    xml = file.element.xml
    for number in range(1, 6):
        assert f'w:anchor="quote_{number}"' in xml and f'w:name="quote_{number}"' in xml
    reader = PdfReader(io.BytesIO(transcript_file(transcript_of(ANSWER), ".pdf")))
    links = [link.get_object() for page in reader.pages for link in page.get("/Annots", ())]
    assert len([link for link in links if "/Dest" in link]) == 5


def test_a_refusal_is_taken_along_with_its_reason_and_what_is_near() -> None:
    for suffix in (".docx", ".pdf", ".txt"):
        words = words_of(REFUSAL, suffix=suffix)
        assert "The documents do not say this. No document is about Lahore." in words
        assert "Household composting in Surabaya (Surabaya)" in words
        assert "References" not in words


def test_what_was_asked_of_is_said() -> None:
    leaning = ANSWER.model_copy(update={"standalone_question": "What did Surabaya do about waste?"})
    for suffix in (".docx", ".pdf", ".txt", ".md"):
        words = words_of(leaning, suffix=suffix, filters=Filters(city=("Surabaya",), years=(1990, 2016)))
        assert "Searched as: What did Surabaya do about waste?" in words
        assert "Looked only in: Surabaya; 1990-2016" in words
    assert "KIN, 30 November 2026." in words_of(ANSWER, suffix=".docx")


def test_a_table_of_places_keeps_its_rows_and_says_what_is_missing() -> None:
    sections = (Section(heading="Surabaya", numbers=(1, 2, 3, 4)), Section(heading="Lahore", remark="No document."))
    words = words_of(ANSWER.model_copy(update={"form": "table", "sections": sections}), suffix=".txt")
    assert f"Surabaya\n“{ANSWER.citations[0].quote}” [1]" in words
    assert "Lahore: No document." in words


def test_a_list_over_the_library_has_its_entries_with_their_reasons() -> None:
    entries = (
        Entry(label="Composting", detail="Surabaya; 2001-2011", document_ids=("surabaya-composting",), number=1),
        Entry(label="Air", document_ids=("kitakyushu-air",)),
    )
    changed = {"form": "entries", "entries": entries, "sentences": ANSWER.sentences[:1], "notes": ()}
    words = words_of(
        ANSWER.model_copy(update={**changed, "citations": ANSWER.citations[:1], "said": "2 documents."}), suffix=".txt"
    )
    assert f"2 documents.\n\nComposting (Surabaya; 2001-2011)\n“{ANSWER.citations[0].quote}” [1]\n\n• Air" in words


def test_items_of_one_list_stand_behind_what_heads_it_once() -> None:
    head = LeadIn(start=0, end=8, text="Reasons:")
    words = ("Cost.", "Smell.")
    listed = with_quotes(ANSWER, words)
    citations = tuple(
        one.model_copy(update={"lead_in": head, "document_id": "surabaya-composting", "start": 100 * place})
        for place, one in enumerate(listed.citations)
    )
    text = words_of(listed.model_copy(update={"citations": citations, "form": "list"}), suffix=".txt")
    assert text.count("Reasons:") == 1
    assert "“Reasons:”\n“Cost.” [1]\n“Smell.” [2]" in text


def test_a_sentence_that_several_documents_hold_has_all_its_numbers() -> None:
    first = ANSWER.sentences[0].model_copy(update={"citations": (1, 5)})
    both = ANSWER.model_copy(update={"sentences": (first,), "notes": ()})
    assert f"“{first.text}” [1, 5]" in words_of(both, suffix=".txt")
    assert 'w:anchor="quote_1"' in Document(io.BytesIO(transcript_file(transcript_of(both), ".docx"))).element.xml


SIGNS = "*a* _b_ `c` #d [e] <f> {g} ~h~ \\i & 50% $j"


def test_no_sign_of_a_format_stands_in_another() -> None:
    signed = with_quotes(ANSWER, [SIGNS])
    for suffix in (".docx", ".pdf", ".txt"):
        assert f"{SIGNS}" in words_of(signed, suffix=suffix)
    rich = LexborHTMLParser(str(copy_answer(TranscriptAnswer(signed)).rich))
    assert f"{SIGNS}\u00a0[1]" in rich.text()


@pytest.mark.parametrize("hostile", HOSTILE)
def test_markup_and_control_characters_are_words(hostile: str) -> None:
    answer = with_quotes(ANSWER, [hostile]).model_copy(update={"question": hostile})
    rich = LexborHTMLParser(str(copy_answer(TranscriptAnswer(answer)).rich))
    body = rich.body
    assert body is not None
    tags = {node.tag for node in body.traverse() if node.tag and not node.tag.startswith("-")}
    assert tags <= {"body", "h2", "h3", "p", "b", "blockquote", "a"}
    assert all(set(node.attributes) <= {"href"} for node in body.traverse())
    for suffix in (".docx", ".pdf"):
        assert transcript_file(transcript_of(answer), suffix)
    text = words_of(answer, suffix=".txt")
    assert "\x1b" not in text and "\u202e" not in text


def test_the_copy_says_the_same_in_every_form() -> None:
    copies = copy_answer(TranscriptAnswer(ANSWER))
    rich = LexborHTMLParser(str(copies.rich))
    for number, quote in enumerate(shown(ANSWER), 1):
        assert f"{quote}\u00a0[{number}]" in rich.text()
        assert f"“{quote}” [{number}]" in copies.text
        assert f"[{number}] {ANSWER.citations[number - 1].title}." in copies.markdown
        assert f"[{number}] {ANSWER.citations[number - 1].title}." in rich.text()
    assert [node.attributes["href"] for node in rich.css("a")][:1] == ["https://example.org/iges"]


def test_an_address_that_is_not_safe_is_no_link() -> None:
    source = Source(title="A", url="javascript:alert(1)")
    citations = (ANSWER.citations[0].model_copy(update={"sources": (source,)}), *ANSWER.citations[1:])
    rich = str(copy_answer(TranscriptAnswer(ANSWER.model_copy(update={"citations": citations}))).rich)
    assert "javascript" not in rich


@pytest.mark.parametrize("suffix", [".bib", ".ris"])
def test_without_quotes_there_are_no_references(suffix: str) -> None:
    with pytest.raises(KinError, match="No document is quoted"):
        transcript_file(transcript_of(REFUSAL), suffix)


def test_the_same_answers_give_the_same_files() -> None:
    for suffix in TRANSCRIPT_FORMATS:
        first, second = (words_of(ANSWER, suffix=suffix) for _ in range(2))
        assert first == second


def test_twelve_long_answers_are_written_within_two_seconds() -> None:
    near = (NearDocument(document_id="surabaya-composting", title="Composting", cities=("Surabaya",)),) * 5
    transcript = transcript_of(*[ANSWER.model_copy(update={"nearest": near})] * 12)
    transcript_file(transcript, ".pdf")  # reads the fonts
    for suffix in (".docx", ".pdf"):
        began = perf_counter()
        transcript_file(transcript, suffix)
        assert perf_counter() - began < 2
