"""One tree of faults, drawn in the docstring as it is."""

from __future__ import annotations

import inspect
import re

import pytest

from kin_assistant import errors
from kin_assistant.errors import KinError


def drawn() -> list[tuple[str, str]]:
    """Name and parent of each fault in the docstring's drawing."""
    parents: list[tuple[int, str]] = []
    found: list[tuple[str, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"^( {4}[\u2502\u251c\u2514\u2500 ]*)([A-Z]\w+)", line)
        if not match:
            continue
        depth = len(match[1])
        parents = [(other, name) for other, name in parents if other < depth]
        found.append((match[2], parents[-1][1] if parents else "Exception"))
        parents.append((depth, match[2]))
    return found


def test_the_drawing_shows_every_fault_below_its_parent() -> None:
    classes = {name: value for name, value in vars(errors).items() if inspect.isclass(value)}
    assert drawn()
    assert dict(drawn()) == {name: value.__base__.__name__ for name, value in classes.items()}
    assert set(errors.__all__) == set(classes)


@pytest.mark.parametrize("name", errors.__all__)
def test_a_fault_has_a_sentence_for_the_user_and_details_for_the_log(name: str) -> None:
    fault = getattr(errors, name)("It did not work.", details="/a/path")
    assert str(fault) == "It did not work."
    assert fault.details == "/a/path"
    assert getattr(errors, name)("It did not work.").details == ""
    assert isinstance(fault, KinError)
    assert fault.__doc__
