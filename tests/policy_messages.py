"""Messages of every kind of request, and what of the policy each of them notices."""

from __future__ import annotations

from typing import Final, NamedTuple

from tests.varied_policies import Message

__all__ = ["NOTICED", "ONE_WAY", "UNIT_TESTED", "UNNOTICED", "Noticed"]


class Noticed(NamedTuple):
    """A message, and values of the policy whose change changes its answer: names, parted by spaces."""

    message: Message
    halved: str = ""
    doubled: str = ""


NOTICED: Final = (
    Noticed(
        Message("How many households got a compost basket in Surabaya?"),
        halved=(
            "retrieval.passage_cosine retrieval.sentence_cosine retrieval.lexical_share "
            "retrieval.neighbour_share retrieval.neighbours evidence.sentence_cosine evidence.passages_read "
            "evidence.passages_read_of_best evidence.best_documents evidence.passages_unquoted "
            "selection.worth_offset selection.worth_of_logit selection.price_of_sentence "
            "selection.words_of_fact selection.price_of_fact"
        ),
        doubled=(
            "retrieval.passage_cosine retrieval.sentence_cosine retrieval.lexical_share "
            "retrieval.neighbour_share retrieval.neighbours evidence.figure evidence.passages_read_of_best "
            "evidence.best_documents evidence.passages_unquoted selection.worth_of_logit "
            "selection.worth_of_similarity selection.worth_of_cosine selection.price_exponent"
        ),
    ),
    Noticed(
        Message("How much did the bus lanes of Ahmedabad cost?"),
        halved="selection.worth_of_field refusal.read_coverage",
    ),
    Noticed(
        Message("When did Dhaka ban polythene bags?"),
        halved="selection.stretches_of_fact",
        doubled="selection.worth_offset selection.worth_of_field selection.words_around selection.price_of_fact",
    ),
    Noticed(
        Message("How much water was lost in the pipes of Phnom Penh?"),
        halved="evidence.passages evidence.shared_stems selection.worth_of_cosine",
        doubled=(
            "evidence.passage_score evidence.sentence_cosine selection.words_of_fact "
            "evidence.shared_stems_in_context selection.price_of_word"
        ),
    ),
    Noticed(
        Message("How many people work for the waste pickers' cooperative of Pune?"),
        halved="selection.worth_of_similarity selection.price_of_missing_asked",
        doubled="selection.price_of_missing_asked",
    ),
    Noticed(
        Message("How did Seoul uncover the Cheonggyecheon?"),
        doubled="refusal.offset selection.sentences_of_stretch",
    ),
    Noticed(
        Message("Why did the waste fee of Phitsanulok work?"),
        halved="refusal.read_cosine",
        doubled="refusal.min_confidence refusal.read_coverage refusal.read_offset",
    ),
    Noticed(
        Message("How did Delhi move its buses to gas, and what did the courts do?"),
        halved="selection.sentences_of_stretch selection.words_around parts.min_joint_logit",
        doubled="evidence.passages",
    ),
    Noticed(
        Message("How did women of Tobata fight the smoke?"),
        halved="selection.min_share_before evidence.passage_score selection.stretches",
        doubled="refusal.sure_confidence",
    ),
    Noticed(
        Message("What did Ulsan do about its river, and how much did it cost?"),
        doubled=("selection.min_share_of_whole_list selection.worth_of_conclusion"),
    ),
    Noticed(
        Message("How was dust in Ube reduced, and which roles had the companies?"),
        halved="refusal.read_logit refusal.read_offset refusal.near_sentences",
        doubled="refusal.read_cosine refusal.min_cosine_near refusal.near_sentences",
    ),
    Noticed(
        Message("What are the eight functions of the network?"),
        halved="selection.min_share_of_list",
        doubled="evidence.passages_read",
    ),
    Noticed(
        Message("List the functions of the network"),
        halved="selection.words_of_list refusal.sentence_cosine refusal.passage_cosine",
        doubled="selection.min_share selection.min_share_of_section selection.worth_of_document",
    ),
    Noticed(
        Message("What are the lessons of Kitakyushu's cooperation with other cities?"),
        halved="retrieval.named_place_bonus selection.documents",
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
        Message("Which cities use solar energy?"),
        halved="catalogue.min_nearness catalogue.min_nearness_near catalogue.few_places",
        doubled="catalogue.min_deviations_near catalogue.min_nearness_near",
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
        halved="overview.min_logit portrait.words_held",
        doubled="portrait.words",
    ),
    Noticed(
        Message("Tell me about the training programme of KITA"),
        halved="portrait.rows",
        doubled="portrait.words_held",
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
        Message("How is waste sorted in Bangkok?"),
        halved="selection.price_of_stretch",
    ),
    Noticed(
        Message("Tell me about landfills"),
        halved="overview.price_of_place",
    ),
    Noticed(
        Message("What is BRT?"),
        halved="portrait.offset portrait.logit portrait.min_worth portrait.min_logit",
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
        halved="documents.words experience.words_held advice.most_places",
        doubled="experience.words_held experience.words experience.lessons_told",
    ),
    Noticed(
        Message("We are a small town with no money and our landfill is full. What should we do?"),
        halved=(
            "documents.worth experience.offset experience.logit experience.below_best experience.cosine "
            "experience.situation experience.min_worth experience.min_logit experience.lessons_told "
            "advice.peers selection.logit_of_unread"
        ),
        doubled=(
            "documents.passages documents.words experience.offset experience.logit experience.cosine "
            "experience.process experience.situation advice.peers advice.min_share advice.min_cosine"
        ),
    ),
    Noticed(
        Message("Our river stinks in the dry season. What can we do?"),
        halved="experience.rows advice.min_share",
    ),
    Noticed(
        Message("How can my city get people to sort their waste at home?"),
        halved="experience.words",
        doubled="experience.min_worth",
    ),
    Noticed(
        Message("Our buses are old and dirty, what should we try first?"),
        halved="experience.process",
        doubled="experience.min_logit experience.rows",
    ),
    Noticed(
        Message("We want to stop open burning of rice straw. What would you advise?"),
        halved="documents.passages experience.lessons evidence.shared_stems_in_context selection.worth_of_document",
        doubled="documents.further documents.worth",
    ),
    Noticed(
        Message("Which cities have bus lanes, and how many passengers do they carry?"),
        doubled="peers.min_logit catalogue.passages_read catalogue.cosine",
    ),
    Noticed(
        Message("Who composts market waste, how much does it cost and who pays?"),
        halved="peers.rows peers.min_logit peers.min_worth_of_part peers.min_worth_of_figure",
        doubled=(
            "selection.min_logit peers.rows peers.min_logit_alone peers.min_worth_of_part peers.min_worth_of_figure"
        ),
    ),
    Noticed(
        Message("Which cities cut water losses, and by how much?"),
        halved="documents.min_share",
    ),
    Noticed(
        Message("Which city lost the most water?"),
        halved="compare.places compare.share",
    ),
    Noticed(
        Message("Compare Dhaka and Kathmandu"),
        halved="compare.passages_read compare.sentences_told compare.result_with_figure compare.min_logit",
        doubled="compare.passages_read compare.sentences",
    ),
    Noticed(
        Message("Compare Bangkok, Seoul, Cebu and Dhaka on household waste"),
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
    ),
    Noticed(
        Message("Compare the cost of composting in Dhaka and Quy Nhon"),
        halved="compare.min_logit_missing_asked",
        doubled="compare.min_logit_missing_asked",
    ),
    Noticed(
        Message("Which city has the highest recycling rate?"),
        halved="selection.worth_of_conclusion",
        doubled="selection.min_share_before",
    ),
    Noticed(
        Message("How many penguins live in the zoo of Surabaya?"),
        halved="refusal.min_cosine_near",
    ),
    Noticed(
        Message("What does the tram of Melbourne cost?"),
        halved="retrieval.candidates",
    ),
    Noticed(
        Message("How are old ships broken up?", reads=False),
        doubled="refusal.coverage",
    ),
    Noticed(
        Message("Who won the football world cup of 1998?", reads=False),
        halved="refusal.offset",
    ),
    Noticed(
        Message("How many penguins live in the zoo of Surabaya?", reads=False),
        halved="refusal.near_documents",
        doubled="refusal.sentence_cosine refusal.passage_cosine refusal.near_documents",
    ),
    Noticed(
        Message("How is waste collected?", reranks=True),
        halved="retrieval.passages_reranked",
        doubled="retrieval.passages_reranked",
    ),
    Noticed(
        Message("How did Dokai Bay come back to life?"),
        halved="selection.min_share_repeated",
        doubled="selection.price_of_sentence selection.price_of_stretch",
    ),
    Noticed(
        Message("What do the waste pickers of Seoul earn?"),
        halved="refusal.min_confidence refusal.elsewhere refusal.usual_lead",
    ),
    Noticed(
        Message("List the measures for clean air in Kitakyushu and in Tehran"),
        doubled="refusal.usual_lead",
    ),
    Noticed(
        Message("How are septic tanks emptied in Seoul?"),
        halved="evidence.lexical selection.min_logit refusal.near_elsewhere",
        doubled="selection.logit_of_unread refusal.near_elsewhere",
    ),
    Noticed(
        Message("Tell me about the demonstration projects of the initiative"),
        halved="portrait.items portrait.words_of_items",
    ),
    Noticed(
        Message("How many households compost in Surabaya and in Kathmandu?"),
        halved="evidence.network compare.passages_of_part",
    ),
    Noticed(
        Message("What does waste collection cost a household in Cebu, Suva and Seoul?"),
        doubled="compare.passages_of_part",
    ),
    Noticed(
        Message("List the fees for waste in Suva and in Seoul"),
        halved="compare.price_of_conclusion",
        doubled="evidence.lexical evidence.shared_stems",
    ),
    Noticed(
        Message("How much sludge do Dumaguete and Nonthaburi collect, and who pays for it?"),
        halved="compare.max_gap",
        doubled="compare.min_logit compare.figure compare.unequal",
    ),
    Noticed(
        Message("How much waste is recycled in Bangkok and in Penang?"),
        halved="evidence.figure compare.sentences compare.figure",
        doubled="evidence.network compare.max_gap",
    ),
    Noticed(
        Message("Who helped Khulna with its sludge, and since when?"),
        halved="selection.price_of_word selection.price_exponent",
    ),
    Noticed(
        Message("List the seminars of the first cycle"),
        halved="refusal.sure_confidence",
        doubled="selection.min_share_of_list refusal.read_logit",
    ),
    Noticed(
        Message("How can we get schools to teach about waste?"),
        halved="documents.further experience.place experience.late",
        doubled="experience.below_best experience.place experience.lessons",
    ),
    Noticed(
        Message("We have cheap land and much kitchen waste. What would you advise?"),
        halved="experience.transferability",
    ),
    Noticed(
        Message("How should a city start with public bicycles?"),
        halved="advice.times_alone",
        doubled="experience.transferability experience.sentences advice.times_alone",
    ),
    Noticed(
        Message("Factories in the middle of town pollute the air. What should we do?"),
        halved="experience.sentences advice.min_worth",
        doubled="advice.min_worth",
    ),
    Noticed(
        Message("Compare Bangkok, Seoul, Cebu and Dhaka on household waste", form="more"),
        halved="compare.unequal form.times",
        doubled="compare.result_with_figure form.times",
    ),
    Noticed(
        Message("Which cities deal with hospital waste?"),
        halved="catalogue.min_share_of_theme",
    ),
    Noticed(
        Message("Tell me about the action plans of 2012"),
        halved="overview.words_of_other portrait.lessons",
    ),
    Noticed(
        Message("Tell me about price and participation in the waste banks of Surabaya"),
        halved="portrait.lessons_told",
        doubled="portrait.lessons",
    ),
    Noticed(
        Message("Which landfill is the largest?"),
        halved="compare.documents_read",
        doubled="compare.documents_read",
    ),
    Noticed(
        Message("I do not understand you"),
        doubled="talk.neighbours talk.min_cosine",
    ),
    Noticed(
        Message("your opinion on cats please"),
        halved="talk.neighbours talk.min_cosine talk.suggestions",
        doubled="talk.suggestions",
    ),
    Noticed(
        Message("what should I cook tonight"),
        halved="talk.min_cosine_unasked",
    ),
    Noticed(
        Message("How did women of Tobata fight the smoke?", form="more"),
        halved="form.price_of_more",
        doubled="form.price_of_more",
    ),
    Noticed(
        Message("How did Delhi move its buses to gas, and what did the courts do?", form="shorter"),
        halved="form.price_of_less",
    ),
    Noticed(
        Message("Why does price decide participation in Surabaya's waste banks, and who still brings mixed material?"),
        doubled="form.price_of_less",
    ),
    Noticed(
        Message("Who lent the money for Dalian, Chongqing and Guiyang, and what was built?"),
        halved="parts.passages_read",
        doubled="parts.min_lead",
    ),
    Noticed(
        Message("Compare Ulsan and Pune on noise", reads=False),
        doubled="compare.min_cosine",
    ),
    Noticed(
        Message("What does waste collection cost a household in Cebu, Suva and Seoul?", reads=False),
        halved="compare.price_of_missing_asked",
    ),
    Noticed(
        Message("How many buses run in Shenzhen and in Delhi?"),
        doubled="compare.price_of_missing_asked",
    ),
    Noticed(
        Message("What are the costs of compost plants in Quy Nhon, Matale and Dhaka?"),
        doubled="compare.min_logit_elsewhere",
    ),
    Noticed(
        Message("compost baskets in Surabaya versus compost plants"),
        halved="compare.price_of_elsewhere",
    ),
    Noticed(
        Message("How is waste sorted in Bangkok and in Kitakyushu?"),
        halved="compare.few_cities",
    ),
    Noticed(
        Message("How is waste composted in Surabaya and Matale?"),
        doubled="compare.few_cities",
    ),
    Noticed(
        Message("Which documents tell of emissions avoided?"),
        halved="search.price_of_silence",
    ),
    Noticed(
        Message("Which cities give tariffs?"),
        doubled="search.price_of_silence search.price_of_conclusion",
    ),
    Noticed(
        Message("What is a subsidy?"),
        doubled="overview.passages_read",
    ),
    Noticed(
        Message("How does Pune collect sludge from septic tanks?"),
        doubled="retrieval.candidates retrieval.named_place_bonus",
    ),
    Noticed(
        Message("List what was pledged by the mayors"),
        halved="selection.min_share",
    ),
    Noticed(
        Message("heat action plans or cooling roofs in Ahmedabad"),
        halved="selection.words_of_whole_list",
    ),
    Noticed(
        Message("Who set up waste banks, how many members have they and who buys the waste?"),
        doubled="parts.passages_read",
    ),
    Noticed(
        Message("Compare opera houses in Surabaya and Cebu", reads=False),
        halved="refusal.coverage",
    ),
    Noticed(
        Message("What must a city have in place before it charges for waste?"),
        doubled="refusal.best_sentences",
    ),
    Noticed(
        Message("What should we do about elephants in the streets?"),
        halved="advice.min_cosine",
    ),
    Noticed(
        Message("Who runs a bus rapid transit, how many ride it and what did it cost?"),
        halved="peers.min_logit_alone",
    ),
    Noticed(
        Message("Which cities have a running cost of composting?"),
        halved="catalogue.passages_read",
        doubled="search.share search.window",
    ),
    Noticed(
        Message("Which documents are about trees?"),
        halved="search.price_of_leaning",
    ),
    Noticed(
        Message("Tell me about what other cities can take over from Kitakyushu"),
        doubled="search.nearest_passages",
    ),
    Noticed(
        Message("Tell me about Thailand"),
        doubled="overview.themes",
    ),
    Noticed(
        Message("What is source separation?"),
        halved="portrait.below_best",
        doubled="overview.others",
    ),
    Noticed(
        Message("Tell me about Beira Lake"),
        halved="portrait.situation",
    ),
    Noticed(
        Message("Tell me about Lalitpur"),
        doubled="portrait.min_logit",
    ),
    Noticed(
        Message("Tell me about Almaty"),
        doubled="portrait.late",
    ),
    Noticed(
        Message("Which city composts the most waste?"),
        doubled="compare.places",
    ),
    Noticed(
        Message("What did UNEP do?"),
        halved="evidence.documents_of_name",
    ),
    Noticed(
        Message("By how many tonnes of CO2 has ESCAP's waste programme cut emissions?"),
        halved="refusal.best_sentences",
    ),
    Noticed(
        Message("Which bodies did the work of clearing Bangkok's air?"),
        doubled="selection.share_of_leading_conclusion",
    ),
    Noticed(
        Message("Which pests did the WEPCO women fight?"),
        doubled="refusal.of_name refusal.min_nearness",
    ),
    Noticed(
        Message("how much does a hydrogen bus cost"),
        halved="refusal.min_nearness",
    ),
    Noticed(
        Message("Tell me about the water utility of Phnom Penh"),
        halved="overview.min_share_of_other",
        doubled="overview.min_share_of_other",
    ),
)
ONE_WAY: Final = frozenset({
    "evidence.documents_of_name",
    "selection.min_share_repeated",
    "selection.documents",
    "selection.stretches_of_fact",
    "selection.words_of_list",
    "selection.share_of_leading_conclusion",
    "selection.min_share_of_whole_list",
    "selection.stretches",
    "selection.words_of_whole_list",
    "selection.min_share_of_section",
    "search.near",
    "parts.min_lead",
    "parts.min_joint_logit",
    "refusal.elsewhere",
    "refusal.of_name",
    "catalogue.cosine",
    "catalogue.min_share_of_theme",
    "overview.passages_read",
    "portrait.lessons_told",
    "portrait.items",
    "portrait.words_of_items",
    "portrait.passages",
    "experience.late",
    "experience.passages",
    "advice.most_places",
    "compare.min_cosine",
    "compare.price_of_conclusion",
    "compare.min_logit_elsewhere",
    "compare.price_of_elsewhere",
    "talk.min_cosine_unasked",
})  # fmt: skip
"""A change in the other direction changed none of the answers that were tried: limits, above all."""
UNIT_TESTED: Final = {
    "refusal.confidence_behind": (
        "answer/test_pipeline.py",
        "test_how_much_confidence_it_takes_to_ask_with_what_came_before",
    ),
    "selection.words_of_last_items": (
        "answer/test_quoting.py",
        "test_the_last_words_of_a_list_are_added_as_the_policy_says",
    ),
    "evidence.passages_per_place": (
        "answer/test_places_read.py",
        "test_of_each_place_as_many_passages_are_read_as_the_policy_says",
    ),
    "selection.bonus_of_place": (
        "answer/test_stretches.py",
        "test_a_place_that_waits_comes_before_one_good_sentence_on_another_but_not_before_two",
    ),
    "selection.share_of_older": (
        "answer/test_quoting.py",
        "test_where_something_is_asked_for_as_it_is_now_the_newest_of_those_that_answer_leads",
    ),
    "parts.min_logit": (
        "answer/test_parts.py",
        "test_what_the_network_gives_as_much_as_the_policy_says_is_added",
    ),
    "overview.price_of_remark": (
        "answer/test_overview.py",
        "test_what_is_not_known_gives_way_to_a_sentence_that_is_nearly_as_central",
    ),
    "portrait.transferability": (
        "answer/test_telling.py",
        "test_a_portrait_tells_where_else_it_may_be_done_only_if_that_answers_well",
    ),
    "experience.items": (
        "answer/test_telling.py",
        "test_how_long_a_list_that_is_told_whole_may_be",
    ),
    "experience.words_of_items": (
        "answer/test_telling.py",
        "test_how_long_a_list_that_is_told_whole_may_be",
    ),
    "peers.passages_of_part": (
        "answer/test_peers.py",
        "test_a_part_is_looked_for_in_as_many_passages_as_the_policy_says",
    ),
    "compare.max_logit": (
        "answer/test_compare.py",
        "test_where_the_most_is_asked_for_a_very_sure_network_does_not_outweigh_the_words_of_the_request",
    ),
}
"""What no message was found for, and the test that fails if it is halved, or doubled: its file in ``tests`` and its name."""
UNNOTICED: Final = frozenset({
    "overview.cosine",
})  # fmt: skip
"""Weighs what a term means in other words where no sentence has the form of a definition: no term was found that shows it."""
