"""What ``kin money`` and ``kin commitments`` print and write."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

from kin_assistant.cli.batch import as_json
from kin_assistant.cli.briefs import write_package
from kin_assistant.cli.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from kin_assistant.assistant import Assistant

__all__ = ["PRODUCTS"]


def list_money(assistant: Assistant, options: argparse.Namespace, screen: TextIO) -> None:
    """Print money and partners, or write them to a file. Raises ``KinError`` if that cannot be done."""
    from kin_assistant.contributions.values import SHOWN_ON_TOPIC, ContributionQuery
    from kin_assistant.errors import KinError
    from kin_assistant.rendering import (
        contributions_csv,
        contributions_text,
        contributions_xlsx,
        plain,
        verified_contributions,
    )

    out: Path | None = options.out
    if out and out.suffix.lower() not in (".csv", ".xlsx"):
        raise KinError(f"{out}: money and partners are written as .csv or .xlsx.")
    shown = None if out or options.json else SHOWN_ON_TOPIC
    query = ContributionQuery(
        topic=" ".join(options.topic) if options.topic else None,
        cities=_names(options.city),
        funder=options.funder,
        role=options.role,
        limit=options.limit or shown,
    )
    found = verified_contributions(assistant.contributions(query), assistant.document)
    if out:
        if found.reason:
            # An empty table would look like evidence that there is nothing.
            raise KinError(found.reason)
        is_csv = out.suffix.lower() == ".csv"
        write_whole(out, contributions_csv(found).encode("utf-8-sig") if is_csv else contributions_xlsx(found))
        print(f"Written to {out}: {len(found.contributions)} rows, {len(found.citations)} sentences.", file=screen)
    elif options.json:
        print(as_json(found.model_dump(mode="json"), screen, indent=2), file=screen)
    else:
        print(plain(contributions_text(found)), end="", file=screen)


def list_commitments(assistant: Assistant, options: argparse.Namespace, screen: TextIO) -> None:
    """Print commitments, or write them to a file. Raises ``KinError`` if that cannot be done."""
    from kin_assistant.commitments.values import SHOWN_ON_TOPIC, CommitmentQuery
    from kin_assistant.errors import KinError
    from kin_assistant.rendering import (
        commitments_csv,
        commitments_text,
        commitments_xlsx,
        plain,
        verified_commitments,
    )

    out: Path | None = options.out
    if out and out.suffix.lower() not in (".csv", ".xlsx"):
        raise KinError(f"{out}: commitments are written as .csv or .xlsx.")
    shown = None if out or options.json else SHOWN_ON_TOPIC
    query = CommitmentQuery(
        topic=" ".join(options.topic) if options.topic else None,
        cities=_names(options.city),
        limit=options.limit or shown,
    )
    found = verified_commitments(assistant.commitments(query), assistant.document)
    if out:
        if found.reason:
            # An empty table would look like evidence that there is nothing.
            raise KinError(found.reason)
        is_csv = out.suffix.lower() == ".csv"
        write_whole(out, commitments_csv(found).encode("utf-8-sig") if is_csv else commitments_xlsx(found))
        print(f"Written to {out}: {len(found.commitments)} commitments, {len(found.citations)} sentences.", file=screen)
    elif options.json:
        print(as_json(found.model_dump(mode="json"), screen, indent=2), file=screen)
    else:
        print(plain(commitments_text(found)), end="", file=screen)


def _names(given: Sequence[str]) -> tuple[str, ...]:
    """What was given once or several times, with commas between or not."""
    return tuple(name.strip() for names in given for name in names.split(",") if name.strip())


PRODUCTS: Mapping[str, Callable[[Assistant, argparse.Namespace, TextIO], None]] = {
    "money": list_money,
    "commitments": list_commitments,
    "package": write_package,
}
"""What shows the result of each of these commands."""
