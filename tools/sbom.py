"""Write the list of the program's components in CycloneDX: ``make sbom``, or ``python -m tools.sbom``.

The list is of the environment that runs this, cut down to what the program itself needs: licences and who needs whom
come from the packages' own metadata, versions from the lock files that the environment was made from.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kin_assistant import __version__

__all__ = ["main", "prune"]

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Write the list into ``dist/`` and return an exit code."""
    bill = prune(_describe_environment(), version=__version__)
    text = json.dumps(bill, indent=2, sort_keys=True) + "\n"
    _validate(text)
    path = ROOT / "dist" / f"kin-assistant-{__version__}.cdx.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    print(f"{len(bill['components'])} components listed in {path.relative_to(ROOT)}.")
    return 0


def prune(bill: Mapping[str, Any], *, version: str) -> dict[str, Any]:
    """``bill`` with the components alone that the described program needs, itself at ``version``."""
    program = bill["metadata"]["component"]
    needs = {entry["ref"]: entry.get("dependsOn", []) for entry in bill["dependencies"]}
    reached: set[str] = set()
    pending = [program["bom-ref"]]
    while pending:
        ref = pending.pop()
        if ref not in reached:
            reached.add(ref)
            pending += needs.get(ref, [])
    return {
        **bill,
        "metadata": {**bill["metadata"], "component": {**program, "version": version}},
        "components": [entry for entry in bill["components"] if entry["bom-ref"] in reached],
        "dependencies": [entry for entry in bill["dependencies"] if entry["ref"] in reached],
    }


def _describe_environment() -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="kin-sbom-") as folder:
        output = Path(folder, "environment.json")
        command = [
            *(sys.executable, "-m", "cyclonedx_py", "environment", sys.executable),
            *("--pyproject", str(ROOT / "pyproject.toml"), "--mc-type", "application"),
            *("--output-reproducible", "--output-file", str(output)),
        ]
        subprocess.run(command, check=True)
        bill: dict[str, Any] = json.loads(output.read_text("utf-8"))
        return bill


def _validate(text: str) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    version = SchemaVersion.from_version(json.loads(text)["specVersion"])
    fault = JsonStrictValidator(version).validate_str(text)
    if fault is not None:
        raise SystemExit(f"What was made is no valid CycloneDX: {fault}")


if __name__ == "__main__":
    sys.exit(main())
