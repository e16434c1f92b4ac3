"""From a document to passages: whole sentences, each once, never longer than the model reads."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kin_assistant.corpus.files import read_bytes, walk
from kin_assistant.documents.passages import MAX_PIECES, split_document, split_sentences
from kin_assistant.documents.readers.composition import TextComposer
from kin_assistant.documents.reading import SUFFIXES, read_document
from kin_assistant.errors import DocumentError
from kin_assistant.models.embedder import Embedder
from kin_assistant.types import Document, Passage
from tests.doubles import SURABAYA
from tests.embedders import HashingEmbedder


def document_of(body: str, path: str = "a.md") -> Document:
    return read_document(path, body.encode(), "0" * 64).document


def split(document: Document) -> list[Passage]:
    return split_document(document, HashingEmbedder().count_pieces)


def quotes_of(document: Document, passage: Passage) -> list[str]:
    return [document.text[sentence.start : sentence.end] for sentence in passage.sentences]


def check(document: Document, passages: list[Passage], embedder: Embedder) -> None:
    """What holds for the passages of any document."""
    text = document.text
    sentences = [sentence for passage in passages for sentence in passage.sentences]
    for passage in passages:
        assert passage.sentences
        assert (passage.start, passage.end) == (passage.sentences[0].start, passage.sentences[-1].end)
        assert passage.document_id == document.id
    for sentence in sentences:
        quote = text[sentence.start : sentence.end]
        assert quote
        assert quote == quote.strip()
    assert all(earlier.end <= later.start for earlier, later in pairwise(sentences)), "in order, none twice"
    covered = {position for sentence in sentences for position in range(sentence.start, sentence.end)}
    for block in document.blocks:
        inside = [position for position in range(block.start, block.end) if not text[position].isspace()]
        if block.kind == "heading":
            assert covered.isdisjoint(inside), "headings are not quoted"
        else:
            assert covered.issuperset(inside), "every word is in a sentence"
    assert len({passage.id for passage in passages}) == len(passages)
    embedded = [f"{passage.context}\n{text[passage.start : passage.end]}" for passage in passages]
    assert all(pieces + 2 <= MAX_PIECES for pieces in embedder.count_pieces(embedded))


def test_passages_of_the_shipped_corpus_are_whole_and_none_is_longer_than_the_model_reads(
    shipped_corpus: Path, model: Embedder
) -> None:
    files = walk(shipped_corpus, SUFFIXES).files
    assert len(files) > 100
    for file in files:
        document = read_document(file.path, read_bytes(shipped_corpus, file.path), file.sha256).document
        check(document, split_document(document, model.count_pieces), model)


_WORDS = st.one_of(
    st.sampled_from(
        ["waste", "fell", "by", "3.5", "per", "cent.", "Dr.", "In", "2005,", "It", "rose!", "ended:", "|", "[1]"]
    ),
    st.text(alphabet="abcXYZ\u00e9", min_size=1, max_size=12),
    st.text(alphabet="\u5317\u4e5d\u5dde\u5e02\u3002", min_size=1, max_size=40),
    st.text(alphabet="\ud55c\uad6d\uc5b4\uad34\uc73c", min_size=1, max_size=40),
    st.text(alphabet="0123456789,.-/%$", min_size=1, max_size=30),
    st.text(min_size=1, max_size=20),
    st.builds(lambda char, length: char * length, st.sampled_from("ax.-\u00fc"), st.integers(50, 400)),
)
_TEXTS = st.one_of(
    st.lists(_WORDS, min_size=1, max_size=30).map(" ".join),
    # One sentence far beyond what fits a passage.
    st.builds(
        lambda words, times: " ".join(words * times), st.lists(_WORDS, min_size=1, max_size=4), st.integers(20, 120)
    ),
)
_BLOCKS = st.lists(
    st.tuples(st.sampled_from(["heading", "paragraph", "item", "row", "header_row"]), _TEXTS), max_size=8
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(blocks=_BLOCKS, title=st.text(max_size=300))
def test_passages_of_any_document_are_whole_and_fit(model: Embedder, blocks: list[tuple[str, str]], title: str) -> None:
    composer = TextComposer()
    for kind, text in blocks:
        if kind in ("row", "header_row"):
            composer.add_row(text.split("|"), header=kind == "header_row")
        else:
            composer.add(kind, text, level=1, marker="- " if kind == "item" else "")
    composition = composer.finish()
    document = Document(
        id="a", path="a.md", sha256="0" * 64, title=title, text=composition.text, blocks=composition.blocks
    )  # fmt: skip
    check(document, split_document(document, model.count_pieces), model)


def test_a_long_korean_sentence_is_cut_to_what_the_model_reads(model: Embedder) -> None:
    # One Hangul syllable is up to three word pieces.
    document = document_of("\uae30\ud0c0\ud050\uc288 \ud658\uacbd \ud611\ub825 \ub124\ud2b8\uc6cc\ud06c " * 12)
    check(document, split_document(document, model.count_pieces), model)


def test_the_heading_of_a_passage_is_its_path_without_the_title() -> None:
    passages = split(document_of("# Title\n\nOne.\n\n## Results\n\n### Waste\n\nTwo.\n\n## Lessons\n\nThree.\n"))
    assert [passage.heading for passage in passages] == ["", "Results > Waste", "Lessons"]


def test_no_passage_crosses_a_heading_or_a_page() -> None:
    document = document_of("First words here.\fSecond words here.\f\nA heading\n\nThird words here.", "a.txt")
    assert [(passage.page, quotes_of(document, passage)) for passage in split(document)] == [
        (1, ["First words here."]),
        (2, ["Second words here."]),
        (3, ["Third words here."]),
    ]


def test_the_context_names_title_places_and_section() -> None:
    passages = split(document_of(SURABAYA))
    assert passages[1].context == "Household composting in Surabaya. Surabaya, Indonesia. Results"


def test_a_context_that_is_too_long_gives_up_its_least_telling_parts_first() -> None:
    cities = ", ".join(f"Longcityname{number}" for number in range(60))
    (passage,) = split(document_of(f"---\ntitle: Short title\ncities: [{cities}]\n---\n## Results\n\nText.\n"))
    assert passage.context == "Short title. Results"
    (passage,) = split(document_of(f"---\ntitle: {'endless ' * 200}\n---\n## Results\n\nText.\n"))
    assert passage.context.startswith("endless endless")
    assert len(passage.context) <= 120


def test_long_sections_are_cut_into_parts_of_about_equal_length() -> None:
    document = document_of(
        "\n\n".join(f"Sentence number {number} says a few words about waste." for number in range(60))
    )
    lengths = [passage.end - passage.start for passage in split(document)]
    assert len(lengths) >= 3
    assert min(lengths) > 0.6 * max(lengths)


def test_items_and_rows_know_what_introduces_them() -> None:
    document = document_of(
        "The city did this:\n\n- sorted waste\n- sold compost\n\nThat was all.\n\n| Year | Tons |\n|---|---|\n| 2005 | 3 |\n"
    )
    introduced = {
        document.text[sentence.start : sentence.end]: document.text[slice(*sentence.lead_in)]
        if sentence.lead_in
        else None
        for passage in split(document)
        for sentence in passage.sentences
    }
    assert introduced == {
        "The city did this:": None,
        "sorted waste": "The city did this:",
        "sold compost": "The city did this:",
        "That was all.": None,
        "| Year | Tons |": None,
        "| 2005 | 3 |": "| Year | Tons |",
    }


def test_a_run_in_heading_stays_with_its_sentence() -> None:
    document = document_of("**Results.** Waste fell. It rose.\n")
    assert quotes_of(document, split(document)[0]) == ["Results. Waste fell.", "It rose."]


def test_ids_depend_on_document_place_and_words() -> None:
    first = split(document_of("Same words.", "a.md"))[0].id
    assert split(document_of("Same words.", "a.md"))[0].id == first
    assert split(document_of("Same words.", "b.md"))[0].id != first
    assert split(document_of("Some words.", "a.md"))[0].id != first
    assert split(document_of("Other.\n\n# H\n\nSame words.", "a.md"))[1].id != first


def test_a_document_of_headings_has_no_passages() -> None:
    assert split(document_of("# One\n\n## Two\n")) == []


@pytest.mark.parametrize(
    "sentences",
    [
        ["Dr. Tan met Mr. Lee.", "They agreed."],
        ["Waste fell by 3.5 per cent.", "It rose later."],
        ["It cost US$ 1.2 million.", "In 2005 it fell."],
        ["Use waste, e.g. leaves, i.e. green waste.", "Then stop."],
        ["See No. 5 and Fig. 3 for it.", "Then stop."],
        ["Smith et al. found it.", "Then they stopped."],
        ["The U.S. agency helped St. Petersburg.", "It paid."],
        ["What now?", "Nothing!", "Good."],
        ["It covers approx. 5 km of the river.", "The rest follows."],
        ["The model of Sto. Tomas was copied.", "So was Sta. Rosa."],
        ["Only one sentence, without an end"],
    ],
)
def test_sentences_end_where_a_reader_would_end_them(sentences: list[str]) -> None:
    text = " ".join(sentences)
    assert [text[start:end] for start, end in split_sentences(text)] == sentences


@given(st.text(max_size=300))
def test_sentences_lose_nothing_but_white_space(text: str) -> None:
    spans = split_sentences(text)
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))
    assert "".join("".join(text[start:end] for start, end in spans).split()) == "".join(text.split())


def test_a_table_without_a_header_has_not_that_of_the_table_before() -> None:
    composer = TextComposer()
    for rows, header in (([["City", "Tonnes"], ["Cebu", "470"]], True), ([["Staff", "12"]], False)):
        composer.start_table()
        for number, row in enumerate(rows):
            composer.add_row(row, header=header and number == 0)
    composition = composer.finish()
    document = document_of("Text.").model_copy(update={"text": composition.text, "blocks": composition.blocks})
    sentences = [sentence for passage in split(document) for sentence in passage.sentences]
    texts = [composition.text[sentence.start : sentence.end] for sentence in sentences]
    assert texts == ["| City | Tonnes |", "| Cebu | 470 |", "| Staff | 12 |"]
    assert sentences[1].lead_in == (sentences[0].start, sentences[0].end)
    assert sentences[2].lead_in is None


# Floods: what no ordinary text is like costs no more than its length


class Counting:
    """Counts pieces as the double does, and the characters that it is given."""

    def __init__(self) -> None:
        self.characters = 0
        self.longest = 0

    def __call__(self, texts: Sequence[str]) -> list[int]:
        self.characters += sum(map(len, texts))
        self.longest = max([self.longest, *map(len, texts)])
        return HashingEmbedder().count_pieces(texts)


def plain(text: str, *, heading: str = "") -> Document:
    """A document of one paragraph, as it stands, under a heading if one is given."""
    composer = TextComposer()
    if heading:
        composer.add("heading", heading, level=1)
    composer.add("paragraph", text)
    composition = composer.finish()
    return document_of("Words.").model_copy(update={"text": composition.text, "blocks": composition.blocks})


@pytest.mark.parametrize(
    "unit", ["waste ", "!", "e.g. ", "A. ", "\u201c", "'", "a, b and c ", "\u6c34", "x" * 50 + " "]
)
def test_a_paragraph_without_end_is_split_in_time_that_grows_with_its_length(unit: str) -> None:
    text = (unit * (200_000 // len(unit))).strip()
    counted = Counting()
    document = plain(text)
    passages = split_document(document, counted)
    assert counted.characters < 6 * len(text)
    assert counted.longest <= 10_000
    assert max(passage.end - passage.start for passage in passages) <= 30_000
    check(document, passages, HashingEmbedder())


def test_a_word_without_end_is_cut() -> None:
    """To a model that knows it not, it is a single piece however long it is."""
    document = plain("a" * 100_000 + " and more.")
    passages = split_document(document, lambda texts: [len(text.split()) for text in texts])
    assert max(sentence.end - sentence.start for passage in passages for sentence in passage.sentences) <= 10_000
    assert max(passage.end - passage.start for passage in passages) <= 30_000
    assert "".join(quote for passage in passages for quote in quotes_of(document, passage)).count("a") == 100_001


def test_many_quotation_marks_take_no_quadratic_time() -> None:
    text = "\u201c" * 200_000
    started = time.process_time()
    assert split_sentences(text) == [(0, len(text))]
    assert time.process_time() - started < 20, "in one piece it takes minutes"


def test_in_a_long_paragraph_sentences_end_where_they_do_in_short_ones(shipped_corpus: Path) -> None:
    """Given at once, the splitter would take one quotation mark that is not closed for the end of all sentences."""
    paragraphs = [
        document.text[block.start : block.end]
        for file in walk(shipped_corpus, SUFFIXES).files
        for document in [read_document(file.path, read_bytes(shipped_corpus, file.path), file.sha256).document]
        for block in document.blocks
        if block.kind == "paragraph"
    ]
    text = " ".join(paragraphs)
    assert len(text) > 200_000
    expected, start = set(), 0
    for paragraph in paragraphs:
        expected |= {start + sentence for sentence, _ in split_sentences(paragraph)}
        start += len(paragraph) + 1
    found = {sentence for sentence, _ in split_sentences(text)}
    assert len(found ^ expected) < len(expected) / 50


def test_a_heading_without_end_is_not_repeated_for_every_passage() -> None:
    composer = TextComposer()
    composer.add("heading", "word " * 20_000, level=1)
    for number in range(200):
        composer.add("heading", f"Section {number}", level=2)
        composer.add("paragraph", f"It has {number} words.")
    composition = composer.finish()
    document = document_of("Words.").model_copy(update={"text": composition.text, "blocks": composition.blocks})
    counted = Counting()
    passages = split_document(document, counted)
    assert counted.characters < 2 * len(document.text)
    assert max(len(passage.heading) for passage in passages) < 1_100


def test_a_run_in_heading_of_many_sentences_is_one_sentence_with_the_next() -> None:
    text = "Go. " * 2_000 + "Then stop. And rest."
    document = plain(text)
    block = document.blocks[0].model_copy(update={"lead": 8_000})
    passages = split(document.model_copy(update={"blocks": (block,)}))
    assert quotes_of(document, passages[-1])[-1] == "And rest."
    assert document.text[: passages[0].sentences[0].end].startswith("Go. Go.")


def test_more_sentences_than_are_wanted_are_refused() -> None:
    document = plain("Go on. " * 100)
    assert split_document(document, HashingEmbedder().count_pieces, most_sentences=100)
    with pytest.raises(DocumentError, match="more than 99 sentences, the most that are read"):
        split_document(document, HashingEmbedder().count_pieces, most_sentences=99)
