"""What decides how much each form of answer holds."""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = [
    "EXPERIENCE",
    "PORTRAIT",
    "AdvicePolicy",
    "CataloguePolicy",
    "ComparePolicy",
    "DocumentPolicy",
    "FormPolicy",
    "OverviewPolicy",
    "PeersPolicy",
    "TalkPolicy",
    "TellingPolicy",
]


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
    min_share_of_other: float = 0.85
    """Behind the portrait of the document that is meant come those on the same place that are so near to the query, too."""
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
    words_of_items: int = 85
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


PORTRAIT = TellingPolicy(
    offset=-0.4, logit=0.37, below_best=0.16, cosine=0.53, words_held=0.0, place=-0.18, process=1.38, situation=-0.28,
    lessons=-1.24, transferability=-2.46, min_worth=0.3, sentences=5, words=120,
)  # fmt: skip
"""What a document tells to who asks what something is."""
EXPERIENCE = TellingPolicy(
    offset=-1.72, logit=0.14, below_best=0.31, cosine=1.56, words_held=5.70, place=-0.04, process=0.40, situation=-2.14,
    lessons=0.37, transferability=-0.38, min_worth=0.2, sentences=4, words=85, lessons_told=1,
)  # fmt: skip
"""What it tells to who asks for advice."""
