"""The page in other languages: tables of its texts, those that come with the program and those that a curator adds."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from kin_assistant.errors import PageTextsInvalid
from kin_assistant.rendering import plain

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request

__all__ = ["PLACE", "PageTexts", "add_page_texts", "bundled_page_texts", "open_page_texts", "parse_page_texts"]

PLACE: Final = re.compile(r"\{(?:number|name)\d?\}")
"""Stands in a text for a number or a name: ``{number} of {number2}``."""
_CODE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?")
_ENGLISH: Final = "en"
_MAX_BYTES: Final = 1_000_000
_MAX_NAME: Final = 60
_BUNDLED: Final = "data/page_texts"
_FOR_GOOD: Final = {"cache-control": "public, max-age=31536000, immutable"}
"""Of an address that changes with what is there."""
_FRESH: Final = {"cache-control": "no-cache"}

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PageTexts:
    """What the page says in one language."""

    code: str
    """As HTML and browsers name it: ``id``, ``zh-Hans``."""
    language: str
    """Its name in itself."""
    direction: Literal["ltr", "rtl"] = "ltr"
    read_by: str | None = None
    """Who speaks the language and has read the table; None if nobody has."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """What stands there in place of each English text."""

    @property
    def content(self) -> bytes:
        """What the page's script reads."""
        told = {"direction": self.direction, "read_by": self.read_by, "texts": dict(self.texts)}
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8")

    @property
    def version(self) -> str:
        """Changes with the content."""
        return hashlib.sha256(self.content).hexdigest()[:12]

    @property
    def address(self) -> str:
        """Where it is served, below the page."""
        return f"page/texts/{self.code}.json?v={self.version}"


def parse_page_texts(content: bytes, code: str) -> tuple[PageTexts, list[str]]:
    """A table for the language ``code``, and sentences on those of its texts that are left out.

    Raises ``PageTextsInvalid`` if it is no table.
    """
    if not _CODE.fullmatch(code):
        raise PageTextsInvalid("Its name is no code of a language, such as id.json or zh-Hans.json.")
    if code == _ENGLISH:
        raise PageTextsInvalid("The page is in English by itself.")
    if len(content) > _MAX_BYTES:
        raise PageTextsInvalid(f"It has more than {_MAX_BYTES:,} bytes.")
    try:
        told = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise PageTextsInvalid(f"It cannot be read as JSON: {error}.") from error
    if not isinstance(told, dict):
        raise PageTextsInvalid("It holds no object.")
    if told.get("code", code) != code:
        raise PageTextsInvalid(f'Its "code" must be "{code}", as in its name.')
    texts = told.get("texts")
    if not isinstance(texts, dict) or not all(isinstance(value, str) for value in texts.values()):
        raise PageTextsInvalid('Its "texts" must be an object of texts.')
    language, direction, reader = told.get("language"), told.get("direction", "ltr"), told.get("read_by")
    if not isinstance(language, str) or not 0 < len(plain(language).strip()) <= _MAX_NAME:
        raise PageTextsInvalid(f'Its "language" must be the name of the language, in at most {_MAX_NAME} characters.')
    if direction not in ("ltr", "rtl"):
        raise PageTextsInvalid('Its "direction" must be "ltr" or "rtl".')
    if reader is not None and (not isinstance(reader, str) or not reader.strip()):
        raise PageTextsInvalid('Its "read_by" must name somebody, or be null.')
    kept, faults = _check(texts)
    return PageTexts(code, plain(language).strip(), direction, plain(reader) if reader else None, kept), faults


def _check(texts: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The texts that can be used; an empty one is one that is not translated yet."""
    kept: dict[str, str] = {}
    faults: list[str] = []
    for key, value in ((plain(key), value) for key, value in texts.items()):
        words = plain(value).strip()
        if not words:
            continue
        if Counter(PLACE.findall(key)) == Counter(PLACE.findall(words)):
            kept[key] = words
        else:
            faults.append(f"“{key}” is left out: its translation has other places for numbers and names.")
    return kept, faults


def bundled_page_texts() -> tuple[PageTexts, ...]:
    """The tables that come with the program, by code."""
    folder = files("kin_assistant").joinpath(_BUNDLED)
    found = sorted(
        (one.name.removesuffix(".json"), one.read_bytes()) for one in folder.iterdir() if one.name.endswith(".json")
    )
    return tuple(parse_page_texts(content, code)[0] for code, content in found)


def open_page_texts(folder: Path | None) -> tuple[PageTexts, ...]:
    """The tables of the program with those of ``folder``, which add languages and replace texts.

    What cannot be used there is said in the log and left out.
    """
    tables = {one.code: one for one in bundled_page_texts()}
    for one in _read_folder(folder) if folder else ():
        known = tables.get(one.code)
        texts = {**known.texts, **one.texts} if known else one.texts
        tables[one.code] = PageTexts(one.code, one.language, one.direction, one.read_by, texts)
    return tuple(tables[code] for code in sorted(tables))


def _read_folder(folder: Path) -> Iterable[PageTexts]:
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".json" and path.is_file())
    except OSError as error:
        logger.warning("The folder %s of KIN_PAGE_TEXTS cannot be read: %s.", folder, error.strerror)
        return
    for path in paths:
        try:
            with path.open("rb") as file:
                table, faults = parse_page_texts(file.read(_MAX_BYTES + 1), path.stem)
        except OSError as error:
            logger.warning("The table of texts %s is left out: %s.", path, error.strerror)
        except PageTextsInvalid as error:
            logger.warning("The table of texts %s is left out. %s", path, error)
        else:
            for fault in faults:
                logger.warning("In the table of texts %s %s", path, fault)
            yield table


def add_page_texts(app: FastAPI, tables: Sequence[PageTexts]) -> None:
    """Serve each of ``tables`` below ``/page/texts/``, ahead of the files below ``/page/``."""
    from starlette.responses import PlainTextResponse, Response

    contents = {f"{one.code}.json": (one.content, one.version) for one in tables}

    def table(request: Request) -> Response:
        content, version = contents.get(request.path_params["name"], (b"", ""))
        if not content:
            return PlainTextResponse("There is nothing here.", 404)
        headers = _FOR_GOOD if request.query_params.get("v") == version else _FRESH
        return Response(content, headers=headers, media_type="application/json")

    app.add_route("/page/texts/{name}", table, methods=["GET", "HEAD"], include_in_schema=False)
