"""Examples are built without a leak between what is learnt and what is validated."""

from __future__ import annotations

import gzip
import json
import random
from dataclasses import replace

import numpy as np
import pytest

from tests.embedders import HashingEmbedder
from training.build import Item, balance_overlap, held_out_raw, is_held_out_digest, main, raw_examples, several_examples
from training.examples import SHARES, Example, read_examples, read_readings
from training.naming import Subject

PLACES = (
    "Hirapur",
    "Koraleng",
    "Tebakang",
    "Mindalao",
    "Sorwana",
    "Lokavi",
    "Tarumei",
    "Kelumpai",
    "Haneol",
    "Gopaltar",
)


def text_of(place):
    return (
        f"{place.upper()} WASTE OFFICE\n\nThe council of {place} paid 40 million for a sorting plant.\n\n"
        f"Trucks of {place} leave at six. The drivers rest on Sundays.\n\nPARTNERS\n\n"
        f"A bank lent {place} half of the money. The loan runs for nine years.\n"
    )


def write_lines(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    content = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def questions_on(document, place, evidence_of):
    yield {
        "id": f"{document}/q01",
        "document_id": document,
        "question": "What did the plant cost the council?",
        "answerable": True,
        "evidence": [f"The council of {evidence_of} paid 40 million for a sorting plant."],
        "style": "plain",
    }
    yield {
        "id": f"{document}/q02",
        "document_id": document,
        "question": f"At what interest did the bank lend to {place}?",
        "answerable": False,
        "evidence": [],
        "near_miss": f"A bank lent {place} half of the money.",
        "style": "plain",
    }


def explanations_of(document, place):
    yield {
        "id": f"{document}/e01",
        "document_id": document,
        "question": f"How was the plant of {place} paid for?",
        "answerable": True,
        "evidence": [
            f"The council of {place} paid 40 million for a sorting plant.",
            f"A bank lent {place} half of the money.",
        ],
    }
    yield {
        "id": f"{document}/e02",
        "document_id": document,
        "question": f"Why did the plant of {place} burn down?",
        "answerable": False,
        "evidence": [],
        "near_miss": f"Trucks of {place} leave at six.",
    }


def messages_of(document, place):
    yield {
        "id": f"{document}/m01",
        "document_id": document,
        "question": f"{document} sorting plant did the city carry the bill alone",
        "answerable": True,
        "evidence": [f"A bank lent {place} half of the money."],
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = tmp_path_factory.mktemp("built")
    for folder in ("raw/docs", "digests", "public", "questions", "rawdev/docs"):
        (root / folder).mkdir(parents=True)
    raw = {f"b-{place.lower()}-plant": place for place in PLACES}
    digests = {f"{place.lower()}-digest-{number}": place for number in range(4) for place in PLACES[:3]}
    for name, place in raw.items():
        (root / "raw/docs" / f"{name}.txt").write_text(text_of(place))
    for name, place in digests.items():
        (root / "digests" / f"{name}.md").write_text(f"# {place} {name}\n\n{text_of(place)}")
    (root / "rawdev/docs/v-elsewhere.txt").write_text(text_of("Elsewhere"))
    write_lines(root / "raw/questions.jsonl", [row for d, p in raw.items() for row in questions_on(d, p, p)])
    subjects = [{"document_id": name, "name": place, "body": False} for name, place in raw.items()]
    write_lines(root / "raw/subjects.jsonl", subjects)
    write_lines(root / "questions/q.jsonl", [row for d, p in digests.items() for row in questions_on(d, p, p)])
    evidence = [{"document_id": "v-elsewhere", "quote": "A bank lent Elsewhere half of the money."}]
    write_lines(root / "rawdev/questions.jsonl", [{"question": "Who paid?", "answerable": True, "evidence": evidence}])
    for name in SHARES:
        lines = [
            {
                "id": f"{i}#p1",
                "question": f"Who is {i}?",
                "title": f"Page {i}",
                "sentences": [f"{i} is a man."],
                "evidence": [0],
            }
            for i in range(100)
        ]
        write_lines(root / "public" / f"{name}.jsonl.gz", lines)
    write_lines(root / "explanations", [row for d, p in {**raw, **digests}.items() for row in explanations_of(d, p)])
    write_lines(root / "messages", [row for d, p in {**raw, **digests}.items() for row in messages_of(d, p)])
    parts = ("digests", "public", "raw", "questions", "explanations", "messages", "rawdev")
    folders = {name: str(root / name) for name in parts}
    main(
        [*(part for name, folder in folders.items() for part in (f"--{name}", folder)), "--out", str(root / "out")],
        HashingEmbedder(),
    )
    return root / "out", raw, digests


def test_no_document_stands_on_both_sides(built):
    out, raw, digests = built
    held = held_out_raw(raw) | {name for name in digests if is_held_out_digest(name)}
    assert held & raw.keys()
    assert held & digests.keys()
    for name in ("raw-0", "raw-1", "digests", "explained", "messages", "public"):
        examples = read_examples(out / f"{name}.jsonl.gz")
        assert examples
        assert held.isdisjoint({example.document for example in examples})
        assert held.isdisjoint({example.source for example in examples})
    public = {example.document for example in read_examples(out / "public.jsonl.gz")}
    for name in ("raw", "digests", "explained-raw", "explained-digests", "messages-raw", "messages-digests"):
        asked = {reading.document for reading in read_readings(out / f"validation-{name}.jsonl.gz")}
        assert asked
        assert asked <= held
    validated = {reading.document for reading in read_readings(out / "validation-public.jsonl.gz")}
    assert validated
    assert validated.isdisjoint(public)


def test_what_answers_is_marked_and_nothing_else(built):
    out, raw, _ = built
    for example in read_examples(out / "raw-0.jsonl.gz"):
        for position, sentence in enumerate(example.sentences):
            named = [place for place in PLACES if place in example.question]
            right = raw.get(example.source) in named if named else example.source == example.document
            answers = "cost" in example.question and "40 million" in sentence and right
            if position in example.evidence:
                assert answers or (not named and "40 million" in sentence)
            else:
                assert not answers


def test_the_near_miss_is_shown_with_its_question(built):
    out, *_ = built
    for example in read_examples(out / "digests.jsonl.gz"):
        assert not ("interest" in example.question and example.evidence)
    shown = [e for e in read_examples(out / "raw-0.jsonl.gz") if "interest" in e.question and e.source == e.document]
    assert any("half of the money" in sentence for example in shown for sentence in example.sentences)


def test_all_sentences_of_an_explanation_are_marked(built):
    out, *_ = built
    explained = [one for one in read_examples(out / "explained.jsonl.gz") if one.source == one.document]
    how = [one for one in explained if one.question.startswith("How")]
    marked = {one.sentences[i] for one in how for i in one.evidence}
    assert any("40 million" in sentence for sentence in marked)
    assert any("half of the money" in sentence for sentence in marked)
    assert not any(one.evidence for one in explained if one.question.startswith("Why"))


def test_other_writers_documents_are_for_validation_only(built):
    out, *_ = built
    (reading,) = read_readings(out / "validation-rawdev.jsonl.gz")
    assert any(example.evidence for example in reading.passages)
    for name in ("raw-0", "raw-1", "digests", "explained", "messages"):
        assert "v-elsewhere" not in {example.source for example in read_examples(out / f"{name}.jsonl.gz")}


class TwoDocuments:
    """A collection of two documents, ranked in order."""

    documents = ("b-hirapur-plant", "b-hirapur-plant", "c-other-sheet")
    texts = (("It cost 5.",), ("It rained.",), ("Theirs cost 9.",))

    def passage(self, row):
        return "", "Sheet", self.texts[row]

    def ranked(self, questions):
        return (np.arange(3) for _ in questions)

    def idf(self, stem):  # noqa: ARG002
        return 1.0


def test_a_wrong_name_takes_the_answer_away():
    subjects = {"b-hirapur-plant": Subject("Hirapur", body=False), "c-other-sheet": Subject("Koraleng", body=False)}
    item = Item(
        "What did it cost?", "b-hirapur-plant", True, {"b-hirapur-plant": frozenset({"It cost 5."})}, "", "plain"
    )
    made = list(raw_examples([item] * 200, TwoDocuments(), subjects, random.Random(1)))  # noqa: S311
    wrong = [example for example in made if "Koraleng" in example.question]
    assert wrong
    assert all(not example.evidence and "Hirapur" in example.context for example in wrong)
    right = [example for example in made if "Koraleng" not in example.question and example.source == "b-hirapur-plant"]
    assert all(bool(example.evidence) == (example.sentences == ("It cost 5.",)) for example in right)
    named = sum("Hirapur" in example.question for example in right) / len(right)
    assert 0.4 < named < 0.8
    assert {example.context for example in right} == {"", "Sheet", "Hirapur plant. Sheet"}
    assert all(example.weight < 1 for example in made if example.source == "c-other-sheet")


def test_a_document_that_only_looks_as_if_it_helped_is_an_example_without_an_answer():
    item = Item(
        "we are short of money for a plant",
        "b-hirapur-plant",
        True,
        {"b-hirapur-plant": frozenset({"It cost 5."})},
        "",
        "hasty",
    )
    subjects = {"b-hirapur-plant": Subject("Hirapur", body=False), "c-other-sheet": Subject("Koraleng", body=False)}
    weights = {}
    for unfit in (frozenset(), frozenset({"c-other-sheet"})):
        generator = random.Random(1)  # noqa: S311
        made = list(several_examples("messages", [replace(item, unfit=unfit)], TwoDocuments(), generator, subjects))
        (other,) = [example for example in made if example.source == "c-other-sheet"]
        assert not other.evidence
        weights[unfit] = other.weight
    assert weights[frozenset()] < 0.5
    assert weights[frozenset({"c-other-sheet"})] == 1


def test_balanced_weights_take_shared_words_their_meaning():
    words = "alpha beta gamma delta epsilon".split()
    made = []
    for number in range(400):
        held = words[: 1 + number % 5]
        # Without an answer four of five share many words, with one few.
        answers = (number % 5 < 2) != (number % 4 == 0)
        evidence = frozenset({0}) if answers else frozenset()
        made.append(Example(" ".join(words), "", (" ".join(held),), evidence))

    def share_answered(examples, few):
        chosen = [e for e in examples if (len(e.sentences[0].split()) < 3) == few]
        return sum(e.weight for e in chosen if e.evidence) / sum(e.weight for e in chosen)

    balanced = balance_overlap(made, TwoDocuments())
    before = share_answered(made, few=True) - share_answered(made, few=False)
    after = share_answered(balanced, few=True) - share_answered(balanced, few=False)
    assert before > 0.4
    assert abs(after) < before / 2
