"""Contributions on a topic, of cities or of a funder: what the documents near the topic say of money and partners."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from kin_assistant.answer.citations import cite_sentences
from kin_assistant.answer.evidence import Candidate
from kin_assistant.answer.sentence_search import SentenceSearch
from kin_assistant.contributions.documents import DocumentChooser, as_practice
from kin_assistant.contributions.extraction import FoundContribution
from kin_assistant.contributions.policy import ContributionPolicy
from kin_assistant.contributions.reader import ContributionReader
from kin_assistant.contributions.values import (
    Contribution,
    ContributionQuery,
    Contributions,
    Funder,
    Party,
    Practice,
)
from kin_assistant.contributions.vocabulary import read_role_words
from kin_assistant.errors import ContributionError
from kin_assistant.index.library import DocumentRow
from kin_assistant.indicators.reader import FigureReader
from kin_assistant.records.comparison import ComparisonMaker
from kin_assistant.records.reader import RecordReader
from kin_assistant.text.wording import count_words, join_words
from kin_assistant.text.words import find_near_names, fold, words
from kin_assistant.types import Citation

__all__ = ["ContributionFinder"]


@dataclass(frozen=True, slots=True)
class _Of:
    """A contribution of a document."""

    document: DocumentRow
    found: FoundContribution

    @property
    def sentence_key(self) -> tuple[int, int]:
        """The same for all contributions of a sentence."""
        return self.document, self.found.sentence.start


class ContributionFinder:
    """Finds the contributions of one opened index. Safe to use from several threads."""

    def __init__(
        self,
        search: SentenceSearch,
        records: RecordReader,
        comparisons: ComparisonMaker,
        figures: FigureReader,
        build_id: str,
        *,
        policy: ContributionPolicy | None = None,
        compiler_sections: Collection[str] = (),
    ) -> None:
        self._library = search.library
        self._documents = DocumentChooser(search, comparisons, policy)
        self.reader = ContributionReader(search.library, search.places, figures, records)
        self._build_id = build_id
        self._compiler_sections = frozenset(map(str.casefold, compiler_sections))

    def find(self, query: ContributionQuery) -> Contributions:
        """What ``query`` asks for, by practice and by funder.

        Raises ``ComparisonError`` for a city that no document is about, and ``ContributionError`` for a funder that none names.
        """
        cities = self._documents.find_cities(query.cities)
        documents = self._documents.choose(query.topic, cities)
        every = [_Of(row, one) for row in documents for one in _sums_first(self.reader.contributions_of(row))]
        wanted = [
            one
            for one in every
            if (query.role is None or one.found.role == query.role)
            and self._documents.is_in(cities, one.found.place, one.document)
        ]
        if query.funder.strip():
            wanted = [one for one in wanted if any(_is_called(query.funder, party) for party in one.found.parties)]
        if not wanted:
            return self._refuse(query, cities, known=bool(every))
        shown = wanted if query.limit is None else wanted[: query.limit]
        citations, of_sentence = self._cite(shown, query.topic or "")
        contributions = tuple(
            _number(one.found, number, of_sentence[one.sentence_key]) for number, one in enumerate(shown, 1)
        )
        practices = tuple(self._practices(shown))
        notes: tuple[str, ...] = ()
        if len(wanted) > len(shown):
            notes = (f"{count_words(len(wanted), 'row')} fit; these are the first {len(shown)}.",)
        return Contributions(
            topic=query.topic or "",
            found=len(wanted),
            contributions=contributions,
            practices=practices,
            funders=tuple(_funders(contributions, {one.number: one.document_id for one in citations})),
            citations=citations,
            notes=notes,
            build_id=self._build_id,
        )

    def _refuse(self, query: ContributionQuery, cities: Sequence[str], *, known: bool) -> Contributions:
        if query.funder.strip():
            self._check_funder(query.funder)
        about = f" on “{query.topic}”" if query.topic else ""
        where = f" in {join_words(cities, 'or')}" if cities else ""
        whom = f" that “{query.funder.strip()}” gives" if query.funder.strip() else ""
        role = f" with the role “{query.role}”" if query.role else ""
        reason = f"The documents name no sum of money and no partner{whom}{role}{about}{where}."
        if known and (whom or role):
            reason += " They name some without that."
        return Contributions(topic=query.topic or "", reason=reason, build_id=self._build_id)

    def _check_funder(self, funder: str) -> None:
        """Raise ``ContributionError`` if no document names a party so, with names that are written alike."""
        parties = [
            party
            for row in range(len(self._library.infos))
            for one in self.reader.contributions_of(DocumentRow(row))
            for party in one.parties
        ]
        if any(_is_called(funder, party) for party in parties):
            return
        near = find_near_names(funder, sorted({name for party in parties for name in (party.name, party.words.text)}))
        hint = f" Did you mean {join_words(near, 'or')}?" if near else ""
        raise ContributionError(f"No document says that “{funder.strip()}” pays or takes part.{hint}")

    def _practices(self, shown: Sequence[_Of]) -> Iterator[Practice]:
        numbered = list(enumerate(shown, 1))
        for row, own in groupby(numbered, key=lambda one: one[1].document):
            yield as_practice(self._library.infos[row], [number for number, _ in own])

    def _cite(self, shown: Sequence[_Of], topic: str) -> tuple[tuple[Citation, ...], dict[tuple[int, int], int]]:
        """A citation for each sentence, in the order of its first contribution, and the number of each."""
        sentences = list({one.sentence_key: one for one in shown}.values())
        candidates = [
            Candidate(
                self._library.passages_of(one.document)[one.found.passage],
                one.document,
                one.found.sentence,
                self._library.document(one.document).text[one.found.sentence.start : one.found.sentence.end],
                0.0,
                0.0,
                frozenset(),
                0.0,
            )
            for one in sentences
        ]
        cited, _ = cite_sentences(candidates, self._library, topic, compiler_sections=self._compiler_sections)
        citations = tuple(citation.model_copy(update={"why": ""}) for citation in cited)
        return citations, {one.sentence_key: number for number, one in enumerate(sentences, 1)}


def _sums_first(found: Sequence[FoundContribution]) -> list[FoundContribution]:
    """Those of the sentences with a sum before the others, each in reading order."""
    of_sum = {one.sentence.start for one in found if one.figure}
    return sorted(found, key=lambda one: one.sentence.start not in of_sum)


def _number(found: FoundContribution, number: int, citation: int) -> Contribution:
    return Contribution(
        number=number,
        role=found.role,
        told_by=found.told_by,
        parties=found.parties,
        figure=found.figure,
        equals=found.equals,
        purpose=found.purpose,
        place=found.place,
        country=found.country,
        years=found.years,
        citation=citation,
    )


def _funders(contributions: Sequence[Contribution], documents: Mapping[int, str]) -> Iterator[Funder]:
    """Those who pay or take part, by name; who is only called "the company" is nobody in particular."""
    by_name: dict[str, list[tuple[Contribution, Party]]] = {}
    for one in contributions:
        for party in one.parties:
            if not _is_general(party):
                by_name.setdefault(party.name, []).append((one, party))
    told = []
    for name, own in by_name.items():
        roles = tuple(dict.fromkeys(one.role for one, _ in own))
        ids = {documents[one.citation] for one, _ in own}
        numbers = tuple(dict.fromkeys(one.number for one, _ in own))
        told.append(Funder(name=name, kind=own[0][1].kind, roles=roles, documents=len(ids), numbers=numbers))
    yield from sorted(told, key=lambda one: (-one.documents, -len(one.numbers), fold(one.name)))


def _is_general(party: Party) -> bool:
    return party.kind == "people" or not any(letter.isupper() for letter in party.words.text[1:] + party.words.text[:1])


def _is_called(funder: str, party: Party) -> bool:
    """Whether a party has that name, another name of the same body, or a name with those words in it."""
    body = read_role_words().body_of_name
    asked = next((own for name, own in body.items() if fold(name) == fold(funder.strip())), funder)
    for name in (party.name, party.words.text):
        if f" {' '.join(words(asked))} " in f" {' '.join(words(name))} ":
            return bool(words(asked))
    return False
