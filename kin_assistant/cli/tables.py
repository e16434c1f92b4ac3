"""What ``kin records show`` and ``kin compare`` print and write."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, TextIO

from kin_assistant.cli.batch import as_json
from kin_assistant.cli.files import write_whole

if TYPE_CHECKING:
    from kin_assistant.assistant import Assistant

__all__ = ["compare_cities", "show_record"]


def show_record(assistant: Assistant, options: argparse.Namespace, screen: TextIO) -> None:
    """Print the record of a document. Raises ``KinError`` for an unknown one."""
    from kin_assistant.errors import KinError
    from kin_assistant.rendering import plain, record_markdown, verified_table

    try:
        record = verified_table(assistant.record(options.id), assistant.document)
    except KeyError:
        raise KinError(f'There is no document "{options.id}". Run kin docs list to see what there is.') from None
    if options.json:
        print(as_json(record.model_dump(mode="json"), screen, indent=2), file=screen)
    else:
        print(plain(record_markdown(record)), end="", file=screen)


def compare_cities(assistant: Assistant, options: argparse.Namespace, screen: TextIO) -> None:
    """Print a comparison, or write it to a workbook. Raises ``KinError`` if that cannot be done."""
    from kin_assistant.errors import KinError
    from kin_assistant.records.columns import parse_columns
    from kin_assistant.records.comparison import DEFAULT_COLUMNS
    from kin_assistant.rendering import comparison_csv, comparison_markdown, comparison_xlsx, plain, verified_table

    columns = parse_columns(options.columns.split(",")) or DEFAULT_COLUMNS
    cities = [city.strip() for city in options.cities.split(",") if city.strip()]
    comparison = assistant.compare(" ".join(options.topic), cities, columns)
    comparison = verified_table(comparison, assistant.document)
    if comparison.reason and (options.xlsx or options.csv):
        # An empty table would look like evidence that there is nothing.
        raise KinError(comparison.reason)
    if options.xlsx:
        write_whole(options.xlsx, comparison_xlsx(comparison))
        print(
            f"Written to {options.xlsx}: {len(comparison.rows)} cities, {len(comparison.citations)} quotes.",
            file=screen,
        )
    elif options.json:
        print(as_json(comparison.model_dump(mode="json"), screen, indent=2), file=screen)
    elif options.csv:
        print(plain(comparison_csv(comparison).replace("\r\n", "\n")), end="", file=screen)
    else:
        print(plain(comparison_markdown(comparison)), end="", file=screen)
