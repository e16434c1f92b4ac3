"""What a sentence may say of its quotes. The liar changes one thing; what is true is the quote, shortened."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable

import pytest

from kin_assistant import Assistant
from kin_assistant.types import Citation, LeadIn
from kin_assistant.writing.bearing import find_bearing
from kin_assistant.writing.figures import FigureCheck
from kin_assistant.writing.names import NameCheck
from kin_assistant.writing.wording import WordingCheck
from tests.writing.doubles import cite_quote

CHECKS = (FigureCheck(), NameCheck(), WordingCheck())

BUS = "On 7 April 2018 Surabaya started a city bus, Suroboyo Bus, whose fare was used plastic packaging."
LOSSES = "Losses fell from 72 per cent in 1993 to 8 per cent in 1999, and about 20,000 households were connected."
COST = "In our view the park should cost US$2.5 million, and it is not open to all residents before 2027."
CASH = "The fare was not paid in cash but in bottles."


def fault(sentence: str, *quotes: str | Citation) -> str | None:
    cited = [quote if isinstance(quote, Citation) else cite_quote(quote, i) for i, quote in enumerate(quotes, 1)]
    return find_bearing(sentence, cited, CHECKS)[1]


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        (BUS, BUS),
        ("On 7 April 2018 Surabaya started a city bus.", BUS),
        ("Surabaya started a city bus, Suroboyo Bus, on 7 April 2018.", BUS),
        ("In Surabaya the fare was used plastic packaging.", BUS),
        ("Losses fell from 72% in 1993 to 8% in 1999.", LOSSES),
        ("About 20,000 households were connected.", LOSSES),
        ("The park should cost US$2.5 million in our view.", COST),
        ("The fare was not paid in cash.", CASH),
        ("The sources disagree on date and scale.", "The sources therefore disagree on date and scale."),
        ("Waste collection was shared with contractors.", "Waste collection in Surabaya was shared with contractors."),
        ("In Surabaya, about 20,000 households were connected.", LOSSES),
        ("About 20,000 households were connected in Surabaya, Indonesia.", LOSSES),
    ],
)
def test_a_quote_that_is_shortened_is_borne(sentence: str, quote: str) -> None:
    assert fault(sentence, quote) is None


@pytest.mark.parametrize(
    ("sentence", "quote", "why"),
    [
        ("On 8 April 2018 Surabaya started a city bus.", BUS, "figure"),
        ("On 7 May 2018 Surabaya started a city bus.", BUS, "wording"),
        ("On 7 April 2019 Surabaya started a city bus.", BUS, "figure"),
        ("Losses fell from 8 per cent in 1993 to 72 per cent in 1999.", LOSSES, "figure"),
        ("Losses fell from 72 per cent in 1999 to 8 per cent in 1993.", LOSSES, "wording"),
        ("Losses fell from 72 tons in 1993 to 8 tons in 1999.", LOSSES, "figure"),
        ("Exactly 20,000 households were connected.", LOSSES, "figure"),
        ("About 20,000 losses were connected.", LOSSES, "figure"),
        ("About 20 000 households were connected.", LOSSES, "figure"),
        ("Losses were halved, and 20,000 households connected.", LOSSES, "figure"),
        ("Half of about 20,000 households were connected.", LOSSES, "figure"),
        ("The park should cost \u20ac2.5 million in our view.", COST, "figure"),
        ("The park should cost US$2.5 billion in our view.", COST, "figure"),
    ],
)
def test_a_changed_figure_unit_or_date_is_not(sentence: str, quote: str, why: str) -> None:
    assert fault(sentence, quote) == why


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("Households were paid by the city for bins.", "Households paid the city for bins."),
        ("Households paid the city for bins.", "Households were paid by the city for bins."),
        ("Households paid the city for bins.", "Households were promptly paid by the rich city for bins."),
        ("Dhaka closed its dump in 2005.", "Dhaka learnt from Khulna, which closed its dump in 2005."),
        ("Surabaya closed its dump in 2005.", "Surabaya learnt from Khulna, which closed its dump in 2005."),
        ("The plant opened in 2010.", "The plant was to open in 2010."),
        ("The park is not open to residents after 2027.", COST),
        ("Losses fell by 8 per cent in 1999.", LOSSES),
        ("Losses fell 8 per cent in 1999.", LOSSES),
        ("Waste fell to 20 per cent by 2011.", "Waste fell by 20 per cent by 2011."),
        ("Waste fell by 20 per cent since 2011.", "Waste fell by 20 per cent by 2011."),
        ("Trucks carry waste from the port to the city.", "Trucks carry waste from the city to the port."),
    ],
)
def test_who_did_what_to_whom_and_by_how_much_stays_as_it_was(sentence: str, quote: str) -> None:
    assert fault(sentence, quote) in ("wording", "figure")


@pytest.mark.parametrize(
    "sentence",
    [
        "On 7 April 2018 Dhaka started a city bus, Suroboyo Bus.",
        "Dhaka started a city bus on 7 April 2018.",
        "On 7 April 2018 Surabaya started a city bus, Jakarta Bus.",
        "Indonesia started a city bus, Suroboyo Bus.",
        "In Indonesia a city bus, Suroboyo Bus, started.",
        "In Dhaka, Surabaya started a city bus.",
    ],
)
def test_a_changed_name_or_a_country_for_its_city_is_not(sentence: str) -> None:
    assert fault(sentence, BUS) in ("name", "wording")


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("The fare was paid in cash.", CASH),
        ("The fare was paid in cash, not in bottles.", CASH),
        ("The fare on Suroboyo Bus was paid in cash.", BUS),
        ("Surabaya never started a city bus, Suroboyo Bus.", BUS),
        ("The park costs US$2.5 million.", COST),
        ("The park is open to all residents before 2027.", COST),
        ("All households were connected.", LOSSES),
        ("A city bus started Surabaya, Suroboyo Bus.", BUS),
        ("Used packaging.", BUS),
        ("Surabaya started a city bus because its fare was used plastic packaging.", BUS),
        ("Surabaya did not start a city bus, and its fare was used plastic packaging.", BUS),
        ("<b>Surabaya started a city bus.</b>", BUS),
        ("Surabaya started a city bus \u2260 Suroboyo Bus.", BUS),
        ("Surabaya should start a city bus.", BUS),
        ("Shops banned free plastic bags in 2016.", "Some shops banned free plastic bags in 2016."),
        ("The bank pays members for sorted waste.", "If prices are high, the bank pays members for sorted waste."),
        ("Losses fell, which shows that leadership matters.", LOSSES),
        ("This is a great success for everybody.", LOSSES),
    ],
)
def test_what_the_quote_does_not_say_is_not_borne(sentence: str, quote: str) -> None:
    assert fault(sentence, quote) == "wording"


DHAKA = cite_quote("Dhaka banned two-stroke taxis in 2003.", 2, document="two", cities=("Dhaka",), countries=())


def test_each_part_of_a_sentence_is_borne_by_one_quote() -> None:
    sentence = "Surabaya started a city bus on 7 April 2018, while Dhaka banned two-stroke taxis in 2003."
    cited, why = find_bearing(sentence, [cite_quote(BUS), DHAKA], CHECKS)
    assert (why, [one.number for one in cited]) == (None, [1, 2])


@pytest.mark.parametrize(
    "sentence",
    [
        "Dhaka started a city bus on 7 April 2018, while Surabaya banned two-stroke taxis in 2003.",
        "Surabaya banned two-stroke taxis in 2018.",
        "Surabaya started a city bus in 2003.",
    ],
)
def test_facts_of_two_quotes_make_no_third_one(sentence: str) -> None:
    assert find_bearing(sentence, [cite_quote(BUS), DHAKA], CHECKS)[1] is not None


def test_a_year_out_of_a_span_is_another_figure() -> None:
    quotes = ("By 1992-1993 the utility failed on every count.", "Losses came to 72% in 1993.")
    assert fault("In 1993 the utility failed on every count.", *quotes) is not None


def test_a_quote_that_bears_nothing_is_not_cited() -> None:
    cited, why = find_bearing("Dhaka banned two-stroke taxis.", [cite_quote(BUS), DHAKA, cite_quote(CASH, 3)], CHECKS)
    assert (why, [one.number for one in cited]) == (None, [2])


def test_of_several_cities_only_the_quote_says_which() -> None:
    several = cite_quote("The utility banned all open burning in 2003.", cities=("Dhaka", "Khulna"), countries=())
    assert fault("The utility banned all open burning in 2003.", several) is None
    assert fault("In Dhaka the utility banned all open burning in 2003.", several) == "name"


def test_a_row_is_read_with_its_head() -> None:
    row = cite_quote("| 2009 | 1,150 tons |")
    row = row.model_copy(update={"lead_in": LeadIn(start=0, end=26, text="| Year | Waste at the dump |")})
    assert fault("2009, 1,150 tons.", row) is None
    assert fault("2009, 1,160 tons.", row) == "figure"


# The diligent liar, over the shipped corpus


@pytest.fixture(scope="module")
def quotes(assistant: Assistant) -> list[Citation]:
    """About 300 sentences of the shipped documents."""
    found: list[Citation] = []
    for info in assistant.documents:
        document = assistant.document(info.id)
        for sentence in assistant.sentences(info.id)[3::9]:
            text = document.text[sentence.start : sentence.end]
            if not text.startswith("|") and len(text.split()) > 7:
                found.append(cite_quote(text, cities=info.cities, countries=info.countries))
    return found[::3]


def change_number(quote: str, draw: random.Random, _: list[Citation]) -> str:
    numbers = re.findall(r"\d[\d,.]*\d|\d", quote)
    if not numbers:
        return quote
    number = draw.choice(numbers)
    return quote.replace(number, str(int(re.sub(r"\D", "", number)) + draw.choice([1, 7, 10])), 1)


def change_city(quote: str, draw: random.Random, others: list[Citation]) -> str:
    city = draw.choice([city for other in others for city in other.cities if city not in quote])
    return re.sub(r"(?<=[a-z] )[A-Z][a-z]+(?: [A-Z][a-z]+)*", city, quote, count=1)


def deny(quote: str, *_: object) -> str:
    return re.sub(r"\b(is|are|was|were|has|have|had|can|will)\b", r"\1 not", quote, count=1)


def affirm(quote: str, *_: object) -> str:
    return re.sub(r"\b(not|no) ", "", quote, count=1)


def make_sure(quote: str, *_: object) -> str:
    return re.sub(r"\b(would|should|could|may|might|will) ", "", quote, count=1)


def overclaim(quote: str, *_: object) -> str:
    return re.sub(r"\b(some|many|most|several|few)\b", "all", quote, count=1)


def merge(quote: str, draw: random.Random, others: list[Citation]) -> str:
    other = draw.choice(others).quote.split()
    words = quote.split()
    return " ".join(words[: len(words) // 2] + other[len(other) // 2 :]) if other != words else quote


def swap_numbers(quote: str, draw: random.Random, _: list[Citation]) -> str:
    numbers = sorted(set(re.findall(r"(?<![\d,.-])\d+(?![\d,.-])", quote)))
    if len(numbers) < 2:
        return quote
    one, other = draw.sample(numbers, 2)
    turned = {one: other, other: one}
    return re.sub(rf"(?<![\d,.-])(?:{one}|{other})(?![\d,.-])", lambda match: turned[match[0]], quote)


LIES = (change_number, change_city, deny, affirm, make_sure, overclaim, merge, swap_numbers)


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_no_lie_about_a_shipped_document_is_borne(lie: Callable[..., str], quotes: list[Citation]) -> None:
    draw = random.Random(7)  # noqa: S311 (seeded, no secret)
    told = [(quote, lie(quote.quote, draw, quotes)) for quote in quotes]
    lies = [(quote, sentence) for quote, sentence in told if sentence != quote.quote]
    assert len(lies) >= 5
    assert [sentence for quote, sentence in lies if not find_bearing(sentence, [quote], CHECKS)[1]] == []


def test_every_shipped_sentence_bears_itself_within_the_time_that_a_check_may_take(quotes: list[Citation]) -> None:
    began = time.perf_counter()
    assert [quote.quote for quote in quotes if find_bearing(quote.quote, [quote], CHECKS)[1]] == []
    assert (time.perf_counter() - began) / len(quotes) < 0.06
