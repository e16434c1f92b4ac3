"""Answers as a brief: their quotes, to be dropped, moved and written around."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kin_assistant.briefs.brief import Brief, BriefItem, BriefSection, OwnText, Quote
from kin_assistant.rendering.transcripts.transcript import Transcript, TranscriptAnswer
from kin_assistant.rendering.words import REFUSAL, count, day, describe_filters

__all__ = ["transcript_brief"]


def transcript_brief(transcript: Transcript) -> Brief:
    """A brief with a section for each answer: its question, what the program says of it, and its quotes in order."""
    hashes = {info.id: info.sha256 for info in transcript.documents}
    (first, *others) = transcript.answers
    question = first.answer.standalone_question
    title = f"{question} And {count(len(others), 'more question')}" if others else question
    return Brief(
        title=title,
        topic=title,
        library=transcript.library,
        build_id=transcript.build_id,
        remarks=(f"Made of {count(len(transcript.answers), 'answer')}, {day(transcript.at)}.",),
        sections=tuple(
            BriefSection(heading=one.answer.standalone_question, items=tuple(_items(one, hashes)))
            for one in transcript.answers
        ),
    )


def _items(told: TranscriptAnswer, hashes: Mapping[str, str]) -> Iterator[BriefItem]:
    answer, filters = told.answer, describe_filters(told.filters)
    said = [
        f"Looked only in: {filters}." if filters else "",
        *answer.caveats,
        f"{REFUSAL}. {answer.reason or ''}".rstrip() if answer.abstained else "",
        *(f"• {entry.label}" for entry in answer.entries if entry.number is None),
    ]
    if text := "\n\n".join(filter(None, said)):
        yield OwnText(text=text)
    for citation in answer.citations:
        yield Quote.of_citation(citation, hashes[citation.document_id])
