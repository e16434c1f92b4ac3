"""Practices wait outside the corpus until a curator accepts or declines each once."""

from __future__ import annotations

import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from kin_assistant.corpus.uploads import ChangeRefused
from kin_assistant.practices.queue import MAX_BYTES, MOST_WAITING, PracticeQueue
from kin_assistant.practices.submission import PracticeRefused
from tests.practice_forms import SENT_AT, fill_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "practices"


@pytest.fixture
def queue(folder: Path) -> PracticeQueue:
    return PracticeQueue(folder)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    return tmp_path / "corpus"


def why(doing: Callable[[], object]) -> str:
    with pytest.raises(PracticeRefused) as refused:
        doing()
    assert str(refused.value).endswith(".")
    return refused.value.why


def test_what_is_sent_waits_oldest_first(queue: PracticeQueue) -> None:
    assert queue.waiting().practices == ()
    later = queue.send(fill_in(title="Later carts"), SENT_AT + timedelta(hours=1))
    first = queue.send(fill_in(), SENT_AT)
    assert queue.waiting().practices == (first, later)
    assert queue.find(first.id).submission == fill_in()


def test_nobody_else_on_the_machine_can_read_it(queue: PracticeQueue, folder: Path) -> None:
    practice = queue.send(fill_in(), SENT_AT)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / f"{practice.id}.json").stat().st_mode) == 0o600


def test_the_same_practice_waits_once(queue: PracticeQueue) -> None:
    first = queue.send(fill_in(), SENT_AT)
    assert queue.send(fill_in(), SENT_AT + timedelta(days=1)) == first
    assert len(queue.waiting().practices) == 1


def test_an_accepted_one_is_a_document_and_waits_no_longer(queue: PracticeQueue, corpus: Path, folder: Path) -> None:
    practice = queue.send(fill_in(), SENT_AT)
    path = queue.accept(practice.id, corpus)
    assert (corpus / path).read_text("utf-8") == practice.write().markdown
    assert path == f"added/{practice.write().name}"
    assert queue.waiting().practices == ()
    assert [one.name for one in folder.iterdir() if one.suffix != ".lock"] in ([], [".lock"])


def test_a_declined_one_is_deleted(queue: PracticeQueue, corpus: Path, folder: Path) -> None:
    practice = queue.send(fill_in(), SENT_AT)
    queue.decline(practice.id)
    assert not (folder / f"{practice.id}.json").exists()
    assert why(lambda: queue.accept(practice.id, corpus)) == "missing"
    assert list(corpus.iterdir()) == []


def test_of_many_who_decide_at_once_one_does(folder: Path, corpus: Path) -> None:
    practice = PracticeQueue(folder).send(fill_in(), SENT_AT)

    def decide(number: int) -> str:
        queue = PracticeQueue(folder)
        try:
            if number % 2:
                queue.decline(practice.id)
                return "declined"
            queue.accept(practice.id, corpus)
        except PracticeRefused as error:
            return error.why
        return "accepted"

    with ThreadPoolExecutor(8) as pool:
        ended = sorted(pool.map(decide, range(8)))
    assert ended.count("missing") == 7
    assert ("accepted" in ended) == (corpus / f"added/{practice.write().name}").exists()


def test_one_whose_acceptance_was_cut_short_can_be_accepted_again(queue: PracticeQueue, corpus: Path) -> None:
    practice = queue.send(fill_in(), SENT_AT)
    (corpus / "added").mkdir()
    (corpus / "added" / practice.write().name).write_text(practice.write().markdown, "utf-8")
    assert queue.accept(practice.id, corpus) == f"added/{practice.write().name}"
    assert queue.waiting().practices == ()


def test_another_file_of_its_name_stays_and_the_practice_waits_on(queue: PracticeQueue, corpus: Path) -> None:
    practice = queue.send(fill_in(), SENT_AT)
    (corpus / "added").mkdir()
    (corpus / "added" / practice.write().name).write_text("ours")
    with pytest.raises(ChangeRefused) as refused:
        queue.accept(practice.id, corpus)
    assert refused.value.why == "exists"
    assert queue.waiting().practices == (practice,)


def test_a_corpus_that_cannot_be_written_leaves_it_waiting(queue: PracticeQueue, tmp_path: Path) -> None:
    practice = queue.send(fill_in(), SENT_AT)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ChangeRefused) as refused:
        queue.accept(practice.id, tmp_path / "file")
    assert refused.value.why == "disk"
    assert queue.waiting().practices == (practice,)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    queue = PracticeQueue(tmp_path / "file" / "practices")
    assert why(lambda: queue.send(fill_in(), SENT_AT)) == "disk"
    assert why(lambda: PracticeQueue(tmp_path / "file").send(fill_in(), SENT_AT)) == "disk"
    assert why(lambda: PracticeQueue(tmp_path / "file").waiting()) == "disk"


def test_what_has_faults_does_not_wait(queue: PracticeQueue) -> None:
    assert why(lambda: queue.send(fill_in(title=""), SENT_AT)) == "faulty"
    assert queue.waiting().practices == ()


def test_a_full_queue_takes_no_more(queue: PracticeQueue, folder: Path) -> None:
    practice = queue.send(fill_in(), SENT_AT)
    for number in range(MOST_WAITING - 1):
        (folder / f"{number:012x}.json").write_text("{}")
    assert why(lambda: queue.send(fill_in(title="One more"), SENT_AT)) == "full"
    assert queue.send(fill_in(), SENT_AT) == practice, "this one waits already"


def test_the_longest_practice_that_has_no_fault_fits(queue: PracticeQueue) -> None:
    long = {
        "situation": 50, "priorities": 100, "objectives": 100, "resources": 200, "process": 400, "results": 250,
        "sustainability": 300, "lessons": 300, "transferability": 300, "contact": 60,
    }  # fmt: skip
    # Three bytes for a character.
    texts = {name: " ".join(["\u0e01" * 14] * words) for name, words in long.items()}
    practice = queue.send(fill_in(**texts), SENT_AT)
    assert len(practice.model_dump_json().encode()) < MAX_BYTES
    assert queue.waiting().practices == (practice,)


@pytest.mark.parametrize(
    "damage", ["", "{}", "no JSON", '{"submitted": "soon", "submission": {}}', " " * (MAX_BYTES + 1)]
)
def test_a_damaged_file_is_named_and_can_be_declined(queue: PracticeQueue, folder: Path, damage: str) -> None:
    practice = queue.send(fill_in(), SENT_AT)
    (folder / "0123456789ab.json").write_text(damage)
    waiting = queue.waiting()
    assert (waiting.practices, waiting.unreadable) == ((practice,), ("0123456789ab.json",))
    assert why(lambda: queue.find("0123456789ab")) == "faulty"
    queue.decline("0123456789ab")
    assert queue.waiting().unreadable == ()


def test_a_file_that_holds_another_practice_than_its_name_says_is_not_accepted(
    queue: PracticeQueue, folder: Path, corpus: Path
) -> None:
    practice = queue.send(fill_in(), SENT_AT)
    (folder / "0123456789ab.json").write_bytes((folder / f"{practice.id}.json").read_bytes())
    assert why(lambda: queue.accept("0123456789ab", corpus)) == "faulty"


@pytest.mark.parametrize("identity", ["", "..", "../corpus/a", "0123456789AB", "0123456789ab.json", "a" * 5000])
def test_nothing_but_an_id_names_a_practice(queue: PracticeQueue, corpus: Path, identity: str) -> None:
    queue.send(fill_in(), SENT_AT)
    for doing in (queue.find, queue.decline, lambda one: queue.accept(one, corpus)):
        assert why(lambda doing=doing: doing(identity)) == "missing"  # type: ignore[misc]


def test_where_there_is_no_folder_nothing_waits_and_none_is_made(queue: PracticeQueue, folder: Path) -> None:
    assert why(lambda: queue.decline("0123456789ab")) == "missing"
    assert not folder.exists()
