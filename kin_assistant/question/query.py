"""A question as every later stage sees it: one frozen value, made once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final

from kin_assistant.corpus.profile import Body
from kin_assistant.filters import find_allowed_documents, place_names
from kin_assistant.index.library import DocumentRow
from kin_assistant.index.snapshot import OpenIndex
from kin_assistant.models.embedder import Embedder
from kin_assistant.places.gazetteer import Place
from kin_assistant.places.matching import Mention, PlaceIndex
from kin_assistant.places.scope import Scope, scope_of
from kin_assistant.question.checks import check_language, check_question
from kin_assistant.question.followups import Standalone, is_small_talk, make_standalone
from kin_assistant.question.followups.turns import asks_what_about
from kin_assistant.question.forms import find_wanted_form
from kin_assistant.question.kinds import UNSURE, KindClassifier
from kin_assistant.question.listing import names_what_is_listed, read_listing
from kin_assistant.question.names import LibraryNames
from kin_assistant.question.parts import Part, parts_of
from kin_assistant.question.spelling import Speller
from kin_assistant.text.cleaning import clean
from kin_assistant.text.english import read_words
from kin_assistant.text.figures import asks_for_figure
from kin_assistant.text.words import STOP_WORDS, fold, stems, words
from kin_assistant.types import Filters, Kind, WantedForm

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Query", "QueryParser", "append_place_names", "make_query"]

_QUOTING: Final[tuple[Kind, ...]] = ("fact", "explain", "list")
"""Kinds whose answers are quotes of the best passages."""

_SURE_OF_TALK: Final = 0.97
"""Of 3,955 messages that are none 8 are taken for talk with so much."""
_POLITE: Final = read_words("polite")


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for, read for and answered."""

    original: str
    """As it was typed, on one line, without invisible characters; the question before it, if it only asks for a form."""
    standalone: str
    """As it is searched: with what it leans on from the conversation."""
    text: str
    """``standalone`` respelt, with the places of the filters: what passages are read with."""
    search_text: str
    """``text`` with the places that it paraphrases or misspells: what is embedded and searched for."""
    stems: tuple[str, ...]
    """Of ``search_text``, in order, repeated ones kept."""
    idf: Mapping[str, float]
    """Inverse document frequency of each stem."""
    vector: NDArray[np.float32]
    """Embedding of ``search_text``; shape (dimension,)."""
    filters: Filters | None = None
    """Restrictions that the reader set; None if there are none."""
    allowed: NDArray[np.int64] | None = None
    """Rows of the documents that pass ``filters``; None if all do."""
    scope: Scope = field(default_factory=Scope)
    areas: tuple[str, ...] = ()
    """Islands, provinces and states that it names and no document does."""
    about: tuple[frozenset[DocumentRow], ...] = ()
    """For each place of ``scope.named``, the documents about it."""
    boosted: frozenset[DocumentRow] = frozenset()
    """Documents about a place that the query names; of a programme's or a nationality's, if it names no other."""
    held: tuple[frozenset[DocumentRow], ...] = ()
    """For each other name in it that few documents hold (a plant, a river, a company), these documents."""
    parts: tuple[Part, ...] = ()
    """The things it asks for, if they are several."""
    kinds: tuple[Kind, ...] = ("explain",)
    """What it asks for: the main kind of request first."""
    wanted_form: WantedForm | None = None
    """The form that the answer is to have in the place of the one that the kind calls for."""
    wants_figure: bool = False
    """Whether it asks for an amount, a share or a count."""
    unknown_words: tuple[str, ...] = ()
    """Words that neither stand in any document nor could be corrected."""
    leans: bool = False
    """Whether it leans on earlier messages; one that does not starts afresh."""
    carried: tuple[str, ...] = ()
    """The words of earlier messages that ``standalone`` has in front of it; none where rules made a sentence of both."""

    @property
    def idf_total(self) -> float:
        """Sum of ``idf``; 1 for a query without stems, so that it can divide."""
        return sum(self.idf.values()) or 1.0

    @property
    def named_documents(self) -> frozenset[DocumentRow]:
        """Documents about any place that the query names."""
        return frozenset().union(*self.about)


def make_query(text: str, index: OpenIndex, embedder: Embedder, filters: Filters | None = None) -> Query:
    """A query of ``text`` as it stands, without a look at places, spelling or parts.

    Raises ``FilterError`` for a filter value that no document carries.
    """
    query_stems = tuple(stems(text))
    return Query(
        original=text,
        standalone=text,
        text=text,
        search_text=text,
        stems=query_stems,
        idf={stem: index.lexical.idf(stem) for stem in dict.fromkeys(query_stems)},
        vector=embedder.encode([text])[0],
        filters=None if filters is None or filters.empty else filters,
        allowed=find_allowed_documents(index.library.infos, filters),
    )


class QueryParser:
    """Understands questions asked of one opened index."""

    def __init__(
        self,
        index: OpenIndex,
        embedder: Embedder,
        places: PlaceIndex,
        kinds: KindClassifier,
        *,
        bodies: Sequence[Body] = (),
        names: LibraryNames | None = None,
        max_characters: int = 2000,
        max_turns: int = 8,
    ) -> None:
        self._index, self._embedder, self._places, self._kinds = index, embedder, places, kinds
        self._names = names
        self._bodies = tuple(bodies)
        self._speller = Speller(index.vocabulary)
        self._languages = frozenset(info.language for info in index.library.infos if info.language)
        self._max_characters, self._max_turns = max_characters, max_turns

    def understand(
        self,
        question: str,
        *,
        history: Sequence[str] = (),
        filters: Filters | None = None,
        form: WantedForm | None = None,
        names_shown: Callable[[str, Sequence[str]], Sequence[str]] | None = None,
        leans: bool = False,
    ) -> Query:
        """The query that ``question`` means behind the earlier questions ``history``, oldest first.

        A message that only asks for another form ("shorter please") is the last question again; ``form`` counts for more.
        ``names_shown`` says what the answer to an earlier question, behind those before it, showed: for "the second one".
        ``leans`` says that it goes on with what was asked, whatever it looks like.

        Places are looked for once in each text, and the query is embedded once. Raises ``QuestionError`` for a
        question that cannot be read and ``FilterError`` for a filter value that no document carries.
        """
        find_places = cache(self._places.find_places)
        original = check_question(question, max_characters=self._max_characters)
        # First, since the names of unknown places and themes are no text to be searched for.
        allowed = find_allowed_documents(self._index.library.infos, filters)
        original, recent, switch = self._find_asked(original, history)
        form = form or switch
        meant = make_standalone(
            original,
            recent,
            find_places,
            self._bodies,
            is_talk=self._is_small_talk if recent else is_small_talk,
            names_shown=lambda number: names_shown(recent[number], recent[:number]) if names_shown else (),
            leans=leans,
        )
        if meant.carried and self._lists_a_subject(original, find_places):
            meant = Standalone(original)
        standalone = meant.searched
        check_language(original, set(filter(self._is_used, words(original))), self._languages)
        mentions = [mention for mention in find_places(standalone) if not mention.programme]
        scope = scope_of(standalone, mentions)
        about = tuple(self.documents_about([place]) for place in scope.named)
        named = frozenset[DocumentRow]().union(*about)
        text = self._speller.respell(
            _append_filtered_places(standalone, filters, scope),
            {word for mention in mentions for word in words(mention.surface)},
        )
        search_text = append_place_names(text, mentions)
        query_stems = tuple(stems(search_text))
        parts = parts_of(standalone)
        # In a follow-up a part may be what was carried over, which nobody asked for.
        parts = parts if len(parts) > 1 and not meant.leans else ()
        kinds = self._find_kinds(original, meant, parts, mentions)
        return Query(
            original=original,
            standalone=standalone,
            text=text,
            search_text=search_text,
            stems=query_stems,
            idf={stem: self._index.lexical.idf(stem) for stem in dict.fromkeys(query_stems)},
            vector=self._embedder.encode([search_text])[0],
            filters=None if filters is None or filters.empty else filters,
            allowed=allowed,
            scope=scope.as_advice() if kinds[0] == "advice" else scope,
            areas=self._places.find_areas(standalone, mentions),
            about=about,
            boosted=named or self.documents_about(mention.place for mention in mentions),
            held=self._find_held(text, mentions),
            parts=parts,
            kinds=kinds,
            wanted_form=form,
            wants_figure=asks_for_figure(text),
            unknown_words=self._find_unknown_words(original),
            leans=meant.leans,
            carried=meant.carried,
        )

    def _find_asked(self, message: str, history: Sequence[str]) -> tuple[str, list[str], WantedForm | None]:
        """What ``message`` asks, the messages before that, and the form that it asks for.

        A message that only asks for a form is the last question again; what asked for one before left the subject as it was.
        """
        turns = [turn for turn in history if find_wanted_form(turn) is None]
        recent = [turn[: self._max_characters] for turn in turns[-self._max_turns :]] if self._max_turns else []
        form = find_wanted_form(message)
        asked = (i for i in reversed(range(len(recent))) if form and not self._is_small_talk(recent[i]))
        last = next(asked, None)
        return (message, recent, None) if last is None else (clean(recent[last]), recent[:last], form)

    def _find_held(self, text: str, mentions: Sequence[Mention]) -> tuple[frozenset[DocumentRow], ...]:
        """As ``Query.held``."""
        return self._names.documents_of(text, (mention.surface for mention in mentions)) if self._names else ()

    def _find_kinds(
        self, original: str, meant: Standalone, parts: Sequence[Part], mentions: Sequence[Mention]
    ) -> tuple[Kind, ...]:
        """What is asked for, the main kind first."""
        if find_wanted_form(original) is not None:
            return ("talk",)  # without a question before it, another form of nothing is asked for
        guess = self._kinds.classify(meant.searched, [part.text for part in parts])
        places = {mention.place for mention in mentions}
        kinds = self._agree(guess.kinds, original, several=len(places) > 1) if meant.carried else guess.kinds
        if meant.leans and kinds[0] == "catalogue" and asks_what_about(meant.text):
            kinds = (UNSURE,)  # "what about plastic in Seoul?" goes on with what was asked, and asks for no list
        sure = guess.probability >= _SURE_OF_TALK
        if kinds[0] == "talk" and self._names_what_is_known(meant.searched, mentions, sure=sure):
            return ("overview",) if sure else (UNSURE,)
        return kinds

    def _agree(self, guessed: tuple[Kind, ...], message: str, *, several: bool) -> tuple[Kind, ...]:
        """The kinds of a message with words of earlier ones behind it, of which the classifier has seen no examples.

        By itself the message says what is wanted; only where both agree, more than quotes. A comparison of ``several`` places
        goes on: "only the costs, please".
        """
        alone = self._kinds.classify(message)
        if several and guessed[0] == "compare" and alone.kind in ("fact", "explain"):
            return guessed
        if alone.kind in _QUOTING or alone.kind == guessed[0]:
            return alone.kinds
        return guessed if guessed[0] in ("fact", "explain") else (UNSURE,)

    def _lists_a_subject(self, message: str, find_places: Callable[[str], tuple[Mention, ...]]) -> bool:
        """Whether a list is asked for on a subject that ``message`` names itself, so that it needs nothing of those before."""
        points_back = read_words("pointing").intersection(words(message))
        if points_back or not names_what_is_listed(message) or self._kinds.classify(message).kind != "catalogue":
            return False
        return bool(read_listing(message, find_places(message)).subject)

    def _names_what_is_known(self, text: str, mentions: Sequence[Mention], *, sure: bool) -> bool:
        """Whether a message that was taken for talk is nothing but places, or names what the documents name.

        A name is one such as "PM2.5" alone or, if the guess is not ``sure``, a word with a capital inside the message.
        """
        for mention in mentions:
            text = text.replace(mention.surface, "")
        if mentions and not [word for word in words(text) if word not in STOP_WORDS | _POLITE]:
            return True
        said = text.split()
        if len(said) == 1:
            names = [word for word in said if sum(char.isupper() or char.isdigit() for char in word) > 1]
        else:
            names = [word for word in said[1:] if word[0].isupper() and not sure]
        return any(stems(name) and self._is_used(name) for name in names)

    def _is_small_talk(self, message: str) -> bool:
        """Whether ``message``, behind others, is no question to the documents, as "And if I ...?" and "why?" are."""
        said = words(message)
        joins_on = "?" in message and said[:1] and said[0] in read_words("joining")
        asks = not read_words("asking").isdisjoint(said)
        only_asks = asks and read_words("asking_alone").issuperset(said)
        points = asks and not read_words("pointing").isdisjoint(said)
        if joins_on or only_asks or points:
            return is_small_talk(message)
        guess = self._kinds.classify(message)
        taken = guess.kind == "talk" and ("?" not in message or guess.probability >= _SURE_OF_TALK)
        return taken or is_small_talk(message)

    def documents_about(self, places: Iterable[Place]) -> frozenset[DocumentRow]:
        """Rows of the documents about any of ``places``."""
        return frozenset(
            self._index.library.row_of(name) for place in places for name in self._places.documents_about(place)
        )

    def documents_near(self, places: Iterable[Place]) -> frozenset[DocumentRow]:
        """Rows of the documents about cities in the country, or else the region, of ``places``."""
        return self.documents_about(city for place in places for city in self._places.nearest(place))

    def _is_used(self, word: str) -> bool:
        """Whether the documents use ``word`` in some form; a stop word counts as used."""
        return all(stem in self._index.lexical for stem in stems(word))

    def _find_unknown_words(self, text: str) -> tuple[str, ...]:
        """Words of ``text`` that neither stand in any document nor can be corrected, once each."""
        corrected = self._speller.corrections(text)
        return tuple(word for word in dict.fromkeys(words(text)) if word not in corrected and self._is_unknown(word))

    def _is_unknown(self, word: str) -> bool:
        word_stems = stems(word)
        return bool(word_stems) and not any(stem in self._index.lexical for stem in word_stems)


def _append_filtered_places(question: str, filters: Filters | None, scope: Scope) -> str:
    """``question`` with the places of the filters, if it names none itself: so it would be asked without filters."""
    places = place_names(filters) if filters and not scope.named else ""
    return f"{question.rstrip(' ?.!')} in {places}?" if places else question


def append_place_names(text: str, mentions: Sequence[Mention]) -> str:
    """``text``, and behind it the places that it paraphrases ("the Thai capital") or misspells."""
    folded = fold(text)
    names = dict.fromkeys(mention.place.name for mention in mentions if mention.in_corpus)
    return " ".join([text, *(name for name in names if fold(name) not in folded)])
