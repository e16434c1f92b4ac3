"""Every weight, share and limit that decides an answer to a question in another language, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CrosslingualPolicy"]


@dataclass(frozen=True, slots=True)
class CrosslingualPolicy:
    """What is quoted, and when nothing is. Fitted on every second question of ``training/languages.jsonl``."""

    direction: float = 1.0
    """How much of what questions in a language have in common is taken out of a question's vector."""
    sentence: float = 0.5
    """Weight of the cosine of a passage's nearest sentence, beside that of the passage."""
    named_place: float = 0.02
    """What a document gains that is about a place which the question names."""
    passage: float = 1.0
    """Weight of a passage's score for its sentences, beside their own cosine."""
    sentences_of_first: int = 4
    """Sentences quoted of the nearest document, at most,"""
    documents: int = 3
    """and one each of the next ones: so many documents in all."""
    max_gap: float = 0.02
    """A further document scores at most so much less than the nearest one."""
    steepness: float = 75.0
    """Log odds that the nearest document answers, for each unit of its score,"""
    middle: float = 0.825
    """and the score where they are even."""
    min_confidence: float = 0.5
    """Below it nothing is quoted."""
    near_documents: int = 3
    """Documents that a refusal points to."""
