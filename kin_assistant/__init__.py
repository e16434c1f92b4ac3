"""KIN Assistant: answers from a body of public documents, made of sentences that stand in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

__all__ = ["Answer", "Assistant", "Citation", "Filters", "KinError", "SearchResult", "Settings", "__version__"]

if TYPE_CHECKING:
    from kin_assistant.assistant import Assistant
    from kin_assistant.errors import KinError
    from kin_assistant.settings import Settings
    from kin_assistant.types import Answer, Citation, Filters, SearchResult

_HOMES = {
    "Answer": "types",
    "Assistant": "assistant",
    "Citation": "types",
    "Filters": "types",
    "KinError": "errors",
    "SearchResult": "types",
    "Settings": "settings",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: ``import kin_assistant`` itself stays instant."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
