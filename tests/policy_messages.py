"""Messages of every kind of request, and what of the policy each of them notices."""

from __future__ import annotations

from typing import Final, NamedTuple

from tests.varied_policies import Message

__all__ = ["NOTICED", "ONE_WAY", "UNNOTICED", "Noticed"]


class Noticed(NamedTuple):
    """A message, and values of the policy whose change changes its answer: names, parted by spaces."""

    message: Message
    halved: str = ""
    doubled: str = ""


NOTICED: Final = (
    Noticed(
        Message("How many households got a compost basket in Surabaya?"),
        halved=(
            "retrieval.passage_cosine retrieval.sentence_cosine retrieval.lexical_share retrieval.neighbour_share "
            "retrieval.neighbours evidence.sentence_cosine evidence.passages_read evidence.passages_read_of_best "
            "evidence.best_documents evidence.passages_unquoted selection.worth_offset selection.worth_of_logit "
            "selection.price_of_sentence selection.words_of_fact selection.price_of_fact"
        ),
        doubled=(
            "retrieval.passage_cosine retrieval.sentence_cosine retrieval.lexical_share retrieval.neighbour_share "
            "retrieval.neighbours evidence.figure evidence.passages_read_of_best evidence.best_documents "
            "evidence.passages_unquoted selection.worth_of_logit selection.worth_of_similarity "
            "selection.worth_of_cosine selection.worth_of_field selection.price_exponent"
        ),
    ),
    Noticed(
        Message("How much did the bus lanes of Ahmedabad cost?"),
        halved="selection.min_logit selection.worth_of_field refusal.read_coverage",
    ),
    Noticed(
        Message("When did Dhaka ban polythene bags?"),
        halved=(
            "selection.worth_of_cosine selection.price_exponent selection.min_share_repeated "
            "selection.stretches_of_fact"
        ),
        doubled=(
            "evidence.shared_stems selection.worth_offset selection.price_of_sentence selection.price_of_word "
            "selection.words_of_fact selection.words_around selection.price_of_fact"
        ),
    ),
    Noticed(
        Message("What does a bag for household rubbish cost in Kitakyushu?"),
        halved="selection.worth_of_document",
        doubled="evidence.passages_read",
    ),
    Noticed(
        Message("How much water was lost in the pipes of Phnom Penh?"),
        halved=(
            "evidence.shared_stems evidence.figure evidence.network selection.worth_of_similarity "
            "selection.price_of_word selection.documents selection.words_around"
        ),
        doubled="evidence.passage_score evidence.sentence_cosine evidence.network",
    ),
    Noticed(
        Message("How many people work for the waste pickers' cooperative of Pune?"),
        halved="refusal.best_sentences",
    ),
    Noticed(
        Message("How did Seoul uncover the Cheonggyecheon?"),
        halved="evidence.passage_score selection.price_of_stretch selection.stretches",
        doubled="refusal.offset",
    ),
    Noticed(
        Message("Why did the waste fee of Phitsanulok work?"),
        halved="evidence.lexical evidence.shared_stems_in_context refusal.read_cosine",
        doubled=("selection.worth_of_conclusion refusal.min_confidence refusal.read_coverage refusal.read_offset"),
    ),
    Noticed(
        Message("How did Delhi move its buses to gas, and what did the courts do?"),
        halved="selection.sentences_of_stretch parts.min_joint_logit",
        doubled="evidence.passages",
    ),
    Noticed(
        Message("How did women of Tobata fight the smoke?"),
        doubled="refusal.sure_confidence",
    ),
    Noticed(
        Message("What did Ulsan do about its river, and how much did it cost?"),
        halved="selection.words_of_whole_list parts.passages_read",
        doubled=(
            "evidence.lexical evidence.shared_stems_in_context selection.sentences_of_stretch "
            "selection.share_of_leading_conclusion selection.min_share_of_whole_list"
        ),
    ),
    Noticed(
        Message("How are street lights paid for from savings?"),
        halved="selection.logit_of_unread",
        doubled="selection.worth_of_document selection.stretches",
    ),
    Noticed(
        Message("How was dust in Ube reduced, and which roles had the companies?"),
        halved="refusal.read_logit refusal.read_offset refusal.near_sentences",
        doubled="refusal.read_cosine refusal.min_cosine_near refusal.near_sentences",
    ),
    Noticed(
        Message("What became of the dump of Ulaanbaatar?"),
        halved="refusal.sure_confidence",
        doubled="refusal.read_logit",
    ),
    Noticed(
        Message("What can go wrong with composting plants?"),
        halved="evidence.passages",
    ),
    Noticed(
        Message("List the measures that Tehran took for its air"),
        doubled="selection.min_share_of_list",
    ),
    Noticed(
        Message("What are the eight functions of the network?"),
        halved="selection.min_share_of_list",
    ),
    Noticed(
        Message("List the functions of the network"),
        halved="selection.words_of_list refusal.sentence_cosine refusal.passage_cosine",
        doubled="selection.min_share selection.min_share_of_section",
    ),
    Noticed(
        Message("What are the lessons of Kitakyushu's cooperation with other cities?"),
        halved="retrieval.named_place_bonus",
    ),
    Noticed(
        Message("Which cities have compost plants?"),
        halved=(
            "search.price_of_conclusion search.window search.nearest_sentences catalogue.min_deviations "
            "catalogue.min_deviations_near catalogue.reasons"
        ),
        doubled=(
            "search.nearest_sentences catalogue.min_deviations catalogue.min_nearness "
            "catalogue.min_cosine_of_reason catalogue.few_places catalogue.reasons"
        ),
    ),
    Noticed(
        Message("Which documents are about rivers?"),
        halved="search.near search.share search.nearest_passages catalogue.min_cosine_of_reason",
        doubled="search.price_of_leaning",
    ),
    Noticed(
        Message("Which countries deal with floods?"),
        halved="catalogue.passages_read",
        doubled="catalogue.min_deviations_near catalogue.min_nearness_near",
    ),
    Noticed(
        Message("Which cities use solar energy?"),
        halved="catalogue.min_nearness catalogue.min_nearness_near catalogue.few_places",
    ),
    Noticed(
        Message("Tell me about Ulsan"),
        halved="overview.few_documents",
    ),
    Noticed(
        Message("Tell me about Kathmandu"),
        doubled="overview.few_documents",
    ),
    Noticed(
        Message("Something about Ulsan, I meet a delegation"),
        doubled="overview.min_logit",
    ),
    Noticed(
        Message("Tell me about the carbon bank of Gwangju"),
        halved="portrait.passages",
        doubled="portrait.rows",
    ),
    Noticed(
        Message("Tell me about the clean water of Nakhon Sawan"),
        halved="overview.min_logit",
    ),
    Noticed(
        Message("Tell me about the training programme of KITA"),
        halved="portrait.rows",
    ),
    Noticed(
        Message("Tell me about Kitakyushu"),
        halved="overview.words overview.themes overview.themes_named overview.themes_of_document",
        doubled="overview.words overview.themes_named overview.themes_of_document overview.centre",
    ),
    Noticed(
        Message("Tell me about Dumaguete"),
        halved="portrait.process portrait.sentences",
        doubled="portrait.logit portrait.below_best portrait.place portrait.sentences",
    ),
    Noticed(
        Message("What is a waste bank?"),
        halved="overview.centre portrait.place portrait.late",
        doubled="overview.price_of_place overview.words_of_other portrait.min_worth",
    ),
    Noticed(
        Message("What is BRT?"),
        halved=("overview.price_of_place portrait.offset portrait.logit portrait.min_worth portrait.min_logit"),
        doubled="portrait.cosine portrait.process",
    ),
    Noticed(
        Message("What is a material recovery facility?"),
        halved="overview.others",
    ),
    Noticed(
        Message("What is the eco-town of Kitakyushu, in short?"),
        halved="portrait.words",
        doubled="documents.min_share",
    ),
    Noticed(
        Message("Tell me about the tram of Toyama"),
        halved="portrait.cosine",
        doubled="portrait.offset portrait.situation",
    ),
    Noticed(
        Message("We want to replace our street lamps and have no money. What should we do?"),
        halved="advice.most_places",
        doubled="experience.transferability",
    ),
    Noticed(
        Message("Our town wants to compost market waste. What would you advise?"),
        halved="experience.transferability",
    ),
    Noticed(
        Message("We are a small town with no money and our landfill is full. What should we do?"),
        halved=(
            "documents.worth experience.offset experience.logit experience.below_best experience.cosine "
            "experience.situation experience.min_worth experience.min_logit experience.lessons_told advice.peers "
            "advice.min_worth"
        ),
        doubled=(
            "documents.passages experience.offset experience.logit experience.cosine experience.place "
            "experience.process experience.lessons advice.peers advice.min_worth advice.min_share "
            "advice.min_cosine"
        ),
    ),
    Noticed(
        Message("Our river stinks in the dry season. What can we do?"),
        halved="documents.passages documents.further experience.rows advice.min_share",
    ),
    Noticed(
        Message("How can my city get people to sort their waste at home?"),
        halved="experience.words",
        doubled="experience.min_worth",
    ),
    Noticed(
        Message("Our buses are old and dirty, what should we try first?"),
        halved="experience.place experience.process experience.late",
        doubled="experience.rows",
    ),
    Noticed(
        Message("We want to stop open burning of rice straw. What would you advise?"),
        halved="experience.lessons",
        doubled="selection.min_logit documents.further documents.worth",
    ),
    Noticed(
        Message("Which cities have bus lanes, and how many passengers do they carry?"),
        doubled="peers.min_logit",
    ),
    Noticed(
        Message("Which cities charged households by the bag, and what did it bring?"),
        halved="catalogue.cosine",
        doubled="search.price_of_conclusion catalogue.passages_read",
    ),
    Noticed(
        Message("Who composts market waste, how much does it cost and who pays?"),
        halved="peers.rows peers.min_logit peers.min_worth_of_part peers.min_worth_of_figure",
        doubled="peers.rows peers.min_logit_alone peers.min_worth_of_part peers.min_worth_of_figure",
    ),
    Noticed(
        Message("Which cities cut water losses, and by how much?"),
        halved="documents.min_share",
        doubled="catalogue.cosine",
    ),
    Noticed(
        Message("Which city lost the most water?"),
        halved="compare.places compare.share",
    ),
    Noticed(
        Message("Compare Dhaka and Kathmandu"),
        halved="compare.passages_read compare.sentences compare.sentences_told compare.min_logit",
        doubled="compare.passages_read compare.sentences",
    ),
    Noticed(
        Message("Compare Bangkok, Seoul, Cebu and Dhaka on household waste"),
        halved="compare.result_with_figure",
        doubled="compare.sentences_told",
    ),
    Noticed(
        Message("Which city collects the highest waste fee?"),
        halved="compare.cosine compare.min_strength",
        doubled="compare.share compare.cosine compare.min_strength",
    ),
    Noticed(
        Message("Compare Surabaya and Cebu on waste"),
        halved="experience.passages",
        doubled="experience.below_best",
    ),
    Noticed(
        Message("Compare the cost of composting in Dhaka and Quy Nhon"),
        doubled="compare.min_logit",
    ),
    Noticed(
        Message("Which city has the highest recycling rate?"),
        halved="selection.worth_of_conclusion",
        doubled="selection.price_of_stretch",
    ),
    Noticed(
        Message("Who won the football world cup of 1998?"),
        halved="refusal.near_documents",
        doubled="refusal.near_documents",
    ),
    Noticed(
        Message("How many penguins live in the zoo of Surabaya?"),
        halved="refusal.min_confidence refusal.min_cosine_near",
    ),
    Noticed(
        Message("What does the tram of Melbourne cost?"),
        halved="retrieval.candidates",
    ),
    Noticed(
        Message("Compare Surabaya and Cebu on waste", form="more"),
        doubled="compare.result_with_figure",
    ),
    Noticed(
        Message("How are old ships broken up?", reads=False),
        doubled="refusal.coverage",
    ),
    Noticed(
        Message("How did Seoul uncover the Cheonggyecheon?", reads=False),
        doubled="selection.logit_of_unread",
    ),
    Noticed(
        Message("Who won the football world cup of 1998?", reads=False),
        halved="refusal.offset",
    ),
    Noticed(
        Message("How many penguins live in the zoo of Surabaya?", reads=False),
        doubled="refusal.sentence_cosine refusal.passage_cosine",
    ),
    Noticed(
        Message("How is waste collected?", reranks=True),
        halved="retrieval.passages_reranked",
        doubled="retrieval.passages_reranked",
    ),
)
ONE_WAY: Final = frozenset({
    "retrieval.candidates",
    "retrieval.named_place_bonus",
    "selection.min_share",
    "selection.min_share_repeated",
    "selection.documents",
    "selection.stretches_of_fact",
    "selection.words_of_list",
    "selection.share_of_leading_conclusion",
    "selection.words_of_whole_list",
    "selection.min_share_of_whole_list",
    "selection.min_share_of_section",
    "search.near",
    "search.share",
    "search.price_of_leaning",
    "search.window",
    "search.nearest_passages",
    "parts.passages_read",
    "parts.min_joint_logit",
    "refusal.coverage",
    "refusal.best_sentences",
    "overview.themes",
    "overview.others",
    "overview.words_of_other",
    "portrait.below_best",
    "portrait.situation",
    "portrait.words",
    "portrait.min_logit",
    "portrait.late",
    "portrait.passages",
    "experience.situation",
    "experience.words",
    "experience.min_logit",
    "experience.lessons_told",
    "experience.late",
    "experience.passages",
    "advice.most_places",
    "advice.min_cosine",
    "peers.min_logit_alone",
    "compare.places",
})  # fmt: skip
"""Limits, above all, that a change in the other direction does not make felt in any of these answers."""
UNNOTICED: Final = frozenset({
    "evidence.passages_per_place",
    "selection.bonus_of_place",
    "search.price_of_silence",
    "parts.min_logit",
    "parts.min_lead",
    "catalogue.min_share_of_theme",
    "overview.price_of_remark",
    "overview.passages_read",
    "overview.cosine",
    "portrait.lessons",
    "portrait.transferability",
    "portrait.lessons_told",
    "experience.sentences",
    "advice.times_alone",
    "peers.passages_of_part",
    "compare.min_cosine",
    "compare.figure",
    "compare.documents_read",
    "compare.max_logit",
    "compare.few_cities",
    "compare.unequal",
    "talk.neighbours",
    "talk.min_cosine",
    "talk.min_cosine_unasked",
    "talk.suggestions",
    "form.times",
    "form.price_of_more",
    "form.price_of_less",
})  # fmt: skip
"""No message was found that notices these, and for some none was looked for. Each wants one; what none can notice should go."""
