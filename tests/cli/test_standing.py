"""``kin watch-questions``: the same questions before and after the documents changed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kin_assistant.cli.main import main
from kin_assistant.index.layout import IndexFolder

QUESTION = "How much less waste did Lahti burn in 2011?"
DIGEST = """---
title: Waste in Lahti
cities: [Lahti]
countries: [Finland]
themes: [waste]
---

# Waste in Lahti

## Results

In 2011 Lahti burnt {less} tonnes less waste than in the year before. The works stand by the lake.
"""


@pytest.fixture
def watch(shipped_index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> object:
    """Writes the digest with a figure, syncs, and asks the questions of ``questions.txt``; exit code and what was printed."""
    folders = ["--corpus", str(tmp_path / "corpus"), "--index", str(tmp_path / "index")]
    (tmp_path / "corpus").mkdir()
    shutil.copytree(IndexFolder(shipped_index).models, IndexFolder(tmp_path / "index").models)

    def run(less: str, *options: str, questions: str = QUESTION) -> tuple[int, str, str]:
        (tmp_path / "corpus" / "lahti.md").write_text(DIGEST.format(less=less))
        (tmp_path / "questions.txt").write_text(questions)
        assert main(["sync", *folders]) == 0
        capsys.readouterr()
        code = main(["watch-questions", *folders, str(tmp_path / "questions.txt"), *options])
        return code, *capsys.readouterr()

    return run


def test_what_changed_in_the_documents_is_told(watch, tmp_path: Path) -> None:
    code, first, _ = watch("900")
    assert (code, "Asked for the first time: 1 quote." in first) == (0, True)
    assert (tmp_path / "questions.answers.json").is_file()
    assert "No answer changed; 1 answer as before." in watch("900")[1]
    code, changed, _ = watch("1,200")
    assert code == 0
    assert "> In 2011 Lahti burnt 1,200 tonnes less waste than in the year before." in changed
    assert "- Gone: lahti no longer says “In 2011 Lahti burnt 900 tonnes less waste" in changed
    assert "No answer changed" in watch("1,200")[1]


def test_as_json(watch, tmp_path: Path) -> None:
    code, told, _ = watch("900", "--json", "--answers", str(tmp_path / "kept.json"))
    assert code == 0
    assert [one["state"] for one in json.loads(told)["changes"]] == ["new"]
    assert (tmp_path / "kept.json").is_file()


def test_a_question_that_cannot_be_asked_is_left_out(watch) -> None:
    code, told, _ = watch("900", questions=f'{QUESTION}\n{{"question": "Who?", "filters": {{"city": "Oulu"}}}}\n')
    assert code == 3
    assert "1 question could not be asked" in told
    assert "## Who? (Oulu)" in told


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("questions.txt", None, "questions.txt cannot be read: No such file or directory."),
        ("questions.answers.json", b"{}", "is JSON, but not the file of kept answers"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_and_nothing_is_lost(
    shipped_index: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: bytes | None,
    said: str,
) -> None:
    (tmp_path / "questions.txt").write_text(QUESTION)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    assert main(["watch-questions", "--index", str(shipped_index), str(tmp_path / "questions.txt")]) == 1
    assert said in capsys.readouterr().err
    if content is not None:
        assert (tmp_path / name).read_bytes() == content
