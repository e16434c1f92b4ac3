"""The columns of a comparison by the names that people give them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from kin_assistant.errors import ComparisonError
from kin_assistant.types import RECORD_FIELDS, RecordField

__all__ = ["parse_columns"]


def parse_columns(names: Iterable[str]) -> tuple[RecordField, ...]:
    """The fields that ``names`` mean, each once: "problem" is the situation before. Raises ``ComparisonError``."""
    known = _read_names()
    wanted = [name.strip().casefold() for name in names if name.strip()]
    for name in wanted:
        if name not in known:
            raise ComparisonError(f"There is no column “{name}”. There are: {', '.join(RECORD_FIELDS)}.")
    return tuple(dict.fromkeys(known[name] for name in wanted))


@cache
def _read_names() -> Mapping[str, RecordField]:
    table = tomllib.loads(files("kin_assistant").joinpath("data/english/records.toml").read_text("utf-8"))
    names: dict[str, RecordField] = {field: field for field in RECORD_FIELDS}
    names.update(table["columns"])
    return names
