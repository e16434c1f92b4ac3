"""What ``kin records show``, ``kin compare``, ``kin peers``, ``kin indicators`` and ``kin coverage`` print and write."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TextIO

from kin_assistant.cli.batch import as_json
from kin_assistant.cli.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from kin_assistant.assistant import Assistant

__all__ = ["TABLES"]


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
    comparison = assistant.compare(" ".join(options.topic), _names(options.cities), columns)
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


def show_peers(assistant: Assistant, options: argparse.Namespace, screen: TextIO) -> None:
    """Print the peers of a city. Raises ``KinError`` if that cannot be done."""
    from kin_assistant.errors import KinError
    from kin_assistant.rendering import peers_csv, peers_markdown, plain, verified_table

    peers = verified_table(assistant.peers(" ".join(options.situation), limit=options.limit), assistant.document)
    if options.json:
        print(as_json(peers.model_dump(mode="json"), screen, indent=2), file=screen)
    elif options.csv:
        if peers.reason:
            # An empty table would look like evidence that there is nothing.
            raise KinError(peers.reason)
        print(plain(peers_csv(peers).replace("\r\n", "\n")), end="", file=screen)
    else:
        print(plain(peers_markdown(peers)), end="", file=screen)


def list_indicators(assistant: Assistant, options: argparse.Namespace, screen: TextIO) -> None:
    """Print figures, or write them to a file. Raises ``KinError`` if that cannot be done."""
    from kin_assistant.errors import KinError
    from kin_assistant.indicators.values import SHOWN_ON_TOPIC, IndicatorQuery
    from kin_assistant.rendering import indicators_csv, indicators_text, indicators_xlsx, plain, verified_indicators

    topic = " ".join(options.topic) if options.topic else None
    to_file = options.csv or options.xlsx
    query = IndicatorQuery(
        topic=topic,
        cities=_names(options.cities),
        countries=_names(options.countries),
        unit=options.unit,
        first_year=options.first_year,
        last_year=options.last_year,
        status="planned" if options.planned else "actual" if options.actual else None,
        sort=options.sort,
        limit=options.limit or (SHOWN_ON_TOPIC if topic and not to_file and not options.series else None),
        series="alone" if options.series else "",
    )
    indicators = verified_indicators(assistant.indicators(query), assistant.document)
    if to_file:
        if indicators.reason:
            # An empty table would look like evidence that there is nothing.
            raise KinError(indicators.reason)
        content = indicators_csv(indicators).encode("utf-8-sig") if options.csv else indicators_xlsx(indicators)
        write_whole(to_file, content)
        what = f"{len(indicators.indicators)} figures, {len(indicators.citations)} sentences"
        print(f"Written to {to_file}: {what}.", file=screen)
    elif options.json:
        print(as_json(indicators.model_dump(mode="json"), screen, indent=2), file=screen)
    else:
        print(plain(indicators_text(indicators)), end="", file=screen)


def show_coverage(assistant: Assistant, options: argparse.Namespace, screen: TextIO) -> None:
    """Print what the documents cover, or write it to a file. Raises ``KinError`` if that cannot be done."""
    from kin_assistant.errors import KinError
    from kin_assistant.rendering import coverage_csv, coverage_text, coverage_xlsx

    out: Path | None = options.out
    if out and out.suffix.lower() not in (".csv", ".xlsx"):
        raise KinError(f"{out}: coverage is written as .csv or .xlsx.")
    coverage = assistant.coverage()
    if out:
        is_csv = out.suffix.lower() == ".csv"
        write_whole(out, coverage_csv(coverage).encode("utf-8-sig") if is_csv else coverage_xlsx(coverage))
        what = f"{len(coverage.themes)} themes, {len(coverage.countries)} countries"
        print(f"Written to {out}: {what}{'' if is_csv else f', {len(coverage.cities)} cities'}.", file=screen)
    elif options.json:
        print(as_json(coverage.model_dump(mode="json"), screen, indent=2), file=screen)
    else:
        print(coverage_text(coverage), end="", file=screen)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


TABLES: Mapping[str, Callable[[Assistant, argparse.Namespace, TextIO], None]] = {
    "records show": show_record,
    "compare": compare_cities,
    "peers": show_peers,
    "indicators": list_indicators,
    "coverage": show_coverage,
}
"""What shows the result of each of these commands."""
