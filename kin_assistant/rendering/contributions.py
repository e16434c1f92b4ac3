"""Money and partners with their sentences: as text for a terminal, as a table, as CSV and as HTML for the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from kin_assistant.contributions.values import Contribution, Contributions, Funder, Practice, Role
from kin_assistant.rendering.markdown import reference_list
from kin_assistant.rendering.rows import remove_bars
from kin_assistant.rendering.sentences import INDENT, indent, quote_lines, sentence_text
from kin_assistant.rendering.tables import write_csv
from kin_assistant.rendering.tabs import Asked, reason_html
from kin_assistant.rendering.templating import render
from kin_assistant.rendering.words import REFUSAL, count, period, places, plain, section_and_page
from kin_assistant.text.wording import join_words
from kin_assistant.types import Citation

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = [
    "ROLE_NAMES",
    "contributions_csv",
    "contributions_html",
    "contributions_table",
    "contributions_text",
    "funders_table",
    "practice_heading",
    "practice_where",
]

ROLE_NAMES: Final[Mapping[Role, str]] = {
    "grant": "grant or subsidy",
    "loan": "loan",
    "funding": "money, in a form not told",
    "budget": "public budget",
    "investment": "own money of a company",
    "fee": "tariff, fee or fine",
    "income": "income or saving",
    "cost": "cost",
    "in kind": "land or goods",
    "technical help": "technical help",
    "operator": "builds, runs or supplies",
    "partner": "takes part",
}
"""How each role is named to a reader."""
_SUM, _ROLE = 34, 27
"""Characters of these columns."""
_MOST_NAMES: Final = 12
"""Names of those who pay or take part, at most, on a terminal and on the page."""
_HEADER: Final = (
    "Number", "Practice", "Who", "Role", "Sum", "Upper value", "Money", "As written", "The same in other money", "What for",
    "Place", "Country", "First year", "Last year", "Status", "Read from", "Sentence", "Document", "Section",
    "Sources named there",
)  # fmt: skip


class _Row(NamedTuple):
    """A contribution in words; what is not told is empty."""

    role: str
    amount: str
    planned: bool
    who: str
    purpose: str
    place: str
    years: str


class _Sentence(NamedTuple):
    """A cited sentence, in which sums and parties are set off, and what it says."""

    citation: Citation
    spans: list[tuple[int, int]]
    rows: list[_Row]


class _Group(NamedTuple):
    """A practice with its sentences."""

    title: str
    where: str
    sentences: list[_Sentence]


class _Name(NamedTuple):
    """Who pays or takes part, and where."""

    name: str
    roles: str
    documents: str
    citations: list[Citation]


def contributions_text(found: Contributions) -> str:
    """Each practice with its rows and their sentences, then who is named most, then references; or why there is nothing."""
    parts = [plain(found.topic) or "Money and partners"]
    if found.reason:
        return "\n\n".join([*parts, f"{REFUSAL}. {plain(found.reason)}"]) + "\n"
    parts += [_summary(found), *map(plain, found.notes)]
    by_number = {citation.number: citation for citation in found.citations}
    for practice in found.practices:
        parts.append(practice_heading(practice))
        for number, own in groupby(_of(found, practice), key=lambda one: one.citation):
            lines = [line for one in own for line in _lines(one)]
            parts.append("\n".join([*lines, *quote_lines(by_number[number])]))
    if found.funders:
        parts.append("\n".join(_funder_lines(found)))
    parts += ["References", "\n".join(plain(line) for line in reference_list(found))]
    return "\n\n".join(parts) + "\n"


def contributions_table(found: Contributions) -> list[list[str | float | None]]:
    """A header and a row for each contribution, with numbers as numbers, its sentence and what that is quoted from."""
    by_number = {citation.number: citation for citation in found.citations}
    title_of = {number: practice.title for practice in found.practices for number in practice.numbers}
    return [
        list(_HEADER),
        *(_table_row(one, title_of[one.number], by_number[one.citation]) for one in found.contributions),
    ]


def funders_table(found: Contributions) -> list[list[str | float | None]]:
    """A header and a row for each who pays or takes part, with the numbers of their contributions."""
    rows: list[list[str | float | None]] = [
        [plain(one.name), _roles(one), one.documents, ", ".join(map(str, one.numbers))] for one in found.funders
    ]
    return [["Who", "Roles", "Documents", "Rows"], *rows]


def contributions_csv(found: Contributions) -> str:
    """``contributions_table`` as CSV. A text that a spreadsheet would take for a formula has an apostrophe in front."""
    return write_csv(contributions_table(found))


def contributions_html(found: Contributions, *, asked: Asked) -> Markup:
    """The practices with their rows and sentences, and who is named; or why there is nothing.

    ``asked`` says for a download what was asked for.
    """
    if found.reason:
        return reason_html(REFUSAL, found.reason)
    return render(
        "contributions.html",
        "contributions",
        found=found,
        summary=_summary(found),
        groups=[_group(found, practice) for practice in found.practices],
        names=[_name(found, one) for one in found.funders[:_MOST_NAMES]],
        more_names=max(0, len(found.funders) - _MOST_NAMES),
        asked=asked,
    )


def _summary(found: Contributions) -> str:
    sums = sum(one.figure is not None for one in found.contributions)
    rest = len(found.contributions) - sums
    told = [count(sums, "sum") + " of money"] if sums else []
    told += [count(rest, "row of partners", "rows of partners")] if rest else []
    return f"{join_words(told)} from {count(len(found.practices), 'document')}."


def _of(found: Contributions, practice: Practice) -> list[Contribution]:
    return [found.contributions[number - 1] for number in practice.numbers]


def practice_heading(practice: Practice) -> str:
    """Place, years and title of a document, for a terminal."""
    return plain(" - ".join(filter(None, (practice_where(practice), practice.title))))


def practice_where(practice: Practice) -> str:
    """Place and years of a document, as far as they are known."""
    years = f"({practice.years})" if practice.years else ""
    return " ".join(filter(None, (places(practice.cities, practice.countries), years)))


def _amount(one: Contribution) -> str:
    """The sum as its sentence has it, with the same in other money in brackets."""
    if one.figure is None:
        return ""
    written = one.figure.written.text
    return f"{written} ({', '.join(span.text for span in one.equals)})" if one.equals else written


def _who(one: Contribution) -> str:
    return "; ".join(dict.fromkeys(_party_name(party.name, party.words.text) for party in one.parties))


def _party_name(name: str, said: str) -> str:
    """The full name, and how the sentence has it where that is shorter: "Asian Development Bank (ADB)"."""
    return f"{name} ({said})" if said.isupper() and said != name else name


def _in_words(one: Contribution) -> str:
    return " ".join(remove_bars(one.purpose.text).split()) if one.purpose else ""


def _lines(one: Contribution) -> Iterator[str]:
    planned = " (planned)" if one.figure and one.figure.status == "planned" else ""
    who = _who(one) or ("payer not told" if one.figure and one.role not in ("fee", "income") else "")
    columns = (
        (f"{one.number}.", len(INDENT) - 1),
        (_amount(one) or "-", _SUM),
        (ROLE_NAMES[one.role] + planned, _ROLE),
    )
    line = " ".join(plain(text).ljust(width) for text, width in columns)
    where = ", ".join(filter(None, (one.place, period(one.years))))
    yield f"{line} {plain(who or '-')}".rstrip()
    if detail := " · ".join(filter(None, (_in_words(one), where))):
        yield from indent(plain(detail))


def _funder_lines(found: Contributions) -> Iterator[str]:
    yield "Who is named"
    for one in found.funders[:_MOST_NAMES]:
        numbers = ", ".join(map(str, one.numbers))
        yield plain(f"{INDENT}{one.name}: {_roles(one)} ({count(one.documents, 'document')}; see {numbers})")
    if len(found.funders) > _MOST_NAMES:
        yield f"{INDENT}and {len(found.funders) - _MOST_NAMES} more; a file has them all."


def _roles(funder: Funder) -> str:
    return ", ".join(ROLE_NAMES[role] for role in funder.roles)


def _table_row(one: Contribution, title: str, citation: Citation) -> list[str | float | None]:
    figure = one.figure
    first, last = one.years or (None, None)
    return [
        one.number,
        plain(title),
        plain(_who(one)),
        ROLE_NAMES[one.role],
        figure.value if figure else None,
        figure.high if figure else None,
        figure.unit if figure else "",
        plain(figure.written.text) if figure else "",
        plain(", ".join(span.text for span in one.equals)),
        plain(_in_words(one)),
        plain(one.place or ""),
        plain(one.country or ""),
        first,
        last,
        figure.status if figure else "",
        plain(one.told_by.text) if one.told_by else "",
        sentence_text(citation),
        plain(f"{citation.title} ({citation.document_id})"),
        plain(section_and_page(citation)),
        plain("; ".join(source.title for source in citation.sources)),
    ]


def _group(found: Contributions, practice: Practice) -> _Group:
    sentences = [
        _sentence(found.citations[number - 1], list(own))
        for number, own in groupby(_of(found, practice), key=lambda one: one.citation)
    ]
    return _Group(practice.title, practice_where(practice), sentences)


def _sentence(citation: Citation, own: Sequence[Contribution]) -> _Sentence:
    spans = [
        (span.start - citation.start, span.end - citation.start)
        for one in own
        for span in (
            *((one.figure.written,) if one.figure else ()),
            *(party.words for party in one.parties),
        )
    ]
    return _Sentence(citation, _apart(spans), [_row(one) for one in own])


def _apart(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order, none within another."""
    apart: list[tuple[int, int]] = []
    for start, end in sorted(set(spans)):
        if not apart or start >= apart[-1][1]:
            apart.append((start, end))
    return apart


def _row(one: Contribution) -> _Row:
    planned = bool(one.figure and one.figure.status == "planned")
    where = places((one.place,) if one.place else (), ())
    return _Row(ROLE_NAMES[one.role], _amount(one), planned, _who(one), _in_words(one), where, period(one.years))


def _name(found: Contributions, funder: Funder) -> _Name:
    cited = dict.fromkeys(found.contributions[number - 1].citation for number in funder.numbers)
    citations = [found.citations[number - 1] for number in cited]
    return _Name(funder.name, _roles(funder), count(funder.documents, "document"), citations)
