"""Whose documents these are: ``corpus.toml`` beside them, with the texts of the page and the network's own names."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError

from kin_assistant.errors import CorpusError
from kin_assistant.types import Value

__all__ = ["PROFILE_NAME", "Body", "CorpusProfile", "Home", "read_profile"]

PROFILE_NAME = "corpus.toml"
"""The file, in the corpus folder itself."""

_MAX_BYTES = 64 * 1024

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]

Wording = Annotated[Line, StringConstraints(pattern=r"^[^{}]*\{title\}[^{}]*$")]


class Body(Value):
    """A network, programme or office that the documents come from, and that questions may call by other names."""

    name: Line
    """As a sentence needs it: "the Kitakyushu Initiative Network"."""
    nouns: tuple[Line, ...] = Field(min_length=1)
    """What it is: "your network" is this one for "network". The first is also understood after "the" and "this"."""
    aliases: tuple[Line, ...] = ()
    """Short names, in the case in which they are written: "KIN"."""


class Home(Value):
    """A city whose name the bodies carry, so that naming them asks about no city."""

    city: Line
    names: tuple[Line, ...] = ()
    """Short names of bodies that come from the city's, in lower case: "kitaq"."""
    nouns: tuple[Line, ...] = ()
    """Words behind the city's name that make it a body's, in lower case: "initiative"."""


class CorpusProfile(Value):
    """What the page says of a corpus, and what its network is called. Every field has a neutral default."""

    title: Line = "Document Assistant"
    tagline: Line = "What the documents say, in their own words"
    heading: Line = "Ask the documents"
    introduction: Line = "Ask a question, and read what the documents say about it."
    """What can be asked, in a sentence or two."""
    documents: Line = "The documents are quoted as they stand."
    """What kind of documents these are, in a sentence or two."""
    examples: tuple[Line, ...] = Field((), max_length=12)
    """Questions that the documents answer; without them, the page asks for documents by their titles."""
    compiler_sections: tuple[Line, ...] = ()
    """Headings under which a sentence without a source mark is the compiler's own reading, in any case."""
    section_questions: dict[Line, Wording] = Field({}, max_length=50)
    """The question on what stands under a heading, with "{title}" for the document's: offered behind an answer."""
    bodies: tuple[Body, ...] = ()
    home: Home | None = None


def read_profile(corpus: Path) -> CorpusProfile:
    """The profile in the folder ``corpus``, a neutral one if there is none. Raises ``CorpusError`` for one with a mistake."""
    path = corpus / PROFILE_NAME
    try:
        if not path.is_file() or path.is_symlink():
            return CorpusProfile()
        data = path.read_bytes()
        if len(data) > _MAX_BYTES:
            raise CorpusError(f"{path} is larger than {_MAX_BYTES // 1024} KB.")
        return CorpusProfile.model_validate(tomllib.loads(data.decode("utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise CorpusError(f"{path} has a mistake at {where}: {first['msg']}.", details=str(error)) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CorpusError(f"{path} cannot be read: {error}.", details=repr(error)) from error
