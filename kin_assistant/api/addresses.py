"""The addresses of the API, each with the methods that it takes; there are no others."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["ADDRESSES", "CHAT", "FOLDERS", "MCP", "REST", "is_for_chat", "is_for_mcp", "is_for_programs"]

REST = "/api/v1"
"""Below it is the REST API."""
CHAT = "/v1"
"""Below it is what chat front ends ask."""
MCP = "/api/mcp"
"""There clients of the Model Context Protocol ask."""

_GET = frozenset({"GET"})
_POST = frozenset({"POST"})

ADDRESSES: Mapping[str, frozenset[str]] = {
    f"{REST}/ask": _POST,
    f"{REST}/commitments": _POST,
    f"{REST}/compare": _POST,
    f"{REST}/coverage": _GET,
    f"{REST}/documents": _GET,
    f"{REST}/money": _POST,
    f"{REST}/openapi.json": _GET,
    f"{REST}/peers": _POST,
    f"{REST}/search": _GET | _POST,
    f"{REST}/training-sheet": _POST,
    f"{CHAT}/chat/completions": _POST,
    f"{CHAT}/models": _GET,
    MCP: _POST,
}
FOLDERS: Mapping[str, frozenset[str]] = {
    f"{REST}/documents/": _GET,
    f"{REST}/packages/": _GET,
    f"{REST}/records/": _GET,
}


def is_for_chat(path: str) -> bool:
    """Whether a chat front end asks there, which expects faults in its own form."""
    return path.startswith(f"{CHAT}/")


def is_for_mcp(path: str) -> bool:
    """Whether a client of the Model Context Protocol asks there, which expects faults in the form of JSON-RPC."""
    return path == MCP


def is_for_programs(path: str) -> bool:
    """Whether ``path`` is for other programs."""
    return path.startswith(f"{REST}/") or is_for_chat(path) or is_for_mcp(path)
