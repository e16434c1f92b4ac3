"""Compare the locked versions with the known vulnerabilities: ``make audit``, or ``python -m tools.audit``.

Exit codes: 0 nothing is known that was not looked at; 1 something is; 2 it could not be found out for every package.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from tools.lock import FOLDER, Locked, read_lock

__all__ = ["Accepted", "judge", "main"]

CLEAN, VULNERABLE, UNKNOWN = 0, 1, 2
LOCKS = ("torch", "build", "runtime", "development", "release")


class Accepted(NamedTuple):
    """An advisory that was looked at and does not reach this program; SECURITY.md says why."""

    advisory: str
    review_by: date


_CHROMA_REVIEW = date(2027, 2, 21)
ACCEPTED = tuple(
    Accepted(advisory, _CHROMA_REVIEW)
    for advisory in (
        "CVE-2026-45829",
        "GHSA-f4j7-r4q5-qw2c",
        "CVE-2026-45833",
        "GHSA-36p7-vc44-83pf",
        "GHSA-2wm9-hf6c-p5cr",
    )
)


class Finding(NamedTuple):
    """What is known of one package."""

    package: str
    version: str
    advisories: tuple[tuple[str, ...], ...]
    """Each advisory by all of its names."""
    fixed_in: tuple[str, ...]
    reason_unknown: str
    """Why nothing could be found out; empty if it could."""


def main() -> int:
    """Ask for every locked package, print what is known, and return an exit code."""
    locked = {(entry.name, entry.version): entry for name in LOCKS for entry in read_lock(FOLDER / f"{name}.txt")}
    report = ask(list(locked.values()))
    if report is None:
        print(f"Nothing was checked: the advisories of {len(locked)} packages cannot be reached.", file=sys.stderr)
        return UNKNOWN
    code, lines = judge(read_findings(report), ACCEPTED, today=datetime.now(tz=UTC).date())
    print("\n".join(lines), file=sys.stdout if code == CLEAN else sys.stderr)
    return code


def ask(locked: Sequence[Locked]) -> str | None:
    """pip-audit's report on ``locked`` as JSON, or None if it reached nobody."""
    with tempfile.TemporaryDirectory(prefix="kin-audit-") as folder:
        requirements = Path(folder, "requirements.txt")
        # Without markers: what another platform gets is asked for too.
        requirements.write_text("".join(f"{entry._replace(marker='')}\n" for entry in locked), "utf-8")
        command = [
            *(sys.executable, "-m", "pip_audit", "--requirement", str(requirements), "--require-hashes"),
            *("--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "30"),
        ]
        done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout if done.stdout.startswith("{") else None


def read_findings(report: str) -> list[Finding]:
    """What pip-audit's JSON says of each package."""
    return [
        Finding(
            package=entry["name"],
            version=entry.get("version", ""),
            advisories=tuple((found["id"], *found["aliases"]) for found in entry.get("vulns", ())),
            fixed_in=tuple(version for found in entry.get("vulns", ()) for version in found["fix_versions"]),
            reason_unknown=entry.get("skip_reason", ""),
        )
        for entry in json.loads(report)["dependencies"]
    ]


def judge(findings: Sequence[Finding], accepted: Sequence[Accepted], *, today: date) -> tuple[int, list[str]]:
    """The exit code, and sentences that say why. What was accepted counts again once its review is due."""
    unknown = [found for found in findings if found.reason_unknown]
    if len(unknown) == len(findings):
        return UNKNOWN, [f"Nothing was checked: no advisories can be had for any of the {len(findings)} packages."]
    still_accepted = {entry.advisory for entry in accepted if today <= entry.review_by}
    lines = []
    for found in findings:
        for names in found.advisories:
            if still_accepted.isdisjoint(names):
                fix = f"fixed in {', '.join(found.fixed_in)}" if found.fixed_in else "no fixed release"
                lines.append(f"{found.package} {found.version}: {', '.join(names)} ({fix}).")
    if lines:
        return VULNERABLE, lines
    if unknown:
        packages = ", ".join(found.package for found in unknown)
        return UNKNOWN, [f"{len(unknown)} of {len(findings)} packages could not be checked: {packages}."]
    return CLEAN, [f"Nothing is known against the {len(findings)} locked packages that SECURITY.md does not answer."]


if __name__ == "__main__":
    sys.exit(main())
