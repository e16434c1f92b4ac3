"""What is rendered is safe, and is what the documents say."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from kin_assistant.errors import KinError
from kin_assistant.rendering import (
    answer_html,
    answer_json,
    answer_markdown,
    document_html,
    evidence_html,
    external_link,
    period,
    places,
    plain,
    reference_list,
    refusal_html,
    section_at,
    verified,
)
from kin_assistant.rendering.layout import lay_out
from kin_assistant.rendering.markdown import escape_markdown
from kin_assistant.types import (
    Answer,
    AnswerSentence,
    Block,
    Citation,
    Document,
    DocumentInfo,
    Filters,
    LeadIn,
    NearDocument,
    NearSentence,
    Retrieved,
    Section,
    Source,
    SourceMark,
)
from kin_assistant.ui.conversation import conversation_html
from kin_assistant.ui.turns import Turn
from tests.doubles import QUESTION, UNKNOWN, AssistantDouble
from tests.hostile.markup import HOSTILE

ALLOWED = {
    "a": {"class", "href", "id", "target", "rel", "title", "aria-label", "data-number"}
    | {"data-kin-read", "data-kin-cite", "data-kin-back"},
    "article": {"class", "id", "aria-labelledby", "data-kin-kept"},
    "aside": {"class", "aria-live", "aria-labelledby"},
    "blockquote": {"class"},
    "button": {"type", "class", "data-kin-fill", "data-kin-ask", "data-kin-verdict", "data-kin-copy", "data-kin-file"}
    | {"data-kin-change", "data-kin-address", "data-kin-retry", "data-kin-whole", "data-kin-link", "data-kin-edit"}
    | {"data-kin-brief", "data-kin-watch"},
    "details": {"class"},
    "div": {"class", "id", "tabindex", "role", "aria-label", "aria-live", "data-kin-from", "data-kin-markdown", "data-kin-turn"}
    | {"data-kin-rich", "data-kin-text"},
    "h2": {"class", "id"},
    "h3": {"class", "id"},
    "h4": {"class"},
    "input": {"id", "type", "autocomplete", "data-kin-find"},
    "label": {"for"},
    "li": {"class", "id", "tabindex", "data-kin-words"},
    "mark": {"id", "tabindex"},
    "ol": {"class"},
    "p": {"class", "role", "hidden", "data-kin-found"},
    "q": set(),
    "section": {"class"},
    "span": {"class", "role", "aria-hidden"},
    "strong": set(),
    "summary": set(),
    "ul": {"class"},
}  # fmt: skip


class Tags(HTMLParser):
    """Collects what a browser would make elements of."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text = ""
        self.other: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag != "input":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.other.append(data)

    def handle_decl(self, decl: str) -> None:
        self.other.append(decl)

    def unknown_decl(self, data: str) -> None:
        self.other.append(data)

    def handle_pi(self, data: str) -> None:
        self.other.append(data)


def parse(markup: str) -> Tags:
    parser = Tags()
    parser.feed(str(markup))  # cut in pieces, Markup would escape its own text
    parser.close()
    assert parser.open == [], "an element was left open"
    return parser


def hostile_document(words: str) -> Document:
    text = f"{words} {words}"
    source = Source(title=words, publisher=words, year=2000, url=words)
    return Document(
        id=words, path=words, sha256="0", title=words, cities=(words,), countries=(words,), region=words, themes=(words,),
        years=(2000, 2001), sources=(source, Source(title=words, url=f"https://example.org/{words}")), compiled=words, text=text,
        blocks=(Block(kind="paragraph", start=0, end=len(text), lead=3),), marks=(SourceMark(at=len(words), sources=(1, 2)),),
    )  # fmt: skip


def hostile_answer(words: str, *, abstained: bool = False) -> Answer:
    document = hostile_document(words)
    citation = Citation(
        number=1, passage_id=words, document_id=words, title=words, cities=(words,), countries=(words,), years=words,
        heading=words, page=3, start=0, end=len(words), quote=words, sources=document.sources,
    )  # fmt: skip
    near = NearSentence(start=0, end=len(words), quote=words)
    return Answer(
        id=words, question=words, standalone_question=f"{words}!", abstained=abstained, reason=words if abstained else None,
        notes=(words, f"{words} [1]"), caveats=(words,), leans=True, carried=() if abstained else (words,), other_forms=("list",),
        sentences=() if abstained else (AnswerSentence(text=words, citations=(1,)),),
        citations=() if abstained else (citation,),
        also_retrieved=(Retrieved(passage_id="p", document_id="other", score=0),),
        nearest=(NearDocument(document_id=words, title=words, cities=(words,), sentences=(near,)),), confidence=0, build_id=words,
    )  # fmt: skip


def everything_rendered(words: str) -> str:
    document = hostile_document(words)
    infos = {words: document.info, "other": document.info.model_copy(update={"id": "other"})}
    answer, refusal = hostile_answer(words), hostile_answer(words, abstained=True)
    turns = [Turn("q1", words, Filters(city=(words,)), answer), Turn("q2", words, Filters(), fault=words)]
    turns.append(Turn("q3", words, Filters(), refusal, change="alone"))
    return "".join(
        (
            answer_html(answer),
            refusal_html(refusal),
            evidence_html(answer, infos),
            document_html(document, (0, len(words))),
            conversation_html(turns, infos),
        )
    )


@pytest.mark.parametrize("words", HOSTILE)
def test_no_hostile_words_become_elements(words: str) -> None:
    parsed = parse(everything_rendered(words))
    assert parsed.other == []
    for tag, attributes in parsed.tags:
        assert tag in ALLOWED
        assert attributes.keys() <= ALLOWED[tag], tag
        href = attributes.get("href", "#")
        assert href.startswith(("#", "documents/", "https://example.org/", "https://evil.example/leak"))
        if href.startswith("http"):
            assert attributes["rel"] == "noopener noreferrer"
            assert attributes["target"] == "_blank"


def test_the_allow_list_has_no_way_to_load_anything() -> None:
    assert not {"img", "script", "style", "iframe", "object", "embed", "link", "svg", "video", "form"} & ALLOWED.keys()
    assert not any(
        name.startswith("on") or name in {"src", "style", "srcset"} for names in ALLOWED.values() for name in names
    )


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_words_in_markdown(words: str) -> None:
    from markdown_it import MarkdownIt

    for answer in (hostile_answer(words), hostile_answer(words, abstained=True)):
        html = MarkdownIt("commonmark", {"html": True}).enable("table").render(answer_markdown(answer))
        tags = {tag for tag, _ in parse(html).tags}
        assert tags <= {"h1", "h2", "p", "blockquote", "strong", "ul", "li", "a"}
        addresses = re.findall(r'href="([^"]*)"', html)
        assert all(address.startswith(("https://example.org/", "https://evil.example/leak")) for address in addresses)


@pytest.mark.parametrize("words", HOSTILE)
def test_plain_text_has_no_control_or_direction_characters(words: str) -> None:
    shown = plain(words)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]", shown)
    assert plain(shown) == shown
    shown.encode()


def test_plain_keeps_what_belongs_to_words() -> None:
    assert plain("Qualität, 21 m³\tCO₂\nنمی\u200cدانم") == "Qualität, 21 m³\tCO₂\nنمی\u200cدانم"
    assert plain("a\x1b[31mred\x1b[0m b") == "ared b"


def test_only_addresses_that_are_what_they_seem_become_links() -> None:
    for url in ("http://example.org", "https://example.org/a?b=c&d=%20#e"):
        assert external_link(Source(title="t", url=url)) == url
    for url in (
        None, "", "ftp://example.org", "javascript:alert(1)", "//example.org", "https://", "https://good.example@evil.example",
        "https://example.org/a b", 'https://example.org/"x', "https://[::1", "https://example.org/\u202e", "data:text/html,x",
    ):  # fmt: skip
        assert external_link(Source(title="t", url=url)) is None


# What is said


@pytest.fixture
def assistant() -> AssistantDouble:
    return AssistantDouble()


@pytest.fixture
def infos(assistant: AssistantDouble) -> dict[str, DocumentInfo]:
    return {info.id: info for info in assistant.documents}


def test_quotes_are_grouped_under_their_document(assistant: AssistantDouble) -> None:
    text = parse(answer_html(assistant.ask(QUESTION))).text
    assert text.index("Surabaya, Indonesia (2001-2011) - Household composting in Surabaya") < text.index(
        "IGES reported"
    )
    assert text.count("Household composting in Surabaya") == 1
    assert "Notes of a meeting" in text


def test_each_number_leads_to_its_evidence_and_back(assistant: AssistantDouble, infos: dict[str, DocumentInfo]) -> None:
    answer = assistant.ask(QUESTION, id="q7")
    tags = parse(answer_html(answer) + evidence_html(answer, infos)).tags
    ids = {attributes["id"] for _, attributes in tags if "id" in attributes}
    targets = {attributes["href"][1:] for _, attributes in tags if attributes.get("href", "").startswith("#")}
    assert targets == ids
    assert len(ids) == 2 * len(answer.citations)


def test_the_evidence_has_one_card_for_each_document(
    assistant: AssistantDouble, infos: dict[str, DocumentInfo]
) -> None:
    answer = assistant.ask(QUESTION)
    parsed = parse(evidence_html(answer, infos))
    assert sum(tag == "article" for tag, _ in parsed.tags) == 2
    for citation in answer.citations:
        assert citation.quote in parsed.text
    assert "after IGES 2009" in parsed.text
    assert parsed.text.count("no source named for this sentence") == 1, "a document without sources speaks for itself"
    assert "compiler's reading" not in parsed.text
    assert "Also read, not quoted (1)How Kitakyushu cleaned its air" in parsed.text


def test_a_compilers_reading_is_named_as_such(assistant: AssistantDouble, infos: dict[str, DocumentInfo]) -> None:
    answer = assistant.ask(QUESTION)
    read = answer.citations[3].model_copy(update={"origin": "compiler"})
    answer = answer.model_copy(update={"citations": (*answer.citations[:3], read, *answer.citations[4:])})
    assert parse(evidence_html(answer, infos)).text.count("compiler's reading") == 1
    assert reference_list(answer)[3].endswith("Results. Compiler's reading.")
    assert answer_json(answer)["citations"][3]["origin"] == "compiler"


def test_all_sources_of_a_quote_are_named(assistant: AssistantDouble, infos: dict[str, DocumentInfo]) -> None:
    answer = assistant.ask(QUESTION)
    both = answer.citations[0].model_copy(update={"sources": assistant.document("surabaya-composting").sources})
    answer = answer.model_copy(update={"citations": (both, *answer.citations[1:])})
    assert "after IGES 2009, PEMSEA 2011" in parse(evidence_html(answer, infos)).text
    assert re.search(r"After IGES, 2009, .*; PEMSEA, 2011, ", reference_list(answer)[0])


@pytest.mark.parametrize("words", ["2002-2006 in Bago", "5% - 10%", "24.9 per cent", "3=3", "a - b"])
def test_markdown_has_no_escape_sign_that_it_does_not_need(words: str) -> None:
    assert escape_markdown(words) == words


@pytest.mark.parametrize(
    ("words", "escaped"), [("2. The city", "2\\. The city"), ("- item", "\\- item"), ("# x", "\\# x")]
)
def test_what_would_begin_a_list_or_heading_is_escaped(words: str, escaped: str) -> None:
    assert escape_markdown(words) == escaped


def test_the_markdown_has_quotes_numbers_and_references(assistant: AssistantDouble) -> None:
    answer = assistant.ask(QUESTION)
    text = answer_markdown(answer)
    assert text.startswith(f"# {QUESTION}\n")
    assert "> IGES reported that waste had dropped by over 20 per cent. [1]" in text
    assert "The documents give different figures: [1] [2]." in text
    references = reference_list(answer)
    assert references[0] == (
        "[1] Household composting in Surabaya. Surabaya, Indonesia (2001-2011). Results. "
        'After IGES, 2009, "Reducing waste through composting", <https://example.org/iges>.'
    )
    assert references[3].endswith("Results. No source named for this sentence.")
    assert references[4] == "[5] Notes of a meeting."
    assert answer.build_id in text


def test_sentences_of_one_paragraph_stand_in_one_quote(assistant: AssistantDouble) -> None:
    answer = assistant.ask(QUESTION)
    paragraphs = [one.quoted for group in lay_out(answer) for part in group.parts for one in part.paragraphs]
    quoted = [pair for paragraph in paragraphs for pair in paragraph]
    together = [(first, second) for (_, first), (_, second) in pairwise(quoted) if second.continues(first)]
    assert together, "the double's answer holds two sentences of one paragraph"
    assert len(paragraphs) == len(quoted) - len(together)
    markdown = answer_markdown(answer)
    for first, second in together:
        assert f"[{first.number}] {second.quote.split()[0]}" in markdown
    shown = re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", answer_html(answer))
    assert [parse(paragraph).text for paragraph in shown] == [
        " ".join(f"{citation.quote}\xa0{citation.number}" for _, citation in paragraph) for paragraph in paragraphs
    ]


def test_the_items_of_a_list_stand_apart(assistant: AssistantDouble) -> None:
    answer = assistant.ask(QUESTION).model_copy(update={"form": "list"})
    assert answer.citations[1].continues(answer.citations[0])
    shown = re.findall(r"<li>(.*?)</li>", answer_html(answer))
    assert [parse(item).text for item in shown] == [f"{one.quote}\xa0{one.number}" for one in answer.citations]
    markdown = answer_markdown(answer)
    for one in answer.citations:
        assert re.search(rf"^> - .* \[{one.number}\]$", markdown, re.MULTILINE)


def test_a_sentence_that_leans_stays_with_the_one_before_it(assistant: AssistantDouble) -> None:
    document = assistant.document("surabaya-composting")
    text = "It cost 10 dollars. The city paid. They were free."
    starts = [0, 20, 35]
    citations = tuple(
        Citation(
            number=number, passage_id="p", document_id=document.id, title=document.title, cities=(), countries=(),
            years=None, heading="", page=None, start=start, end=start + len(quote), quote=quote,
        )
        for number, (start, quote) in enumerate(zip(starts, re.findall(r"[^.]+\.", text.replace(". ", ".")), strict=True), 1)
    )  # fmt: skip
    answer = assistant.ask(QUESTION).model_copy(
        update={
            "form": "list",
            "citations": citations,
            "sentences": tuple(AnswerSentence(text=one.quote, citations=(one.number,)) for one in citations),
        }
    )
    shown = re.findall(r"<li>(.*?)</li>", answer_html(answer))
    assert [parse(item).text.count("\xa0") for item in shown] == [1, 2]


def test_a_cell_of_a_table_says_what_heads_the_list_that_it_quotes(assistant: AssistantDouble) -> None:
    answer = assistant.ask(QUESTION)
    lead_in = LeadIn(start=0, end=16, text="Two lessons are:")
    item = answer.citations[3].model_copy(update={"lead_in": lead_in})
    table = answer.model_copy(
        update={
            "form": "table",
            "citations": (*answer.citations[:3], item, *answer.citations[4:]),
            "sections": (Section(heading="Surabaya", numbers=(1, 4)), Section(heading="Kitakyushu", numbers=(5,))),
        }
    )
    cells = [parse(cell).text for cell in re.findall(r"<td>(.*?)</td>", answer_html(table))]
    assert lead_in.text in cells[0]
    assert lead_in.text not in cells[1]
    assert f"{lead_in.text} {item.quote} [4]" in answer_markdown(table)


def test_what_a_refusal_lacks_is_said_above_it(assistant: AssistantDouble) -> None:
    refusal = assistant.ask(UNKNOWN).model_copy(update={"caveats": ("There is no other form.",)})
    for text in (parse(answer_html(refusal)).text, answer_markdown(refusal)):
        assert text.index("There is no other form.") < text.index("The documents do not say this")


def test_reasons_are_given_when_asked_for(assistant: AssistantDouble) -> None:
    answer = assistant.ask(QUESTION)
    first = answer.citations[0].model_copy(update={"why": "close to it in meaning"})
    left_out = Retrieved(passage_id="p9", document_id="kitakyushu-air", score=0.2, why="other documents answer better")
    answer = answer.model_copy(
        update={"citations": (first, *answer.citations[1:]), "also_retrieved": (left_out, left_out)}
    )
    text = answer_markdown(answer, why=True)
    assert "## Why this answer\n\n- [1] close to it in meaning\n" in text
    assert text.count("- kitakyushu-air: other documents answer better") == 1
    assert "Why this answer" not in answer_markdown(answer)
    assert "Why this answer" not in answer_markdown(assistant.ask(QUESTION), why=True)


def test_a_refusal_says_why_and_what_is_near(assistant: AssistantDouble) -> None:
    answer = assistant.ask(UNKNOWN)
    html, markdown = parse(answer_html(answer)).text, answer_markdown(answer)
    for text in (html, markdown):
        assert "The documents do not say this" in text
        assert "No document is about Lahore." in text
        assert "Household composting in Surabaya" in text
    assert "References" not in markdown


def test_a_verified_answer_is_passed_on(assistant: AssistantDouble) -> None:
    answer = assistant.ask(QUESTION)
    assert verified(answer, assistant.document) is answer
    refusal = assistant.ask(UNKNOWN)
    assert verified(refusal, assistant.document) is refusal


@pytest.mark.parametrize(("known", "quote", "start"), [(True, "Not there.", 0), (True, "", 0), (False, "Anything", 0)])
def test_a_sentence_below_a_refusal_stands_where_it_says(
    assistant: AssistantDouble, known: bool, quote: str, start: int
) -> None:
    refusal = assistant.ask(UNKNOWN)
    document = assistant.documents[0]
    text = assistant.document(document.id).text
    near = NearDocument(document_id=document.id, title=document.title)
    right = near.model_copy(update={"sentences": (NearSentence(start=0, end=9, quote=text[:9]),)})
    answer = refusal.model_copy(update={"nearest": (right,)})
    assert verified(answer, assistant.document) is answer
    sentence = NearSentence(start=start, end=start + len(quote), quote=quote)
    wrong = near.model_copy(update={"sentences": (sentence,), "document_id": document.id if known else "gone"})
    with pytest.raises(KinError, match="differs from its document"):
        verified(refusal.model_copy(update={"nearest": (wrong,)}), assistant.document)


@pytest.mark.parametrize(
    "change",
    [
        {"quote": "IGES reported that waste had dropped by over 30 per cent."},
        {"start": 0},
        {"end": 10**6},
        {"document_id": "x"},
    ],
)
def test_an_answer_that_is_not_verbatim_is_not_shown(assistant: AssistantDouble, change: dict[str, object]) -> None:
    answer = assistant.ask(QUESTION)
    first, *others = answer.citations
    changed = answer.model_copy(update={"citations": (first.model_copy(update=change), *others)})
    with pytest.raises(KinError):
        verified(changed, assistant.document)


@pytest.mark.parametrize("citations", [(), (2,), (99,)])
def test_a_sentence_must_be_what_it_cites(assistant: AssistantDouble, citations: tuple[int, ...]) -> None:
    answer = assistant.ask(QUESTION)
    sentence = answer.sentences[0].model_copy(update={"citations": citations})
    with pytest.raises(KinError):
        verified(answer.model_copy(update={"sentences": (sentence,)}), assistant.document)


def marked(html: str) -> list[str]:
    return [parse(match).text for match in re.findall(r"<mark[^>]*>.*?</mark>", html, re.DOTALL)]


def test_the_mark_holds_exactly_the_quoted_words(assistant: AssistantDouble) -> None:
    for citation in assistant.ask(QUESTION).citations:
        html = document_html(assistant.document(citation.document_id), (citation.start, citation.end))
        assert marked(html) == [citation.quote]
        assert html.count('id="cited"') == 1


def test_every_span_within_a_block_can_be_marked(assistant: AssistantDouble) -> None:
    for info in assistant.documents:
        document = assistant.document(info.id)
        for block in document.blocks:
            for start in range(block.start, block.end, 7):
                for end in range(start + 1, block.end + 1, 11):
                    assert marked(document_html(document, (start, end))) == [document.text[start:end]]


def test_a_document_is_shown_whole(assistant: AssistantDouble) -> None:
    document = assistant.document("surabaya-composting")
    shown = parse(document_html(document))
    for block in document.blocks:
        assert document.text[block.start : block.end] in shown.text
    assert marked(document_html(document)) == []
    marks = [attributes["href"] for _, attributes in shown.tags if attributes.get("class") == "kin-source-mark"]
    assert marks == ["#source-1", "#source-1", "#source-2", "#source-1", "#source-2", "#source-2"]
    assert {"source-1", "source-2"} <= {attributes.get("id") for _, attributes in shown.tags}


def test_adjoining_marks_are_all_shown_and_the_first_of_a_block_too() -> None:
    sources = tuple(Source(title=str(number)) for number in range(1, 5))
    marks = tuple(SourceMark(at=at, sources=numbers) for at, numbers in ((0, (4,)), (4, (2,)), (4, (1, 3))))
    block = Block(kind="paragraph", start=0, end=5)
    document = Document(
        id="d", path="d", sha256="0", title="T", text="Word.", blocks=(block,), sources=sources, marks=marks
    )
    html = document_html(document, (0, 5))
    assert re.findall(r'data-number="(\d)"', html) == ["4", "2", "1", "3"]
    assert marked(html) == ["Word."]


def test_a_span_outside_the_document_is_refused(assistant: AssistantDouble) -> None:
    document = assistant.document("meeting")
    for span in ((-1, 3), (3, 3), (0, len(document.text) + 1)):
        with pytest.raises(ValueError, match="not inside"):
            document_html(document, span)


def test_pages_are_named_where_they_begin() -> None:
    text = "One.\n\nTwo.\n\nThree."
    blocks = tuple(
        Block(kind="paragraph", start=text.index(word), end=text.index(word) + len(word), page=page)
        for word, page in (("One.", 1), ("Two.", 1), ("Three.", 2))
    )
    document = Document(id="d", path="d", sha256="0", title="T", text=text, blocks=blocks)
    assert parse(document_html(document)).text == "TPage 1One.Two.Page 2Three."
    assert section_at(document, text.index("Three")) == "page 2"


def test_a_section_is_found_by_an_offset(assistant: AssistantDouble) -> None:
    document = assistant.document("surabaya-composting")
    assert section_at(document, document.text.index("PEMSEA")) == "Results"
    assert section_at(document, 0) == ""


def test_a_table_row_keeps_its_bars_as_hidden_text(assistant: AssistantDouble) -> None:
    html = answer_html(assistant.ask(QUESTION))
    assert html.count("kin-row") == 1, "one quote of the double's answer is a row"
    assert "| 2009 | 1,150 tons |" in parse(html).text
    assert html.count("kin-cell") == 2
    assert html.count("kin-bar") == 3


def test_places_and_periods_are_short() -> None:
    assert places(("Surabaya",), ("Indonesia",)) == "Surabaya, Indonesia"
    assert places(("Singapore",), ("Singapore",)) == "Singapore"
    assert places(("A", "B", "C", "D", "E"), ("X",)) == "A, B, C and 2 more cities, X"
    assert places(("A", "B", "C", "D"), ("X",)) == "A, B, C and 1 more city, X"
    assert places((), ()) == ""
    assert (period((2001, 2011)), period((2001, 2001)), period(None)) == ("2001-2011", "2001", "")


def test_markdown_without_its_heading_is_the_rest_of_it() -> None:
    answer = AssistantDouble().ask(QUESTION)
    whole = answer_markdown(answer)
    assert whole == f"# {QUESTION}\n\n{answer_markdown(answer, headed=False)}"
