"""What happens on the page: a question is asked, a verdict is given. Nothing here knows of components."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from kin_assistant.api.requests import MAX_TOPIC
from kin_assistant.api.standing import review_questions
from kin_assistant.briefs.brief import Brief, Span
from kin_assistant.briefs.edits import leave_out, move_quotes, write_own
from kin_assistant.briefs.files import read_brief
from kin_assistant.briefs.subject import MAX_TITLE
from kin_assistant.commitments.values import CommitmentQuery, Commitments
from kin_assistant.contributions.values import Contributions
from kin_assistant.errors import BriefError, FilterError, KinError, QuestionError
from kin_assistant.feedback import VERDICTS, record
from kin_assistant.indicators.values import Indicators
from kin_assistant.peers.values import Peers
from kin_assistant.records.columns import parse_columns
from kin_assistant.records.comparison import DEFAULT_COLUMNS
from kin_assistant.rendering import (
    FoundPassages,
    Transcript,
    TranscriptAnswer,
    describe_filters,
    plain,
    verified,
    verified_commitments,
    verified_contributions,
    verified_hits,
    verified_indicators,
    verified_table,
)
from kin_assistant.standing.files import read_answers, read_questions
from kin_assistant.standing.values import KeptAnswers, Review
from kin_assistant.types import Comparison, DocumentInfo, Filters, Years
from kin_assistant.ui.kept_questions import KeptRefused, read_kept
from kin_assistant.ui.links import read_link
from kin_assistant.ui.turns import CHANGES, Turn

if TYPE_CHECKING:
    from kin_assistant.assistant import Assistant
    from kin_assistant.ui.figures import FigureRequest
    from kin_assistant.ui.money import MoneyRequest
    from kin_assistant.ui.served import Served

__all__ = ["MAX_QUERY", "MAX_SITUATION", "Callbacks", "Choices"]

MAX_SITUATION: Final = 1000
"""Characters of what is said of a city and of what is the matter there, at most."""
MAX_QUERY: Final = 500
"""Characters of what is looked for in the text of the documents, at most."""

_HITS: Final = 20
"""Passages that are shown."""

Found = TypeVar("Found")

logger = logging.getLogger(__name__)

_GONE = "That answer is no longer kept here. Please write its question again."


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters on the page are set to."""

    cities: Sequence[str] = ()
    countries: Sequence[str] = ()
    themes: Sequence[str] = ()
    first_year: str = ""
    """As typed; empty for any."""
    last_year: str = ""

    def filters(self, known_years: Years) -> Filters:
        """As a search takes them; a year that is left open is the first or last of ``known_years``.

        Raises ``FilterError`` if a year is none or the years are not in order.
        """
        return Filters(
            city=tuple(self.cities),
            country=tuple(self.countries),
            theme=tuple(self.themes),
            years=self._years(known_years),
        )

    def _years(self, known: Years) -> Years | None:
        first, last = _year(self.first_year), _year(self.last_year)
        if first is None and last is None:
            return None
        years = (known[0] if first is None else first, known[1] if last is None else last)
        if years[0] > years[1]:
            raise FilterError(
                f"The years run from {years[0]} to {years[1]}. Please set the first year before the last."
            )
        return years


def _year(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{4}", text):
        raise FilterError(f"\u201c{plain(text)}\u201d is not a year. Please write four digits, such as 1990.")
    return int(text)


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Bound to whatever index is served; holds nothing of a visitor."""

    served: Served
    feedback: Path
    """Folder for verdicts."""
    max_question_characters: int
    now: Callable[[], datetime]

    def ask(self, question: object, choices: Choices, turns: Sequence[Turn], *, edits: str = "") -> Turn:
        """What comes of ``question`` after ``turns``; a fault is a turn too, so that the question is not lost.

        If it ``edits`` the question of the turn of that id, it is asked after what that one was asked after.
        """
        turn_id = _new_id()
        # The browser bounds the length too, but whoever calls the server directly does not use the browser.
        if not isinstance(question, str) or len(question) > self.max_question_characters:
            text = f"Please ask in at most {self.max_question_characters:,} characters."
            return Turn(turn_id, "", Filters(), fault=text)
        edited = next((turn for turn in turns if turn.id == edits), None)
        history = edited.history if edited else next((turn.so_far for turn in reversed(turns) if turn.answer), ())
        return self._answer(Turn(turn_id, plain(question).strip(), Filters(), history=history), choices=choices)

    def ask_again(self, turn: object, change: object, turns: Sequence[Turn]) -> Turn:
        """What comes of the question of the turn of that id, asked again with ``change``; a fault is a turn too.

        What is asked next goes on from there.
        """
        turn_id = _new_id()
        how = next((name for name in CHANGES if name == change), None)
        before = next((each for each in turns if each.id == turn), None)
        if how is None or before is None or before.answer is None:
            return Turn(turn_id, "", Filters(), fault=_GONE)
        if how == "alone":
            form = before.answer.wanted_form
            return self._answer(Turn(turn_id, before.answer.question, before.filters, change=how, form=form))
        again = Turn(turn_id, before.question, before.filters, change=how, history=before.history, form=how)
        return self._answer(again)

    def recall(self, kept: str) -> Turn:
        """What comes of a question as the browser keeps it, or as an address from "?" on holds it; a fault is a turn too."""
        try:
            read = read_link if kept.startswith("?") else read_kept
            asked = read(kept, self.max_question_characters)
        except KeptRefused as error:
            return Turn(_new_id(), "", Filters(), fault=str(error))
        again = Turn(
            _new_id(),
            asked.question,
            asked.filters,
            change=asked.change,
            history=asked.history,
            form=asked.form,
            linked_build=asked.build_id,
        )
        return self._answer(again)

    def _answer(self, turn: Turn, *, choices: Choices | None = None) -> Turn:
        """The turn with its answer, or with the sentence that says why there is none; filters are taken from ``choices``."""
        try:
            if not turn.question:
                raise QuestionError("Please write a question.")
            with self.served.lease() as assistant:
                if choices:
                    turn = replace(turn, filters=choices.filters(_known_years(assistant.documents)))
                answer = assistant.ask(
                    turn.question, filters=turn.filters, history=turn.history, id=turn.id, form=turn.form
                )
                return replace(turn, answer=verified(answer, assistant.document))
        except Exception as error:  # noqa: BLE001 (the reader gets a sentence, the log the traceback)
            return replace(turn, fault=_explain(error))

    def suggest(self, turns: Sequence[Turn], go_on: Callable[[], bool]) -> Turn | None:
        """The last of ``turns`` with questions to go on with, if any are found; None where they were looked for before.

        It ends early where ``go_on`` says so.
        """
        turn = turns[-1] if turns else None
        if turn is None or turn.answer is None or turn.suggestions is not None:
            return None
        try:
            with self.served.lease() as assistant:
                found = assistant.suggest(turn.answer, filters=turn.filters, history=turn.so_far, go_on=go_on)
        except (KinError, KeyError) as error:  # the answer stands without them; its documents may be gone by now
            logger.info("No questions to go on with: %s", plain(str(error)))
            found = ()
        return replace(turn, suggestions=found)

    def transcribe(self, asked: Sequence[tuple[Turn | None, str]]) -> Transcript | str:
        """Answers to be taken along, each quote compared once more; or a sentence that says why there are none.

        Each is ``asked`` for by its turn, where that is still held, and by what the browser keeps of its question: an answer
        that is no longer held, or of which a quote no longer stands where it did, is answered anew.
        """

        def find(assistant: Assistant) -> Transcript:
            if not asked:
                raise QuestionError("There is no answer to take along.")
            return Transcript.of(
                [self._transcribe(assistant, turn, kept) for turn, kept in asked],
                assistant.documents,
                library=assistant.build.profile.title,
                build_id=assistant.build.id,
                at=self.now(),
            )

        return self._find(find)

    def _transcribe(self, assistant: Assistant, turn: Turn | None, kept: str) -> TranscriptAnswer:
        if turn and turn.answer:
            try:
                answer = verified(turn.answer, assistant.document)
            except KinError as error:
                logger.info("Asked anew for a file: %s", plain(error.details))
            else:
                answer = answer.model_copy(update={"build_id": assistant.build.id})
                return TranscriptAnswer(answer, turn.filters, turn.prose)
        if not kept:
            raise QuestionError(_GONE)
        again = read_kept(kept, self.max_question_characters)
        answer = assistant.ask(again.question, filters=again.filters, history=again.history, form=again.form)
        return TranscriptAnswer(verified(answer, assistant.document), again.filters)

    def compare(self, topic: object, cities: Sequence[str], columns: Sequence[str]) -> Comparison | str:
        """What the cities, or those best documented, did about ``topic``; or a sentence that says why there is no table."""

        def find(assistant: Assistant) -> Comparison:
            words = _read("topic", topic, MAX_TOPIC, "household composting")
            found = assistant.compare(words, cities, parse_columns(columns) or DEFAULT_COLUMNS)
            return verified_table(found, assistant.document)

        return self._find(find)

    def search(self, query: object, filters: Filters) -> FoundPassages | str:
        """The passages nearest to ``query``; or a sentence that says why there are none."""

        def find(assistant: Assistant) -> FoundPassages:
            words = _read("word", query, MAX_QUERY, "waste bank")
            result = verified_hits(assistant.search(words, limit=_HITS, filters=filters), assistant.document)
            return FoundPassages(result, tuple(assistant.documents), assistant.build.id)

        return self._find(find)

    def find_peers(self, situation: object) -> Peers | str:
        """What cities like the one of ``situation`` did; or a sentence that says why there is nothing."""

        def find(assistant: Assistant) -> Peers:
            words = _read("sentence", situation, MAX_SITUATION, "we are a port city with open dumping and little money")
            return verified_table(assistant.peers(words), assistant.document)

        return self._find(find)

    def propose(
        self,
        title: object,
        cities: Sequence[str],
        left_out: Sequence[str] = (),
        *,
        order: Sequence[str] = (),
        own: Sequence[str] = (),
    ) -> Brief | str:
        """A brief on ``title`` without the spans ``left_out``, in ``order``, with ``own`` text; or why there is none."""

        def find(assistant: Assistant) -> Brief:
            words = _read("title", title, MAX_TITLE, "Community composting for Hai Phong")
            spans = [Span.parse(span) for span in left_out]
            brief = assistant.propose_brief(words, cities=cities, left_out=spans)
            brief = write_own(move_quotes(brief, [Span.parse(span) for span in order]), own, replace=False)
            return verified_table(brief, assistant.document)

        return self._find(find)

    def reopen(
        self, content: object, *, left_out: Sequence[str] = (), order: Sequence[str] = (), own: Sequence[str] = ()
    ) -> Brief | str:
        """The brief whose JSON is ``content``, changed as for ``propose``; or a sentence that says why it cannot be opened.

        ``own`` texts take the place of those in front of their sections.
        """

        def find(assistant: Assistant) -> Brief:
            if not isinstance(content, str) or not content.strip():
                raise BriefError("Please paste the text of a brief's JSON file.")
            brief = assistant.reopen_brief(read_brief(content.encode(), "What was pasted"))
            brief = leave_out(brief, [Span.parse(span) for span in left_out])
            brief = write_own(move_quotes(brief, [Span.parse(span) for span in order]), own, replace=True)
            return verified_table(brief, assistant.document)

        return self._find(find)

    def make_sheet(self, theme: object) -> Brief | str:
        """A training sheet on ``theme``; or a sentence that says why there is none."""

        def find(assistant: Assistant) -> Brief:
            words = _read("theme", theme, MAX_TITLE, "Household composting")
            return verified_table(assistant.training_sheet(words), assistant.document)

        return self._find(find)

    def make_package(self, document_id: str) -> Brief | str:
        """The know-how package of a document; or a sentence that says why there is none."""

        def find(assistant: Assistant) -> Brief:
            return verified_table(assistant.package(plain(document_id)), assistant.document)

        return self._find(find)

    def find_figures(self, request: FigureRequest) -> Indicators | str:
        """The figures that ``request`` asks for, each in its sentence; or a sentence that says why there are none."""

        def find(assistant: Assistant) -> Indicators:
            query = request.query(_read("topic", request.topic, MAX_TOPIC, "non-revenue water"))
            return verified_indicators(assistant.indicators(query), assistant.document)

        return self._find(find)

    def find_money(self, request: MoneyRequest) -> Contributions | str:
        """Who paid and took part, as ``request`` asks; or a sentence that says why there is nothing."""

        def find(assistant: Assistant) -> Contributions:
            given = isinstance(request.topic, str) and request.topic.strip()
            topic = _read("topic", request.topic, MAX_TOPIC, "septage") if given else None
            return verified_contributions(assistant.contributions(request.query(topic)), assistant.document)

        return self._find(find)

    def find_commitments(self, topic: object, cities: Sequence[str]) -> Commitments | str:
        """What was to be done about ``topic``, or in ``cities``; or a sentence that says why there is nothing."""

        def find(assistant: Assistant) -> Commitments:
            given = not (isinstance(topic, str) and not topic.strip() and cities)
            words = _read("topic", topic, MAX_TOPIC, "waste reduction") if given else None
            found = assistant.commitments(CommitmentQuery(topic=words, cities=tuple(cities)))
            return verified_commitments(found, assistant.document)

        return self._find(find)

    def _find(self, find: Callable[[Assistant], Found]) -> Found | str:
        """What ``find`` finds, or the sentence that says why there is nothing."""
        try:
            with self.served.lease() as assistant:
                return find(assistant)
        except Exception as error:  # noqa: BLE001 (the reader gets a sentence, the log the traceback)
            return _explain(error)

    def review(self, line: str, kept: str) -> tuple[Review, KeptAnswers] | str:
        """How the answer to the question of ``line`` differs from the one of ``kept``, and what to keep then; or why not.

        Both are as in the files of ``kin watch-questions``; ``kept`` is empty for a question that was never asked.
        """

        def find(assistant: Assistant) -> tuple[Review, KeptAnswers]:
            questions = read_questions(line.encode(errors="replace"), "What this browser watches")
            if len(questions) > 1 or len(questions[0].question) > self.max_question_characters:
                raise QuestionError(
                    f"Please watch one question in at most {self.max_question_characters:,} characters."
                )
            before = read_answers(kept.encode(errors="replace"), "What this browser kept") if kept else KeptAnswers()
            return review_questions(assistant, questions, before, now=self.now())

        return self._find(find)

    def documents(self) -> dict[str, DocumentInfo]:
        """All documents that are served, by id."""
        with self.served.lease() as assistant:
            return {info.id: info for info in assistant.documents}

    def describe(self, choices: Choices) -> str:
        """The filters in words, or what is wrong with them; empty where nothing is restricted."""
        try:
            words = describe_filters(choices.filters(_known_years(self.documents().values())))
            return f"Looking only in: {words}" if words else ""
        except KinError as error:
            return str(error)

    def rate(self, turn: object, verdict: object, comment: object, turns: Sequence[Turn]) -> Turn | None:
        """The turn of that id with the verdict stored, or the comment if the same verdict was given before.

        None where nothing changes: the turn or the verdict is unknown, or both have been given.
        """
        known = next((name for name in VERDICTS if name == verdict), None)
        rated = next((each for each in turns if each.id == turn), None)
        words = plain(comment).strip() if isinstance(comment, str) else ""
        if known is None or rated is None or rated.answer is None:
            return None
        if rated.verdict is not None and (rated.verdict != known or rated.commented or not words):
            return None
        try:
            record(self.feedback, rated.answer, known, at=self.now(), comment=words)
        except Exception as error:  # noqa: BLE001 (as above)
            return replace(rated, feedback_fault=_explain(error))
        return replace(rated, verdict=known, commented=bool(words), feedback_fault="")


def _read(name: str, text: object, most: int, example: str) -> str:
    """What was written into a box. Raises ``QuestionError`` if it is empty or longer than ``most``, before all of it is read."""
    if isinstance(text, str) and len(text) > most:
        raise QuestionError(f"Please write a {name} in at most {most:,} characters.")
    words = plain(text).strip() if isinstance(text, str) else ""
    if not words:
        raise QuestionError(f"Please write a {name}, such as {example}.")
    return words


def _new_id() -> str:
    """Whoever knows the id of a turn may have it shown again, so nobody can guess one."""
    return f"q{secrets.token_hex(7)}"


def _known_years(infos: Iterable[DocumentInfo]) -> Years:
    """First and last year that any document covers; any year will do where none names one."""
    years = [year for info in infos for year in info.years or ()]
    return (min(years), max(years)) if years else (0, 9999)


def _explain(error: Exception) -> str:
    """The sentence to show. What was not foreseen is logged under a reference and never shown."""
    if isinstance(error, KinError):
        logger.info("%s: %s", type(error).__name__, plain(error.details))
        return str(error)
    reference = secrets.token_hex(3).upper()
    logger.error("Reference %s", reference, exc_info=error)
    return f"Something went wrong (reference {reference}). Please try again."
