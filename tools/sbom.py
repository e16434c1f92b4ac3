"""Write the list of the program's components in CycloneDX: ``make sbom``, or ``python -m tools.sbom``.

The list is of the environment that runs this, cut down to what the lock files name for the program itself: licences and
who needs whom come from the packages' own metadata.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from kin_assistant import __version__
from tools.lock import FOLDER, read_lock

__all__ = ["main", "prune"]

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Write the list into ``dist/`` and return an exit code."""
    kept = {entry.name for name in ("runtime", "torch") for entry in read_lock(FOLDER / f"{name}.txt")}
    bill = prune(_describe_environment(), kept=kept, version=__version__)
    text = json.dumps(bill, indent=2, sort_keys=True) + "\n"
    _validate(text)
    path = ROOT / "dist" / f"kin-assistant-{__version__}.cdx.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    print(f"{len(bill['components'])} components listed in {path.relative_to(ROOT)}.")
    return 0


def prune(bill: Mapping[str, Any], *, kept: Collection[str], version: str) -> dict[str, Any]:
    """``bill`` with the components alone whose names are in ``kept``, and the described program at ``version``.

    Who needs whom is cut down too: the metadata name what a package needs for its own tests, if that is installed.
    """
    program = bill["metadata"]["component"]
    components = [entry for entry in bill["components"] if _normalise(entry["name"]) in kept]
    refs = {program["bom-ref"], *(entry["bom-ref"] for entry in components)}
    return {
        **bill,
        "metadata": {**bill["metadata"], "component": {**program, "version": version}},
        "components": components,
        "dependencies": [
            {**entry, "dependsOn": [ref for ref in entry.get("dependsOn", ()) if ref in refs]}
            for entry in bill["dependencies"]
            if entry["ref"] in refs
        ],
    }


def _normalise(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


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
