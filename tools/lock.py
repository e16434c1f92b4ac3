"""Write the lock files in ``requirements/``: ``make lock``, or ``python -m tools.lock [--upgrade]``.

uv resolves everything that a checkout needs once, for all supported Pythons and platforms; what a layer needs is then
written to that layer's file, unless an earlier layer has it already. Versions stay as they are unless ``--upgrade`` is
given or ``pyproject.toml`` asks for others. torch is locked apart; decision 14 says why.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

__all__ = ["FOLDER", "Layer", "Locked", "main", "read_lock"]

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "requirements"
OLDEST_PYTHON = "3.11"
CUDA_PREFIXES = ("cuda-", "nvidia-", "triton")
"""Packages that only the registry's Linux build of torch requires."""


class Locked(NamedTuple):
    """One entry of a lock file."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]

    @property
    def requirement(self) -> str:
        """The entry without its hashes."""
        return f"{self.name}=={self.version}" + (f" ; {self.marker}" if self.marker else "")

    def __str__(self) -> str:
        return " \\\n    ".join((self.requirement, *(f"--hash={value}" for value in self.hashes)))


class Layer(NamedTuple):
    """A lock file, what it is for, and the arguments that tell uv what it is resolved from."""

    name: str
    purpose: str
    sources: tuple[str, ...]


LAYERS = (
    Layer("runtime", "what the program needs, without torch", ("pyproject.toml",)),
    Layer("build", "what installs the project itself", ("--group", "pyproject.toml:build")),
    Layer(
        "development",
        "what lint, types, tests and evaluation need beside runtime.txt and build.txt",
        ("pyproject.toml", "--all-extras", "--group", "pyproject.toml:dev"),
    ),
    Layer("release", "what make lock, audit and sbom need beside the others", ("--group", "pyproject.toml:release")),
)

_HEADER = """\
# Written by `make lock`: {purpose}.
# docs/decisions/0014-lock.md says how it is used.
"""
_ENTRY = re.compile(
    r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)(?:\s*;\s*([^\\\n]+?))?\s*(?:\\\n((?:[ \t]+--hash.*\n?)+))?$", re.M
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write every lock file and return an exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.lock", description="Write the lock files in requirements/.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that pyproject.toml allows")
    options = parser.parse_args(arguments)
    (cpu_build,) = read_lock(FOLDER / "torch-cpu.txt")
    version = cpu_build.version.partition("+")[0]
    kept = [] if options.upgrade else _locked_so_far()
    sources = [word for layer in LAYERS for word in layer.sources if word != "pyproject.toml"]
    everything = _resolve(["pyproject.toml", *sources], kept, pins=[f"torch=={version}"])
    pins = [entry.requirement for entry in everything]
    torch: dict[str, Locked] = {}
    done: set[str] = set()
    for layer in LAYERS:
        entries = _resolve(layer.sources, [], pins)
        torch |= {entry.name: entry for entry in entries if _comes_with_torch(entry)}
        new = [entry for entry in entries if not _comes_with_torch(entry) and done.isdisjoint(_covers(entry))]
        done |= {entry.requirement for entry in new}
        _write(FOLDER / f"{layer.name}.txt", layer.purpose, new)
    _write(FOLDER / "torch.txt", "the registry's build of torch, where torch-cpu.txt is not to be had", torch.values())
    print(f"Locked {len(everything)} packages in {FOLDER.relative_to(ROOT)}/.")
    return 0


def read_lock(path: Path) -> tuple[Locked, ...]:
    """The entries of the lock file at ``path``, in its order."""
    return _parse(path.read_text("utf-8"))


def _parse(text: str) -> tuple[Locked, ...]:
    return tuple(
        Locked(name, version, marker or "", tuple(re.findall(r"--hash=(\S+)", hashes or "")))
        for name, version, marker, hashes in _ENTRY.findall(text)
    )


def _locked_so_far() -> list[Locked]:
    found: dict[str, Locked] = {}
    for path in sorted(FOLDER.glob("*.txt")):
        if path.name != "torch-cpu.txt":
            found |= {entry.requirement: entry for entry in read_lock(path)}
    return list(found.values())


def _covers(entry: Locked) -> set[str]:
    """The requirements that install ``entry`` wherever it is wanted: itself, and itself on every platform."""
    return {entry.requirement, entry._replace(marker="").requirement}


def _comes_with_torch(entry: Locked) -> bool:
    return entry.name == "torch" or entry.name.startswith(CUDA_PREFIXES)


def _resolve(sources: Sequence[str], preferred: Iterable[Locked], pins: Iterable[str]) -> tuple[Locked, ...]:
    """What ``sources`` need on every supported Python and platform, within ``pins``, at ``preferred`` versions if possible."""
    with tempfile.TemporaryDirectory(prefix="kin-lock-") as folder:
        output, constraints = Path(folder, "lock.txt"), Path(folder, "constraints.txt")
        output.write_text("\n".join(map(str, preferred)) + "\n", "utf-8")
        constraints.write_text("\n".join(pins) + "\n", "utf-8")
        command = [
            *(sys.executable, "-m", "uv", "pip", "compile", *sources),
            *("--universal", "--python-version", OLDEST_PYTHON, "--python", sys.executable),
            *("--generate-hashes", "--no-annotate", "--no-header", "--quiet"),
            *("--constraint", str(constraints), "--output-file", str(output)),
        ]
        subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "UV_NO_PROGRESS": "1"})
        return _parse(output.read_text("utf-8"))


def _write(path: Path, purpose: str, entries: Iterable[Locked]) -> None:
    in_order = sorted(entries, key=lambda entry: (entry.name, entry.version))
    path.write_text(_HEADER.format(purpose=purpose) + "".join(f"{entry}\n" for entry in in_order), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
