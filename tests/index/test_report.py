"""The report as text: a line is one line, whatever the files are called."""

from __future__ import annotations

from pathlib import Path

from kin_assistant.index.build import sync
from kin_assistant.index.layout import IndexFolder
from kin_assistant.index.manifest import Manifest
from kin_assistant.index.report import report_lines
from tests.conftest import NOW, Write
from tests.embedders import HashingEmbedder

NAMES = ("a\nfailed: b.md: gone", "c\r\x1b[2Kd", "e\u2028f\u2029g\x85h\x0bi\x0cj\x1ck")


def test_names_with_line_breaks_stay_on_their_line(tmp_path: Path, write: Write, embedder: HashingEmbedder) -> None:
    corpus = write({"sound.txt": "Sound words.", **{f"{name}.md": "---\ntitle: [\n---\n" for name in NAMES}})
    write({f"{name}.exe": "x" for name in NAMES})
    report = sync(corpus, tmp_path / "index", embedder, now=NOW)
    lines = list(report_lines(report))
    assert [line for line in lines if len(line.splitlines()) != 1] == []
    assert len(lines) == 2 * len(NAMES) + 3
    assert any(line.startswith(r"failed: a\nfailed: b.md: gone.md: ") for line in lines)
    manifest = Manifest.read(IndexFolder(tmp_path / "index").published())
    assert [line for line in manifest.differences({}) if len(line.splitlines()) != 1] == []
