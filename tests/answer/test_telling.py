"""What one document tells: the sentences that say most, each once, within limits; and which document is meant."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kin_assistant.answer.telling import (
    SIGNALS,
    DocumentTeller,
    choose_sentences,
    estimate_worths,
    lay_out_experience,
    lay_out_portrait,
    rank_documents,
)
from kin_assistant.policy import AnswerPolicy, DocumentPolicy, TellingPolicy
from tests.form_library import DIGEST, SmallLibrary, open_library
from tests.varied_policies import double, halve

POLICY = replace(AnswerPolicy().portrait, min_worth=0.0)
QUESTION = "What did market vendors in Cebu sort for compost?"


FEES_OF_CEBU = DIGEST.format(
    id="fees", title="Fees of Cebu", cities="Cebu", countries="Philippines", region="South-East Asia",
    themes="fees", years="2001-2011",
)  # fmt: skip


def teller(library: SmallLibrary, question: str = QUESTION) -> DocumentTeller:
    return DocumentTeller(library.query(question), library.search, library.records.fields_of)


def test_the_document_with_the_best_sentence_comes_first(library: SmallLibrary) -> None:
    evidence = library.read(library.query(QUESTION))
    ranked = rank_documents(evidence, AnswerPolicy(documents=DocumentPolicy(min_share=0.0)))
    assert library.search.library.infos[ranked[0]].id == "cebu-compost"
    assert len(ranked) == len(set(ranked)) > 1
    assert rank_documents(evidence, AnswerPolicy(documents=DocumentPolicy(min_share=1.0))) == ranked[:1]


def test_documents_that_nothing_was_read_of_are_ranked_by_the_search(library: SmallLibrary) -> None:
    evidence = library.read(library.query(QUESTION))
    first, *others = dict.fromkeys(map(library.search.library.document_row, evidence.ranking.passages))
    assert others
    search_alone = AnswerPolicy(documents=DocumentPolicy(min_share=0.0, worth=0.0, further=0.0))
    assert rank_documents(evidence, search_alone) == [first, *others]


def test_words_that_a_document_holds_in_any_of_its_sections_count(library: SmallLibrary) -> None:
    query = library.query("Our market vendors sort leaves, and we fear the cost of a compost plant in pesos")
    held = library.search.words_held(query)
    cebu = library.search.library.row_of("cebu-compost")
    assert held.shape == (len(library.search.library.infos),)
    assert held.argmax() == cebu
    passages = library.search.library.passages_of(cebu)
    assert held[cebu] > max(library.search.index.lexical.scores(query.stems)[row] for row in passages)
    evidence = library.read(query)
    *others, last = rank_documents(evidence, AnswerPolicy(documents=DocumentPolicy(min_share=0.0, worth=0.0)))
    only_last = np.zeros(len(held), np.float32)
    only_last[last] = 1.0
    policy = AnswerPolicy(documents=DocumentPolicy(min_share=0.0, worth=0.0, words=5.0))
    assert rank_documents(evidence, policy, only_last) == [last, *others]
    far_behind = replace(policy, documents=replace(policy.documents, min_share=0.9))
    assert rank_documents(evidence, far_behind, only_last) == [last]


def test_each_passage_is_read_once(library: SmallLibrary) -> None:
    row = library.search.library.row_of("cebu-compost")
    one = teller(library)
    before = library.network.passages_read
    first = one.tell(row, POLICY)
    read = library.network.passages_read - before
    assert read > 0
    assert one.tell(row, POLICY) == first
    assert library.network.passages_read == before + read
    evidence = library.read(library.query(QUESTION))
    known = DocumentTeller(evidence.query, library.search, library.records.fields_of, evidence.logits)
    before = library.network.passages_read
    assert known.tell(row, POLICY) == first
    assert library.network.passages_read == before, "what the evidence was read for is known"


def test_what_the_network_takes_for_the_answer_is_told_first(library: SmallLibrary) -> None:
    told = teller(library).tell(library.search.library.row_of("cebu-compost"), POLICY)
    assert told[0].found.text == "Market vendors in Cebu sort their leaves for compost."
    assert [one.worth for one in told] == sorted((one.worth for one in told), reverse=True)
    assert all(one.found.quotable and not one.found.silent for one in told)


@pytest.mark.parametrize(
    ("limits", "most"),
    [({"sentences": 1}, 1), ({"words": 1}, 0), ({"min_worth": 1}, 1), ({"sentences": 2, "words": 200}, 2)],
)
def test_limits_hold_but_the_best_sentence_is_told_where_it_has_room(
    library: SmallLibrary, limits: dict[str, float], most: int
) -> None:
    told = teller(library).tell(library.search.library.row_of("cebu-compost"), replace(POLICY, **limits))  # type: ignore[arg-type]
    assert len(told) == most


@pytest.mark.parametrize("signal", SIGNALS)
def test_each_signal_speaks_with_its_weight(library: SmallLibrary, signal: str) -> None:
    row = library.search.library.row_of("surabaya-composting")
    nothing: TellingPolicy = replace(POLICY, offset=0.0, **dict.fromkeys(SIGNALS, 0.0))
    found, signals, _ = teller(library).signals_of(row, POLICY)
    assert signals.shape == (len(found), len(SIGNALS))
    told = teller(library).measure(row, replace(nothing, **{signal: 1.0}))
    values = signals[:, SIGNALS.index(signal)]
    assert [one.worth > 0.5 for one in told] == [value > 0 for value in values]
    assert [one.worth < 0.5 for one in told] == [value < 0 for value in values]


@pytest.mark.parametrize(("logit", "counts"), [(-5.5, -5.5), (-9.0, -6.0)])
def test_very_low_logits_are_all_alike(library: SmallLibrary, logit: float, counts: float) -> None:
    row = library.search.library.row_of("surabaya-composting")
    read = {
        passage: np.full(len(library.search.library.sentences_of(passage)), logit, np.float32)
        for passage in library.search.library.passages_of(row)
    }
    one = DocumentTeller(library.query(QUESTION), library.search, library.records.fields_of, read)
    assert set(one.signals_of(row, POLICY)[1][:, 0]) == {counts}


def test_lessons_are_few_and_what_a_compiler_concludes_comes_last(tmp_path: Path) -> None:
    lessons = "## Lessons\n\nFees in Cebu should rise by steps. Fees in Cebu should be told in time.\n\n"
    done = "## What the city did\n\nThe city of Cebu asked families for 5 dollars.\n"
    small, index = open_library(tmp_path, {"fees.md": FEES_OF_CEBU + lessons + done})
    row = small.search.library.row_of("fees")
    generous = replace(POLICY, sentences=20, words=500, lessons=9.0)
    few, none = (teller(small, "fees of Cebu").tell(row, replace(generous, lessons_told=most)) for most in (1, 0))
    index.close()
    assert few[0].found.compiled
    assert [one.found.compiled for one in few].count(True) == 1
    assert [section.heading for section in lay_out_experience(few)] == ["What the city did", "Lessons"]
    assert not any(one.found.compiled for one in none)


def test_an_experience_begins_with_the_best_and_a_portrait_with_what_was_done(library: SmallLibrary) -> None:
    row = library.search.library.row_of("cebu-compost")
    one = teller(library, "By how much did waste in Cebu fell by 30 per cent?")
    told = one.tell(row, replace(POLICY, sentences=20, words=500, process=0.0))
    assert told[0].field == "results"
    experience, portrait = lay_out_experience(told), lay_out_portrait(told)
    assert experience[0].candidates[0].text == told[0].found.text
    assert portrait[0].heading == "What the city did"
    for sections in (experience, portrait):
        assert {two.text for section in sections for two in section.candidates} == {two.found.text for two in told}
    after = [two.sentence.start for section in portrait for two in section.candidates]
    assert after == sorted(after)
    assert lay_out_experience([]) == lay_out_portrait([]) == []


@pytest.mark.parametrize(("limits", "told"), [({}, 3), ({"items": 2}, 1), ({"words_of_items": 8}, 1)])
def test_a_short_list_that_words_announce_is_told_whole(tmp_path: Path, limits: dict[str, float], told: int) -> None:
    steps = (
        "- Cebu counted all of the families.\n- Cebu printed many bills of fees.\n- Cebu sent out collectors of fees.\n"
    )
    done = f"## What the city did\n\nCebu took three steps to its fees:\n\n{steps}"
    small, index = open_library(tmp_path, {"fees.md": FEES_OF_CEBU + done})
    row = small.search.library.row_of("fees")
    one = replace(POLICY, sentences=1, **limits)  # type: ignore[arg-type]
    texts = [each.found.text for each in teller(small, "printed bills of Cebu").tell(row, one)]
    index.close()
    assert texts[0].endswith("Cebu printed many bills of fees.")
    assert len(texts) == told


def test_lessons_do_not_stand_alone() -> None:
    policy = replace(POLICY, min_worth=0.5, sentences=3, words=20, lessons_told=2)
    lessons = [True, False, False, True]
    assert choose_sentences([0.9, 0.1, 0.2, 0.8], [5, 5, 5, 5], lessons, policy) == [0, 3, 2]
    assert choose_sentences([0.9, 0.1, 0.2, 0.8], [5, 5, 11, 5], lessons, policy) == [0, 3, 1], "what has room"
    assert choose_sentences([0.9, 0.6, 0.2, 0.8], [5, 5, 5, 5], lessons, policy) == [0, 3, 1]
    assert choose_sentences([0.9, 0.1, 0.2, 0.8], [10, 5, 5, 10], lessons, policy) == [0, 3], "no room is left"


@pytest.mark.parametrize(
    ("limit", "item", "items"),
    [
        ("experience.items", "Cebu sent {} bills to families.", (4, 7)),
        (
            "experience.words_of_items",
            "Cebu sent {} long bills to the many families who live on this hill of ours.",
            (4, 6),
        ),
    ],
)
def test_how_long_a_list_that_is_told_whole_may_be(
    tmp_path: Path, limit: str, item: str, items: tuple[int, int]
) -> None:
    numbers = "two three four five six seven eight".split()
    told = {}
    for count in items:
        steps = "".join(f"- {item.format(number)}\n" for number in numbers[:count])
        done = f"## What the city did\n\nCebu took steps to its fees:\n\n{steps}"
        small, index = open_library(tmp_path / str(count), {"fees.md": FEES_OF_CEBU + done})
        row, one = small.search.library.row_of("fees"), teller(small, "two bills of Cebu")
        for name, policy in (("shipped", AnswerPolicy()), ("halved", halve(limit)), ("doubled", double(limit))):
            best = replace(policy.experience, sentences=1, lessons_told=9)
            told[name, count] = len(one.tell(row, best)) == count
        index.close()
    short, long = items
    assert (told["shipped", short], told["halved", short]) == (True, False)
    assert (told["shipped", long], told["doubled", long]) == (False, True)


@pytest.mark.parametrize(
    ("policy", "logit", "told"),
    [
        (AnswerPolicy(), 3.0, False),
        (halve("portrait.transferability"), 3.0, True),
        (AnswerPolicy(), 6.0, True),
        (double("portrait.transferability"), 6.0, False),
    ],
)
def test_a_portrait_tells_where_else_it_may_be_done_only_if_that_answers_well(
    policy: AnswerPolicy, logit: float, told: bool
) -> None:
    signals = np.zeros((1, len(SIGNALS)))
    signals[0, SIGNALS.index("logit")], signals[0, SIGNALS.index("transferability")] = logit, 1.0
    (worth,) = estimate_worths(signals, policy.portrait)
    assert (worth >= policy.portrait.min_worth) == told
