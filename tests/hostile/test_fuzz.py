"""Mutations of valid files: whatever the bytes, a text or a reason comes out.

``FUZZ_EXAMPLES`` raises the number of examples for each format, and draws others on each run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.child import Child
from tests.hostile.damage import KINDS, Blow, strike
from tests.hostile.seeds import READ, seeds

_ASKED = int(os.environ.get("FUZZ_EXAMPLES", "0"))
_BLOWS = st.lists(
    st.builds(
        Blow,
        kind=st.sampled_from(KINDS),
        at=st.floats(0, 1, exclude_max=True),
        size=st.integers(0, 400),
        value=st.integers(0, 2**16),
    ),
    min_size=1,
    max_size=8,
)


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    with Child() as started:
        yield started


@pytest.mark.parametrize("suffix", READ)
@settings(
    max_examples=_ASKED or 30,
    derandomize=not _ASKED,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(blows=_BLOWS, other=st.sampled_from(READ))
def test_any_mutation_gives_a_text_or_a_reason(child: Child, suffix: str, blows: list[Blow], other: str) -> None:
    data = strike(seeds()[suffix], blows, seeds()[other])
    assert child.read(f"fuzz{suffix}", data).harm == []
