"""Scores the check of written sentences on claims that people judged: ``python -m eval claims FILE.jsonl``."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from eval.errors import CannotRunError
from kin_assistant.types import Citation
from kin_assistant.writing.checks import SentenceCheck
from kin_assistant.writing.figures import FigureCheck
from kin_assistant.writing.names import NameCheck
from kin_assistant.writing.verifier import ClaimVerifier
from kin_assistant.writing.wording import WordingCheck

__all__ = ["ClaimScores", "JudgedClaim", "Way", "read_claims", "render_scores", "score_claims", "scores_json"]

_FEW: tuple[SentenceCheck, ...] = (FigureCheck(), NameCheck())
_ALL: tuple[SentenceCheck, ...] = (*_FEW, WordingCheck())


@dataclass(frozen=True, slots=True)
class JudgedClaim:
    """A claim with its evidence, and what people say of it."""

    id: str
    claim: str
    evidence: tuple[str, ...]
    supported: bool


@dataclass(frozen=True, slots=True)
class Way:
    """How well one way to check tells what is supported. Shares from 0 to 1."""

    balanced_accuracy: float
    """Mean of the shares of supported claims that are kept and of others that are dropped."""
    precision: float
    """Of what is kept, how much is supported; 0 where nothing is kept."""
    kept: float
    """Of the supported, how much is kept."""


@dataclass(frozen=True, slots=True)
class ClaimScores:
    """The figures of one file."""

    claims: int
    supported: int
    verifier: Way
    """The trained verifier alone, at the threshold that ships."""
    figures_and_names: Way
    """The rules on figures and names."""
    rules: Way
    """All rules: the claim is a quote, shortened."""
    shown: Way
    """What the product shows: all rules, then the verifier."""
    precision_at_half: float
    """Of the claims that the verifier likes best, as many as hold half of the supported ones: how much is supported."""
    area: float
    """Under the verifier's ROC curve."""
    milliseconds: float
    """The verifier takes for a claim, in the mean."""


def read_claims(path: Path) -> list[JudgedClaim]:
    """The lines of ``path``, each ``{"id", "claim", "evidence": [...], "supported"}``. Raises ``CannotRunError``."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRunError(f"{path} cannot be read: {error}") from error
    claims, wrong = [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        claim = _read_line(line)
        if isinstance(claim, str):
            wrong.append(f"{path} line {number}: {claim}")
        else:
            claims.append(claim)
    if wrong:
        raise CannotRunError(*wrong[:10])
    if not 0 < sum(claim.supported for claim in claims) < len(claims):
        raise CannotRunError(f"{path} must hold claims that are supported and others that are not.")
    return claims


def _read_line(line: str) -> JudgedClaim | str:
    """The claim of a line, or what is wrong with it."""
    try:
        row = json.loads(line)
    except ValueError:
        return "no valid JSON."
    if not isinstance(row, dict):
        return "no JSON object."
    claim, evidence, supported = (row.get(name) for name in ("claim", "evidence", "supported"))
    if not isinstance(claim, str) or not claim.strip():
        return "“claim” must be a text."
    if not isinstance(evidence, list) or not all(isinstance(text, str) for text in evidence):
        return "“evidence” must be a list of texts."
    if not isinstance(supported, bool):
        return "“supported” must be true or false."
    return JudgedClaim(str(row.get("id", "")), claim, tuple(evidence), supported)


def score_claims(claims: Sequence[JudgedClaim], verifier: ClaimVerifier) -> ClaimScores:
    """The figures of ``claims``, of which some are supported and some are not."""
    labels = [one.supported for one in claims]
    began = time.perf_counter()
    judged = [verifier.judge(one.claim, one.evidence) for one in claims]
    taken = time.perf_counter() - began
    believed = [one.verdict == "supported" for one in judged]
    few, every = ([_passes(one, rules) for one in claims] for rules in (_FEW, _ALL))
    odds = [one.supported for one in judged]
    return ClaimScores(
        claims=len(claims),
        supported=sum(labels),
        verifier=_measure(labels, believed),
        figures_and_names=_measure(labels, few),
        rules=_measure(labels, every),
        shown=_measure(labels, [rule and likes for rule, likes in zip(every, believed, strict=True)]),
        precision_at_half=_precision_at_half(labels, odds),
        area=_area(labels, odds),
        milliseconds=1000 * taken / len(claims),
    )


def scores_json(scores: ClaimScores) -> str:
    """As one JSON object. ``balanced_accuracy``, ``precision`` and ``kept`` are the verifier's."""
    told = {**asdict(scores.verifier), **asdict(scores)}
    return json.dumps(_rounded(told))


def render_scores(scores: ClaimScores) -> str:
    """As a table for people."""
    ways = {
        "verifier": scores.verifier,
        "rules on figures and names": scores.figures_and_names,
        "all rules": scores.rules,
        "shown: rules, then verifier": scores.shown,
    }
    lines = [f"{scores.claims} claims, {scores.supported} supported", ""]
    lines.append(f"{'':28}{'balanced_accuracy':>18}{'precision':>11}{'kept':>7}")
    lines += [
        f"{name:28}{way.balanced_accuracy:18.3f}{way.precision:11.3f}{way.kept:7.3f}" for name, way in ways.items()
    ]
    lines += ["", f"precision where half of the supported are kept: {scores.precision_at_half:.3f}"]
    return "\n".join([*lines, f"AUC {scores.area:.3f}, {scores.milliseconds:.1f} ms a claim"])


def _passes(claim: JudgedClaim, rules: Sequence[SentenceCheck]) -> bool:
    cited = [_cite(text, number) for number, text in enumerate(claim.evidence, 1) if text.strip()]
    return bool(cited) and all(rule.find_fault(claim.claim, cited) is None for rule in rules)


def _cite(text: str, number: int) -> Citation:
    """``text`` as if it were a quote of a document that is about no place."""
    return Citation(
        number=number,
        passage_id="",
        document_id=f"evidence-{number}",
        title="",
        cities=(),
        countries=(),
        years=None,
        heading="",
        page=None,
        start=0,
        end=len(text),
        quote=text,
    )


def _measure(labels: Sequence[bool], kept: Sequence[bool]) -> Way:
    true = sum(labels)
    right = sum(label and keeps for label, keeps in zip(labels, kept, strict=True))
    wrong = sum(kept) - right
    share = right / true
    dropped = 1 - wrong / (len(labels) - true)
    return Way((share + dropped) / 2, right / sum(kept) if any(kept) else 0.0, share)


def _precision_at_half(labels: Sequence[bool], odds: Sequence[float]) -> float:
    """Claims that are thought equally likely are taken together."""
    wanted = sum(labels) / 2
    level = sorted((odd for odd, label in zip(odds, labels, strict=True) if label), reverse=True)[
        max(0, round(wanted) - 1)
    ]
    kept = [label for odd, label in zip(odds, labels, strict=True) if odd >= level]
    return sum(kept) / len(kept)


def _area(labels: Sequence[bool], odds: Sequence[float]) -> float:
    """How often a supported claim is thought more likely than another one; equals count half. Mann and Whitney 1947."""
    below = area = 0.0
    for _, group in groupby(sorted(zip(odds, labels, strict=True)), key=itemgetter(0)):
        same = [label for _, label in group]
        others = len(same) - sum(same)
        area += sum(same) * (below + others / 2)
        below += others
    return area / (sum(labels) * below)


def _rounded(value: object) -> object:
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    return round(value, 4) if isinstance(value, float) else value
