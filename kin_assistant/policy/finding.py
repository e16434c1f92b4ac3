"""What decides what is found, read, quoted and refused."""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = [
    "EvidencePolicy",
    "PartsPolicy",
    "RefusalPolicy",
    "RetrievalPolicy",
    "SelectionPolicy",
    "SentenceSearchPolicy",
]


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

    ``python -m eval ablation`` shows what the network is worth. The six weights of signals apply to values from 0 to 1.
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
    passages_unquoted: int = 10
    """Passages that are shown as read and not quoted, at most."""
    documents_of_name: int = 8
    """A name in the query that no more documents hold says which are meant: "Cheonggyecheon", but not "JICA"."""


@dataclass(frozen=True, slots=True)
class SentenceSearchPolicy:
    """How well a sentence shows what a document says of a topic, beside the cosine of both. Chosen by reading answers."""

    near: float = 0.3
    """What a sentence gains in which the topic's words stand close together."""
    share: float = 0.3
    """Weight of the share of the topic's words in it."""
    price_of_leaning: float = 0.5
    """What one loses that cannot be understood alone."""
    price_of_conclusion: float = 0.25
    """What one loses that the compiler of the document concludes."""
    price_of_silence: float = 0.25
    """What one loses that says only that something is not known."""
    window: int = 3
    """Words, besides its own, over which a topic may be spread: "waste from hospitals" is of "hospital waste"."""
    nearest_passages: int = 150
    """Passages that are looked through for their meaning, beside all that use the topic's words."""
    nearest_sentences: int = 3
    """Sentences of a document whose mean tells how near it is to a topic: one alone may speak of it in passing."""


@dataclass(frozen=True, slots=True)
class PartsPolicy:
    """What each thing gets that a query for several asks for. Chosen by ``python -m training.quoting``."""

    passages_read: int = 3
    """Passages that the network reads once more with each part alone."""
    min_logit: float = -1.0
    """A sentence is quoted for a part that the network gives as much,"""
    min_lead: float = 0.5
    """and so much more than what is quoted already."""
    min_joint_logit: float = -2.0
    """A part with less evidence is named as not answered; 5 of 7 that were named so on held-out questions were."""


@dataclass(frozen=True, slots=True)
class SelectionPolicy:
    """Which sentences are quoted. Fitted as decision 19 tells; ``python -m training.quoting`` measures it."""

    worth_offset: float = -2.2
    """Offset of the chance that a sentence answers: a logistic function of the following."""
    worth_of_logit: float = 0.5
    """Weight of the evidence network's logit."""
    min_logit: float = -6.0
    """A logit counts as this at least: less says no more."""
    logit_of_unread: float = -4.0
    """What counts as the logit of a sentence that the network has not read."""
    worth_of_similarity: float = 1.67
    """Weight of the score by similarity, less the best one."""
    worth_of_document: float = 2.72
    """Weight of the best score by similarity in the sentence's document, less the best one of all."""
    worth_of_cosine: float = 1.5
    """Weight of the cosine of query and sentence."""
    worth_of_field: float = 0.7
    """Weight of how well the sentence tells the field of a record that the query asks for."""
    price_of_missing_asked: float = 1.0
    """What a sentence loses that gives nothing of the kind that is plainly asked for: a date, a sum, who paid."""
    min_share: float = 0.1
    """A stretch is considered if a sentence of it is worth this share of the best one."""
    price_of_stretch: float = 0.05
    """What a stretch has to add, beside the price of its sentences."""
    price_of_sentence: float = 0.13
    """What each sentence has to add."""
    price_of_word: float = 0.002
    """What each word has to add."""
    price_exponent: float = 0.8
    """Prices are multiplied by the best sentence's worth to this power: the less sure, the more is quoted."""
    min_share_repeated: float = 0.7
    """A sentence of whose stems a chosen one has this share adds only the rest."""
    bonus_of_place: float = 1.0
    """Added to the first stretch of each place that the query names beside others."""
    documents: int = 3
    """Documents that are quoted, at most; one a place, if the query names more places."""
    sentences_of_stretch: int = 4
    """Sentences of a stretch before it meets another, at most."""
    stretches: int = 5
    """Stretches of an explanation, at most."""
    stretches_of_fact: int = 3
    """Stretches of a fact, at most."""
    words_of_fact: int = 75
    """Words of a fact, at most."""
    words_of_list: int = 250
    """A list or table of so many words is quoted whole."""
    worth_of_conclusion: float = 0.7
    """What a compiler of a document concludes is worth so much of what a source says,"""
    share_of_leading_conclusion: float = 0.6
    """and so much of that as the beginning of an answer."""
    share_of_older: float = 0.25
    """So much of it keeps, where the query asks how something is now, what is dated before the newest of those that are worth
    as large a share of the best."""
    min_share_before: float = 0.5
    """An explanation may begin with what stands in front of the best sentence, if that is worth this share of it."""
    words_of_whole_list: int = 138
    """A list or table of so many words is quoted whole in an explanation,"""
    min_share_of_whole_list: float = 0.4
    """if its best quoted item is worth this share of the best sentence."""
    words_of_last_items: int = 30
    """What is missing of a list or table that is quoted in part is added, if it has no more words."""
    min_share_of_list: float = 0.5
    """A list is quoted for a list if its best item is worth this share of the best sentence."""
    min_share_of_section: float = 0.5
    """A section is quoted for a list if this share of its sentences may answer, each worth as much as a stretch needs."""
    words_around: int = 12
    """Words of the limit that are kept free for place names and the program's own words."""
    price_of_fact: float = 1.5
    """Behind a fact, what a further quote of the same document has to add is multiplied by this."""

    def with_prices(self, times: float) -> SelectionPolicy:
        """The same with what a quote has to add made ``times`` as much."""
        return replace(
            self,
            price_of_stretch=times * self.price_of_stretch,
            price_of_sentence=times * self.price_of_sentence,
            price_of_word=times * self.price_of_word,
        )


@dataclass(frozen=True, slots=True)
class RefusalPolicy:
    """When the evidence does not bear an answer. Two logistic functions, fitted as decision 6 tells.

    ``python -m training.refusal fit`` compares its signals, and functions of them.
    """

    min_confidence: float = 0.32
    """A query with less is refused."""
    sure_confidence: float = 0.42
    """An answer with less may say that it is none: of 11 that did on the development questions 5 had no answer."""
    confidence_behind: float = 0.5
    """A message that is refused alone is asked with what came before it, if that is answered with as much confidence."""
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
    elsewhere: float = 8.0
    """What confidence loses, in log odds, for each point by which passages on other places are ranked above those on the places
    named: ``python -m training.elsewhere``,"""
    usual_lead: float = -0.2
    """beyond this lead, which is behind."""
    of_name: float = 0.32
    """What speaks for an answer, as log odds, where the query has a name that few documents hold. Of such training questions
    as many are refused for no reason as without, and half of those that nothing answers instead of 30 in 100."""
    best_sentences: int = 5
    """Sentences, the best first, whose stems and cosines count."""
    min_nearness: float = 0.35
    """A refusal points to documents whose sentences are so near the query, and to the nearest one in any case."""
    min_cosine_near: float = 0.5
    """A refusal shows sentences of the documents that it points to, if they are at least so near to the query,"""
    near_sentences: int = 3
    """and at most so many,"""
    near_documents: int = 4
    """of so many documents at most."""
    near_elsewhere: int = 2
    """So many of these may be on other places than the ones named, if they are ranked above them."""
