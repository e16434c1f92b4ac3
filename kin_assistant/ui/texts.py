"""The words of the page that are not answers: what it is, examples, about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kin_assistant.rendering import safe
from kin_assistant.types import DocumentInfo

if TYPE_CHECKING:
    from kin_assistant.assistant import BuildInfo

__all__ = [
    "BUSY",
    "EXAMPLES",
    "FILTERS_TITLE",
    "LIBRARY",
    "about_html",
    "corpus_html",
    "count",
    "day",
    "evaluation_html",
    "examples_html",
    "header_html",
    "introduction_html",
]

FILTERS_TITLE = (
    '<h2 class="kin-filters-title">Look only in</h2><button type="button" class="kin-filters-toggle" '
    'aria-expanded="false" aria-controls="kin-filters" data-kin-filters>Filter by place, theme or year</button>'
)
"""Heads the filters; on a narrow screen the button opens them."""

BUSY = '<p class="kin-busy" role="status">Searching the documents…</p>'
"""Shown by the style while a question is on its way."""

LIBRARY = '<div data-kin-library-place><p class="kin-meta" role="status">Fetching the list of documents…</p></div>'
"""Where the script puts the list of documents, which comes from an address of its own."""

EXAMPLES = (
    "How did Surabaya cut its household waste?",
    "Why do large composting plants fail?",
    "How did Kitakyushu control industrial air pollution?",
    "How does Dumaguete pay for emptying septic tanks?",
    "Why did waste separation struggle in Ho Chi Minh City?",
    "How did Phnom Penh turn round its water utility?",
    "What did women's groups do against pollution?",
    "What makes cooperation between cities last?",
)
"""Each has a good answer in the documents that come with this program."""


def header_html(notices: Sequence[str] = ()) -> str:
    """The name of the page, and what the reader should know about the index that is served."""
    banner = "".join(f'<p class="kin-notice" role="status">{safe(notice)}</p>' for notice in notices)
    return (
        '<a class="kin-skip" href="#kin-question">Skip to the question</a>'
        '<header class="kin-header"><h1 class="kin-brand">KIN Assistant</h1>'
        '<p class="kin-tagline">What cities did for their environment, in their documents\u2019 own words</p></header>'
        f"{banner}"
    )


def introduction_html(documents: int) -> str:
    """Three sentences on what this is and what it is not."""
    return (
        '<div class="kin-introduction"><h2>Ask what other cities have done</h2>'
        "<p>Ask how cities of Asia and the Pacific dealt with waste, water, air or energy, and read what "
        f"{count(documents, 'document')} say about it. Each answer is made of sentences copied word for word, with numbers "
        "that lead to the place where they stand. Nothing is added or advised, and where the documents are silent, the page "
        "says so.</p></div>"
    )


def examples_html() -> str:
    """Questions to start from."""
    buttons = "".join(
        f'<li><button type="button" class="kin-example" data-kin-ask="{safe(text)}">{safe(text)}</button></li>'
        for text in EXAMPLES
    )
    return (
        '<div class="kin-examples"><h3 id="kin-examples-label">Or start with one of these</h3>'
        f'<ul aria-labelledby="kin-examples-label">{buttons}</ul></div>'
    )


def corpus_html(build: BuildInfo, documents: Sequence[DocumentInfo]) -> str:
    """How much there is to search, and from when it is."""
    cities = len({city for document in documents for city in document.cities})
    return (
        f'<p class="kin-corpus">{count(build.documents, "document")} on {count(cities, "city", "cities")}<br>'
        f"built {day(build.built_at)}</p>"
    )


def about_html(build: BuildInfo, version: str, evaluation: Mapping[str, Any] | None) -> str:
    """What the documents are, how answers are made, how good they are, and what is stored."""
    return (
        '<div class="kin-about"><h2>About</h2>'
        "<h3>What the documents are</h3>"
        f"<p>{count(build.documents, 'document')}: short digests of what cities and the network reported, compiled from public "
        "sources. Each digest lists its sources, and most of its sentences name the one they follow. A sentence without a "
        "source is the compiler\u2019s own reading and is labelled so.</p>"
        "<h3>How an answer is made</h3>"
        "<p>Your question is compared with every passage by its words and by its meaning. The sentences that fit best are "
        "quoted as they stand, and each quote is checked against its document before you see it. No text is generated. "
        "If nothing fits well enough, the answer is a refusal that says why.</p>"
        "<h3>What it cannot do</h3>"
        "<p>It does not calculate, compare or advise. Most digests are short and many describe the past: open the document, "
        "look at the years, and follow the source before you rely on a figure.</p>"
        "<h3>How good the answers are</h3>"
        f"{evaluation_html(evaluation)}"
        "<h3>What is stored</h3>"
        "<p>Nothing leaves the machine that serves this page. Your questions are kept only while the page is open. If you give "
        "a verdict on an answer, it is stored on that machine together with the question, the answer and your comment.</p>"
        "<h3>Version</h3>"
        f'<p class="kin-facts"><span>KIN Assistant {safe(version)}</span><span>build {safe(build.id)}</span>'
        f"<span>built {day(build.built_at)}</span><span>{count(build.sentences, 'sentence')}</span>"
        f"<span>model {safe(build.model)}</span></p></div>"
    )


def evaluation_html(results: Mapping[str, Any] | None) -> str:
    """The headline figures of a stored evaluation, each with its meaning; ``results`` is ``eval/results/latest.json``."""
    headline = results.get("headline") if results else None
    rows = (
        "".join(_figure(item) for item in headline if isinstance(item, Mapping)) if isinstance(headline, list) else ""
    )
    if not rows:
        return "<p>No evaluation is stored beside this program.</p>"
    day = safe(str(results["date"])[:10]) if results and "date" in results else "the last evaluation"
    build = results.get("build") if results else None
    on_build = f", on build {safe(str(build['id']))}," if isinstance(build, Mapping) and "id" in build else ""
    return (
        f"<p>Measured on {day}{on_build} with questions whose answers are known. The range in brackets would hold the figure in "
        '19 of 20 repetitions.</p><dl class="kin-figures">' + rows + "</dl>"
    )


def _figure(item: Mapping[str, Any]) -> str:
    try:
        value, low, high = (f"{float(item[key]):.0%}" for key in ("value", "low", "high"))
        return f"<dt>{safe(str(item['name']))}: {value} ({low} to {high})</dt><dd>{safe(str(item['meaning']))}</dd>"
    except (KeyError, TypeError, ValueError):
        return ""


def count(number: int, one: str, many: str = "") -> str:
    """``1 city``, ``1,200 cities``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def day(moment: datetime) -> str:
    """``21 November 2026``."""
    # Not strftime: month names must not follow the server's locale.
    months = "January February March April May June July August September October November December".split()
    return f"{moment.day} {months[moment.month - 1]} {moment.year}"
