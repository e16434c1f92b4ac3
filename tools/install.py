"""Install what the lock files name into the environment that runs this: ``python -m tools.install LAYER``.

Needs nothing but Python and pip. Every file that pip takes must have a hash that the lock files list.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["main"]

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("runtime", "development", "release")
"""Each needs the ones before it."""

_PIP = (sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check")  # errors only
_LOCKED = (*_PIP, "install", "--require-hashes", "--no-deps")
_WHEELS_ONLY = ("--only-binary", ":all:")
"""What is built from source asks for a build backend that no lock file names."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Install a layer and the ones before it, then the project itself; return an exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.install", description="Install what the lock files name.")
    parser.add_argument("layer", choices=LAYERS)
    parser.add_argument("--no-project", action="store_true", help="leave out the project itself")
    options = parser.parse_args(arguments)
    try:
        install_torch()
        for layer in LAYERS[: LAYERS.index(options.layer) + 1]:
            install_layer(layer)
        if not options.no_project:
            subprocess.run([*_PIP, "install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)], check=True)
        subprocess.run([*_PIP, "check"], check=True, stdout=subprocess.DEVNULL)
    except subprocess.CalledProcessError as error:
        print(f"The environment could not be made: {' '.join(error.cmd[1:])} failed.", file=sys.stderr)
        return 1
    return 0


def install_layer(layer: str) -> None:
    """Install the locked packages of ``layer``, without those of the layers before it."""
    print(f"Installing the {layer} packages ...", flush=True)
    if layer == "runtime":
        _install(*_WHEELS_ONLY, "-r", _lock("build"), "-r", _lock("runtime"))
    else:
        _install("-r", _lock(layer))  # Linux on ARM builds one package of the evaluation from source.


def install_torch() -> None:
    """Install PyTorch's build for computers without a graphics card if pip finds it, else the registry's build."""
    print("Installing torch ...", flush=True)
    wanted = [*_LOCKED, *_WHEELS_ONLY, "-r", _lock("torch-cpu")]
    found = subprocess.run(wanted, capture_output=True, text=True)
    if found.returncode == 0:
        return
    if "No matching distribution found" not in found.stderr:
        sys.stderr.write(found.stderr)
        raise subprocess.CalledProcessError(found.returncode, wanted)
    if sys.platform == "linux":
        print(
            "pip finds no build of torch for computers without a graphics card, and takes the usual one (several GB)."
        )
    _install(*_WHEELS_ONLY, "-r", _lock("torch"))


def _install(*arguments: str) -> None:
    subprocess.run([*_LOCKED, *arguments], check=True)


def _lock(name: str) -> str:
    return str(ROOT / "requirements" / f"{name}.txt")


if __name__ == "__main__":
    sys.exit(main())
