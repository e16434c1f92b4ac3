"""Questions that name their place stay questions that someone would ask."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest

from training.naming import Subject, name_question, read_subjects

RAW = Path(__file__).resolve().parents[2] / "training" / "raw"
PLACE, BODY = Subject("Ban Sivanh", body=False), Subject("Coral Belt Municipalities", body=True)


def asked(question, subject=PLACE, style="plain", seed=0):
    return name_question(question, subject, style, random.Random(seed))  # noqa: S311


def raw_questions():
    return [json.loads(line) for line in (RAW / "questions.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    ("question", "allowed"),
    [
        ("How much did the city pay?", {"How much did Ban Sivanh pay?"}),
        ("What is the town's debt?", {"What is Ban Sivanh's debt?"}),
        (
            "Who trained the women?",
            {
                "Who trained the women in Ban Sivanh?",
                "In Ban Sivanh, who trained the women?",
                "Ban Sivanh: who trained the women?",
            },
        ),
        ("In which year did it end?", {"Ban Sivanh: in which year did it end?"}),
        ("Mr Souk paid how much?", {"In Ban Sivanh, Mr Souk paid how much?", "Ban Sivanh: Mr Souk paid how much?"}),
        ("who pays the wagess", {"ban sivanh who pays the wagess", "who pays the wagess ban sivanh"}),
        ("Who drew it in Ban Sivanh?", {"Who drew it in Ban Sivanh?"}),
    ],
)
def test_a_place_is_named_as_people_name_it(question, allowed, seed):
    assert asked(question, seed=seed) in allowed


def test_a_body_is_no_place_to_be_in():
    assert asked("Who founded it?", BODY) == "The Coral Belt Municipalities: who founded it?"


def test_a_place_that_is_told_apart_by_more_words_is_left_to_them():
    assert "the city that lost most" in asked("Why did the city that lost most join?")


def test_every_raw_question_names_its_subject_once_and_keeps_its_words():
    subjects = read_subjects(RAW / "subjects.jsonl")
    generator = random.Random(5)  # noqa: S311
    named = 0
    for row in raw_questions():
        subject = subjects[row["document_id"]]
        question = name_question(row["question"], subject, row["style"], generator)
        if question == row["question"]:
            continue
        named += 1
        assert question.lower().count(subject.name.lower()) == 1, question
        assert question.rstrip().endswith("?") == row["question"].rstrip().endswith("?"), question
        assert not re.search(r"\bin (?:in|the in)\b|  |, In\b|\?.*\?$", question.replace(row["question"], "")), question
        kept = set(re.findall(r"\w+", row["question"].lower())) - {"the", "city", "town", "municipality", "island", "s"}
        assert kept <= set(re.findall(r"\w+", question.lower())), question
    assert named > 2000
