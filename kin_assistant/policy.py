"""Every weight, share and limit that decides what an answer is, as one frozen value.

Nothing that decides an answer stands elsewhere: an evaluation varies these values by ``dataclasses.replace``, and the
baseline of the evaluation records those it was measured with (``python -m eval baseline``), so that a change is noticed.
Each group says how its values were fitted.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

__all__ = ["AnswerPolicy", "EvidencePolicy", "RefusalPolicy", "RetrievalPolicy", "SelectionPolicy"]


@dataclass(frozen=True, slots=True)
class RetrievalPolicy:
    """How passages are ranked. Fitted on the development questions and on public sets: decision 7.

    ``python -m eval ablation`` shows what each signal is worth, ``python -m eval beir FOLDER`` the ranking on a public set.
    """

    candidates: int = 100
    """Passages taken from each of the two searches before their scores are fused."""
    passage_cosine: float = 1.0
    """Weight of the cosine of query and passage."""
    sentence_cosine: float = 0.5
    """Weight of the cosine of query and the passage's nearest sentence."""
    lexical_share: float = 0.7
    """Weight of the share of the query, by BM25, that the passage holds."""
    neighbour_share: float = 0.5
    """Weight of the same share, of the passage together with its neighbours."""
    neighbours: int = 2
    """Passages before and after, of the same document, that count as neighbours."""
    named_place_bonus: float = 0.1
    """Added to the fused score (at most 1) of passages from documents about a place that the query names."""
    passages_reranked: int = 30
    """Passages that a cross-encoder reads, where one is set."""


@dataclass(frozen=True, slots=True)
class EvidencePolicy:
    """What is read for a query, and how sentences are scored. Fitted on the development questions: decisions 5 and 12.

    The six weights of signals apply to values from 0 to 1.
    """

    passages: int = 60
    """Passages whose sentences are scored."""
    passages_per_place: int = 15
    """Passages of each place that are added, if the query names several."""
    passage_score: float = 1.5
    """Weight of the fused score of a sentence's passage."""
    sentence_cosine: float = 0.5
    """Weight of the cosine of query and sentence, scaled over the candidates."""
    lexical: float = 0.3
    """Weight of BM25 of the sentence with its context, scaled over the candidates."""
    shared_stems: float = 0.3
    """Weight of the share of the query's stems (by idf) in the sentence."""
    shared_stems_in_context: float = 0.3
    """Weight of the same share, of the sentence with its context."""
    figure: float = 0.15
    """Weight of a figure in the sentence, where the query asks for one."""
    network: float = 2.0
    """Weight of the evidence network's word, as a logistic function of half the logit."""
    passages_read: int = 12
    """Passages that the network reads."""
    passages_read_of_best: int = 9
    """So many of them are of the best documents, or of the best on each place."""
    best_documents: int = 2
    """Documents that count as the best."""
    passages_read_for_part: int = 3
    """Passages read once more for each thing that a query for several asks for."""
    min_logit_of_part: float = -2.0
    """A part with less evidence is named as not answered; 5 of 7 that were named so on held-out questions were."""


@dataclass(frozen=True, slots=True)
class SelectionPolicy:
    """Which sentences are quoted. Fitted on the development questions: decision 5."""

    worth_offset: float = -3.0
    """Offset of the chance that a sentence answers: a logistic function of the following."""
    worth_of_logit: float = 0.5
    """Weight of the evidence network's logit."""
    logit_of_unread: float = -4.0
    """What counts as the logit of a sentence that the network has not read."""
    worth_of_similarity: float = 1.67
    """Weight of the score by similarity, less the best one."""
    worth_of_document: float = 2.72
    """Weight of the best score by similarity in the sentence's document, less the best one of all."""
    worth_of_cosine: float = 4.0
    """Weight of the cosine of query and sentence."""
    min_share: float = 0.1
    """A stretch is considered if a sentence of it is worth this share of the best one."""
    price_of_stretch: float = 0.1
    """What a stretch has to add, beside the price of its sentences."""
    price_of_sentence: float = 0.1
    """What each sentence has to add."""
    price_of_word: float = 0.002
    """What each word has to add."""
    price_exponent: float = 0.5
    """Prices are multiplied by the best sentence's worth to this power: the less sure, the more is quoted."""
    min_share_repeated: float = 0.7
    """A sentence of whose stems a chosen one has this share adds only the rest."""
    bonus_of_place: float = 1.0
    """Added to the first stretch of each place that the query names beside others."""
    documents: int = 3
    """Documents that are quoted, at most; one a place, if the query names more places."""
    sentences_of_stretch: int = 4
    """Sentences of a stretch before it meets another, at most."""
    stretches: int = 4
    """Stretches of an explanation, at most."""
    stretches_of_fact: int = 2
    """Stretches of a fact, at most."""
    words_of_fact: int = 60
    """Words of a fact, at most."""
    words_of_list: int = 250
    """A list or table of so many words is quoted whole."""
    min_share_of_list: float = 0.5
    """A list is quoted for a list if its best item is worth this share of the best sentence."""
    words_around: int = 12
    """Words of the limit that are kept free for place names and the program's own words."""


@dataclass(frozen=True, slots=True)
class RefusalPolicy:
    """When the evidence does not bear an answer. Two logistic functions, fitted as decision 6 tells."""

    min_confidence: float = 0.25
    """A query with less is refused."""
    read_logit: float = 0.69
    """Weight of the joint logit of all sentences that the network read."""
    read_cosine: float = 2.24
    """Weight of the nearest passage's cosine, beside the network's word."""
    read_coverage: float = -0.74
    """Weight of the share of the query's stems (by idf) in the best sentences, beside the network's word."""
    read_offset: float = -1.25
    """Offset, beside the network's word."""
    sentence_cosine: float = 11.0
    """Weight of the best sentence's cosine, by similarity alone."""
    passage_cosine: float = 12.0
    """Weight of the nearest passage's cosine, by similarity alone."""
    coverage: float = 2.0
    """Weight of the share of the query's stems, by similarity alone."""
    offset: float = -10.7
    """Offset, by similarity alone."""
    max_logit: float = 8.0
    """Logits count up to this, and down to its negative."""
    best_sentences: int = 5
    """Sentences, the best first, whose stems and cosines count."""


@dataclass(frozen=True, slots=True)
class AnswerPolicy:
    """All of it, stage by stage."""

    retrieval: RetrievalPolicy = field(default_factory=RetrievalPolicy)
    evidence: EvidencePolicy = field(default_factory=EvidencePolicy)
    selection: SelectionPolicy = field(default_factory=SelectionPolicy)
    refusal: RefusalPolicy = field(default_factory=RefusalPolicy)

    def flatten(self) -> dict[str, float]:
        """Every value by "stage.name"."""
        return {f"{stage}.{name}": value for stage, group in asdict(self).items() for name, value in group.items()}
