"""Results are remembered as long as the object that they are of, and no longer."""

from __future__ import annotations

import gc
import weakref

import pytest

from kin_assistant.processes.caching import remember


class Reader:
    """Counts how often it reads."""

    def __init__(self) -> None:
        self.read: list[int] = []
        self.double = remember(self._double, 2)

    def _double(self, value: int) -> int:
        self.read.append(value)
        return 2 * value


def test_the_last_results_are_at_hand() -> None:
    reader = Reader()
    assert [reader.double(value) for value in (1, 1, 2, 1, 3, 2)] == [2, 2, 4, 2, 6, 4]
    assert reader.read == [1, 2, 3, 2]


def test_each_object_has_results_of_its_own() -> None:
    one, other = Reader(), Reader()
    assert one.double(1) == other.double(1)
    assert one.read == other.read == [1]


def test_an_object_that_nobody_holds_is_freed_without_the_garbage_collector() -> None:
    reader = Reader()
    reader.double(1)
    gone, double = weakref.ref(reader), reader.double
    gc.disable()
    try:
        del reader
        assert gone() is None
    finally:
        gc.enable()
    assert double(1) == 2
    with pytest.raises(ReferenceError):
        double(2)
