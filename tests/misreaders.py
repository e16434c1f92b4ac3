"""Readers that misbehave, as the readers of damaged files do; children import them by name."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from kin_assistant.documents.passages import PieceCounter
from kin_assistant.documents.reading import Reading, read_document
from kin_assistant.errors import DocumentError

__all__ = ["load_miscounter", "misread", "note_reading", "read_elsewhere"]

BLOCK = 64 * 1024 * 1024


def misread(path: str, data: bytes, sha256: str, sidecar: bytes | None = None) -> Reading:
    """Do what the file's text says; read it as it is if that is nothing special."""
    match data.decode("latin-1").split():
        case ["abort", *_]:
            os.abort()
        case ["segfault", *_]:
            ctypes.string_at(0)
        case ["exit", code, *_]:
            os._exit(int(code))
        case ["hang", *_]:
            time.sleep(600)
        case ["wait", *_]:
            time.sleep(1)
        case ["spin", *_]:
            while True:
                pass
        case ["start", name, *_]:
            subprocess.Popen(["/bin/sh", "-c", f"sleep 3; touch {name}"])
            time.sleep(600)
        case ["swell", *_]:
            held = [bytes([1]) * BLOCK for _ in range(64)]
            return read_document(path, bytes(len(held)), sha256)
        case ["swell-behind-a-reason", *_]:
            try:
                bytes([1]) * (4 * 1024**3)
            except MemoryError as error:
                raise DocumentError("it is damaged") from error
        case ["long", *_]:
            return read_document(path, b"word " * 1_000_000, sha256)
        case ["print", *_]:
            print("a library prints this")
            os.write(1, b"\0" * 4096)
            sys.stdout.flush()
        case ["raise", *_]:
            raise ValueError("line one\nline two")
        case ["nest", *_]:
            misread(path, data, sha256)
        case ["scratch", *_]:
            Path(os.environ["TMPDIR"], "left-over").write_text("x")
    return read_document(path, data, sha256, sidecar)


def note_reading(path: str, data: bytes, sha256: str, sidecar: bytes | None = None) -> Reading:
    """Read, and note the path."""
    _note(path)
    return misread(path, data, sha256, sidecar)


def read_elsewhere(_path: str, data: bytes, sha256: str, sidecar: bytes | None = None) -> Reading:
    """Give the reading of another file than was asked for."""
    return read_document("elsewhere.txt", data, sha256)


def load_miscounter(_: str) -> PieceCounter:
    """A counter of word pieces that misbehaves over texts that begin with the name of a fault."""

    def count_pieces(texts: Sequence[str]) -> list[int]:
        for text in texts:
            match text.split()[:1]:
                case ["abort" | "hang" | "swell"]:
                    _note(text)
            match text.split()[:1]:
                case ["abort"]:
                    os.abort()
                case ["hang"]:
                    time.sleep(600)
                case ["swell"]:
                    held = [bytes([1]) * BLOCK for _ in range(64)]
                    return [len(held)]
        return [len(text.split()) for text in texts]

    return count_pieces


def _note(what: str) -> None:
    """Write a line into the file ``readings.notes`` in a folder that modules are imported from.

    That is where a child, which is told nothing by its environment, can find it.
    """
    notes = next(found for folder in sys.path if (found := Path(folder, "readings.notes")).is_file())
    with notes.open("a") as stream:
        stream.write(f"{what}\n")
