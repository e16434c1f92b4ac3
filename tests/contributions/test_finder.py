"""Money and partners of a small library: roles, payers, filters, and what is refused."""

from __future__ import annotations

import pytest

from kin_assistant.contributions.finder import ContributionFinder
from kin_assistant.contributions.values import Contribution, ContributionQuery, Contributions
from kin_assistant.errors import ComparisonError, ContributionError


def find(finder: ContributionFinder, **asked: object) -> Contributions:
    return finder.find(ContributionQuery.model_validate(asked))


def sums(found: Contributions) -> dict[str, Contribution]:
    return {one.figure.written.text: one for one in found.contributions if one.figure}


def who(one: Contribution) -> list[str]:
    return [party.name for party in one.parties]


@pytest.mark.parametrize(
    ("written", "role", "payers"),
    [
        ("US$5 million", "loan", ["World Bank"]),
        ("80 million pesos", "budget", ["Cebu"]),
        ("40 pesos a month", "fee", ["Households"]),
        ("US$7 million", "cost", []),
        ("US$300,000", "funding", ["Asian Development Bank"]),
    ],
)
def test_a_sum_has_a_role_and_who_pays(finder: ContributionFinder, written: str, role: str, payers: list[str]) -> None:
    one = sums(find(finder, topic="septage"))[written]
    assert (one.role, who(one)) == (role, payers)


def test_the_same_sum_in_other_money_is_no_second_one(finder: ContributionFinder) -> None:
    found = sums(find(finder, topic="septage"))
    assert "US$1.6 million" not in found
    assert [span.text for span in found["80 million pesos"].equals] == ["US$1.6 million"]


def test_what_a_sum_is_for_is_told_in_the_words_of_its_sentence(finder: ContributionFinder) -> None:
    found = sums(find(finder, topic="septage"))
    purposes = {written: one.purpose.text for written, one in found.items() if one.purpose}
    assert purposes["US$5 million"] == "for the septage plant of Cebu in 2009"
    assert purposes["80 million pesos"] == "for septage trucks"


def test_damage_is_nobodys_contribution(finder: ContributionFinder) -> None:
    assert "9 million pesos" not in sums(find(finder))


def test_partners_are_told_with_what_they_do(finder: ContributionFinder) -> None:
    found = find(finder, topic="septage")
    told = {name: one.role for one in found.contributions if not one.figure for name in who(one)}
    assert told["University of San Carlos"] == "technical help"
    assert told["Asian Development Bank"] == "technical help"
    assert told["Malinis"] == "operator"


def test_what_the_practices_own_city_did_makes_it_no_partner(finder: ContributionFinder) -> None:
    found = find(finder, topic="septage")
    assert not any("Cebu built" in found.citations[one.citation - 1].quote for one in found.contributions)


def test_everything_is_a_span_of_its_sentence(finder: ContributionFinder) -> None:
    found = find(finder)
    for one in found.contributions:
        citation = found.citations[one.citation - 1]
        spans = [party.words for party in one.parties] + [span for span in (one.told_by, one.purpose) if span]
        for span in spans:
            assert citation.quote[span.start - citation.start : span.end - citation.start] == span.text


def test_sums_lead_within_a_practice_and_each_row_is_of_one(finder: ContributionFinder) -> None:
    found = find(finder)
    assert [number for practice in found.practices for number in practice.numbers] == [
        one.number for one in found.contributions
    ]
    septage = next(one for one in found.practices if one.document_id == "cebu-septage")
    has_sum = [found.contributions[number - 1].figure is not None for number in septage.numbers]
    assert has_sum == sorted(has_sum, reverse=True)


def test_a_funder_is_found_by_any_of_its_names(finder: ContributionFinder) -> None:
    for name in ("ADB", "adb", "Asian Development Bank", "Development Bank"):
        found = find(finder, funder=name)
        assert found.contributions
        assert all("Asian Development Bank" in who(one) for one in found.contributions)


def test_funders_have_the_numbers_of_their_rows(finder: ContributionFinder) -> None:
    found = find(finder, topic="septage")
    bank = next(one for one in found.funders if one.name == "Asian Development Bank")
    assert bank.numbers == tuple(one.number for one in found.contributions if bank.name in who(one))
    assert set(bank.roles) == {"funding", "technical help"}
    assert all(one.name != "Households" for one in found.funders)


def test_a_city_a_role_and_a_limit_narrow_it_down(finder: ContributionFinder) -> None:
    assert {one.place for one in find(finder, cities=["Surabaya"]).contributions} == {"Surabaya"}
    assert {one.role for one in find(finder, role="loan").contributions} == {"loan"}
    limited = find(finder, topic="septage", limit=2)
    assert len(limited.contributions) == 2 < limited.found
    assert limited.notes == (f"{limited.found} rows fit; these are the first 2.",)


def test_what_is_not_known_is_refused_with_a_reason(finder: ContributionFinder) -> None:
    found = find(finder, topic="penguins")
    assert found.contributions == ()
    assert found.reason == "The documents name no sum of money and no partner on “penguins”."
    assert find(finder, funder="World Bank", cities=["Surabaya"]).reason == (
        "The documents name no sum of money and no partner that “World Bank” gives in Surabaya. They name some without that."
    )


def test_unknown_names_are_refused_with_near_ones(finder: ContributionFinder) -> None:
    with pytest.raises(ContributionError, match=r"No document says that “Wurld Bank” pays.*Did you mean World Bank\?"):
        find(finder, funder="Wurld Bank")
    with pytest.raises(ComparisonError, match="No document is about “Atlantis”"):
        find(finder, cities=["Atlantis"])
