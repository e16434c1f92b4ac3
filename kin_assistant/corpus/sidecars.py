"""Files that say about a document what it does not say itself: ``report.pdf.meta.yaml`` beside ``report.pdf``."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from kin_assistant.corpus.frontmatter import MAX_FRONT_MATTER, FrontMatter, parse_front_matter
from kin_assistant.errors import DocumentError

__all__ = ["SIDECAR_SUFFIX", "Pairing", "hash_with_sidecar", "is_sidecar", "pair_sidecars", "parse_sidecar"]

SIDECAR_SUFFIX: Final = ".meta.yaml"

_WHAT: Final = "its sidecar"
_RULES: Final = re.compile(r"\A(?:[ \t]*\n)*---[ \t]*\n|^---[ \t]*\s*\Z", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which sidecar belongs to which document."""

    sidecars: Mapping[str, str]
    """Path of a document to the path of its sidecar; documents without one are not in it."""
    orphans: Mapping[str, str]
    """Path of a sidecar that belongs to none to the reason, a clause."""


def is_sidecar(path: str) -> bool:
    """Whether the file of that name describes another."""
    return path.lower().endswith(SIDECAR_SUFFIX)


def pair_sidecars(documents: Iterable[str], sidecars: Iterable[str]) -> Pairing:
    """Give each document (paths, POSIX) its sidecar: ``report.pdf.meta.yaml`` before ``report.meta.yaml``.

    The short name is for one document; where ``report.pdf`` and ``report.docx`` share it, it belongs to neither.
    """
    known = set(documents)
    short: dict[str, list[str]] = {}
    for document in sorted(known):
        short.setdefault(PurePosixPath(document).with_suffix("").as_posix(), []).append(document)
    found: dict[str, str] = {}
    orphans: dict[str, str] = {}
    # Full names first, so that they win whatever the order of the paths.
    for sidecar in sorted(sidecars, key=lambda path: (_described(path) not in known, path)):
        name = _described(sidecar)
        owners = [name] if name in known else short.get(name, [])
        if not owners:
            orphans[sidecar] = "describes a document that is not there"
        elif len(owners) > 1:
            names = " and ".join(f'"{PurePosixPath(owner).name}"' for owner in owners)
            orphans[sidecar] = f"could describe {names}; put the whole name before {SIDECAR_SUFFIX}"
        elif owners[0] in found:
            orphans[sidecar] = f'"{owners[0]}" is described by "{found[owners[0]]}" already'
        else:
            found[owners[0]] = sidecar
    return Pairing(found, dict(sorted(orphans.items())))


def parse_sidecar(data: bytes) -> FrontMatter:
    """The fields in the bytes of a sidecar; lines "---" around them, as in front matter, are allowed.

    Raises ``DocumentError`` with a reason that a curator can act on.
    """
    if len(data) > 4 * MAX_FRONT_MATTER:
        raise DocumentError(f"{_WHAT} is longer than {MAX_FRONT_MATTER // 1024} KB")
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise DocumentError(f"{_WHAT} is not UTF-8 text") from error
    # Emptied, not removed, so that the lines keep their numbers.
    return parse_front_matter(_RULES.sub("\n", text), what=_WHAT)


def hash_with_sidecar(sha256: str, sidecar_sha256: str | None) -> str:
    """What tells whether a document or its sidecar changed: without a sidecar, the document's own hash."""
    if sidecar_sha256 is None:
        return sha256
    return hashlib.sha256(f"{sha256}\n{sidecar_sha256}\n".encode("ascii")).hexdigest()


def _described(sidecar: str) -> str:
    return sidecar[: -len(SIDECAR_SUFFIX)]
