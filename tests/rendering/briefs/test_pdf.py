"""A brief as a PDF file: every quote whole in its text, bookmarks, links, fonts for many letters, codes for what none draws."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from time import perf_counter

import pytest
from pypdf import PdfReader

from kin_assistant.briefs.brief import Brief, BriefSection, OwnText
from kin_assistant.rendering import brief_pdf
from kin_assistant.rendering.briefs.fonts import split_by_font
from kin_assistant.types import Source
from tests.rendering.briefs.conftest import HOSTILE_LINES, LINK, SHOWN, brief_of, quote_of, row_of

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def opened(brief: Brief) -> PdfReader:
    return PdfReader(io.BytesIO(brief_pdf(brief, NOW)))


def words_in(brief: Brief) -> str:
    """All words of the file, with one space between them."""
    return " ".join(" ".join(page.extract_text() for page in opened(brief).pages).split())


def links_in(file: PdfReader) -> tuple[list[str], list[str]]:
    """The addresses that links lead to, and the words of the pages that links within the file lead to."""
    found = [note.get_object() for page in file.pages for note in page.get("/Annots", ())]
    within = [one["/Dest"][0].idnum for one in found if "/Dest" in one]
    texts = {page.indirect_reference.idnum: page.extract_text() for page in file.pages if page.indirect_reference}
    return [str(one["/A"]["/URI"]) for one in found if "/A" in one], [texts[number] for number in within]


def test_headings_are_numbered_and_bookmarks(brief: Brief) -> None:
    titles = [one if isinstance(one, list) else one.title for one in opened(brief).outline]
    assert titles[:3] == ["1. What peers did", "2. References", "Annex: all quotes"]
    assert [one.title for one in titles[3]] == ["[1] Waste in cebu", "[2] Waste in bago"]


def test_every_quote_and_own_text_is_in_it_and_what_is_no_quote_is_not(brief: Brief) -> None:
    words = words_in(brief)
    assert all(citation.quote in words for citation in brief.citations)
    assert "We looked at two peers." in words and "Both are ports." in words
    assert "nobody wrote" not in words and "last year" not in words
    assert words.count("is left out") == 2


def test_numbers_lead_into_the_annex_and_sources_to_their_address(brief: Brief) -> None:
    addresses, pages = links_in(opened(brief))
    assert set(addresses) == {LINK}
    assert len(pages) == len(brief.citations)
    assert all("Results; page 3" in page or "Results; characters" in page for page in pages)


def test_pages_are_numbered_and_the_file_says_when_it_was_written_and_what_it_is(brief: Brief) -> None:
    file = opened(brief)
    assert [page.extract_text().split()[0] for page in file.pages] == [str(n) for n, _ in enumerate(file.pages, 1)]
    assert file.metadata is not None
    assert (file.metadata.title, file.metadata.creation_date) == ("Compost for Lahore", NOW)


def test_the_same_brief_gives_the_same_file(brief: Brief) -> None:
    assert brief_pdf(brief, NOW) == brief_pdf(brief, NOW)


@pytest.mark.parametrize(
    "words",
    [
        "Thành phố Đà Nẵng và Thừa Thiên Huế có 85% chất thải.",
        "กรุงเทพมหานคร",
        "上海的垃圾分类。",
        "北九州市のごみ処理。",
        "서울특별시",
        "臺北市",
        "Ürümqi, São Paulo, Nukuʻalofa, Malmö: 5 µg/m³ at 30 °C.",
    ],
)
def test_letters_of_many_languages_are_real_text(words: str) -> None:
    assert "".join(words.split()) in "".join(words_in(brief_of(quote_of("cebu", words))).split())


def test_letters_of_the_text_are_part_of_the_file(brief: Brief) -> None:
    more = brief_of(quote_of("cebu", "Đà Nẵng กรุงเทพ"))
    fonts = [font.get_object() for page in opened(more).pages for font in page["/Resources"]["/Font"].values()]
    own = {str(one["/BaseFont"]).partition("+")[2] for one in fonts if "/FontFile2" in one.get("/FontDescriptor", {})}
    assert own == {"NotoSans-Regular", "NotoSansThai-Regular"}


def test_what_no_font_draws_stands_as_a_code_and_the_first_page_says_so(brief: Brief) -> None:
    words = words_in(brief_of(quote_of("cebu", "The word \u0627\u0627\u0643 stands here.")))
    assert "The word [U+0627][U+0627][U+0643] stands here." in words
    assert "2 characters of this text cannot be drawn in a PDF file and stand as codes: [U+0627], [U+0643]." in words
    assert "cannot be drawn" not in words_in(brief)


def test_runs_of_fonts_lose_no_character() -> None:
    words = "Hải Phòng 北九州市のごみ กทม \u0627 서울 \U0001f600"
    runs = list(split_by_font(words))
    assert "".join(run.words for run in runs) == words
    assert [run.words for run in runs if not run.font] == ["\u0627", "\U0001f600"]


@pytest.mark.parametrize("words", HOSTILE_LINES)
def test_hostile_words_are_text_everywhere(words: str) -> None:
    source = Source(title=words, publisher=words, url="javascript:alert(1)")
    brief = brief_of(OwnText(text=words), quote_of("cebu", words, title=words, sources=(source,)), title=words)
    file = opened(brief)
    assert links_in(file)[0] == []
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(file.trailer["/Root"])


def test_a_row_is_shown_with_the_heads_of_its_columns() -> None:
    assert SHOWN in words_in(brief_of(row_of()))


def test_a_quote_stands_whole_on_one_page_if_a_page_can_hold_it() -> None:
    long = " ".join(f"word{n}" for n in range(300))
    brief = brief_of(*(quote_of("cebu", f"{long} {n}.", n * 5_000) for n in range(8)))
    pages = [" ".join(page.extract_text().split()) for page in opened(brief).pages]
    assert all(any(quote.quote in page for page in pages) for quote in brief.quotes)


def test_a_quote_and_own_text_longer_than_a_page_are_broken() -> None:
    long = " ".join(f"word{n}" for n in range(3_000))
    words = words_in(brief_of(quote_of("cebu", long), OwnText(text=long)))
    assert words.count("word2999") == 3


def test_a_brief_without_quotes_has_no_annex() -> None:
    assert "Annex" not in words_in(brief_of(OwnText(text="Nothing yet.")))


def test_a_brief_of_ten_sections_takes_less_than_five_seconds() -> None:
    quotes = [quote_of(f"d{n % 8}", f"Sentence {n} of a document.", n * 40) for n in range(60)]
    sections = tuple(BriefSection(heading=f"Section {n}", items=tuple(quotes[n * 6 : n * 6 + 6])) for n in range(10))
    brief = brief_of().model_copy(update={"sections": sections})
    started = perf_counter()
    words = words_in(brief)
    assert perf_counter() - started < 5
    assert all(quote.quote in words for quote in quotes)
