"""How likely texts bear a claim: a logistic regression over what can be counted in both.

``training/verifier.py`` fits it; ``training/README.md`` says on what, and how well it holds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from kin_assistant.errors import ModelError
from kin_assistant.types import Citation, DropReason
from kin_assistant.writing.checks import evidence_text
from kin_assistant.writing.likeness import measure_likeness, read_evidence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "WEIGHTS",
    "ClaimVerifier",
    "Judgement",
    "Verdict",
    "VerifierCheck",
    "describe_format",
    "load_verifier",
]

WEIGHTS: Final = Path(__file__).parents[1] / "data" / "verifier.safetensors"
"""The weights that ship."""
_VERSION: Final = 1
_LIKELY: Final = 0.5

Verdict = Literal["supported", "not supported", "contradicted"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is thought of a claim."""

    verdict: Verdict
    supported: float
    """How likely the evidence bears it, 0 to 1."""
    contradicted: float
    """How likely the evidence says otherwise, if it does not bear it."""


class ClaimVerifier:
    """Judges claims by evidence. The same claim and evidence always get the same judgement."""

    def __init__(self, weights: NDArray[np.float32], offsets: NDArray[np.float32], threshold: float) -> None:
        """Rows are for supported and for contradicted, columns the counts of ``measure_likeness``."""
        self._weights, self._offsets = weights, offsets
        self.threshold = threshold
        """A claim is supported if that is at least so likely."""

    def judge(self, claim: str, evidence: Sequence[str]) -> Judgement:
        """What is thought of ``claim``, if ``evidence`` is all there is; without any, nothing is supported."""
        import numpy as np

        if not any(map(str.strip, evidence)):
            return Judgement("not supported", 0.0, 0.0)
        values = np.fromiter(measure_likeness(claim, read_evidence(evidence)).values(), np.float32)
        supported, contradicted = (_share(float(odds)) for odds in self._weights @ values + self._offsets)
        if supported >= self.threshold:
            return Judgement("supported", supported, contradicted)
        verdict: Verdict = "contradicted" if contradicted >= _LIKELY else "not supported"
        return Judgement(verdict, supported, contradicted)


class VerifierCheck:
    """Asked after the rules: it drops what they let through and it does not believe."""

    def __init__(self, verifier: ClaimVerifier) -> None:
        self._verifier = verifier

    def find_fault(self, sentence: str, cited: Sequence[Citation]) -> DropReason | None:
        """Whether the quotes ``cited`` together do not seem to bear ``sentence``."""
        verdict = self._verifier.judge(sentence, [evidence_text(citation) for citation in cited]).verdict
        return None if verdict == "supported" else verdict


@cache
def load_verifier(path: Path = WEIGHTS) -> ClaimVerifier:
    """The verifier stored at ``path``. Raises ``ModelError`` if it is missing, damaged or of other counts."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as stored:
            stored_format = (stored.metadata() or {}).get("format")
            weights, offsets, threshold = (stored.get_tensor(name) for name in ("weights", "offsets", "threshold"))
    except (OSError, SafetensorError) as error:
        raise ModelError(f"The weights that judge claims are missing or damaged: {path.name}.") from error
    columns = len(_names())
    if stored_format != describe_format() or (weights.shape, offsets.shape) != ((2, columns), (2,)):
        raise ModelError(f"{path.name} holds weights of another version.")
    return ClaimVerifier(weights, offsets, float(threshold[0]))


def describe_format() -> str:
    """The version and the names of the counts in their order: by these stored weights are known to fit."""
    return "\n".join([f"verifier {_VERSION}", *_names()])


@cache
def _names() -> tuple[str, ...]:
    return tuple(measure_likeness("", read_evidence([""])))


def _share(odds: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, odds))))
