"""Networks are loaded while others work, and faults of that are told where they matter."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from kin_assistant.errors import IndexMissing, ModelError
from kin_assistant.models.engine import load_meanwhile
from kin_assistant.networks import Networks
from kin_assistant.settings import Settings


def wait_for_loading() -> None:
    for thread in threading.enumerate():
        if thread.name == "kin-load":
            thread.join(60)
            assert not thread.is_alive()


def test_networks_that_are_wanted_at_once_are_loaded_in_the_background_and_give_the_same(shipped_index: Path) -> None:
    wait_for_loading()
    later = Networks.open(shipped_index, Settings())
    assert not any(thread.name == "kin-load" for thread in threading.enumerate())
    at_once = Networks.open(shipped_index, Settings(), at_once=True)
    wait_for_loading()
    question, passages = "How is waste composted?", [("Dhaka", ["Waste is composted in barrels.", "It rained."])] * 2
    assert (at_once.embedder.encode([question]) == later.embedder.encode([question])).all()
    assert at_once.kinds.classify(question) == later.kinds.classify(question)
    assert at_once.reader
    assert later.reader
    for one, other in zip(
        at_once.reader.score(question, passages), later.reader.score(question, passages), strict=True
    ):
        assert (one == other).all()


def test_without_an_index_no_network_is_opened(tmp_path: Path) -> None:
    wait_for_loading()
    with pytest.raises(IndexMissing):
        Networks.open(tmp_path, Settings(), at_once=True)
    assert not any(thread.name == "kin-load" for thread in threading.enumerate())


def test_a_fault_of_loading_in_the_background_is_kept_for_the_first_use() -> None:
    began = threading.Event()

    def fail() -> None:
        began.set()
        raise ModelError("The model is damaged.")

    load_meanwhile(fail)
    wait_for_loading()
    assert began.is_set()
