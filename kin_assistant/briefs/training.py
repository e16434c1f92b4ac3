"""Makes a training sheet on a theme: questions with quoted answers, terms with their definitions, questions left open."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from kin_assistant.answer.citations import cite_sentences
from kin_assistant.answer.sentence_search import Found, SentenceSearch, Topic
from kin_assistant.briefs.brief import Brief, BriefItem, BriefSection, OwnText, Quote
from kin_assistant.briefs.glossary import Definition, find_definitions
from kin_assistant.briefs.policy import TrainingPolicy
from kin_assistant.briefs.selection import Choice, collect_choices, least_nearness, select_choices, select_silences
from kin_assistant.briefs.subject import MAX_TITLE, Subject, read_subject
from kin_assistant.errors import BriefError
from kin_assistant.index.library import DocumentRow
from kin_assistant.records.comparison import ComparisonMaker
from kin_assistant.records.reader import RecordReader
from kin_assistant.text.english import read_phrases
from kin_assistant.text.wording import count_words, join_words, name_in_sentence
from kin_assistant.text.words import fold, stems
from kin_assistant.types import RecordField

__all__ = ["TrainingMaker"]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What can be asked of a practice."""

    fields: frozenset[RecordField]
    question: str
    """With ``{theme}`` and ``{place}``."""
    open_question: str
    """For a city that has none of this yet."""
    about: str
    """What it is about, within a sentence."""


_ASKED: Final = (
    _Asked(
        frozenset({"situation", "objectives"}),
        "What was the situation in {place} before the work on {theme}?",
        "How do things stand in your own city?",
        "the situation before",
    ),
    _Asked(
        frozenset({"process"}),
        "What did {place} do about {theme}?",
        "What would be your first three steps?",
        "what was done",
    ),
    _Asked(
        frozenset({"partners"}),
        "Who took part in the work on {theme} in {place}?",
        "Whom would you need as partners, and what would each of them bring?",
        "who took part",
    ),
    _Asked(
        frozenset({"finance"}),
        "What did the work on {theme} in {place} cost or earn, and who paid?",
        "What would it cost in your own city, and who could pay?",
        "cost and finance",
    ),
    _Asked(
        frozenset({"results"}),
        "What came of the work on {theme} in {place}?",
        "How would you tell whether it works, and what would you measure from the first day?",
        "results",
    ),
    _Asked(
        frozenset({"lessons", "sustainability"}),
        "What was learnt in {place} about {theme}?",
        "What could go wrong, and who would notice it first?",
        "lessons",
    ),
    _Asked(
        frozenset({"transferability"}),
        "What would another city need to do as {place} did about {theme}?",
        "Which conditions does your own city meet, and which not?",
        "what others need to repeat it",
    ),
)
"""In the order in which they are asked of one practice."""
_FIRST: Final = (1, 4, 3, 5, 0, 2, 6)
"""Places in ``_ASKED``: what is asked of every practice before more is asked of any."""
_GLOSSARY: Final = "Glossary"
_QUESTIONS: Final = "Questions"
_OPEN: Final = "To discuss: what the documents do not say"
_NO_TERMS: Final = "No sentence of the documents on this theme defines a term."
_TRANSFER: Final = "Which of these practices would fit your own city, and what would have to be different there?"
_TRANSFER_ONE: Final = "Would this practice fit your own city, and what would have to be different there?"
_FEW_PLACES: Final = 2
"""A document on more is about no practice of one of them."""
_KNOWN_UNKNOWN: Final = "The documents say of themselves what is not known:"


@dataclass(frozen=True, slots=True)
class _Practice:
    """A document that questions are asked of, with the sentences that answer them."""

    document: DocumentRow
    places: tuple[str, ...]
    """The cities, or else the countries, that it is about."""
    answers: Mapping[_Asked, Sequence[Choice]]
    """For each question that it answers."""

    @property
    def place(self) -> str:
        """The places as they stand in a sentence."""
        return join_words(map(name_in_sentence, self.places))


class TrainingMaker:
    """Makes training sheets from one opened index. Safe to use from several threads."""

    def __init__(
        self,
        search: SentenceSearch,
        records: RecordReader,
        comparisons: ComparisonMaker,
        build_id: str,
        *,
        name: str = "",
        compiler_sections: Collection[str] = (),
        policy: TrainingPolicy | None = None,
    ) -> None:
        """``name`` is what the corpus calls itself."""
        self._search, self._library, self._records, self._comparisons = search, search.library, records, comparisons
        self._build_id, self._name = build_id, name
        self._compiler_sections = frozenset(map(str.casefold, compiler_sections))
        self._policy = policy or TrainingPolicy()

    def make(self, theme: str) -> Brief:
        """The sheet on ``theme``; a place in it says which documents are asked.

        Raises ``BriefError`` for a theme that cannot be read, and for one of which no document on a city or country tells.
        """
        _check(theme)
        subject = read_subject(theme, self._search.places)
        topic = self._search.make_topic(subject.topic)
        nearness = self._comparisons.measure_documents(topic)
        if subject.where:
            ids = {name for place in subject.where for name in self._search.places.documents_about(place)}
            nearness = {row: near for row, near in nearness.items() if self._library.infos[row].id in ids}
        ranked = sorted(nearness, key=lambda row: (-nearness[row], row))
        practices, silences = self._choose_practices(self._choose_documents(ranked, nearness, topic), nearness, topic)
        if not practices:
            where = join_words((one.label for one in subject.where), "or") if subject.where else ""
            raise BriefError(
                f"No document tells a practice on “{subject.topic}”{f' in {where}' if where else ''}, "
                "so there is no training sheet on it."
            )
        around = [row for row in ranked if nearness[row] >= self._policy.evidence.min_nearness][
            : self._policy.documents
        ]
        terms = find_definitions(
            self._search.sentences_of(around, topic),
            topic,
            self._search.places,
            {one.document for one in practices},
            self._policy.terms,
        )
        said = _as_in_sentence(subject.topic, self._search.index.vocabulary)
        return Brief(
            title=f"Training sheet: {subject.title}",
            topic=subject.topic,
            place=join_words(place.label for place in subject.audience) if subject.audience else None,
            library=self._name,
            build_id=self._build_id,
            remarks=tuple(self._remark(subject, practices, terms)),
            sections=tuple(self._write_sections(topic, said, practices, terms, silences)),
        )

    # What is asked of which document

    def _choose_documents(
        self, ranked: Sequence[DocumentRow], nearness: Mapping[DocumentRow, float], topic: Topic
    ) -> dict[DocumentRow, bool]:
        """The documents on the theme, and whether all of each is on it, not a part alone; those first, else in their order.

        On it are those that are called so or carry a theme of the library of that name; in part those that use its words one
        behind the other more than once, or that carry a theme which it belongs to and come near. Else the nearest are.
        """
        policy, near = self._policy, self._policy.evidence.near
        chosen: dict[DocumentRow, bool] = {}
        for row in ranked:
            info = self._library.infos[row]
            is_called_so = any(set(own) <= set(stems(info.title)) for own in topic.alternatives if own)
            carries_it = any(tuple(stems(theme)) in topic.alternatives for theme in info.themes)
            if carries_it and nearness[row] >= policy.nearness_of_theme:
                chosen[row] = True
            elif nearness[row] >= policy.evidence.min_nearness:
                belongs = nearness[row] >= near and not topic.themes.isdisjoint(info.themes)
                if is_called_so or belongs or self._names_it(row, topic):
                    chosen[row] = is_called_so
        least = least_nearness(max(nearness.values(), default=0.0), policy.evidence)
        chosen = chosen or {row: True for row in ranked if nearness[row] >= least}
        return dict(sorted(chosen.items(), key=lambda item: not item[1]))

    def _names_it(self, row: DocumentRow, topic: Topic) -> bool:
        """Whether several sentences of a document hold the theme's words one behind the other."""
        texts = (f" {' '.join(stems(one.text))} " for one in self._search.sentences_of([row], topic) if one.near)
        runs = [f" {' '.join(own)} " for own in topic.alternatives if own]
        return sum(any(run in text for run in runs) for text in texts) >= self._policy.mentions

    def _choose_practices(
        self, documents: Mapping[DocumentRow, bool], nearness: Mapping[DocumentRow, float], topic: Topic
    ) -> tuple[list[_Practice], list[Found]]:
        """The practices that questions are asked of, the nearest first, and what their documents say is not known."""
        policy, evidence = self._policy, self._policy.evidence
        rows = list(
            islice((row for row in documents if 0 < len(self._places_of(row)) <= _FEW_PLACES), policy.candidates)
        )
        choices, silences = collect_choices(
            {row: nearness[row] for row in rows}, topic, self._search, self._records, self._may_stand, evidence
        )
        found: list[_Practice] = []
        for row in rows:
            own = [
                one
                for one in choices
                if one.document == row and (documents[row] or self._is_on(one)) and not _speaks_of_text(one)
            ]
            said: set[str] = set()
            answers = {asked: select_choices(own, asked.fields, said, evidence) for asked in _ASKED}
            found.append(_Practice(row, self._places_of(row), {asked: one for asked, one in answers.items() if one}))
        fitting = [one for one in found if len(one.answers) >= policy.answers]
        chosen = self._restrict(list(islice(_one_of_each_place(fitting or found), policy.practices)))
        quoted = {one.document for one in chosen}
        return chosen, select_silences([one for one in silences if one.document in quoted], set(), evidence)

    def _is_on(self, choice: Choice) -> bool:
        """Whether a sentence of a document that is on the theme in part speaks of it."""
        return any(one.near or one.cosine >= self._policy.cosine for one in choice.found)

    def _places_of(self, row: DocumentRow) -> tuple[str, ...]:
        """The cities of a document, or else its countries."""
        info = self._library.infos[row]
        return info.cities or info.countries

    def _may_stand(self, found: Found) -> bool:
        """Whether a sentence tells of one of the cities that its document is about."""
        own = self._library.infos[found.document].cities
        return not own or any(self._comparisons.may_stand_for(city, found) for city in own)

    def _restrict(self, practices: Sequence[_Practice]) -> list[_Practice]:
        """``practices`` with as many questions as a sheet has, each asked of all of them before the next one."""
        turns = [(one, _ASKED[place]) for place in _FIRST for one in practices if _ASKED[place] in one.answers]
        kept = turns[: self._policy.questions]
        fewer = (
            replace(one, answers={asked: found for asked, found in one.answers.items() if (one, asked) in kept})
            for one in practices
        )
        return [one for one in fewer if one.answers]

    # Words

    def _remark(self, subject: Subject, practices: Sequence[_Practice], terms: Sequence[Definition]) -> Iterator[str]:
        told = count_words(sum(len(one.answers) for one in practices), "question")
        places = [name for one in practices for name in one.places]
        yield f"{told} on {join_words(map(name_in_sentence, places))}, each with the answer that the documents give."
        for one in subject.audience:
            if one.name not in places:
                yield f"No answer is about {one.label}; all are from elsewhere."
        if terms:
            yield f"The glossary has {count_words(len(terms), 'term')}, in the words of the documents."

    def _write_sections(
        self,
        topic: Topic,
        theme: str,
        practices: Sequence[_Practice],
        terms: Sequence[Definition],
        silences: Sequence[Found],
    ) -> Iterator[BriefSection]:
        asked = [
            (one.question.format(theme=theme, place=practice.place), found)
            for practice in practices
            for one, found in practice.answers.items()
        ]
        numbered = [f"{number}. {question}" for number, (question, _) in enumerate(asked, 1)]
        yield BriefSection(heading=_QUESTIONS, items=(OwnText(text="\n\n".join(numbered)),))
        for question, (_, choices) in zip(numbered, asked, strict=True):
            found = dict.fromkeys(one for choice in choices for one in choice.found)
            yield BriefSection(heading=question, items=tuple(self._cite(list(found), topic)))
        yield BriefSection(heading=_GLOSSARY, items=tuple(self._explain(terms, topic)))
        gaps: list[BriefItem] = [OwnText(text=text) for text in self._leave_open(practices)]
        if silences:
            gaps += [OwnText(text=_KNOWN_UNKNOWN), *self._cite(silences, topic)]
        yield BriefSection(heading=_OPEN, items=tuple(gaps))

    def _explain(self, terms: Sequence[Definition], topic: Topic) -> Iterator[BriefItem]:
        """Each term with its sentence."""
        if not terms:
            yield OwnText(text=_NO_TERMS)
        for one in terms:
            yield OwnText(text=one.term)
            yield from self._cite([one.found], topic)

    def _leave_open(self, practices: Sequence[_Practice]) -> Iterator[str]:
        """Questions that the quoted documents do not answer."""
        for asked in _ASKED:
            silent = [one.place for one in practices if not self._tells(one.document, asked.fields)]
            if len(silent) == len(practices):
                yield f"{asked.open_question} (On {asked.about} none of these documents says anything.)"
            elif silent:
                yield f"{asked.open_question} (On {asked.about} nothing was found on {join_words(silent, 'or')}.)"
        yield _TRANSFER if len(practices) > 1 else _TRANSFER_ONE

    def _tells(self, row: DocumentRow, fields: Collection[RecordField]) -> bool:
        """Whether any sentence of a document tells one of ``fields``."""
        return any(one.field in fields for one in self._records.sentences_of(row))

    def _cite(self, found: Sequence[Found], topic: Topic) -> Iterator[Quote]:
        cited, _ = cite_sentences(
            [one.as_candidate() for one in found], self._library, topic.text, compiler_sections=self._compiler_sections
        )
        for one in cited:
            yield Quote.of_citation(one, self._library.infos[self._library.row_of(one.document_id)].sha256)


def _one_of_each_place(practices: Iterable[_Practice]) -> Iterator[_Practice]:
    """The first of ``practices`` for each place, of those that answer something."""
    seen: set[str] = set()
    for one in practices:
        if one.answers and seen.isdisjoint(one.places):
            seen |= {*one.places}
            yield one


def _check(theme: str) -> None:
    """Raise ``BriefError`` for what is no theme."""
    if not theme.strip():
        raise BriefError("A training sheet needs a theme, such as “household composting”.")
    if len(theme) > MAX_TITLE:
        raise BriefError(f"The theme has {len(theme):,} characters; it may have {MAX_TITLE} at most.")
    if theme.rstrip().endswith("?"):
        raise BriefError("A training sheet is on a theme, such as “household composting”. A question is for kin ask.")


def _speaks_of_text(choice: Choice) -> bool:
    """Whether a sentence tells of the text that it stands in, or of what its writer did not find."""
    return any(phrase in fold(one.text) for one in choice.found for phrase in read_phrases("of_text"))


def _as_in_sentence(theme: str, vocabulary: Collection[str]) -> str:
    """``theme`` without the capital that it was begun with, if the documents write its first word without."""
    small = theme[:1].lower() + theme[1:]
    return small if small.split()[0] in vocabulary else theme
