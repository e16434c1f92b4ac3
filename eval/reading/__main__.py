"""Measures how well pages are read: ``python -m eval.reading [--half tune|held] [--kind NAME] [--missing] [--write DIR]``."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from eval.reading.documents import HALVES, KINDS, Half, make_documents
from eval.reading.real import REAL_KIND, read_marked_files
from eval.reading.scores import Score, find_missing, score_document, total
from kin_assistant.documents.readers.pdf import read_pdf

__all__ = ["main", "measure_half"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures of both halves, kind by kind."""
    parser = argparse.ArgumentParser(prog="python -m eval.reading", description=__doc__)
    parser.add_argument("--half", choices=HALVES, help="this half alone")
    parser.add_argument(
        "--kind",
        action="append",
        default=[],
        choices=KINDS,
        metavar="NAME",
        help="this kind of page alone; may be given several times",
    )
    parser.add_argument("--missing", action="store_true", help="also print the sentences and rows that were not found")
    parser.add_argument("--write", type=Path, help="also write the files and what is read in them into this folder")
    parser.add_argument("--real", type=Path, help="also measure the marked real files in this folder")
    options = parser.parse_args(arguments)
    for half in [options.half] if options.half else HALVES:
        print(f"{half}\n{_HEAD}")
        started = time.perf_counter()
        rows = measure_half(half, options.kind, missing=options.missing, folder=options.write, real=options.real)
        for kind, score in rows.items():
            print(_line(kind, score))
        print(_line("all", total(rows.values())))
        print(f"in {time.perf_counter() - started:.1f} s\n")
    return 0


def measure_half(
    half: Half,
    kinds: Sequence[str] = (),
    *,
    missing: bool = False,
    folder: Path | None = None,
    real: Path | None = None,
) -> dict[str, Score]:
    """The score of each kind of page; what is missing is printed to standard error where that is asked for."""
    scores: dict[str, list[Score]] = {}
    documents = make_documents(half, kinds)
    for made in chain(documents, read_marked_files(real, half)) if real else documents:
        composition = read_pdf(made.data, ocr_seconds=0).composition
        scores.setdefault(made.kind, []).append(score_document(made, composition))
        if folder is not None and made.kind != REAL_KIND:
            folder.mkdir(parents=True, exist_ok=True)
            name = f"{half}-{made.kind.replace(',', '').replace(' ', '-')}-{made.number}"
            (folder / f"{name}.pdf").write_bytes(made.data)
            (folder / f"{name}.txt").write_text(composition.text, "utf-8")
        if missing:
            for text in find_missing(made, composition):
                print(f"{made.kind} {made.number}: {text}", file=sys.stderr)
    return {kind: total(each) for kind, each in scores.items()}


_HEAD = f"{'':28}{'sentences':>16}{'in order':>12}{'mixed':>7}{'rows':>14}{'cells':>14}{'on page':>10}"


def _line(name: str, score: Score) -> str:
    def share(part: int, of: int, width: int) -> str:
        return (f"{part}/{of} {part / of:4.0%}" if of else "").rjust(width)

    return (
        f"{name:28}{share(score.sentences, score.of_sentences, 16)}{share(score.in_order, score.of_pairs, 14)}"
        f"{score.mixed:5}{share(score.rows, score.of_rows, 14)}{share(score.cells, score.of_cells, 14)}"
        f"{share(score.on_page, score.sentences, 14)}"
    )


if __name__ == "__main__":
    raise SystemExit(main())
