"""The words of the page that are not answers: what it is, examples, about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kin_assistant.profile import CorpusProfile
from kin_assistant.rendering import safe
from kin_assistant.types import DocumentInfo

if TYPE_CHECKING:
    from kin_assistant.assistant import BuildInfo

__all__ = [
    "BUSY",
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

_MAX_EXAMPLES = 8

LIBRARY = '<div data-kin-library-place><p class="kin-meta" role="status">Fetching the list of documents…</p></div>'
"""Where the script puts the list of documents, which comes from an address of its own."""


def header_html(profile: CorpusProfile, notices: Sequence[str] = ()) -> str:
    """The name of the page, and what the reader should know about the index that is served."""
    banner = "".join(f'<p class="kin-notice" role="status">{safe(notice)}</p>' for notice in notices)
    return (
        '<a class="kin-skip" href="#kin-question">Skip to the question</a>'
        f'<header class="kin-header"><h1 class="kin-brand">{safe(profile.title)}</h1>'
        f'<p class="kin-tagline">{safe(profile.tagline)}</p></header>'
        f"{banner}"
    )


def introduction_html(profile: CorpusProfile) -> str:
    """What this is and what it is not."""
    return (
        f'<div class="kin-introduction"><h2>{safe(profile.heading)}</h2>'
        f"<p>{safe(profile.introduction)} Each answer is made of sentences copied word for word, with numbers that lead to the "
        "place where they stand. Nothing is added or advised, and where the documents are silent, the page says so.</p></div>"
    )


def examples_html(profile: CorpusProfile, documents: Sequence[DocumentInfo]) -> str:
    """Questions to start from: the profile's, or else one for each of a few documents."""
    examples = profile.examples or [f"What is reported on: {info.title}?" for info in documents[:_MAX_EXAMPLES]]
    if not examples:
        return ""
    buttons = "".join(
        f'<li><button type="button" class="kin-example" data-kin-ask="{safe(text)}">{safe(text)}</button></li>'
        for text in examples
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
        f"<p>{count(build.documents, 'document')}. {safe(build.profile.documents)}</p>"
        "<h3>How an answer is made</h3>"
        "<p>Your question is compared with every passage by its words and by its meaning. The sentences that fit best are "
        "quoted as they stand, and each quote is checked against its document before you see it. No text is generated. "
        "If nothing fits well enough, the answer is a refusal that says why.</p>"
        "<h3>What it cannot do</h3>"
        "<p>It does not calculate, compare or advise. Documents describe the time they were written in: open the document, look "
        "at the years, and follow the source before you rely on a figure.</p>"
        "<h3>How good the answers are</h3>"
        f"{evaluation_html(evaluation)}"
        "<h3>What is stored</h3>"
        "<p>Nothing leaves the machine that serves this page. Your questions are kept only while the page is open. If you give "
        "a verdict on an answer, it is stored on that machine together with the question, the answer and your comment.</p>"
        "<h3>Version</h3>"
        f'<p class="kin-facts"><span>version {safe(version)}</span><span>build {safe(build.id)}</span>'
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
