"""The verifier: what a text says it believes, what no text says it does not, and damaged weights are a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from safetensors.numpy import load_file, save_file

from kin_assistant.errors import ModelError
from kin_assistant.writing.likeness import measure_likeness, read_evidence
from kin_assistant.writing.verifier import WEIGHTS, VerifierCheck, describe_format, load_verifier
from kin_assistant.writing.writer import ProseWriter
from tests.writing.doubles import ModelDouble, cite_quote, make_answer, marked

QUOTE = "Household waste in Surabaya fell by 20 per cent between 2005 and 2009, as IGES reports."


def verdict(claim: str, *evidence: str) -> str:
    return load_verifier().judge(claim, evidence or (QUOTE,)).verdict


@pytest.mark.parametrize(
    "claim",
    [
        QUOTE,
        "Household waste fell by 20 per cent.",
        "Waste from households in Surabaya went down by 20 per cent.",
    ],
)
def test_what_the_evidence_says_is_supported_in_its_words_or_in_others(claim: str) -> None:
    assert verdict(claim) == "supported"


@pytest.mark.parametrize(
    "claim",
    [
        "The mayor of Cebu opened four new schools near the harbour.",
        "Collectors received new trucks and boots from a bank.",
    ],
)
def test_what_the_evidence_does_not_speak_of_is_not(claim: str) -> None:
    assert verdict(claim) == "not supported"


def test_without_evidence_nothing_is_supported() -> None:
    for evidence in ((), ("",), (" ", "\n")):
        assert load_verifier().judge(QUOTE, evidence).verdict == "not supported"
    assert load_verifier().judge("", (QUOTE,)).verdict in ("not supported", "supported", "contradicted")


def test_the_same_claim_gets_the_same_judgement_and_texts_beside_change_nothing_of_what_is_covered() -> None:
    one = load_verifier().judge(QUOTE, (QUOTE,))
    assert load_verifier().judge(QUOTE, (QUOTE,)) == one
    assert load_verifier().judge(QUOTE, ("Buses run at night.", QUOTE)).verdict == "supported"


def test_counts_tell_what_is_missing() -> None:
    counts = measure_likeness("In Jakarta waste fell by 30 per cent.", read_evidence([QUOTE]))
    assert counts["figures missing"] == 1
    assert counts["names missing"] == 1
    assert measure_likeness(QUOTE, read_evidence([QUOTE]))["covered whole"] == 1
    assert measure_likeness("Waste did not fall.", read_evidence([QUOTE]))["negation"] == 1
    assert all(0 <= value <= 3 for value in measure_likeness("word " * 900, read_evidence(["x. " * 3000])).values())


def test_what_the_rules_let_through_and_the_verifier_does_not_believe_is_dropped_by_its_reason() -> None:
    class Doubting:
        def find_fault(self, sentence: str, cited: object) -> str | None:  # noqa: ARG002
            return "not supported" if "fee" in sentence else None

    told = cite_quote("A fee of 500 rupiah pays the collectors in Surabaya.")
    model = ModelDouble(lambda p: marked((told.quote, p.keys)))
    plain = ProseWriter(model, context=8192, seconds=5).write(make_answer(told))
    doubted = ProseWriter(model, context=8192, seconds=5, checks=(Doubting(),)).write(make_answer(told))  # type: ignore[arg-type]
    assert plain is not None
    assert doubted is not None
    assert len(plain.sentences) == 1
    assert (doubted.sentences, doubted.dropped) == ((), ("not supported",))


def test_the_check_looks_at_the_quote_and_what_heads_it() -> None:
    check = VerifierCheck(load_verifier())
    assert check.find_fault("Household waste fell by 20 per cent.", [cite_quote(QUOTE)]) is None
    assert check.find_fault("Schools opened near the old harbour.", [cite_quote(QUOTE)]) == "not supported"


def test_damaged_and_foreign_weights_are_a_sentence(tmp_path: Path) -> None:
    for content in (b"", b"no weights"):
        damaged = tmp_path / f"{len(content)}.safetensors"
        damaged.write_bytes(content)
        with pytest.raises(ModelError, match="missing or damaged"):
            load_verifier(damaged)
    with pytest.raises(ModelError, match="missing or damaged"):
        load_verifier(tmp_path / "none.safetensors")
    foreign = tmp_path / "foreign.safetensors"
    save_file(load_file(WEIGHTS), foreign, metadata={"format": describe_format() + "\nmore"})
    with pytest.raises(ModelError, match="another version"):
        load_verifier(foreign)


def test_the_weights_that_ship_are_small() -> None:
    assert WEIGHTS.stat().st_size < 10_000
