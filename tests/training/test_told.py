"""Claims are told as a seeded program can: what is told truly stays within the evidence, what is told wrongly does not."""

from __future__ import annotations

import random

from training.told import WrongTeller, reword

PASSAGE = (
    "In 2009, the city of Surabaya gave 17,000 compost baskets to households because the dump (opened in 1980) was full.",
    "Some households plan to sell their compost, and many are not paid.",
)
OTHERS = ("The buses of Makassar ran at night until 2015 and were paid by the port.",)


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 (no secret)


def teller(seed: int = 1) -> WrongTeller:
    draw = seeded(seed)
    return WrongTeller(["Makassar", "Cebu"], ["17,000", "500", "2009", "2015"], [*PASSAGE, *OTHERS], list(OTHERS), draw)


def test_every_wrong_way_changes_what_is_said() -> None:
    kinds = set()
    for seed in range(60):
        for sentence in PASSAGE:
            told = teller(seed).tell(sentence, PASSAGE)
            assert told is not None
            kind, wrong, contradicted = told
            kinds.add(kind)
            assert wrong not in " ".join(PASSAGE)
            assert contradicted == (kind in {"number", "name", "negation", "opposite", "cause"})
    assert {"number", "negation", "added", "elsewhere", "overclaim"} <= kinds


def test_the_same_seed_tells_the_same() -> None:
    assert teller(3).tell(PASSAGE[0], PASSAGE) == teller(3).tell(PASSAGE[0], PASSAGE)
    assert reword(PASSAGE[0], PASSAGE, seeded(4)) == reword(PASSAGE[0], PASSAGE, seeded(4))


def test_what_is_told_truly_has_no_other_figure() -> None:
    for seed in range(40):
        said, _ = reword(PASSAGE[0], PASSAGE, seeded(seed))
        figures = {word.strip(",.()") for word in said.split() if word[0].isdigit()}
        assert figures <= {"2009", "17,000", "1980"}
