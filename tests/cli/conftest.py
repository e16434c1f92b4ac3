"""The command on the shipped corpus."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kin_assistant.cli.main import main

Run = Callable[..., tuple[int, str, str]]
"""A command with its arguments: exit code, output, errors."""


@pytest.fixture
def kin(capsys: pytest.CaptureFixture[str], shipped_index: Path) -> Run:
    """Runs a command on the shipped index: exit code, output, errors."""

    def run(command: str, *arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([command, "--index", str(shipped_index), *map(str, arguments)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run
