"""Which, how many, list: over the documents, cities, countries, themes and years of the library."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from kin_assistant.answer.draft import Draft, DraftEntry
from kin_assistant.answer.membership import Members, find_members, shows_topic
from kin_assistant.answer.sentence_search import Found, SentenceSearch, Topic
from kin_assistant.coverage.counting import group_by_decade, group_by_name
from kin_assistant.filters import name_filters, values_of
from kin_assistant.index.library import DocumentRow, PassageRow
from kin_assistant.places.gazetteer import Place
from kin_assistant.policy import CataloguePolicy
from kin_assistant.question.listing import Listed, ListingRequest, read_listing
from kin_assistant.question.query import Query
from kin_assistant.text.wording import count_words, join_words, name_in_sentence
from kin_assistant.text.words import fold, stems
from kin_assistant.types import DocumentInfo

__all__ = ["draft_catalogue", "lists_the_library"]

_NOUNS: Mapping[Listed, tuple[str, str]] = {
    "document": ("document", "documents"),
    "city": ("city", "cities"),
    "country": ("country", "countries"),
    "theme": ("theme", "themes"),
    "year": ("year", "years"),
}
_NEAR = "comes near"
_BY_THEME = "Listed by the documents’ theme “{}”."
_BY_SENTENCES = (
    "Found by what the sentences of the documents say: read the quoted reason to judge each; one that says it in other "
    "words may be missing."
)

_LONGEST_NAMED = 8
"""Words of a subject that is said again."""
_WORDS_OF_TITLE = 3
"""So many words of a subject in one title alone name that document."""


def draft_catalogue(
    query: Query,
    search: SentenceSearch,
    policy: CataloguePolicy | None = None,
    gist_of: Callable[[DocumentRow], Found | None] = lambda _: None,
) -> Draft | None:
    """A counted list of what ``query`` asks for; None if it names nothing that documents could be listed by.

    ``gist_of`` gives the sentence that tells a document, for those that are listed by no subject.
    """
    policy = policy or CataloguePolicy()
    mentions = search.mentions_of(query)
    request = read_listing(query.standalone, mentions)
    allowed = _documents_within(request, query, search)
    within = _name_restrictions(request, query)
    if not request.subject:
        return _draft_listing(request, allowed, within, search, policy, gist_of)
    request = replace(request, subject=_choose_subject(request, search))
    topic = search.make_topic(request.subject)
    if not topic.stems:
        return None
    if titled := _titled(topic, allowed, search):
        allowed = titled
    members = find_members(topic, search, allowed, policy)
    if not members.reasons and " and " in request.subject:
        # Both together are nowhere: either, then.
        topic = search.make_topic(request.subject.replace(" and ", ", "))
        members = find_members(topic, search, allowed, policy)
    if not members.reasons and not members.near:
        return None
    members = _read_reasons(members, topic, query, search, policy)
    return _draft_members(request, members, within, topic, search, policy)


def _draft_members(
    request: ListingRequest,
    members: Members,
    within: str,
    topic: Topic,
    search: SentenceSearch,
    policy: CataloguePolicy,
) -> Draft:
    """The list of ``members``, those that come near last."""
    # A sentence that shows nothing of the topic is no reason to list a document.
    near = {row: one if one and shows_topic(one, policy) else None for row, one in members.near.items()}
    about = f" {'about' if members.theme else 'that speak of'} {_quote(request.subject, members)}{_inside(within)}"
    if request.listed in ("theme", "year"):
        request = replace(request, listed="document")
    entries = _entries(request.listed, members.reasons, search, policy, topic, request.places)
    if {entry.label for entry in entries} <= {search.library.infos[row].title for row in members.reasons}:
        request = replace(request, listed="document")
    said = _say(request, entries, list(members.reasons), about, search) if entries else _say_only_near(request, within)
    known = {entry.label for entry in entries}
    beside = _entries(request.listed, near, search, policy, topic, request.places)
    beside = tuple(replace(entry, detail=f"{_NEAR}; {entry.detail}") for entry in beside if entry.label not in known)
    if beside and entries:
        said += f" {len(beside)} more {'comes' if len(beside) == 1 else 'come'} near it."
    notes = tuple(_explain_list(members, (*entries, *beside)))
    return Draft("entries", entries=(*entries, *beside), said=said, notes=notes, only_near=not entries)


def _explain_list(members: Members, entries: Sequence[DraftEntry]) -> Iterator[str]:
    """How the documents were found, and what the list leaves out."""
    yield _BY_THEME.format(members.theme) if members.theme else _BY_SENTENCES
    if passing := len(members.passing):
        yield f"{count_words(passing, 'more document mentions', 'more documents mention')} it in passing."
    given = sum(entry.reason is not None for entry in entries)
    if given < len(entries):
        yield f"A sentence is quoted for {given} of {len(entries)}; the others are listed all the same."


def lists_the_library(query: Query, search: SentenceSearch) -> bool:
    """Whether ``query`` asks for all documents, cities and so on there are, whatever they have to do with."""
    return not read_listing(query.standalone, search.places.find_places(query.standalone)).subject


def _choose_subject(request: ListingRequest, search: SentenceSearch) -> str:
    """The subject, with its last noun where the two are a theme: "demonstration projects", but "river" of "river cases"."""
    themes = search.make_topic(request.named).themes
    return request.named if any(stems(theme) == stems(request.named) for theme in themes) else request.subject


def _quote(subject: str, members: Members) -> str:
    return subject if members.theme else _say_again(subject)


def _say_again(subject: str) -> str:
    return f"“{subject}”" if len(subject.split()) <= _LONGEST_NAMED else "all of this"


def _say_only_near(request: ListingRequest, within: str) -> str:
    return f"No document speaks of {_say_again(request.subject)} in clear words{_inside(within)}; these come near it."


def _inside(within: str) -> str:
    """A restriction to places behind what is said to be there: " in Viet Nam" for " on Viet Nam"."""
    return f" in {within.removeprefix(' on ')}" if within.startswith(" on ") else within


def _read_reasons(
    members: Members, topic: Topic, query: Query, search: SentenceSearch, policy: CataloguePolicy
) -> Members:
    """``members`` with the sentences that the network takes for answers, where none has the topic's own words."""
    unsure = [row for row, one in (*members.reasons.items(), *members.near.items()) if one and not one.near]
    unsure = unsure[: policy.reasons]
    share = policy.passages_read // max(len(unsure), 1) or 1
    passages: list[PassageRow] = []
    sentences: dict[DocumentRow, list[Found]] = {}
    for row in unsure:
        sentences[row] = sorted(search.sentences_of([row], topic), key=lambda one: -one.score)
        passages += list(dict.fromkeys(one.passage for one in sentences[row]))[:share]
    logits = search.logits_of(topic, query, passages)

    def rate(one: Found) -> float:
        return logits[one.passage, one.number] + policy.cosine * one.cosine - one.compiled

    def best(row: DocumentRow, before: Found | None) -> Found | None:
        read = [one for one in sentences.get(row, ()) if one.quotable and (one.passage, one.number) in logits]
        return max(read, key=rate, default=before)

    return replace(
        members,
        reasons={row: best(row, one) for row, one in members.reasons.items()},
        near={row: best(row, one) for row, one in members.near.items()},
    )


def _draft_listing(
    request: ListingRequest,
    allowed: Collection[DocumentRow],
    within: str,
    search: SentenceSearch,
    policy: CataloguePolicy,
    gist_of: Callable[[DocumentRow], Found | None],
) -> Draft | None:
    """A list by the metadata alone; of a few documents with the gist of each, or of one for each place."""
    rows = sorted(allowed)
    if not rows:
        return Draft("entries", said=_say_none(within))
    infos = search.library.infos
    match request.listed:
        case "theme":
            themes = group_by_name({row: infos[row] for row in rows}, "theme")
            entries = [_entry_of(theme, carrying) for theme, carrying in themes.items()]
        case "year":
            return _draft_years(rows, within, search)
        case "document" if len(rows) <= policy.reasons:
            entries = list(_entries("document", {row: gist_of(row) for row in rows}, search, policy, None))
        case _:
            few = len(rows) <= policy.reasons and not request.counted
            told = {row: gist_of(row) if few else None for row in rows}
            entries = list(_entries(request.listed, told, search, policy if few else None, None, request.places))
    return Draft("entries", entries=tuple(entries), said=_say(request, entries, rows, within, search))


def _titled(topic: Topic, allowed: Collection[DocumentRow], search: SentenceSearch) -> frozenset[DocumentRow]:
    """The one document whose title has all words of ``topic``, which then is what is asked for; empty without one."""
    if len(topic.stems) < _WORDS_OF_TITLE:
        return frozenset()
    named = [row for row in allowed if topic.stems.issubset(stems(search.library.infos[row].title))]
    return frozenset(named if len(named) == 1 else ())


def _say_none(within: str) -> str:
    if within.startswith(" on "):
        return f"No document is about {within.removeprefix(' on ')}."
    return f"No document was found{within}."


def _draft_years(rows: Sequence[DocumentRow], within: str, search: SentenceSearch) -> Draft | None:
    infos = {row: search.library.infos[row] for row in rows}
    spans = [info.years for info in infos.values() if info.years]
    if not spans:
        return None
    entries = [_entry_of(decade.name, decade.documents) for decade in group_by_decade(infos) if decade.documents]
    first, last = min(first for first, _ in spans), max(last for _, last in spans)
    said = f"The documents{within} speak of the years {first} to {last}; {len(spans)} of {len(rows)} name their years."
    return Draft("entries", entries=tuple(entries), said=said)


def _entries(
    listed: Listed,
    reasons: Mapping[DocumentRow, Found | None],
    search: SentenceSearch,
    policy: CataloguePolicy | None,
    topic: Topic | None,
    within: Sequence[Place] = (),
) -> tuple[DraftEntry, ...]:
    """A line for each document, or for each city or country with its documents."""
    quoted = policy.reasons if policy else 0
    if listed not in ("city", "country"):
        rows = reasons if topic else sorted(reasons, key=lambda row: fold(search.library.infos[row].title))
        return tuple(_entries_of_documents(rows, reasons, search.library.infos, quoted))
    by_place = _group_by_place(listed, reasons, search, policy, topic, within)
    places = list(by_place) if topic else sorted(by_place, key=lambda name: (-len(by_place[name]), fold(name)))
    entries: list[DraftEntry] = []
    said: set[tuple[PassageRow, int]] = set()
    for place in places:
        sentences = [
            one for one in by_place[place].values() if one and one.quotable and (one.passage, one.number) not in said
        ]
        reason = max(sentences, key=lambda one: one.score, default=None) if len(said) < quoted else None
        if reason:
            said.add((reason.passage, reason.number))
        held = tuple(by_place[place])
        shown = reason.as_candidate() if reason else None
        detail = _detail_of_place(listed, place, held, search, titled=topic is not None)
        entries.append(DraftEntry(place, held, detail, shown))
    placed = {row for held in by_place.values() for row in held}
    if topic and not within:
        others = {row: reason for row, reason in reasons.items() if row not in placed}
        left = policy and replace(policy, reasons=max(policy.reasons - len(said), 0))
        entries += _entries("document", others, search, left, topic)
    return tuple(entries)


def _group_by_place(
    listed: Literal["city", "country"],
    reasons: Mapping[DocumentRow, Found | None],
    search: SentenceSearch,
    policy: CataloguePolicy | None,
    topic: Topic | None,
    within: Sequence[Place],
) -> dict[str, dict[DocumentRow, Found | None]]:
    """The documents of each city or country inside ``within``, each with what it says of that."""
    groups: dict[str, dict[DocumentRow, Found | None]] = {}
    for row, reason in reasons.items():
        for place, sentence in _places_in(listed, row, reason, search, topic, policy).items():
            if search.is_inside(place, listed, within):
                groups.setdefault(place, {})[row] = sentence
    return groups


def _entries_of_documents(
    rows: Iterable[DocumentRow],
    reasons: Mapping[DocumentRow, Found | None],
    infos: Sequence[DocumentInfo],
    quoted: int,
) -> Iterator[DraftEntry]:
    """A line for each of ``rows``; the first ``quoted`` of them with a sentence, where there is one."""
    for number, row in enumerate(rows):
        one = reasons[row]
        reason = one.as_candidate() if one and number < quoted and one.quotable else None
        yield DraftEntry(infos[row].title, (row,), _detail_of(infos[row]), reason)


def _places_in(
    listed: Listed,
    row: DocumentRow,
    reason: Found | None,
    search: SentenceSearch,
    topic: Topic | None,
    policy: CataloguePolicy | None,
) -> dict[str, Found | None]:
    """The cities or countries of a document, each with what it says of them.

    A document on many places is not about the topic in each: only those count that a sentence names with it. So does
    another place, if the sentence that speaks of the topic names that one alone.
    """
    info = search.library.infos[row]
    names = values_of(info, "city" if listed == "city" else "country")
    if topic is None or policy is None:
        return {name: reason if len(names) == 1 or _names(reason, name) else None for name in names}
    if len(names) > policy.few_places:
        found: dict[str, Found | None] = {}
        for one in sorted(search.sentences_of([row], topic), key=lambda one: -one.score):
            if shows_topic(one, policy):
                words = fold(one.text)
                found |= {name: one for name in names if name not in found and fold(name) in words}
        return found
    if reason and listed == "city":
        named = [m.place.name for m in search.places.find_places(reason.text) if m.in_corpus and m.place.kind == "city"]
        if named and not set(named).intersection(names):
            return {named[0]: reason}
    return dict.fromkeys(names, reason)


def _names(sentence: Found | None, place: str) -> bool:
    return sentence is not None and fold(place) in fold(sentence.text)


def _say(
    request: ListingRequest,
    entries: Sequence[DraftEntry],
    rows: Sequence[DocumentRow],
    rest: str,
    search: SentenceSearch,
) -> str:
    """The count, as a sentence."""
    infos = [search.library.infos[row] for row in rows]
    if request.listed in ("city", "country"):  # documents on several places stand behind them by their titles
        entries = [entry for entry in entries if entry.label not in {info.title for info in infos}]
    singular, plural = _NOUNS[request.listed]
    number = count_words(len(entries), singular, plural)
    one = len(entries) == 1
    match request.listed:
        case "city":
            said = f"{number}{_count_countries(entries, search)} {'has' if one else 'have'} documents{rest}"
            if lacking := len(set(rows).difference(*(entry.documents for entry in entries))):
                said += f"; {count_words(lacking, 'more document is', 'more are')} about no single city"
            return f"{said}."
        case "country":
            beside = _count_cities(infos, request, search)
            return f"{number} {'has' if one else 'have'} documents{rest}: {count_words(len(rows), 'document')} in all{beside}."
        case "theme":
            return f"The {count_words(len(rows), 'document')}{rest} carry {number}."
        case _:
            beside = _count_cities(infos, request, search)
            verb = "is" if one else "are"
            if not rest:
                return f"There {verb} {number} in the library{beside}."
            if one:
                rest = rest.replace(" that speak ", " that speaks ", 1)
            opening = f"{number} {verb}" if rest.startswith((" about", " on ")) else f"There {verb} {number}"
            return f"{opening}{rest.replace(' on ', ' about ', 1) if rest.startswith(' on ') else rest}{beside}."


def _count_countries(cities: Iterable[DraftEntry], search: SentenceSearch) -> str:
    """In how many countries cities are, if in several, behind their number."""
    countries = len({country for entry in cities if (country := search.country_of(entry.label))})
    return f" in {count_words(countries, 'country', 'countries')}" if countries > 1 else ""


def _count_cities(infos: Iterable[DocumentInfo], request: ListingRequest, search: SentenceSearch) -> str:
    """On how many cities documents are, if on several, as the end of a sentence."""
    cities = {city for info in infos for city in info.cities if search.is_inside(city, "city", request.places)}
    return f", on {len(cities)} cities" if len(cities) > 1 else ""


def _documents_within(request: ListingRequest, query: Query, search: SentenceSearch) -> frozenset[DocumentRow]:
    """The documents that pass the reader's filters and what the request restricts."""

    def about(places: Iterable[object]) -> frozenset[DocumentRow]:
        ids = [name for place in places for name in search.places.documents_about(place)]  # type: ignore[arg-type]
        return frozenset(map(search.library.row_of, ids))

    allowed = search.documents_allowed(query)
    if request.places:
        allowed &= about(request.places)
    if request.years:
        first, last = request.years
        spans = {row: search.library.infos[row].years for row in allowed}
        allowed = frozenset(row for row, years in spans.items() if years and first <= years[1] and years[0] <= last)
    return allowed - about(request.without)


def _name_restrictions(request: ListingRequest, query: Query) -> str:
    """What the list is restricted to, as the count needs it: " on Viet Nam dated after 2015"."""
    said = ""
    if request.places:
        said += f" on {join_words([name_in_sentence(place.name) for place in request.places], 'or')}"
    if request.without:
        said += f", {join_words([name_in_sentence(place.name) for place in request.without])} left out"
    if request.dated:
        said += f", with years {request.dated}"
    if query.filters:
        said += f" within {name_filters(query.filters)}"
    return said


def _entry_of(label: str, rows: Sequence[DocumentRow]) -> DraftEntry:
    return DraftEntry(label, tuple(rows), count_words(len(rows), "document"))


def _detail_of(info: DocumentInfo) -> str:
    """Places and years of a document."""
    few = 3
    cities = ", ".join(info.cities[:few]) + (f" and {len(info.cities) - few} more" if len(info.cities) > few else "")
    countries = ", ".join(info.countries) if len(info.countries) <= few else f"{len(info.countries)} countries"
    parts = [part for part in (cities, countries if countries != cities else "") if part]
    return "; ".join(filter(None, [", ".join(parts), _span(info.years)]))


def _detail_of_place(
    listed: Listed, place: str, rows: Sequence[DocumentRow], search: SentenceSearch, *, titled: bool
) -> str:
    """Its country, and how many documents it has; ``titled``, the title of one that is alone."""
    counted, infos = count_words(len(rows), "document"), search.library.infos
    if titled and len(rows) == 1 and listed == "city":
        counted = f"“{infos[rows[0]].title}”"
    if listed == "country":
        cities = {city for row in rows for city in infos[row].cities if search.country_of(city) == place}
        return f"{counted} on {count_words(len(cities), 'city', 'cities')}" if cities else counted
    country = search.country_of(place)
    return f"{country}; {counted}" if country and country != place else counted


def _span(years: tuple[int, int] | None) -> str:
    if not years:
        return ""
    return str(years[0]) if years[0] == years[1] else f"{years[0]}-{years[1]}"
