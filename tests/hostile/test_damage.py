"""Valid files that are cut off, changed or wrongly named give what is left of their text, or a reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.hostile.child import Child
from tests.hostile.damage import cut, flipped
from tests.hostile.seeds import BINARY, READ, seeds
from tests.hostile.specimen import SENTENCE
from tests.hostile.texts import ENCODED

_TIMES = 12
_TEXTS = (".txt", ".md", ".html", ".csv", ".tsv", ".eml")


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    with Child() as started:
        yield started


@pytest.mark.parametrize("suffix", READ)
def test_a_seed_is_read(child: Child, suffix: str) -> None:
    verdict = child.read(f"seed{suffix}", seeds()[suffix])
    assert (verdict.status, verdict.harm, verdict.warnings) == ("read", [], ())
    assert SENTENCE in verdict.text


@pytest.mark.parametrize("suffix", seeds())
def test_what_is_cut_off_gives_a_text_or_a_reason(child: Child, suffix: str) -> None:
    harm = {len(data): child.read(f"cut{suffix}", data).harm for data in cut(seeds()[suffix], _TIMES, suffix)}
    assert {length: found for length, found in harm.items() if found} == {}


@pytest.mark.parametrize("suffix", seeds())
def test_changed_bits_give_a_text_or_a_reason(child: Child, suffix: str) -> None:
    harm = {
        n: child.read(f"flip{suffix}", data).harm for n, data in enumerate(flipped(seeds()[suffix], _TIMES, suffix))
    }
    assert {number: found for number, found in harm.items() if found} == {}


@pytest.mark.parametrize("suffix", seeds())
def test_a_file_under_any_other_name_gives_a_text_or_a_reason(child: Child, suffix: str) -> None:
    harm = {}
    for other, data in seeds().items():
        verdict = child.read(f"lie{suffix}", data)
        if verdict.harm:
            harm[other] = verdict.harm
        elif suffix in _TEXTS and other in BINARY:
            assert verdict.reason.startswith(f"named {suffix} but it is"), other
    assert harm == {}


@pytest.mark.parametrize(("language", "encoding", "words"), ENCODED)
def test_no_letter_is_lost_in_a_common_encoding(child: Child, language: str, encoding: str, words: str) -> None:
    text = " ".join([words] * 6)
    verdict = child.read(f"{language}.txt", text.encode(encoding))
    assert verdict.harm == []
    assert "".join(verdict.text.split()) == "".join(text.split())


@pytest.mark.parametrize(("language", "encoding", "words"), ENCODED)
def test_no_letter_is_lost_where_a_page_declares_its_encoding(
    child: Child, language: str, encoding: str, words: str
) -> None:
    page = f'<!doctype html><html><head><meta charset="{encoding}"></head><body><p>{words}</p></body></html>'
    verdict = child.read(PurePosixPath(language).with_suffix(".html").as_posix(), page.encode(encoding))
    assert verdict.harm == []
    assert "".join(verdict.text.split()) == "".join(words.split())
