"""The quotes of a brief after its documents have changed, and after somebody has changed the quotes."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kin_assistant.briefs.anchors import QuoteFinder, explain_states
from kin_assistant.briefs.brief import Brief, BriefSection, OwnText, Quote
from kin_assistant.errors import BriefError
from kin_assistant.rendering import brief_markdown
from kin_assistant.types import Source
from tests.briefs.conftest import LIBRARY, OpenLibrary

FEES = "cebu-compost-fees"
BOUGHT = "Cebu bought compost for its parks."


@pytest.fixture(scope="module")
def brief(library: OpenLibrary) -> Brief:
    return library.maker.propose("Compost")


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenLibrary]:
    """The library a year later: a sentence has moved, one is gone, a document is away."""
    texts = {
        **LIBRARY,
        "fees.md": LIBRARY["fees.md"]
        .replace("Compost in Cebu had no buyers before 2010.", "Few people in Cebu bought compost before 2010.")
        .replace("## What the city did\n", "## What the city did\nA law came first. "),
    }
    del texts["cebu.md"]
    opened = OpenLibrary(tmp_path_factory.mktemp("changed") / "index", texts, "later")
    yield opened
    opened.index.close()


def only(brief: Brief, quote: Quote) -> Brief:
    return brief.model_copy(update={"sections": (BriefSection(heading="Own", items=(quote,)),)})


def find(quotes: QuoteFinder, brief: Brief, quote: Quote) -> Quote:
    (found,) = quotes.find_again(only(brief, quote)).quotes
    return found


def quote_of(brief: Brief, words: str) -> Quote:
    return next(quote for quote in brief.quotes if quote.quote == words)


def test_in_the_same_documents_a_brief_is_opened_as_it_was(library: OpenLibrary, brief: Brief) -> None:
    assert library.quotes.find_again(brief) == brief
    assert explain_states(brief) == ()


def test_a_sentence_that_moved_within_its_document_is_found_there(changed: OpenLibrary, brief: Brief) -> None:
    before = quote_of(brief, BOUGHT)
    after = find(changed.quotes, brief, before)
    stored = changed.index.library
    assert after.state == "moved"
    assert after.start > before.start
    assert stored.document(stored.row_of(FEES)).text[after.start : after.end] == BOUGHT
    assert explain_states(only(brief, after)) == (f"Moved: “{BOUGHT}” now stands elsewhere in {FEES}.",)


def test_what_was_found_moved_is_exact_when_it_is_opened_next(changed: OpenLibrary, brief: Brief) -> None:
    moved = find(changed.quotes, brief, quote_of(brief, BOUGHT))
    assert find(changed.quotes, brief, moved).state == "exact"


def test_of_the_same_sentence_at_several_places_the_nearest_is_taken(library: OpenLibrary, brief: Brief) -> None:
    quote = quote_of(brief, BOUGHT)
    assert find(library.quotes, brief, quote.model_copy(update={"start": 0, "end": 3})).start == quote.start


def test_a_sentence_that_its_document_lost_is_gone_if_the_document_is_another(
    changed: OpenLibrary, brief: Brief
) -> None:
    quote = quote_of(brief, "Compost in Cebu had no buyers before 2010.").model_copy(
        update={"document_sha256": "1" * 64}
    )
    gone = find(changed.quotes, brief, quote)
    assert gone.state == "gone"
    assert gone.quote == quote.quote, "nothing is lost"
    assert explain_states(only(brief, gone))[0].startswith(f"Gone: {FEES} no longer says “Compost in Cebu")


def test_a_quote_of_a_document_that_is_away_is_gone(changed: OpenLibrary, brief: Brief) -> None:
    states = {quote.document_id: quote.state for quote in changed.quotes.find_again(brief).quotes}
    assert states["cebu-compost"] == "gone"


@pytest.mark.parametrize(
    "words",
    [
        "Cebu bought no compost for its parks.",
        "Cebu bought compost for its parks",
        "Cebu bought compost",
        "bought compost for its parks.",
        "Cebu bought  compost for its parks.",
        "cebu bought compost for its parks.",
        "",
    ],
)
def test_a_quote_that_was_changed_or_cut_is_no_quote(library: OpenLibrary, brief: Brief, words: str) -> None:
    quote = quote_of(brief, BOUGHT)
    altered = find(library.quotes, brief, quote.model_copy(update={"quote": words, "end": quote.start + len(words)}))
    assert altered.state == "altered"
    assert not altered.stands
    assert only(brief, altered).citations == ()
    assert explain_states(only(brief, altered))[0].startswith(f"Altered: {FEES} does not say “{words}")


def test_a_state_that_a_file_claims_is_not_believed(library: OpenLibrary, brief: Brief) -> None:
    lie = {"quote": "Cebu is the cleanest city.", "state": "exact", "title": "A prize for Cebu"}
    found = find(library.quotes, brief, quote_of(brief, BOUGHT).model_copy(update=lie))
    assert (found.state, found.title) == ("altered", "How compost is paid for in Cebu")


def test_two_sentences_that_stand_behind_each_other_are_a_quote(library: OpenLibrary, brief: Brief) -> None:
    both = quote_of(brief, BOUGHT).model_copy(update={"quote": f"{BOUGHT} It paid by the sack."})
    found = find(library.quotes, brief, both)
    assert found.state == "exact"
    assert found.end - found.start == len(found.quote)


def test_what_a_file_says_about_a_quote_is_replaced_by_what_the_document_says(
    library: OpenLibrary, brief: Brief
) -> None:
    true = quote_of(brief, BOUGHT)
    false = {
        "title": "A lie",
        "cities": ("Paris",),
        "heading": "Nowhere",
        "page": 99,
        "sources": (Source(title="None"),),
    }
    assert find(library.quotes, brief, true.model_copy(update=false)) == true


def test_own_text_stays_as_it_is(library: OpenLibrary, brief: Brief) -> None:
    section = BriefSection(heading="Own", items=(OwnText(text="We think so."), quote_of(brief, BOUGHT)))
    opened = library.quotes.find_again(brief.model_copy(update={"sections": (section,)}))
    assert opened.sections == (section,)


def test_a_brief_of_another_corpus_is_refused_with_its_name(library: OpenLibrary, brief: Brief) -> None:
    quote = quote_of(brief, BOUGHT).model_copy(update={"document_id": "elsewhere"})
    with pytest.raises(BriefError, match="It is a brief of “Other network”"):
        library.quotes.find_again(only(brief, quote).model_copy(update={"library": "Other network"}))
    with pytest.raises(BriefError, match="It is a brief of another corpus"):
        library.quotes.find_again(only(brief, quote))


def test_a_brief_without_quotes_can_be_opened_anywhere(changed: OpenLibrary, brief: Brief) -> None:
    empty = brief.model_copy(update={"sections": ()})
    assert changed.quotes.find_again(empty).build_id == "later"


def test_a_row_is_found_by_its_words_in_the_document_and_not_by_how_it_is_shown(tmp_path: Path, brief: Brief) -> None:
    table = "\n## Prices\n\n| City | Price of a sack | Buyer |\n|---|---|---|\n| Cebu | 5 pesos | |\n"
    opened = OpenLibrary(tmp_path / "index", {**LIBRARY, "fees.md": LIBRARY["fees.md"] + table})
    text = opened.index.library.document(opened.index.library.row_of(FEES)).text
    (row,) = re.findall(r"(?m)^\| Cebu .*$", text)
    start = text.index(row)
    quote = quote_of(brief, BOUGHT).model_copy(update={"quote": row, "start": start, "end": start + len(row)})
    found = find(opened.quotes, brief, quote)
    assert (found.state, found.quote) == ("exact", row)
    assert found.lead_in is not None and found.lead_in.text == "| City | Price of a sack | Buyer |"
    assert "> Cebu · Price of a sack: 5 pesos [1.1]" in brief_markdown(only(brief, found))
    kept = Brief.model_validate_json(only(brief, found).model_dump_json())
    assert find(opened.quotes, brief, kept.quotes[0]) == found
    shown = quote.model_copy(update={"quote": "Cebu · Price of a sack: 5 pesos"})
    assert not find(opened.quotes, brief, shown).stands
    opened.index.close()


def test_a_thousand_quotes_of_a_letter_in_a_long_document_are_looked_for_in_a_moment(
    tmp_path: Path, brief: Brief
) -> None:
    """Whoever pastes such a brief into the page must not hold up the others."""
    long = LIBRARY["fees.md"] + "\n\n".join(f"Evergreen trees were seen in the street {i}." for i in range(4000))
    opened = OpenLibrary(tmp_path / "index", {**LIBRARY, "fees.md": long}, "long")
    letter = quote_of(brief, BOUGHT).model_copy(update={"quote": "e"})
    hostile = brief.model_copy(update={"sections": (BriefSection(heading="Own", items=(letter,) * 1000),)})
    started = time.process_time()
    found = opened.quotes.find_again(hostile)
    assert time.process_time() - started < 10
    assert {quote.state for quote in found.quotes} == {"altered"}
    opened.index.close()
