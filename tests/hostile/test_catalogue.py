"""Every hostile file gives a text or a reason, in bounded time and memory."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.hostile.catalogue import CATALOGUE
from tests.hostile.child import Child


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    with Child() as started:
        yield started


@pytest.mark.parametrize("path", [path for path, specimen in CATALOGUE.items() if not specimen.ends_its_reader])
def test_a_hostile_file_is_read_or_refused_with_a_reason(child: Child, path: str) -> None:
    specimen = CATALOGUE[path]
    verdict = child.read(path, specimen.make())
    assert verdict.harm == []
    if specimen.refused:
        assert verdict.status == "failed", verdict.text[:200]
        assert re.search(specimen.refused, verdict.reason)
    if specimen.holds:
        assert verdict.status == "read", verdict.reason
        assert specimen.holds in verdict.text
    if specimen.warns:
        assert any(re.search(specimen.warns, warning) for warning in verdict.warnings)
    assert not [word for word in specimen.lacks if word in verdict.text + verdict.title]
