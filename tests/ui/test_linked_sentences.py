"""Links to a sentence live as long as the sentence: found where it was, elsewhere in its document, or said to be gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from kin_assistant.rendering import document_link
from tests.conftest import write_corpus
from tests.libraries import Library

FIRST = "The city gave baskets to a thousand households."
LINKED = "Waste fell by a fifth within three years."
OTHER = "A plant beside the river was closed."
DOCUMENT = f"# Baskets\n\n## Work\n\n{FIRST}\n\n## Results\n\n{LINKED}\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("library")
    corpus = write_corpus(folder / "corpus", {"baskets.md": DOCUMENT, "plant.md": f"# Plant\n\n{OTHER}\n"})
    library = Library(corpus, folder / "index")
    library.sync()
    return library


@pytest.fixture
def library(built: Library, tmp_path: Path) -> Iterator[Library]:
    with built.copied(tmp_path) as copy:
        yield copy


def link_of(library: Library, words: str = LINKED) -> str:
    """The address of the sentence, as an answer of now gives it."""
    assistant = library.open()
    start = assistant.document("baskets").text.index(words)
    return document_link("baskets", start=start, end=start + len(words), build_id=assistant.build.id, words=words)


def visit(library: Library, link: str) -> Any:
    from starlette.testclient import TestClient

    from kin_assistant.ui.served import Served
    from kin_assistant.ui.server import make_frame

    with TestClient(make_frame(Served(library.open()))) as client:
        return client.get(f"/{link.partition('#')[0]}")


def marked(page: Any) -> str:
    found = re.search(r"<mark[^>]*>(.*?)</mark>", page.text)
    return found[1] if found else ""


def changed(link: str, **values: str) -> str:
    parts = urlsplit(link)
    return f"{parts.path}?{urlencode({**dict(parse_qsl(parts.query)), **values})}"


def rewrite(library: Library, **files: str | None) -> None:
    for name, text in files.items():
        path = library.corpus / f"{name}.md"
        if text is None:
            path.unlink()
        else:
            path.write_text(text, "utf-8")
    library.sync()


def test_a_link_marks_its_sentence_and_says_nothing_more(library: Library) -> None:
    page = visit(library, link_of(library))
    assert marked(page) == LINKED
    assert "kin-notice" not in page.text


def test_a_link_lives_when_other_documents_change(library: Library) -> None:
    link = link_of(library)
    rewrite(library, plant="# Plant\n\nIt was opened again.\n", third="# Third\n\nA new document came.\n")
    page = visit(library, link)
    assert marked(page) == LINKED
    assert (
        "The library was rebuilt since this link was made. The marked sentence stands where it stood then." in page.text
    )


def test_a_sentence_that_moved_is_marked_where_it_stands(library: Library) -> None:
    link = link_of(library)
    rewrite(library, baskets=f"# Baskets\n\n## Results\n\n{LINKED}\n\n## Work\n\nIt began in 2004. {FIRST}\n")
    page = visit(library, link)
    assert marked(page) == LINKED
    assert "no longer stands where the link says. It is marked where it stands now." in page.text
    assert 'Marked: <a href="#cited">Results</a>' in page.text


def test_of_several_places_the_nearest_is_marked(library: Library) -> None:
    link = link_of(library)
    rewrite(library, baskets=f"# Baskets\n\n{LINKED}\n\n## Work\n\n{FIRST}\n\n## Results\n\nIn short: x.\n\n{LINKED}\n")
    page = visit(library, link)
    assert page.text.index("Results</h") < page.text.index("<mark")


def test_a_sentence_that_is_gone_is_said_to_be_gone(library: Library) -> None:
    link = link_of(library)
    rewrite(library, baskets=DOCUMENT.replace("a fifth", "a quarter"))
    page = visit(library, link)
    assert page.status_code == 200 and "<mark" not in page.text
    assert "The document no longer says the sentence that this link was made for, so nothing is marked." in page.text


def test_words_that_are_now_part_of_a_sentence_are_not_taken_for_one(library: Library) -> None:
    link = link_of(library)
    rewrite(library, baskets=DOCUMENT.replace(LINKED, f"Nobody holds that {LINKED[0].lower()}{LINKED[1:]}"))
    assert "<mark" not in visit(library, link).text


def test_a_document_that_is_gone_is_said_to_be_gone(library: Library) -> None:
    link = link_of(library)
    rewrite(library, baskets=None)
    page = visit(library, link)
    assert page.status_code == 404
    assert "The document that this link leads to is not, or no longer, in the library." in page.text


def test_a_link_of_a_foreign_build_is_looked_up_by_its_words(library: Library) -> None:
    page = visit(library, changed(link_of(library), build="<b>elsewhere"))
    assert marked(page) == LINKED
    assert "was rebuilt" in page.text and "<b>elsewhere" not in page.text


@pytest.mark.parametrize("fingerprint", ["0" * 16, "x", "<script>", "é" * 100])
def test_a_fingerprint_that_was_changed_marks_nothing(library: Library, fingerprint: str) -> None:
    page = visit(library, changed(link_of(library), quote=fingerprint))
    assert page.status_code == 200 and "<mark" not in page.text
    assert "This link was cut off or changed: no sentence of the document fits it" in page.text
    assert page.text.count("<script") == visit(library, link_of(library)).text.count("<script")


def test_a_place_that_was_changed_leads_to_the_sentence_all_the_same(library: Library) -> None:
    link = link_of(library)
    query = dict(parse_qsl(urlsplit(link).query))
    shifted = changed(link, start=str(int(query["start"]) - 5), end=str(int(query["end"]) - 5))
    page = visit(library, shifted)
    assert marked(page) == LINKED and "is marked where it stands now" in page.text


@pytest.mark.parametrize(("start", "end"), [("5", "2"), ("-1", "3"), ("0", "999999"), ("0", "0")])
def test_a_place_that_is_none_marks_nothing(library: Library, start: str, end: str) -> None:
    page = visit(library, changed(link_of(library), start=start, end=end))
    assert page.status_code == 200 and "<mark" not in page.text


def test_a_link_of_before_has_no_fingerprint_and_leads_on_within_its_build(library: Library) -> None:
    link = re.sub("&quote=[0-9a-f]+", "", link_of(library))
    assert marked(visit(library, link)) == LINKED
    rewrite(library, plant=None)
    page = visit(library, link)
    assert "<mark" not in page.text and "were rebuilt after this link was made" in page.text
