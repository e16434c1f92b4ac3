"""Sheets on which a reader rates answers: made from requests and a build, read back when they are filled in."""

from __future__ import annotations

import csv
import hashlib
import io
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

from eval.errors import CannotRunError
from eval.lines import Request
from eval.product import ROOT
from eval.results import replace_text
from eval.runner import Product
from kin_assistant.rendering import answer_text

__all__ = ["Summary", "choose_requests", "make_sheet", "read_sheets", "render_summary"]

_COLUMNS = ("id", "question", "answer", "rating", "remark", "build", "commit")
_RATINGS = {"0", "1", "2", "3"}


@dataclass(frozen=True, slots=True)
class Summary:
    """What readers thought of the answers to one kind of request, or to all."""

    ratings: tuple[int, ...]

    @property
    def mean(self) -> float:
        """The mean rating, from 0 to 3."""
        return sum(self.ratings) / len(self.ratings)

    @property
    def good(self) -> float:
        """Share of the answers rated 2 or 3."""
        return sum(rating > 1 for rating in self.ratings) / len(self.ratings)


def choose_requests(requests: Iterable[Request], number: int) -> list[Request]:
    """``number`` requests, always the same ones: by the hash of their ids, from each kind in turn."""
    of_kind: dict[str, list[Request]] = defaultdict(list)
    for request in sorted(requests, key=lambda request: hashlib.sha256(request.id.encode()).hexdigest()):
        of_kind[request.kind].append(request)
    rounds = zip_longest(*(of_kind[kind] for kind in sorted(of_kind)))
    return [request for request in chain.from_iterable(rounds) if request][:number]


def make_sheet(
    path: Path, requests: Iterable[Request], product: Product, commit: Callable[[], str] | None = None
) -> None:
    """Ask ``requests`` and write a sheet with the answers and empty columns for the reader.

    Raises ``CannotRunError`` where ``path`` exists: a filled sheet is not to be lost.
    """
    if path.exists():
        raise CannotRunError(f"{path} exists; sheets are not written over.")
    build, at = product.build.id, (commit or find_commit)()
    text = io.StringIO()
    sheet = csv.DictWriter(text, _COLUMNS)
    sheet.writeheader()
    for request in requests:
        answer = answer_text(product.ask(request.question))
        row = {"id": request.id, "question": request.question, "answer": answer, "build": build, "commit": at}
        sheet.writerow({name: _as_cell(value) for name, value in row.items()})
    replace_text(path, text.getvalue())


def find_commit() -> str:
    """The commit of the working tree, marked where files differ from it; "unknown" outside of a checkout."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else "unknown"


def read_sheets(paths: Sequence[Path], kinds: Mapping[str, str]) -> dict[str, Summary]:
    """The ratings in filled sheets by kind of request, and of all under "all"; rows without a rating are left out.

    ``kinds`` names the kind of each request by id. Raises ``CannotRunError`` that names each row that cannot be used.
    """
    ratings: dict[str, list[int]] = defaultdict(list)
    faults: list[str] = []
    for path in paths:
        try:
            rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            faults.append(f"{path}: cannot be read: {error}")
            continue
        for number, row in enumerate(rows, 1):
            key, rating = (row.get("id") or "").strip(), (row.get("rating") or "").strip()
            if key not in kinds:
                faults.append(f"{path}: row {number}: there is no request {key!r}")
            elif rating and rating not in _RATINGS:
                faults.append(f"{path}: row {number}: the rating is {rating!r}, not 0, 1, 2 or 3")
            elif rating:
                ratings[kinds[key]].append(int(rating))
                ratings["all"].append(int(rating))
    if not ratings and not faults:
        faults.append("No row has a rating.")
    if faults:
        raise CannotRunError(*faults)
    return {kind: Summary(tuple(found)) for kind, found in sorted(ratings.items())}


def render_summary(summaries: Mapping[str, Summary]) -> str:
    """The summaries as a table for a terminal: number, mean, share of good ones, and how many have each rating."""
    lines = [f"{'kind':12}{'rated':>7}{'mean':>7}{'2 or 3':>8}{'0':>5}{'1':>5}{'2':>5}{'3':>5}"]
    for kind, summary in sorted(summaries.items(), key=lambda item: item[0] == "all"):
        counts = Counter(summary.ratings)
        each = "".join(f"{counts[rating]:5}" for rating in range(4))
        lines.append(f"{kind:12}{len(summary.ratings):7}{summary.mean:7.2f}{summary.good:8.0%}{each}")
    return "\n".join(lines)


def _as_cell(text: str) -> str:
    """Text that a spreadsheet takes for text: a cell that begins like a formula gets an apostrophe in front."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
