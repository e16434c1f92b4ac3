"""``python -m eval claims``: the figures are those that can be reckoned by hand, and a bad line is named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from eval.__main__ import main
from eval.claims import JudgedClaim, score_claims
from kin_assistant.writing.likeness import measure_likeness, read_evidence
from kin_assistant.writing.verifier import ClaimVerifier

EVIDENCE = ["Household waste fell by 20 per cent between 2005 and 2009.", "Fees paid the collectors."]
LINES = [
    {"id": "a", "claim": "Household waste fell by 20 per cent.", "evidence": EVIDENCE, "supported": True},
    {"id": "b", "claim": "The city built four new schools near the harbour.", "evidence": EVIDENCE, "supported": False},
    {"id": "c", "claim": "Household waste fell by 30 per cent.", "evidence": EVIDENCE, "supported": False},
]


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows), "utf-8")
    return path


def believing_by_coverage(threshold: float) -> ClaimVerifier:
    """A verifier that looks at nothing but how much of a claim one text covers."""
    names = list(measure_likeness("", read_evidence([""])))
    weights = np.zeros((2, len(names)), np.float32)
    weights[0, names.index("covered by a text")] = 10
    return ClaimVerifier(weights, np.array([-5, -9], np.float32), threshold)


def judged(claim: str, supported: bool) -> JudgedClaim:
    return JudgedClaim("", claim, tuple(EVIDENCE), supported)


def test_the_figures_are_those_reckoned_by_hand() -> None:
    claims = [
        judged("Household waste fell by 20 per cent.", supported=True),  # covered wholly
        judged("Fees paid for the schools of the harbour town.", supported=True),  # covered in part
        judged("Household waste fell between 2005 and 2009.", supported=False),  # covered wholly
        judged("Four new bridges opened near the harbour.", supported=False),  # not covered
    ]
    scores = score_claims(claims, believing_by_coverage(0.9))
    assert (scores.claims, scores.supported) == (4, 2)
    assert (scores.verifier.kept, scores.verifier.precision, scores.verifier.balanced_accuracy) == (0.5, 0.5, 0.5)
    assert scores.area == pytest.approx((0.5 + 1 + 0 + 1) / 4), "a tie counts half"
    assert scores.precision_at_half == 0.5
    assert scores.rules.kept == 0.5, "what is in part in other words is no shortened quote"
    assert score_claims(claims, believing_by_coverage(0.0)).verifier.kept == 1
    nothing = score_claims(claims, believing_by_coverage(1.1)).verifier
    assert (nothing.kept, nothing.precision, nothing.balanced_accuracy) == (0, 0, 0.5)


def test_the_command_prints_them_for_people_and_for_programs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "claims.jsonl", *LINES)
    assert main(["claims", str(path)]) == 0
    assert "balanced_accuracy" in capsys.readouterr().out
    assert main(["claims", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {"balanced_accuracy", "precision", "kept", "precision_at_half", "rules", "shown"} <= set(told)
    assert told["balanced_accuracy"] == told["verifier"]["balanced_accuracy"]
    assert told["shown"] == {"balanced_accuracy": 1.0, "precision": 1.0, "kept": 1.0}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "no valid JSON"),
        ("[]", "no JSON object"),
        ({**LINES[0], "claim": " "}, "“claim” must be a text"),
        ({**LINES[0], "evidence": "one text"}, "“evidence” must be a list of texts"),
        ({**LINES[0], "supported": "yes"}, "“supported” must be true or false"),
    ],
)
def test_a_bad_line_is_named(line: object, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", str(write(tmp_path / "claims.jsonl", *LINES, line))]) == 2
    said = capsys.readouterr().err
    assert "claims.jsonl line 4" in said
    assert why in said


def test_a_file_that_is_missing_or_one_sided_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", str(tmp_path / "none.jsonl")]) == 2
    assert "cannot be read" in capsys.readouterr().err
    assert main(["claims", str(write(tmp_path / "claims.jsonl", LINES[0]))]) == 2
    assert "must hold claims that are supported and others" in capsys.readouterr().err
