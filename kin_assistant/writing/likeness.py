"""What can be counted between a claim and the texts that are to bear it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from kin_assistant.documents.passages import split_sentences
from kin_assistant.text.words import STOP_WORDS, stems, words
from kin_assistant.writing.figures import number_words_in
from kin_assistant.writing.names import names_in
from kin_assistant.writing.vocabulary import read_vocabulary

__all__ = ["EvidenceText", "measure_likeness", "read_evidence"]

_DIGITS: Final = re.compile(r"\d+(?:[.,]\d+)*")
_THOUSANDS: Final = re.compile(r",(?=\d{3})")
_MOST_SENTENCES: Final = 400
_LONGEST: Final = 1000
"""Characters of a sentence that are read."""
_LONG_WORD: Final = 6
"""Letters of a stem that is seldom there by chance."""
_MOST: Final = 4


@dataclass(frozen=True, slots=True)
class EvidenceText:
    """Texts that are to bear a claim, as they are counted."""

    sentences: tuple[str, ...]
    stems: tuple[tuple[str, ...], ...]
    """Of each sentence."""
    texts: tuple[frozenset[str], ...]
    """Stems of each text."""
    pairs: frozenset[tuple[str, str]]
    """Stems that follow each other."""
    words: frozenset[str]
    """All words, folded, small ones too."""
    digits: frozenset[str]


def read_evidence(evidence: Sequence[str]) -> EvidenceText:
    """The sentences and words of ``evidence``; of very much of it the first."""
    sentences: list[str] = []
    for text in evidence:
        for line in text.splitlines():
            sentences += [line[start:end][:_LONGEST] for start, end in split_sentences(line)]
    sentences = sentences[:_MOST_SENTENCES]
    by_sentence = tuple(tuple(stems(one)) for one in sentences)
    return EvidenceText(
        sentences=tuple(sentences),
        stems=by_sentence,
        texts=tuple(frozenset(stems(text)) for text in evidence),
        pairs=frozenset(pair for one in by_sentence for pair in pairwise(one)),
        words=frozenset(word for one in sentences for word in words(one)),
        digits=frozenset(number for one in sentences for number in _digits(one)),
    )


def measure_likeness(claim: str, evidence: EvidenceText) -> dict[str, float]:
    """Counts by name: shares from 0 to 1, what is missing up to 3."""
    said = stems(claim)
    own = frozenset(said)
    total = max(1, len(own))
    everything = frozenset[str]().union(*evidence.texts)
    shares = [len(own.intersection(one)) / total for one in evidence.stems] or [0.0]
    best = max(range(len(shares)), key=shares.__getitem__)
    nearest = evidence.sentences[best] if evidence.sentences else ""
    beside = [len(own.intersection((*one, *other))) / total for one, other in pairwise(evidence.stems)]
    pairs = list(pairwise(said))
    missing = own - everything
    long_words = {one for one in own if len(one) >= _LONG_WORD}
    vocabulary = read_vocabulary()
    here, there = frozenset(words(claim)), frozenset(words(nearest))
    small = here & STOP_WORDS
    hedged, hedged_there = bool(here & vocabulary.hedge), bool(there & vocabulary.hedge)
    return {
        "covered whole": float(not missing),
        "missing": min(len(missing), 2 * _MOST) / _MOST,
        "missing more than one": float(len(missing) > 1),
        "less than half": max(0.0, 0.5 - len(own & everything) / total),
        "covered by a text": max((len(own & one) / total for one in evidence.texts), default=0.0),
        "covered by a sentence": shares[best],
        "covered by two": max([shares[best], *beside]),
        "pairs": sum(pair in evidence.pairs for pair in pairs) / max(1, len(pairs)),
        "order": _count_common(said, evidence.stems[best] if evidence.stems else ()) / max(1, len(said)),
        "long words": len(long_words & everything) / len(long_words) if long_words else 1.0,
        "figures missing": min(3.0, float(len(_digits(claim) - evidence.digits))),
        "number words missing": float(not number_words_in(claim) <= evidence.words),
        "names missing": min(3.0, float(len(names_in(claim) - evidence.words))),
        "negation": float(bool(here & vocabulary.negation) != bool(there & vocabulary.negation)),
        "hedge added": float(hedged and not hedged_there),
        "hedge lost": float(hedged_there and not hedged),
        "small words": len(small & evidence.words) / max(1, len(small)),
    }


def _digits(text: str) -> frozenset[str]:
    return frozenset(_THOUSANDS.sub("", match[0]) for match in _DIGITS.finditer(text))


def _count_common(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for word in one:
        before = 0
        for j, there in enumerate(other, 1):
            before, row[j] = row[j], before + 1 if word == there else max(row[j], row[j - 1])
    return row[-1]
