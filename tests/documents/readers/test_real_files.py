"""Spot checks on real files: what a person reads in them stands in the text, on the page where it is printed.

The files are no part of the repository. They are looked for in the folder that ``REAL_FILES`` names, else beside the
repository, and the checks are skipped where they are not.
"""

from __future__ import annotations

import pytest

from kin_assistant.documents.reading import Reading, read_document
from kin_assistant.errors import DocumentError
from tests.hostile.real_files import FOLDER

pytestmark = pytest.mark.skipif(FOLDER is None, reason="there is no folder of real files")

_ON_PAGES = [
    ("docling/odf_presentation_01.odp.pdf", 3, {1: "Test Table Slide", 2: "Let’s introduce a list", 3: "2. List item5"}),
    ("docling/skipped_1page.pdf", 3, {2: "Ⅳ. 미래 국가 정보보안 기술 발전 방향", 3: "AI 기술을 활용해 오탐율을 줄이고"}),
    ("docling/skipped_2pages.pdf", 4, {2: "[그림 4-3] 미래 보안기술 도출 과정"}),
    ("docling/right_to_left_01.pdf", 1, {1: "تعتبر البرمجة بلغة R و Python من الأدوات القوية"}),
    ("docling/table_mislabeled_as_picture.pdf", 1, {1: "They conduct or organize training sessions for staff lawyers"}),
    ("unstructured/copy-protected.pdf", 2, {1: "Recent advances in document image analysis (DIA)"}),
    ("unstructured/embedded-cmap-cidfont.pdf", 1, {1: "This text uses an embedded CMap and should be extractable"}),
    ("unstructured/fake-bold-sample.pdf", 1, {1: "BOLD TEXT SAMPLE"}),
    ("unstructured/korean-text-with-tables.pdf", 1, {1: "| 할인점 | 이마트, 이마트 트레이더스, 롯데마트, 홈플러스 |"}),
    ("unstructured/list-item-example.pdf", 2, {1: "What challenges may arise in development?"}),
    ("unstructured/multi-column.pdf", 13, {1: "Open-domain question answering relies on efficient passage retrieval"}),
    ("unstructured/negative-coords.pdf", 1, {1: "in total 67.3% of the total scope 3 carbon footprint."}),
    ("unstructured/rotated-page-90.pdf", 1, {1: "Second line of text here"}),
    ("unstructured/sample-presentation.pptx", 4, {1: "With a subtitle", 4: "| 2 | A2 | B2 | C2 |"}),
]  # fmt: skip
_IN_TEXT = [
    ("docling/content_control_with_picture.docx", "COVER TITLE INSIDE SDT"),
    ("docling/word_tables.docx", "| Cell 1.0 | Merged Cell 1.1 1.2 | |"),
    ("unstructured/csv-with-escaped-commas.csv", "| A | A | A | A,A | A |"),
    ("unstructured/semicolon-delimited.csv", "| ut labore | et, dolore | magna aliqua |"),
    ("unstructured/email-no-utf8-2008-07-16.062410.eml", "אם אוכל לעזור לך בשאלות מקצועיות גרידא, אשמח לסייע."),
    ("unstructured/example-steelJIS-datasheet.html", "| Bars | 890 | 1000 | 12 | 40 | |"),
    ("unstructured/example-steelJIS-datasheet-utf-16.html", "| Bars | 890 | 1000 | 12 | 40 | |"),
    (
        "unstructured/2023-half-year-analyses-by-segment.xlsx",
        "| Zone EUR | 9,467 | 1,570 | 1,373 | -197 | -5 | -140 | -414 |",
    ),
    ("unstructured/winter-sports.epub", "Winter Sports in Switzerland, by E. F. Benson"),
    ("unstructured/fake-email-attachment.msg", "- Lots of whitespace\n- Little to no content\n- and is a quick read"),
    ("unstructured/fake-email-with-cc-and-bcc.msg", "Cc: steve@unstructured.io; Date: 2024-07-29 16:38"),
    (
        "docling/docx_lists.docx",
        "2. WEEKEND ERRAND LIST\n  2.1 Market Stops\n    - Buy fresh bread from the corner bakery",
    ),
    ("docling/docx_list_resumed_numbering.docx", "- bullet two\n3. Third ordered item"),
    ("docling/word_tables.docx", "| Cell 2.0 | Merged Cell 1.1 2.1 | Cell 2.2 |"),
    ("unstructured/eng_spa_mult.rtf", "All human beings are born free and equal in dignity and rights."),
    ("unstructured/eng_spa_mult.odt", "All human beings are born free and equal in dignity and rights."),
]
_REFUSED = [
    ("docling/2206.01062_pg3.pdf", "it is encrypted and needs a password"),
    ("unstructured/password.pdf", "it is encrypted and needs a password"),
    ("unstructured/empty.xlsx", "no text in it"),
]


def read(path: str) -> Reading:
    assert FOLDER is not None
    file = FOLDER / path
    if not file.is_file():
        pytest.skip(f"{path} is not among the real files")
    return read_document(path, file.read_bytes(), "0" * 64)


@pytest.mark.parametrize(("path", "pages", "words"), _ON_PAGES, ids=[path for path, _, _ in _ON_PAGES])
def test_words_stand_on_the_page_where_they_are_printed(path: str, pages: int, words: dict[int, str]) -> None:
    reading = read(path)
    assert reading.pages == pages
    text = reading.document.text
    for page, expected in words.items():
        assert expected in text
        assert reading.document.page_at(text.index(expected)) == page


@pytest.mark.parametrize(("path", "words"), _IN_TEXT, ids=[path for path, _ in _IN_TEXT])
def test_words_and_rows_are_read_as_they_are_shown(path: str, words: str) -> None:
    assert words in read(path).document.text


@pytest.mark.parametrize(("path", "reason"), _REFUSED, ids=[path for path, _ in _REFUSED])
def test_what_cannot_be_read_says_why(path: str, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read(path)
    assert str(caught.value) == reason
