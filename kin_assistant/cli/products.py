"""What ``kin money`` and ``kin commitments`` print and write."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TextIO, TypeVar

from kin_assistant.cli.batch import as_json
from kin_assistant.cli.briefs import write_package, write_training_sheet
from kin_assistant.cli.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from kin_assistant.assistant import Assistant
    from kin_assistant.commitments.values import Commitments
    from kin_assistant.contributions.values import Contributions

Found = TypeVar("Found", "Contributions", "Commitments")

__all__ = ["PRODUCTS"]


def list_money(assistant: Assistant, options: argparse.Namespace, screen: TextIO) -> None:
    """Print money and partners, or write them to a file. Raises ``KinError`` if that cannot be done."""
    from kin_assistant.contributions.values import SHOWN_ON_TOPIC, ContributionQuery
    from kin_assistant.rendering import (
        contributions_csv,
        contributions_text,
        contributions_xlsx,
        plain,
        verified_contributions,
    )

    _check_file(options.out, "money and partners")
    shown = None if options.out or options.json else SHOWN_ON_TOPIC
    query = ContributionQuery(
        topic=" ".join(options.topic) if options.topic else None,
        cities=_names(options.city),
        funder=options.funder,
        role=options.role,
        limit=options.limit or shown,
    )
    found = verified_contributions(assistant.contributions(query), assistant.document)
    if options.out:
        counted = f"{len(found.contributions)} rows, {len(found.citations)} sentences"
        _write(options.out, found, contributions_csv, contributions_xlsx, counted, screen)
    elif options.json:
        print(as_json(found.model_dump(mode="json"), screen, indent=2), file=screen)
    else:
        print(plain(contributions_text(found)), end="", file=screen)


def list_commitments(assistant: Assistant, options: argparse.Namespace, screen: TextIO) -> None:
    """Print commitments, or write them to a file. Raises ``KinError`` if that cannot be done."""
    from kin_assistant.commitments.values import SHOWN_ON_TOPIC, CommitmentQuery
    from kin_assistant.rendering import (
        commitments_csv,
        commitments_text,
        commitments_xlsx,
        plain,
        verified_commitments,
    )

    _check_file(options.out, "commitments")
    shown = None if options.out or options.json else SHOWN_ON_TOPIC
    query = CommitmentQuery(
        topic=" ".join(options.topic) if options.topic else None,
        cities=_names(options.city),
        limit=options.limit or shown,
    )
    found = verified_commitments(assistant.commitments(query), assistant.document)
    if options.out:
        counted = f"{len(found.commitments)} commitments, {len(found.citations)} sentences"
        _write(options.out, found, commitments_csv, commitments_xlsx, counted, screen)
    elif options.json:
        print(as_json(found.model_dump(mode="json"), screen, indent=2), file=screen)
    else:
        print(plain(commitments_text(found)), end="", file=screen)


def _check_file(out: Path | None, what: str) -> None:
    """Raise ``KinError`` before anything is read, if ``what`` is to be written to a file of another kind."""
    from kin_assistant.errors import KinError

    if out and out.suffix.lower() not in (".csv", ".xlsx"):
        raise KinError(f"{out}: {what} are written as .csv or .xlsx.")


def _write(
    out: Path,
    found: Found,
    as_csv: Callable[[Found], str],
    as_xlsx: Callable[[Found], bytes],
    counted: str,
    screen: TextIO,
) -> None:
    """Write what was found to a file and say so. Raises ``KinError`` if nothing was, or it cannot be written."""
    from kin_assistant.errors import KinError

    if found.reason:
        # An empty table would look like evidence that there is nothing.
        raise KinError(found.reason)
    write_whole(out, as_csv(found).encode("utf-8-sig") if out.suffix.lower() == ".csv" else as_xlsx(found))
    print(f"Written to {out}: {counted}.", file=screen)


def _names(given: Sequence[str]) -> tuple[str, ...]:
    """What was given once or several times, with commas between or not."""
    return tuple(name.strip() for names in given for name in names.split(",") if name.strip())


PRODUCTS: Mapping[str, Callable[[Assistant, argparse.Namespace, TextIO], None]] = {
    "money": list_money,
    "commitments": list_commitments,
    "package": write_package,
    "training-sheet": write_training_sheet,
}
"""What shows the result of each of these commands."""
