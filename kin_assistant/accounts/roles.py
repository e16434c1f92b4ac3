"""What accounts may do. Apart from the store, so that the command line reads its arguments without opening a database."""

from __future__ import annotations

from typing import Final, Literal, get_args

__all__ = ["ROLES", "Role"]

Role = Literal["reader", "curator", "administrator"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
"""Each may do what the one before may."""
