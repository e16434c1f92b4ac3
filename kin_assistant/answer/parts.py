"""What is quoted for each thing that a query asks for, where it asks for several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kin_assistant.answer.draft import Draft, DraftSection
from kin_assistant.answer.evidence import Candidate, Evidence, EvidenceReader
from kin_assistant.answer.quoting import Quoter
from kin_assistant.answer.stretches import leans_back
from kin_assistant.index.library import Library, PassageRow
from kin_assistant.policy import PartsPolicy

__all__ = ["PartRead", "answer_parts", "find_unanswered", "read_parts"]


@dataclass(frozen=True, slots=True)
class PartRead:
    """A thing that is asked for, and what the network said of the passages that it read with this part alone."""

    text: str
    """Its words, as they stand in the question."""
    logits: Mapping[tuple[PassageRow, int], float]
    """Of each sentence, by its passage and its offset in the document."""

    def logit_of(self, candidate: Candidate) -> float | None:
        """None if the sentence was not read with this part."""
        return self.logits.get((candidate.passage, candidate.sentence.start))


def read_parts(
    evidence: Evidence, draft: Draft, reader: EvidenceReader, library: Library, policy: PartsPolicy
) -> list[PartRead]:
    """The passages that are quoted, then the best ones, read once more for each part; nothing without a network."""
    nearest = dict.fromkeys(one.passage for one in (*draft.candidates, *evidence.candidates))
    passages = list(nearest)[: policy.passages_read]
    read = []
    for part in evidence.query.parts:
        scores = zip(passages, reader.score(part.asked, passages), strict=False)
        logits = {
            (passage, sentence.start): float(logit)
            for passage, of_sentences in scores
            for sentence, logit in zip(library.passage(passage).sentences, of_sentences, strict=True)
        }
        read.append(PartRead(part.text, logits))
    return read


def find_unanswered(parts: Sequence[PartRead], policy: PartsPolicy) -> list[str]:
    """The parts, in the question's words, that what was read does not seem to give; none if it gives none at all."""
    missing = [
        part.text.strip(" ?.,;")
        for part in parts
        if part.logits and np.logaddexp.reduce(list(part.logits.values())) < policy.min_joint_logit
    ]
    return missing if len(missing) < len(parts) else []


def answer_parts(
    draft: Draft, evidence: Evidence, parts: Sequence[PartRead], words: int, policy: PartsPolicy, quoter: Quoter
) -> Draft:
    """``draft`` with the best sentence for each part of which it quotes none nearly as good, as far as ``words`` words last."""
    left = words - sum(len(one.text.split()) for one in draft.candidates)
    for part in parts:
        quoted = max((logit for one in draft.candidates if (logit := part.logit_of(one)) is not None), default=None)
        best = max(
            (one for one in evidence.candidates if part.logit_of(one) is not None and _can_stand_alone(one)),
            key=lambda one: part.logits[one.passage, one.sentence.start],
            default=None,
        )
        logit = part.logit_of(best) if best else None
        if best is None or logit is None or logit < policy.min_logit:
            continue
        length = len(best.text.split())
        if length <= left and (quoted is None or quoted < logit - policy.min_lead):
            draft, left = _insert(draft, best, quoter), left - length
    return draft


def _can_stand_alone(candidate: Candidate) -> bool:
    return not leans_back(candidate.text) and not candidate.text.endswith(":")


def _insert(draft: Draft, candidate: Candidate, quoter: Quoter) -> Draft:
    """``draft`` with one more sentence: among those of its passage, else behind those of its document, else last."""
    sections = list(draft.sections)
    behind = len(sections)
    for i, section in enumerate(sections):
        if any(one.passage == candidate.passage for one in section.candidates):
            sections[i] = quoter.add(section, candidate)
            return replace(draft, sections=tuple(sections))
        if any(one.document == candidate.document for one in section.candidates):
            behind = i + 1
    sections.insert(behind, DraftSection((candidate,), quoter.heading_of(candidate.passage)))
    return replace(draft, sections=tuple(sections))
