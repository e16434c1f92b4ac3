"""Pages of real files, with sentences and rows that a person wrote down from the pages as they are shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from eval.reading.documents import Half, Made
from eval.reading.setting import Flow, Row

__all__ = ["REAL_KIND", "read_marked_files"]

REAL_KIND = "real files"
_MARKS = Path(__file__).parent / "real.jsonl"


def read_marked_files(folder: Path, half: Half, marks: Path = _MARKS) -> Iterator[Made]:
    """The marked pages of ``half`` whose files are in ``folder``, which are no part of the repository."""
    for number, line in enumerate(marks.read_text("utf-8").splitlines(), 1):
        row = json.loads(line)
        path = folder / row["file"]
        if row["half"] != half or not path.is_file():
            continue
        page = int(row["page"])
        flow = Flow("text", [[sentence] for sentence in row["sentences"]])
        rows = tuple((page, Row(tuple(cells))) for cells in row["rows"])
        yield Made(REAL_KIND, number, path.read_bytes(), ((page, flow),), rows)
