"""Every weight, share and limit that decides what an answer is, as one frozen value.

Nothing that decides an answer stands elsewhere: an evaluation varies these values by ``dataclasses.replace``, and the
baseline of the evaluation records those it was measured with (``python -m eval baseline``), so that a change is noticed.
Each group says how its values were fitted. Beside the rules that they belong to stand numbers of grammar and wording (how
many words make a sentence, how many of them a refusal names) and what belongs to the weights of a classifier.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace

__all__ = [
    "AdvicePolicy",
    "AnswerPolicy",
    "CataloguePolicy",
    "ComparePolicy",
    "DocumentPolicy",
    "EvidencePolicy",
    "FormPolicy",
    "OverviewPolicy",
    "PartsPolicy",
    "PeersPolicy",
    "RefusalPolicy",
    "RetrievalPolicy",
    "SelectionPolicy",
    "TalkPolicy",
    "TellingPolicy",
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
    """Weight of how well the sentence tells the field of a record that the query asks for,"""
    worth_of_field_explained: float = 1.0
    """and the same in an explanation, which asks for more than one sentence of it."""
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
    min_share_before: float = 0.5
    """An explanation may begin with what stands in front of the best sentence, if that is worth this share of it."""
    words_of_whole_list: int = 120
    """A list or table of so many words is quoted whole in an explanation,"""
    min_share_of_whole_list: float = 0.5
    """if its best quoted item is worth this share of the best sentence."""
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

    min_confidence: float = 0.28
    """A query with less is refused."""
    sure_confidence: float = 0.36
    """An answer with less may say that it is none: of 11 that did on the development questions 5 had no answer."""
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
    elsewhere: float = 5.0
    """What confidence loses, in log odds, for each point by which passages on other places are ranked above those on the places
    named: ``python -m training.elsewhere``,"""
    usual_lead: float = -0.3
    """beyond this lead, which is behind."""
    best_sentences: int = 5
    """Sentences, the best first, whose stems and cosines count."""
    min_cosine_near: float = 0.5
    """A refusal shows sentences of the documents that it points to, if they are at least so near to the query,"""
    near_sentences: int = 3
    """and at most so many,"""
    near_documents: int = 4
    """of so many documents at most."""
    near_elsewhere: int = 2
    """So many of these may be on other places than the ones named, if they are ranked above them."""


@dataclass(frozen=True, slots=True)
class CataloguePolicy:
    """Which documents belong to a list on a practice. `python -m training.lists` tells how often they do: decision 19.

    A document's nearness is the mean cosine of the topic with its nearest sentences.
    """

    min_deviations: float = 2.5
    """A document belongs whose nearness is so many standard deviations above the mean of all documents,"""
    min_nearness: float = 0.4
    """and at least this; so does one of which a sentence holds the topic's words close together."""
    min_deviations_near: float = 2.0
    """With so many deviations it comes near,"""
    min_nearness_near: float = 0.33
    """if its nearness is at least this."""
    min_share_of_theme: float = 0.5
    """A theme stands for a topic of another name if so many of its documents use the topic's words."""
    min_cosine_of_reason: float = 0.35
    """A sentence that does not hold the topic's words shows it if it is at least so near to it."""
    few_places: int = 2
    """A document on more places is about the topic only in those that a sentence names with it."""
    reasons: int = 12
    """Entries that carry a quoted sentence."""
    passages_read: int = 12
    """Passages that the network reads for the sentences of documents that do not hold the topic's words."""
    cosine: float = 3.0
    """Weight of the cosine of the topic and such a sentence, beside the network's logit."""


@dataclass(frozen=True, slots=True)
class OverviewPolicy:
    """How much a portrait of a place or a term tells. Chosen by reading portraits."""

    words: int = 120
    """Words that are quoted, at most."""
    few_documents: int = 2
    """Of so many documents each is told, of more the themes."""
    themes: int = 5
    """Themes of a place."""
    themes_named: int = 3
    """Themes that the count of its documents names."""
    themes_of_document: int = 2
    """Themes of a document, the first ones, that it is on."""
    centre: float = 0.5
    """Weight of the nearness of a sentence to what all of them say."""
    price_of_remark: float = 0.3
    """What one loses that a compiler concludes, or that says only that something is not known."""
    price_of_place: float = 0.03
    """What each sentence before it in its section takes from one's score: what comes first weighs most."""
    others: int = 3
    """Documents that add a sentence on a term."""
    words_of_other: int = 25
    """Words that are kept free for each of them, where a document is called like the term."""
    passages_read: int = 12
    """Passages that the network reads for a definition, where no sentence has the form of one."""
    cosine: float = 3.0
    """Weight of the cosine of the term and a sentence, beside the network's logit."""
    min_logit: float = -2.0
    """Of a place of which something is asked, a document is told of which a sentence has this logit; else the place is."""


@dataclass(frozen=True, slots=True)
class DocumentPolicy:
    """Which documents a question means that describes them. Chosen on questions about digests: ``python -m training.telling``."""

    passages: int = 2
    """Passages of a document whose scores count beside its best one's."""
    further: float = 0.15
    """Weight of each of them."""
    min_share: float = 0.7
    """A document is at least at this share of the nearest one's score."""
    words: float = 0.75
    """Weight of the query's words that all of the document holds, as a share of what another holds, where these count."""
    worth: float = 0.3
    """Weight of the log odds that its best sentence answers, beside these shares."""


@dataclass(frozen=True, slots=True)
class TellingPolicy:
    """How much each sentence of a document belongs to what it tells: a logistic function of nine signals.

    ``python -m training.telling`` fits the weights on sentences marked for questions about digests.
    """

    offset: float
    """The log odds without any signal."""
    logit: float
    """Weight of the network's logit."""
    below_best: float
    """Weight of what it lacks to the best of the document."""
    cosine: float
    """Weight of the cosine of question and sentence."""
    words_held: float
    """Weight of the share of the question's words, by idf, that it holds."""
    place: float
    """Weight of the number of sentences before it in its passage."""
    process: float
    """What a sentence gains that tells what was done."""
    situation: float
    """What one gains that tells what it was like before."""
    lessons: float
    """What one gains that tells what was learnt."""
    transferability: float
    """What one gains that tells where else it may be done."""
    min_worth: float
    """A further sentence has at least this chance to belong."""
    sentences: int
    """Sentences that are told, at most."""
    words: int
    """Words, at most."""
    min_logit: float = -6.0
    """A logit counts as this at least: less says no more."""
    lessons_told: int = 1
    """Sentences, at most, that tell what was learnt or where else it may be done, or that a compiler concludes."""
    rows: int = 4
    """A table of which a row is told is told whole if it has so many at most."""
    items: int = 6
    """A list that words announce is told whole if it has so many items at most,"""
    words_of_items: int = 70
    """and so many words."""
    late: int = 5
    """Sentences of its passage before one that stands late; more say no more."""
    passages: int = 10
    """Nearest passages of a document that are read, at most."""

    def with_room(self, times: int) -> TellingPolicy:
        """The same with room for ``times`` as many sentences and words."""
        return replace(self, sentences=times * self.sentences, words=times * self.words)


@dataclass(frozen=True, slots=True)
class AdvicePolicy:
    """Which peers a city that asks for advice is shown. Chosen by reading answers."""

    peers: int = 3
    """Documents that are shown, each of another place."""
    most_places: int = 5
    """A document on more places is no peer."""
    min_worth: float = 0.2
    """The best sentence of a peer, beside the first, is worth at least this."""
    min_share: float = 0.8
    """A peer is at least at this share of the nearest document's score. Of those shown the situations in
    ``training/situations.jsonl`` mark 0.51 as fit, and 0.44 where 0.7 is enough; 0.53 and 0.56 of the fit ones are shown."""
    min_cosine: float = 0.3
    """The nearest passage is at least so near to the request."""
    times_alone: int = 2
    """The only peer that there is may tell so many times as much."""


@dataclass(frozen=True, slots=True)
class PeersPolicy:
    """What is shown to who asks which places did something, and more about them. Chosen by reading answers."""

    rows: int = 4
    """Places, at most."""
    min_logit: float = -2.0
    """A place is shown of which the network gives a sentence as much, asked who did it, if something more is said of it."""
    min_logit_alone: float = -1.0
    """And of which nothing more is said, if it gives one as much as this."""
    passages_of_part: int = 10
    """Passages of a document in which what else is asked is looked for."""
    min_worth_of_part: float = 0.08
    """A sentence that is worth less does not say it;"""
    min_worth_of_figure: float = 0.03
    """one that is worth less does not where a figure is asked for and it gives one."""


@dataclass(frozen=True, slots=True)
class ComparePolicy:
    """What a comparison shows of each place. Chosen by reading answers."""

    passages_read: int = 12
    """Passages that the network reads of the whole request, shared by the places,"""
    passages_of_part: int = 8
    """and for each part of it, of the document on a place that is meant."""
    sentences: int = 2
    """Sentences for each place that answer."""
    sentences_told: int = 3
    """Sentences for each place where nothing in particular is asked."""
    result_with_figure: float = 2.0
    """A result or cost that gives a figure is worth so many times one that gives none."""
    places: int = 6
    """Rows of a comparison over all documents."""
    min_logit: float = -2.5
    """A sentence that the network gives less is no evidence."""
    min_logit_missing_asked: float = 0.0
    """Nor is one that it gives less and that gives nothing of the kind plainly asked for."""
    min_cosine: float = 0.25
    """Nor, without the network, is one that is less near."""
    figure: float = 0.3
    """What a sentence with a figure gains where one is asked for."""
    price_of_missing_asked: float = 0.5
    """What one loses that gives nothing of the kind that is plainly asked for."""
    price_of_conclusion: float = 0.5
    """What one loses that the compiler of the document concludes."""
    min_logit_elsewhere: float = 0.0
    """Nor is one that it gives less in a document on the place that is not the one meant."""
    price_of_elsewhere: float = 0.5
    """What a side of no place of its own loses, if its sentence is from elsewhere than the other side's place."""
    max_gap: float = 0.6
    """A further sentence of a part scores at most so much less than the best one."""
    documents_read: int = 12
    """Documents of which the network reads a passage, where the most of all is asked for."""
    share: float = 3.0
    """Weight of the share of the request's words in a sentence of such a passage."""
    cosine: float = 3.0
    """Weight of the cosine of the request and such a sentence."""
    max_logit: float = 3.0
    """Logits count up to this."""
    min_strength: float = 1.2
    """What logit, share and cosine must come to for a sentence to be in the table."""
    few_cities: int = 3
    """A document on more cities is on none of them in particular."""
    unequal: int = 3
    """So many times the documents on another place are said to be unequal coverage."""


@dataclass(frozen=True, slots=True)
class TalkPolicy:
    """How a message that is no question is told. Fitted on messages marked by hand, half of them held out."""

    neighbours: int = 2
    """Example messages of a sort whose mean cosine counts."""
    min_cosine: float = 0.3
    """Where none is so near, the general text is said."""
    min_cosine_unasked: float = 0.5
    """A message that was taken for a question and that nothing answers is talk if it is so near."""
    suggestions: int = 3
    """Questions to try."""


@dataclass(frozen=True, slots=True)
class FormPolicy:
    """How much an answer holds for who asks for more or less. Chosen by reading answers."""

    times: int = 2
    """With more, words, stretches, documents, rows and peers may be so many times those of an answer."""
    price_of_more: float = 0.4
    """With more, what a quote has to add is multiplied by this."""
    price_of_less: float = 4.0
    """Shorter, it is multiplied by this, so that a sentence stands alone that can."""


_PORTRAIT = TellingPolicy(
    offset=-0.4, logit=0.37, below_best=0.16, cosine=0.53, words_held=0.0, place=-0.18, process=1.38, situation=-0.28,
    lessons=-1.24, transferability=-2.46, min_worth=0.3, sentences=5, words=120,
)  # fmt: skip
"""What a document tells to who asks what something is."""
_EXPERIENCE = TellingPolicy(
    offset=-1.72, logit=0.14, below_best=0.31, cosine=1.56, words_held=5.70, place=-0.04, process=0.40, situation=-2.14,
    lessons=0.37, transferability=-0.38, min_worth=0.2, sentences=4, words=85, lessons_told=1,
)  # fmt: skip
"""What it tells to who asks for advice."""


@dataclass(frozen=True, slots=True)
class AnswerPolicy:
    """All of it, stage by stage."""

    retrieval: RetrievalPolicy = field(default_factory=RetrievalPolicy)
    evidence: EvidencePolicy = field(default_factory=EvidencePolicy)
    selection: SelectionPolicy = field(default_factory=SelectionPolicy)
    search: SentenceSearchPolicy = field(default_factory=SentenceSearchPolicy)
    parts: PartsPolicy = field(default_factory=PartsPolicy)
    refusal: RefusalPolicy = field(default_factory=RefusalPolicy)
    catalogue: CataloguePolicy = field(default_factory=CataloguePolicy)
    overview: OverviewPolicy = field(default_factory=OverviewPolicy)
    documents: DocumentPolicy = field(default_factory=DocumentPolicy)
    portrait: TellingPolicy = _PORTRAIT
    experience: TellingPolicy = _EXPERIENCE
    advice: AdvicePolicy = field(default_factory=AdvicePolicy)
    peers: PeersPolicy = field(default_factory=PeersPolicy)
    compare: ComparePolicy = field(default_factory=ComparePolicy)
    talk: TalkPolicy = field(default_factory=TalkPolicy)
    form: FormPolicy = field(default_factory=FormPolicy)

    def flatten(self) -> dict[str, float]:
        """Every value by "stage.name"."""
        return {f"{stage}.{name}": value for stage, group in asdict(self).items() for name, value in group.items()}
