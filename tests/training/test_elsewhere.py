"""Which questions are asked to weigh that their subject is that of other places."""

from __future__ import annotations

from kin_assistant.types import DocumentInfo
from training.elsewhere import choose_questions


def info(name: str, city: str, theme: str) -> DocumentInfo:
    return DocumentInfo(id=name, path=f"{name}.md", sha256="", title=name, cities=(city,), themes=(theme,))


INFOS = [info("bago-waste", "Bago", "waste"), info("ube-dust", "Ube", "air"), info("cebu-waste", "Cebu", "waste")]


def test_a_city_is_exchanged_for_one_without_the_theme() -> None:
    rows = [
        {"document_id": "bago-waste", "question": "Who sorts in Bago?", "answerable": True},
        {"document_id": "ube-dust", "question": "Who pays in Ube?", "answerable": False},
        {"document_id": "ube-dust", "question": "Who pays?", "answerable": True},
        {"document_id": "unknown", "question": "Who pays in Suva?", "answerable": True},
    ]
    chosen = {asked.group: asked.question for asked in choose_questions(rows, INFOS)}
    assert chosen.pop("other city") == "Who sorts in Ube?"
    assert chosen.pop("missing fact") == "Who pays in Ube?"
    assert list(chosen.values()) == ["Who sorts in Bago?"]


def test_the_same_questions_are_chosen_each_time() -> None:
    rows = [{"document_id": "ube-dust", "question": f"Who, {n}, in Ube?", "answerable": False} for n in range(9)]
    first, second = (list(choose_questions(rows, INFOS, most=3)) for _ in range(2))
    assert first == second
    assert len(first) == 3
