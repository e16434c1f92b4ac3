"""What one answer is worth: pure functions from a case and its answer to observations.

An observation is a pair (gain, weight). The figure for any group of questions is the sum of gains divided by the sum of
weights: a mean where every weight is 1, a precision, recall or F1 where gains and weights count outcomes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from eval.lines import Nugget
from eval.matching import Span, contains, covers, first_words
from eval.questions import Case
from kin_assistant.rendering import what_is_read
from kin_assistant.types import Answer, Citation

__all__ = ["ANSWER_WORDS", "Observation", "measure_answer", "measure_refusal", "passes", "ratio", "span_of"]

Observation = tuple[float, float]
"""(gain, weight)"""

ANSWER_WORDS = 150
"""Facts count if they stand within this many words of the answer."""


def ratio(observations: Iterable[Observation]) -> float | None:
    """Sum of gains over sum of weights; None where nothing was weighed."""
    gain = weight = 0.0
    for one_gain, one_weight in observations:
        gain += one_gain
        weight += one_weight
    return gain / weight if weight else None


def measure_answer(case: Case, answer: Answer) -> dict[str, Observation]:
    """What an answer to an answerable question is worth. A refusal earns nothing; only its length is not counted."""
    question = case.question
    text = first_words(what_is_read(answer), ANSWER_WORDS)
    cited = [span_of(citation) for citation in answer.citations]
    shares: Mapping[str, float] = {
        "vital_nuggets": _covered(text, (nugget for nugget in question.nuggets if nugget.vital)),
        "all_nuggets": _covered(text, question.nuggets),
        "gold_cited": float(any(covers(span, gold) for span in cited for gold in case.gold)),
        "gold_citation_precision": _share(any(covers(span, gold) for gold in case.gold) for span in cited),
        "gold_citation_recall": _share(any(covers(span, gold) for span in cited) for gold in case.gold),
        "right_documents": _share(span.document_id in question.right_documents for span in cited),
        "first_citation_right": float(bool(cited) and cited[0].document_id in question.right_documents),
        "useful_sentences": _share(
            _is_useful(sentence.text, sentence.citations, case, answer) for sentence in answer.sentences
        ),
    }
    words = len(what_is_read(answer).split())
    return {name: (value, 1.0) for name, value in shares.items()} | {
        "words": (float(words), float(not answer.abstained))
    }


def measure_refusal(case: Case, answer: Answer) -> dict[str, Observation]:
    """Whether it was right to answer or to refuse; a refusal is the positive outcome."""
    refused, unanswerable = float(answer.abstained), float(not case.question.answerable)
    right = refused * unanswerable
    observations = {
        "precision": (right, refused),
        "recall": (right, unanswerable),
        "f1": (2 * right, refused + unanswerable),
        "false_refusals": (refused * (1 - unanswerable), 1 - unanswerable),
    }
    if case.question.unanswerable_kind:
        observations[f"recall_{case.question.unanswerable_kind}"] = (right, 1.0)
    return observations


def passes(case: Case, answer: Answer) -> bool:
    """Whether a reader got all that matters: every vital fact and a gold sentence, or a refusal if nothing answers."""
    if not case.question.answerable:
        return answer.abstained
    values = measure_answer(case, answer)
    return values["vital_nuggets"][0] == 1 and values["gold_cited"][0] == 1


def _covered(text: str, nuggets: Iterable[Nugget]) -> float:
    return _share(contains(text, nugget.any_of) for nugget in nuggets)


def _share(outcomes: Iterable[bool]) -> float:
    values: Sequence[bool] = list(outcomes)
    return sum(values) / len(values) if values else 0.0


def _is_useful(text: str, numbers: Sequence[int], case: Case, answer: Answer) -> bool:
    """Whether a sentence states a wanted fact or is one of the gold sentences: what is not is padding."""
    spans = [span_of(citation) for citation in answer.citations if citation.number in numbers]
    return any(contains(text, nugget.any_of) for nugget in case.question.nuggets) or any(
        covers(span, gold) for span in spans for gold in case.gold
    )


def span_of(citation: Citation) -> Span:
    """Where a quote stands."""
    return Span(citation.document_id, citation.start, citation.end)
