"""Caches that end with the object whose results they hold."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar, cast

__all__ = ["remember"]

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def remember(method: Callable[_Arguments, _Result], size: int) -> Callable[_Arguments, _Result]:
    """``method`` of an object, with its last ``size`` results at hand. Safe to use from several threads.

    What the object keeps of this does not keep the object: ``lru_cache`` around its own method would. Then neither is freed
    before the garbage collector finds both, which it does late, and in whatever thread it happens to run. An assistant holds
    260 MB and three networks, which native code takes down.
    """
    weak = weakref.WeakMethod(method)

    @lru_cache(size)
    def recall(*arguments: _Arguments.args, **named: _Arguments.kwargs) -> _Result:
        alive = weak()
        if alive is None:
            raise ReferenceError("The object whose results are remembered is gone.")
        return alive(*arguments, **named)

    return cast("Callable[_Arguments, _Result]", recall)
