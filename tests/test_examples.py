"""The questions that the page offers are answered well: the answer stands first."""

from __future__ import annotations

import pytest

from kin_assistant import Assistant

FIRST = {
    "How much does a household in Dumaguete pay a month for septic tank emptying?": (
        "A home in Dumaguete using 21 m³ would pay 42 pesos (US$0.84) a month for the septage service.",
    ),
    "What are the reasons why large composting plants fail?": (
        "Four reasons recur for the failure of large composting plants in Asia.",
        "First, the equipment of the large plants in Asia was too complicated for local conditions.",
    ),
    "What are the steps of Takakura home composting?": (
        (
            "Step 1, make the starter liquids: microbes for Takakura compost are taken from local fermented foods such as"
            " yoghurt, tempe or pickles and fed with sugared water."
        ),
    ),
    "Compare composting in Dhaka and Quy Nhon": (
        "In 1995 the NGO Waste Concern opened a small neighbourhood compost plant in Section 2 of Mirpur, Dhaka.",
    ),
    "Which cities have bus rapid transit?": (
        "USAID now describes TransJakarta as the longest bus rapid transit system in the world at 244 km.",
        "Ahmedabad's bus rapid transit (BRT), named Janmarg, opened its first 12.5 km in October 2009.",
    ),
    "What is a waste bank?": (
        "A waste bank buys sorted recyclables from members, weighs them and credits the value in a passbook.",
    ),
    "Who paid for energy-saving street lights in Indian cities?": (
        (
            "Four Indian cities let an energy service company (ESCO) pay for better lamps and repaid it from the savings on the"
            " power bill."
        ),
        "In Akola the company Asia Electronics paid for everything, so the city put up no money and took no performance risk.",
    ),
    "How did women in Tobata fight air pollution?": (
        (
            "Members of the Tobata federation ran their own tests of pollution and looked for links with health in their"
            " neighbourhoods."
        ),
        "A federation of Tobata women's groups, founded in March 1950, carried the campaign against pollution further.",
    ),
}
"""The sentences that answer each, of which one is to stand first."""


def test_every_example_has_its_sentences(assistant: Assistant) -> None:
    assert set(assistant.build.profile.examples) == set(FIRST)


@pytest.mark.parametrize("question", FIRST)
def test_the_first_sentence_of_the_answer_to_an_example_answers_it(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert not answer.abstained
    assert answer.citations[0].quote in FIRST[question]
