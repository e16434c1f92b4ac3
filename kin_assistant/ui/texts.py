"""The words of the page that are not answers: what it is, examples, about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from kin_assistant.corpus.profile import CorpusProfile
from kin_assistant.rendering import render
from kin_assistant.types import DocumentInfo

if TYPE_CHECKING:
    from markupsafe import Markup

    from kin_assistant.index.snapshot import BuildInfo

__all__ = [
    "about_html",
    "busy_html",
    "corpus_html",
    "evaluation_html",
    "examples_html",
    "filters_title_html",
    "head_html",
    "header_html",
    "introduction_html",
    "place_of_coverage_html",
    "place_of_library_html",
    "place_of_practice_html",
    "place_of_watched_html",
    "scope_html",
]

_MAX_EXAMPLES = 8


class _Figure(NamedTuple):
    """A figure of the evaluation, with the range that its name is followed by."""

    name: str
    value: str
    low: str
    high: str
    meaning: str


def head_html(style: str, scripts: Sequence[str]) -> Markup:
    """What loads the style and the scripts at these addresses."""
    return render("page.html", "head", style=style, scripts=scripts)


def header_html(profile: CorpusProfile, notices: Sequence[str] = (), *, accounts: bool = False) -> Markup:
    """The name of the page, and what the reader should know about the index that is served; a way to the account if there are."""
    return render("page.html", "header", profile=profile, notices=notices, accounts=accounts)


def introduction_html(profile: CorpusProfile) -> Markup:
    """What this is and what it is not."""
    return render("page.html", "introduction", profile=profile)


def examples_html(profile: CorpusProfile, documents: Sequence[DocumentInfo]) -> Markup:
    """Questions to start from: the profile's, or else one for each of a few documents."""
    questions = profile.examples or [f"What is reported on: {info.title}?" for info in documents[:_MAX_EXAMPLES]]
    return render("page.html", "examples", questions=questions)


def filters_title_html() -> Markup:
    """Heads the filters; on a narrow screen its button opens them."""
    return render("page.html", "filters_title")


def scope_html(words: str) -> Markup:
    """What the filters restrict the next question to, in ``words``."""
    return render("page.html", "scope", words=words)


def busy_html() -> Markup:
    """Shown by the style while a question is on its way."""
    return render("page.html", "busy")


def to_answer_html() -> Markup:
    """A link from the box to the first citation of the last answer."""
    return render("page.html", "to_answer")


def said_html() -> Markup:
    """Where the script says what became of the conversation."""
    return render("conversations.html", "said")


def conversations_html() -> Markup:
    """Where the script lists the conversations that the browser keeps."""
    return render("conversations.html", "conversations")


def place_of_coverage_html() -> Markup:
    """Where the script puts what the documents cover, which comes from an address of its own."""
    return render("coverage.html", "place")


def place_of_watched_html() -> Markup:
    """Where the script lists the questions that the browser watches."""
    return render("standing.html", "place")


def place_of_library_html() -> Markup:
    """Where the script puts the list of documents, which comes from an address of its own."""
    return render("page.html", "place_of_library")


def place_of_practice_html() -> Markup:
    """Where the script puts the form for a practice, which comes from an address of its own."""
    return render("practice.html", "place")


def corpus_html(build: BuildInfo, documents: Sequence[DocumentInfo]) -> Markup:
    """How much there is to search, and from when it is."""
    cities = {city for document in documents for city in document.cities}
    return render("page.html", "corpus", build=build, cities=len(cities))


def about_html(build: BuildInfo, version: str, evaluation: Mapping[str, Any] | None) -> Markup:
    """What the documents are, how answers are made, how good they are, and what is stored."""
    return render("page.html", "about", build=build, version=version, evaluated=evaluation_html(evaluation))


def evaluation_html(results: Mapping[str, Any] | None) -> Markup:
    """The headline figures of a stored evaluation, each with its meaning; ``results`` is ``eval/results/latest.json``."""
    results = results or {}
    headline, build = results.get("headline"), results.get("build")
    figures = [_figure(item) for item in headline] if isinstance(headline, list) else []
    return render(
        "page.html",
        "evaluation",
        figures=[figure for figure in figures if figure],
        date=str(results.get("date", ""))[:10],
        build=build.get("id") if isinstance(build, Mapping) else None,
    )


def _figure(item: object) -> _Figure | None:
    """The figure, unless it is none: anything may stand in a file."""
    try:
        value, low, high = (f"{float(item[key]):.0%}" for key in ("value", "low", "high"))  # type: ignore[index]
        return _Figure(str(item["name"]), value, low, high, str(item["meaning"]))  # type: ignore[index]
    except (KeyError, TypeError, ValueError):
        return None
