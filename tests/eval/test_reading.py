"""The pages that are made to measure the reader of PDF files, how it is scored on them, and how it does."""

from __future__ import annotations

import pypdfium2
import pytest

from eval.reading.__main__ import main, measure_half
from eval.reading.documents import HALVES, Half, Made, make_documents
from eval.reading.real import read_marked_files
from eval.reading.scores import Score, find_missing, score_document, total
from eval.reading.setting import Flow, Row
from kin_assistant.documents.readers.composition import Composition, TextComposer
from kin_assistant.documents.readers.pdf import read_pdf
from tests.hostile.real_files import FOLDER

LEAST_SENTENCES = 0.99
LEAST_ROWS = 0.99


def composition_of(*blocks: str, pages: tuple[int, ...] = ()) -> Composition:
    composer = TextComposer()
    for number, block in enumerate(blocks):
        page = pages[number] if pages else 1
        if block.startswith("|"):
            composer.add_row([cell.strip() for cell in block.strip("| ").split("|")], page=page)
        else:
            composer.add("paragraph", block, page=page)
    return composer.finish()


def made(*flows: list[str], rows: tuple[Row, ...] = (), page: int = 1) -> Made:
    texts = tuple((page, Flow("text", [sentences])) for sentences in flows)
    return Made("test", 1, b"", texts, tuple((page, row) for row in rows))


def test_the_same_pages_are_made_on_every_run() -> None:
    first = [document.data for document in make_documents("tune", ["statement", "form", "report"])]
    assert first == [document.data for document in make_documents("tune", ["statement", "form", "report"])]


def test_the_halves_hold_other_pages_and_together_about_ninety() -> None:
    halves = [[document.data for document in make_documents(half)] for half in HALVES]
    assert not set(halves[0]) & set(halves[1])
    assert 60 <= sum(len(pypdfium2.PdfDocument(data)) for half in halves for data in half) <= 100


def test_a_sentence_counts_only_in_one_block() -> None:
    expected = made(["The town is old.", "It has a river."])
    assert score_document(expected, composition_of("The town is old. It has a river.")).sentences == 2
    broken = composition_of("The town is", "old. It has a river.")
    assert score_document(expected, broken).sentences == 1
    assert find_missing(expected, broken) == ["The town is old."]


def test_order_and_mixing_are_counted() -> None:
    expected = made(["One is here.", "Two is here."], ["A note stands apart."])
    score = score_document(expected, composition_of("Two is here. A note stands apart.", "One is here."))
    assert (score.in_order, score.of_pairs, score.mixed) == (0, 1, 1)
    score = score_document(expected, composition_of("One is here. Two is here.", "A note stands apart."))
    assert (score.in_order, score.of_pairs, score.mixed) == (1, 1, 0)


def test_a_row_counts_if_nothing_else_stands_in_its_block() -> None:
    expected = made(rows=(Row(("Income", "12", "(9)")), Row(("Costs", "3", "4"))))
    assert score_document(expected, composition_of("| Income | 12 | (9) |", "Costs … 3 4")).rows == 2
    assert score_document(expected, composition_of("Income 12 (9) Costs 3 4")).rows == 0


def test_a_cell_counts_if_it_stands_alone_between_its_bars() -> None:
    expected = made(rows=(Row(("Lima", "12", "trees"), "ruled"),))
    assert score_document(expected, composition_of("| Lima | 12 trees | |")).cells == 1
    assert score_document(expected, composition_of("| Lima | 12 | trees |")).cells == 3


def test_a_sentence_on_another_page_is_not_on_its_page() -> None:
    composition = composition_of("One is here.", "Two is here.", pages=(1, 2))
    score = score_document(made(["One is here.", "Two is here."]), composition)
    assert (score.sentences, score.on_page) == (2, 1)


@pytest.mark.parametrize("half", HALVES)
def test_the_reader_gets_nearly_all_sentences_and_rows_right(half: Half) -> None:
    scores = measure_half(half)
    score = total(scores.values())
    assert score.sentences >= LEAST_SENTENCES * score.of_sentences
    assert score.rows >= LEAST_ROWS * score.of_rows
    assert score.cells == score.of_cells
    assert score.on_page == score.sentences
    assert score.in_order >= 0.995 * score.of_pairs
    assert score.mixed <= 2
    least = min((each.sentences / each.of_sentences, kind) for kind, each in scores.items() if each.of_sentences)
    assert least >= (0.95, ""), least


@pytest.mark.skipif(FOLDER is None, reason="there is no folder of real files")
@pytest.mark.parametrize("half", HALVES)
def test_what_was_marked_in_real_files_is_read(half: Half) -> None:
    assert FOLDER is not None
    scores = []
    for document in read_marked_files(FOLDER, half):
        scores.append(score_document(document, read_pdf(document.data, ocr_seconds=0).composition))
    score = total(scores)
    assert (score.sentences, score.rows) == (score.of_sentences, score.of_rows)


def test_marked_files_that_are_not_there_are_left_out(tmp_path) -> None:
    assert list(read_marked_files(tmp_path, "tune")) == []


def test_the_command_prints_a_line_for_each_kind_and_writes_the_files(
    tmp_path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--half", "tune", "--kind", "form", "--missing", "--write", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "tune"
    assert [line.split()[0] for line in lines[2:4]] == ["form", "all"]
    assert {path.suffix for path in tmp_path.iterdir()} == {".pdf", ".txt"}


def test_a_kind_that_is_not_made_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--kind", "poster"])
    assert "invalid choice" in capsys.readouterr().err


def test_scores_add_up() -> None:
    assert total([Score(sentences=1, of_sentences=2), Score(sentences=3, rows=4)]) == Score(
        sentences=4, of_sentences=2, rows=4
    )
