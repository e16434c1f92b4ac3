"""What keeps the evaluation from running."""

from __future__ import annotations

__all__ = ["CannotRunError"]


class CannotRunError(Exception):
    """The evaluation cannot run, for the reasons in ``reasons``: the command ends with exit code 2."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons
