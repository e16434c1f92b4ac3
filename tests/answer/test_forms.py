"""An answer in another form: the same documents in other clothes, or a sentence that says why not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kin_assistant.answer.composer import Composer
from kin_assistant.answer.draft import Draft, DraftEntry, DraftSection
from kin_assistant.answer.evidence import Candidate, Evidence
from kin_assistant.answer.forms import lay_out_as_list, lay_out_as_table, shorten, take_form, widen
from kin_assistant.answer.talk import TalkResponder
from kin_assistant.policy import AnswerPolicy
from kin_assistant.question.query import Query
from tests.embedders import HashingEmbedder
from tests.form_library import SmallLibrary


def quote(library: SmallLibrary, words: str) -> Candidate:
    """The sentence with ``words`` as a candidate."""
    for row in range(len(library.search.library.document_of)):
        text = library.search.library.text_of(row)
        passage = library.search.library.passage(row)
        for sentence in passage.sentences:
            own = text[sentence.start - passage.start : sentence.end - passage.start]
            if words in own:
                document = library.search.library.document_row(row)
                return Candidate(row, document, sentence, own, 0.5, 0.5, frozenset(), 0.5)
    raise AssertionError(words)


@pytest.fixture
def draft(library: SmallLibrary) -> Draft:
    """Three quotes on Surabaya, the second of which leans on the first, and one on Cebu."""
    surabaya = [quote(library, words) for words in ("17,000 households", "free of charge", "10 dollars each")]
    return Draft(
        "quotes",
        (
            DraftSection(tuple(surabaya[:2]), "What the city did"),
            DraftSection((surabaya[2],), "Cost and finance"),
            DraftSection((quote(library, "900,000 pesos"),), "Cost and finance"),
        ),
        caveats=("Nothing was found for Penang.",),
    )


def test_a_list_has_the_same_quotes(draft: Draft) -> None:
    listed = lay_out_as_list(draft)
    assert listed is not None
    assert (listed.form, listed.candidates) == ("list", draft.candidates)
    assert lay_out_as_list(listed) is None


def test_what_leans_on_the_sentence_before_it_is_no_item(draft: Draft) -> None:
    assert lay_out_as_list(replace(draft, sections=draft.sections[:1])) is None


def test_a_list_names_the_rows_that_a_table_has_without_quotes(draft: Draft) -> None:
    sections = (*draft.sections, DraftSection(heading="Penang", remark="No evidence in the documents."))
    listed = lay_out_as_list(replace(draft, form="table", sections=sections))
    assert listed is not None
    assert listed.caveats[-1] == "Penang: No evidence in the documents."


def test_a_table_has_a_row_for_each_place(draft: Draft, library: SmallLibrary) -> None:
    table = lay_out_as_table(draft, library.search.library)
    assert table is not None
    assert table.form == "table"
    assert [(row.heading, len(row.candidates)) for row in table.sections] == [("Surabaya", 3), ("Cebu", 1)]
    assert sorted(one.text for one in table.candidates) == sorted(one.text for one in draft.candidates)
    assert lay_out_as_table(table, library.search.library) is None


def test_one_place_makes_no_table(draft: Draft, library: SmallLibrary) -> None:
    assert lay_out_as_table(replace(draft, sections=draft.sections[:2]), library.search.library) is None


def test_a_list_over_the_library_is_a_table_if_each_entry_has_its_quote(draft: Draft, library: SmallLibrary) -> None:
    first, *_, last = draft.candidates
    entries = (
        DraftEntry("Surabaya", (first.document,), "Indonesia", first),
        DraftEntry("Cebu", (last.document,), reason=last),
    )
    listed = Draft("entries", entries=entries)
    table = lay_out_as_table(listed, library.search.library)
    assert table is not None
    assert [(row.heading, row.remark) for row in table.sections] == [("Surabaya", "Indonesia"), ("Cebu", "")]
    assert (table.entries, table.candidates) == ((), [first, last])
    unequal = replace(listed, entries=(*entries, DraftEntry("Penang", ())))
    assert lay_out_as_table(unequal, library.search.library) is None
    assert shorten(listed) is None, "a list over the library is whole"


def test_a_portrait_is_cut_to_its_first_sentence_and_a_table_in_each_row(draft: Draft) -> None:
    short = shorten(draft)
    assert short is not None
    assert short.candidates == draft.candidates[:1]
    assert shorten(short) is None
    rows = shorten(replace(draft, form="table"))
    assert rows is not None
    assert [len(row.candidates) for row in rows.sections] == [1, 1, 1]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("shorter", "This answer cannot be made shorter."),
        ("more", "Nothing more that fits was found in the documents."),
        ("list", "This answer has too few sentences for a list."),
        ("table", "A table needs quotes on two places or documents, and this answer has them on one."),
    ],
)
def test_a_form_that_does_not_fit_is_said_so_above_what_there_is(draft: Draft, form: str, said: str) -> None:
    taken = take_form(draft, form, {})  # type: ignore[arg-type]
    assert taken == replace(draft, caveats=(said, *draft.caveats))


def test_a_refusal_has_no_form_and_what_has_it_already_needs_no_word(draft: Draft) -> None:
    assert take_form(Draft("quotes"), "list", {}).caveats == (
        "There is no answer that could be put into another form.",
    )
    assert take_form(Draft("words", said="Hello."), "list", {}).caveats == ()
    for had, wanted in (("table", "table"), ("list", "list"), ("entries", "list")):
        same = replace(draft, form=had)
        assert take_form(same, wanted, {}) is same  # type: ignore[arg-type]


def test_more_that_is_no_more_is_said_so(draft: Draft) -> None:
    assert take_form(draft, "more", {"more": lambda: draft}).caveats[0].startswith("Nothing more")


def test_more_is_bounded() -> None:
    policy = AnswerPolicy()
    wide = widen(policy)
    assert wide.selection.stretches == policy.form.times * policy.selection.stretches
    assert wide.overview.words == policy.form.times * policy.overview.words
    assert wide.selection.price_of_word < policy.selection.price_of_word
    assert wide.evidence == policy.evidence, "what is searched and read stays the same"


# What an answer is offered in


@pytest.fixture
def composer(library: SmallLibrary) -> Composer:
    talk = TalkResponder(HashingEmbedder(dimension=256), library.search.library.infos)
    return Composer(library.search, talk, library.records.fields_of, AnswerPolicy())


def read(library: SmallLibrary, query: Query) -> Evidence:
    ranking = library.search.retriever.rank(query)
    return library.search.reader.read(query, ranking, ranking.passages)


def test_shorter_quotes_less_of_each_place_and_more_quotes_more(library: SmallLibrary, composer: Composer) -> None:
    evidence = read(library, library.query("Why did Cebu and Surabaya make compost?"))
    draft = composer.compose_from_evidence(evidence, 60)
    forms = composer.find_forms(draft, evidence.query, evidence, 60, lambda query: read(library, query))
    assert list(forms) == ["shorter", "more", "list", "table"]
    short, more = forms["shorter"]().candidates, forms["more"]().candidates
    assert len(short) < len(draft.candidates) < len(more)
    named = [any(one.document in about for one in short) for about in evidence.query.about]
    assert named == [True, True], "neither place is left out"
    assert sum(len(one.text.split()) for one in more) <= 60 * AnswerPolicy().form.times


def test_one_sentence_is_offered_in_no_form_but_more(library: SmallLibrary, composer: Composer) -> None:
    evidence = read(library, library.query("What did the compost plant of Cebu cost?"))
    draft = composer.compose_from_evidence(evidence, 12)
    assert len(draft.candidates) == 1
    forms = composer.find_forms(draft, evidence.query, evidence, 12, lambda query: read(library, query))
    assert forms.keys() <= {"more"}
