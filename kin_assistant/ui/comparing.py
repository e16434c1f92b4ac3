"""The Compare tab: what it shows, and the addresses at which its table can be downloaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kin_assistant.rendering import comparison_csv, comparison_html, comparison_xlsx, reason_html
from kin_assistant.rendering.words import FIELD_NAMES
from kin_assistant.types import Comparison
from kin_assistant.ui.callbacks import Callbacks
from kin_assistant.ui.downloads import CSV, XLSX, add_downloads
from kin_assistant.ui.ratelimit import RateLimiter

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.datastructures import QueryParams

__all__ = ["add_comparisons", "comparison_panel", "offered_columns"]

_FILES = {
    # The mark in front tells a spreadsheet that CSV is UTF-8.
    "comparison.csv": (CSV, lambda found: comparison_csv(found).encode("utf-8-sig")),
    "comparison.xlsx": (XLSX, comparison_xlsx),
}


def offered_columns() -> list[tuple[str, str]]:
    """The columns to choose from: names as they head the table, with the fields they stand for."""
    return [(name, field) for field, name in FIELD_NAMES.items()]


def comparison_panel(callbacks: Callbacks, topic: object, cities: Sequence[str], columns: Sequence[str]) -> str:
    """The table as HTML, or the sentence that says why there is none."""
    found = callbacks.compare(topic, cities, columns)
    if isinstance(found, str):
        return str(reason_html("Not compared", found))
    asked = [("topic", found.topic)]
    asked += [("city", city) for city in cities] + [("column", column) for column in found.columns]
    return str(comparison_html(found, asked=asked))


def add_comparisons(app: FastAPI, callbacks: Callbacks, limiter: RateLimiter) -> None:
    """Serve the table as the files below ``/compare/``; ``topic``, ``city`` and ``column`` say what is compared."""

    def find(asked: QueryParams) -> Comparison | str:
        found = callbacks.compare(asked.get("topic", ""), asked.getlist("city"), asked.getlist("column"))
        return found if isinstance(found, str) else found.reason or found

    add_downloads(app, limiter, "compare", _FILES, find)
