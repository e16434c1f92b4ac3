"""Whether the evidence bears an answer, and the sentence that says why not."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kin_assistant.answer.evidence import Candidate, Evidence
from kin_assistant.filters import count_filters, name_filters
from kin_assistant.policy import RefusalPolicy
from kin_assistant.question.query import Query
from kin_assistant.text.wording import join_words, name_in_sentence
from kin_assistant.text.words import stems, words

__all__ = ["estimate_confidence", "reason_to_doubt", "reason_to_refuse"]

_MAX_UNKNOWN_WORDS = 4
"""Words without a document that a refusal names."""
_MAX_UNSAID_WORDS = 3
"""Words of the question that a doubt names."""


def estimate_confidence(evidence: Evidence, policy: RefusalPolicy | None = None) -> float:
    """How well ``evidence`` bears an answer to its query: from 0 to 1."""
    policy = policy or RefusalPolicy()
    query, candidates = evidence.query, evidence.candidates
    if not candidates:
        return 0.0
    best = candidates[: policy.best_sentences]
    held = frozenset[str]().union(*(candidate.stems for candidate in best))
    coverage = sum(idf for stem, idf in query.idf.items() if stem in held) / query.idf_total
    cosine = evidence.ranking.best_cosine
    # The subject is that of other places: what is said of this one is likely to be on another.
    lead = evidence.lead_elsewhere
    missing = 0.0 if lead is None else policy.elsewhere * max(0.0, lead - policy.usual_lead)
    if query.held:
        # What was read is on the name alone: less is a fit by chance.
        missing -= policy.of_name
    similar = _logistic(
        policy.sentence_cosine * max(candidate.cosine for candidate in best)
        + policy.passage_cosine * cosine
        + policy.coverage * coverage
        + policy.offset
        - missing
    )
    logits = [candidate.logit for candidate in candidates if candidate.logit is not None]
    if not logits:
        return similar
    # All sentences together: several that may answer are worth one that does.
    joint = math.log(math.fsum(map(math.exp, logits)))
    read = _logistic(
        policy.read_logit * joint
        + policy.read_cosine * cosine
        + policy.read_coverage * coverage
        + policy.read_offset
        - missing
    )
    # The network has read little that is of another field, so the evidence must be similar too.
    return min(read, similar)


def reason_to_refuse(evidence: Evidence, confidence: float, policy: RefusalPolicy | None = None) -> str | None:
    """Why its query cannot be answered from ``evidence``, as sentences for the reader; None if it can."""
    policy = policy or RefusalPolicy()
    query, candidates = evidence.query, evidence.candidates
    scope, filters = query.scope, query.filters
    if scope.absent and not scope.named and not candidates:
        return f"No document is about {join_words([place.label for place in scope.absent], 'or')}."
    if filters and not len(evidence.ranking.rows):
        return f"No document covers {name_filters(filters)}{' together' if count_filters(filters) > 1 else ''}."
    within = f" among those on {name_filters(filters)}" if filters else ""
    names = [name_in_sentence(place.name) for place in scope.named]
    if not candidates:
        about = f" on {join_words(names, 'or')}" if names else ""
        return f"No document{about} was found for this question{within}."
    if confidence < policy.min_confidence:
        about = f" on {join_words(names)}" if names else ""
        subject = f"No document{about}{within} seems" if filters else f"The documents{about} do not seem"
        other = " Documents on other places come nearer." if (evidence.lead_elsewhere or 0.0) > 0 else ""
        return f"{subject} to answer this.{other}{_name_unknown_words(query)}"
    return None


def reason_to_doubt(
    query: Query, quoted: Sequence[Candidate], confidence: float, policy: RefusalPolicy | None = None
) -> str | None:
    """Why what is ``quoted`` may not answer ``query``, for the reader; None if it is likely to.

    Without much confidence, that rarer words of the question stand neither in a quoted sentence nor above it.
    """
    policy = policy or RefusalPolicy()
    if confidence >= policy.sure_confidence or not quoted:
        return None
    held = {stem for place in query.scope.named for stem in stems(place.name)}
    held.update(*(candidate.stems for candidate in quoted))
    rare = {stem for stem, idf in query.idf.items() if idf >= query.idf_total / len(query.idf)}
    unsaid = [
        f"“{word}”"
        for word in dict.fromkeys(words(query.standalone))
        if not word.isdigit() and rare.intersection(stems(word)) and held.isdisjoint(stems(word))
    ][:_MAX_UNSAID_WORDS]
    if not unsaid:
        return None
    return f"This may not be the answer; it is what comes nearest. It does not speak of {join_words(unsaid, 'or')}."


def _name_unknown_words(query: Query) -> str:
    unknown = [f"“{word}”" for word in query.unknown_words[:_MAX_UNKNOWN_WORDS]]
    return f" No document uses {join_words(unknown, 'or')}." if unknown else ""


def _logistic(strength: float) -> float:
    return 1 / (1 + math.exp(-strength))
