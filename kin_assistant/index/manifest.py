"""What a build was made from and what it holds, and whether its files are as they were written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from kin_assistant.corpus.profile import CorpusProfile
from kin_assistant.documents.passages import CHUNKER_VERSION
from kin_assistant.documents.version import READER_VERSION
from kin_assistant.errors import IndexDamaged, IndexStale
from kin_assistant.index.bm25 import LEXICAL_VERSION
from kin_assistant.index.report import FileReport, as_one_line

__all__ = ["FORMAT", "Manifest", "Recipe", "hash_files"]

FORMAT = 3
"""Layout of a build folder. A build of another format is rebuilt, never migrated."""

_NAME = "manifest.json"
_CHECKSUM = "sha256"


class Recipe(BaseModel):
    """Everything that decides what a build contains, apart from the corpus."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    reader: int = READER_VERSION
    chunker: int = CHUNKER_VERSION
    lexical: int = LEXICAL_VERSION
    model: str
    dimension: int
    chromadb: str

    def difference(self, other: Recipe) -> str | None:
        """The first field in which ``other`` differs, as words for a person; None if all agree."""
        words = {
            "format": "index format",
            "reader": "document reader",
            "chunker": "passage splitter",
            "lexical": "word index",
            "model": "embedding model",
            "dimension": "embedding model",
            "chromadb": "vector store version",
        }
        for field, name in words.items():
            mine, theirs = getattr(self, field), getattr(other, field)
            if mine != theirs:
                return f"{name} ({mine}, now {theirs})"
        return None


class Manifest(BaseModel):
    """The description of one build, stored with it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    build_id: str
    recipe: Recipe
    built_at: datetime
    corpus: dict[str, str]
    """Hash of each corpus file that was found and of what describes it (``CorpusFile.content``), by path."""
    profile: CorpusProfile = CorpusProfile()
    """Whose documents these are."""
    reports: tuple[FileReport, ...] = ()
    """What came of each of them."""
    documents: int
    passages: int
    sentences: int
    multilingual: str = ""
    """Model of the vectors for questions in other languages; empty where it has none."""
    files: dict[str, str]
    """SHA-256 of each file of the build, by path below its folder."""

    def write(self, folder: Path) -> None:
        """Store in ``folder``, with a checksum of its own."""
        fields = self.model_dump(mode="json")
        (folder / _NAME).write_text(
            json.dumps({**fields, _CHECKSUM: _checksum(fields)}, indent=1, sort_keys=True) + "\n", "utf-8"
        )

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest in ``folder``. Raises ``IndexDamaged``, or ``IndexStale`` if the format is another one."""
        try:
            fields = json.loads((folder / _NAME).read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise IndexDamaged("The index has no readable manifest.", details=f"{folder}: {error}") from error
        if isinstance(fields, dict) and isinstance(fields.get("recipe"), dict):
            found = fields["recipe"].get("format")
            if isinstance(found, int) and found != FORMAT:
                raise IndexStale(f"The index has format {found}; this version uses format {FORMAT}. Run: kin sync")
        if not isinstance(fields, dict) or fields.pop(_CHECKSUM, None) != _checksum(fields):
            raise IndexDamaged("The index is damaged: its manifest was changed.", details=str(folder))
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            raise IndexDamaged("The index has no readable manifest.", details=f"{folder}: {error}") from error

    def differences(self, corpus: Mapping[str, str]) -> list[str]:
        """How ``corpus`` (path to hash) differs from what this build was made from, a line for each file."""
        words = {(True, True): "changed", (True, False): "gone", (False, True): "new"}
        return [
            as_one_line(f"{words[path in self.corpus, path in corpus]}: {path}")
            for path in sorted(self.corpus.keys() | corpus.keys())
            if self.corpus.get(path) != corpus.get(path)
        ]

    def check_files(self, folder: Path) -> None:
        """Raise ``IndexDamaged`` unless ``folder`` holds exactly the files of this build, byte for byte."""
        found = hash_files(folder, expected=self.files)
        for path in sorted(self.files.keys() | found.keys()):
            if self.files.get(path) != found.get(path):
                state = (
                    "is missing"
                    if path not in found
                    else "does not belong there"
                    if path not in self.files
                    else "was changed"
                )
                raise IndexDamaged(f"The index is damaged: its file {path} {state}.", details=str(folder))


def _checksum(fields: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def hash_files(folder: Path, expected: dict[str, str] | None = None) -> dict[str, str]:
    """SHA-256 of every file below ``folder`` but the manifest, by POSIX path.

    A file that ``expected`` does not name is reported unread, with an empty digest.
    """
    digests: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or name == _NAME:
            continue
        if expected is not None and name not in expected:
            digests[name] = ""
            continue
        try:
            with path.open("rb") as stream:
                digests[name] = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError:
            digests[name] = ""
    return digests
