"""Cities are found by their names in other scripts."""

from __future__ import annotations

import pytest

from kin_assistant.places.gazetteer import Gazetteer, Place
from kin_assistant.places.native_names import NativeNames


@pytest.fixture(scope="module")
def cities() -> dict[str, Place]:
    return {place.name: place for place in Gazetteer.load().places if place.kind == "city"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("北九州市はどのように大気汚染を減らしましたか？", ["Kitakyushu"]),
        ("泗水如何利用堆肥筐减少家庭垃圾？", ["Surabaya"]),
        ("スラバヤとマニラのごみ", ["Manila", "Surabaya"]),
        ("สุราบายาลดขยะ", ["Surabaya"]),
        ("서울의 쓰레기", ["Seoul"]),
        ("Как Алматы и Дели", ["Delhi"]),
        ("Surabaya in Latin letters", []),
        ("", []),
    ],
)
def test_cities_are_found_in_their_scripts(cities: dict[str, Place], text: str, names: list[str]) -> None:
    known = [cities[name] for name in ("Delhi", "Kitakyushu", "Manila", "Seoul", "Surabaya")]
    assert [place.name for place in NativeNames(known).find(text)] == names


def test_only_the_cities_that_it_was_made_for_are_found(cities: dict[str, Place]) -> None:
    assert NativeNames([cities["Seoul"]]).find("泗水 スラバヤ") == ()


def test_letters_of_full_width_are_the_same(cities: dict[str, Place]) -> None:
    assert [place.name for place in NativeNames([cities["Surabaya"]]).find("ｽﾗﾊﾞﾔ")] == ["Surabaya"]
