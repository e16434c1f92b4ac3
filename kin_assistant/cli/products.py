"""What ``kin money`` prints and writes."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TextIO

from kin_assistant.cli.batch import as_json
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
        cities=tuple(name.strip() for names in options.city for name in names.split(",") if name.strip()),
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


PRODUCTS: Mapping[str, Callable[[Assistant, argparse.Namespace, TextIO], None]] = {"money": list_money}
"""What shows the result of each of these commands."""
