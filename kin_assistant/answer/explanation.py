"""Why a sentence was quoted and why a passage was not, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kin_assistant.answer.evidence import Candidate
from kin_assistant.text.words import stems, words

__all__ = ["explain_quote", "explain_silence"]

_CLOSE, _RELATED = 0.55, 0.35
"""Least cosines of a sentence with the question."""
_MOST_WORDS = 4


def explain_quote(candidate: Candidate, question: str) -> str:
    """What speaks for a quoted sentence, as clauses."""
    reasons = []
    if candidate.logit is not None:
        if candidate.logit >= 1:
            reasons.append("read with the question, it answers")
        elif candidate.logit >= -1:
            reasons.append("read with the question, it may answer")
    if candidate.cosine >= _CLOSE:
        reasons.append("close to it in meaning")
    elif candidate.cosine >= _RELATED:
        reasons.append("related in meaning")
    shared = _shared_words(candidate, question)
    if shared:
        reasons.append(f"shares the words {', '.join(shared)}")
    return "; ".join(reasons) or "stands beside a quoted sentence"


def explain_silence(sentences: Sequence[Candidate], chosen: Iterable[Candidate], least: float) -> str:
    """Why no sentence of a passage that was read is quoted; ``least`` is the lowest score of the sentences that are."""
    if not sentences:
        return "no sentence of it can be quoted alone"
    best = max(sentences, key=lambda candidate: candidate.score)
    if best.document not in {candidate.document for candidate in chosen}:
        return "other documents answer better"
    if best.score >= least:
        return "the answer was long enough"
    if best.logit is not None and best.logit < -1:
        return "read with the question, it does not answer"
    return "other sentences of its document answer better"


def _shared_words(candidate: Candidate, question: str) -> list[str]:
    own = set(stems(candidate.text))
    shared = [word for word in dict.fromkeys(words(question)) if (found := stems(word)) and own.issuperset(found)]
    return shared[:_MOST_WORDS]
