"""What a language model makes of answers: ``python -m eval llm``, live or over replies that were recorded.

A recorded reply is one line of JSON: ``{"id", "question", "quotes": {key: quote}, "pieces": [[ms, text], ...], "failure"}``.
``quotes`` are those that the model was shown, by the key that stood for each; keys change with the build, so a reply is played
with the keys of now, found by their quotes. A piece is what came, with the milliseconds since it was asked for.
"""

from __future__ import annotations

import json
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

from eval.errors import CannotRunError
from eval.lines import Nugget, Request
from eval.matching import contains
from kin_assistant.errors import LanguageModelError
from kin_assistant.rendering import what_is_read
from kin_assistant.types import Answer
from kin_assistant.writing.model import LanguageModel, Prompt
from kin_assistant.writing.writer import ProseWriter

__all__ = ["ProseScores", "RecordedReply", "Recorder", "Replay", "read_replies", "render_scores", "score_prose"]

_CONTEXT = 8192
_SECONDS = 600.0
"""A reply is given up then. What was recorded came in time once."""


@dataclass(frozen=True, slots=True)
class RecordedReply:
    """What a model said once."""

    id: str
    question: str
    quotes: Mapping[str, str]
    """By the key that stood for each."""
    pieces: tuple[tuple[float, str], ...]
    """Milliseconds since it was asked for, and a text."""
    failure: str = ""
    """The sentence it ended with, where it did not end well."""


@dataclass(frozen=True, slots=True)
class ProseScores:
    """The figures over all questions that something is written for."""

    written: int
    """Answers that the model was asked to write about."""
    failures: int
    empty: int
    """Of the others, those of which nothing could be shown."""
    shown: int
    """Sentences."""
    dropped: Mapping[str, int]
    """Sentences by reason."""
    facts: int
    """Vital facts of the questions."""
    facts_quoted: int
    """Of these, those that the answers quote."""
    facts_written: int
    """And those that the prose gives."""
    first_ms: float
    """Until the first sentence was shown, in the median; 0 if none was."""
    check_ms: float
    """For a sentence, in the mean."""


class Asks(Protocol):
    """The part of ``kin_assistant.Assistant`` that is needed."""

    def ask(self, question: str) -> Answer:
        """Answer ``question``."""
        ...


class Replay:
    """A language model that says what was said once, as fast as it came then."""

    name, host = "recorded", ""

    def __init__(self, reply: RecordedReply) -> None:
        self._reply = reply

    def stream(self, prompt: Prompt) -> Iterator[str]:
        """The pieces, under the keys of ``prompt``. A key whose quote is not there now stays as it is, and stands for none."""
        now = {item.quote: item.key for item in prompt.items}
        whole = "".join(text for _, text in self._reply.pieces)
        for key, quote in self._reply.quotes.items():
            new = now.get(quote, "")
            # As long as before, so that the pieces end where they ended.
            whole = whole.replace(key, new if len(new) == len(key) else "?" * len(key))
        began, position = time.monotonic(), 0
        for after, text in self._reply.pieces:
            time.sleep(max(0.0, began + after / 1000 - time.monotonic()))
            yield whole[position : position + len(text)]
            position += len(text)
        if self._reply.failure:
            raise LanguageModelError(self._reply.failure)


@dataclass
class Recorder:
    """A language model that writes down what another one says."""

    model: LanguageModel
    replies: list[RecordedReply] = field(default_factory=list)
    id: str = ""
    """Of the question that comes next."""

    @property
    def name(self) -> str:
        """The other's."""
        return self.model.name

    @property
    def host(self) -> str:
        """The other's."""
        return self.model.host

    def stream(self, prompt: Prompt) -> Iterator[str]:
        """What the other says."""
        began, pieces, failure = time.monotonic(), [], ""
        try:
            for piece in self.model.stream(prompt):
                pieces.append((round(1000 * (time.monotonic() - began), 1), piece))
                yield piece
        except LanguageModelError as error:
            failure = str(error)
            raise
        finally:
            quotes = {item.key: item.quote for item in prompt.items}
            self.replies.append(RecordedReply(self.id, prompt.request, quotes, tuple(pieces), failure))

    def write(self, path: Path) -> None:
        """Write what was said, a line for each reply."""
        lines = [json.dumps(asdict(reply), ensure_ascii=False) for reply in self.replies]
        path.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def read_replies(path: Path) -> list[RecordedReply]:
    """The recorded replies of a file. Raises ``CannotRunError`` with the lines that are none."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRunError(f"{path} cannot be read: {error}") from error
    replies, wrong = [], []
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            pieces = tuple((float(after), str(text)) for after, text in row["pieces"])
            quotes = {str(key): str(quote) for key, quote in row["quotes"].items()}
            replies.append(
                RecordedReply(str(row["id"]), str(row["question"]), quotes, pieces, str(row.get("failure") or ""))
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            wrong.append(f"{path} line {number}: no recorded reply.")
    if wrong or not replies:
        raise CannotRunError(*(wrong[:10] or [f"{path} holds no recorded reply."]))
    return replies


def score_prose(
    assistant: Asks, requests: Sequence[Request], model_of: Callable[[Request], LanguageModel | None]
) -> ProseScores:
    """The figures over ``requests``. What ``model_of`` gives writes about each; nothing is written where it gives None."""
    shown: list[int] = []
    dropped: Counter[str] = Counter()
    facts = quoted = told = failures = 0
    firsts: list[float] = []
    checking = 0.0
    for request in requests:
        model = model_of(request)
        if model is None:
            continue
        answer = assistant.ask(request.question)
        prose = ProseWriter(model, context=_CONTEXT, seconds=_SECONDS).write(answer)
        if prose is None:
            continue
        failures += bool(prose.failure)
        shown.append(len(prose.sentences))
        dropped.update(prose.dropped)
        checking += prose.elapsed_ms["check"]
        if prose.sentences:
            firsts.append(prose.elapsed_ms["first"])
        vital = [nugget for nugget in request.nuggets if nugget.vital]
        facts += len(vital)
        quoted += _count(what_is_read(answer), vital)
        told += _count(" ".join(one.text for one in prose.sentences), vital)
    return ProseScores(
        written=len(shown),
        failures=failures,
        empty=sum(not count for count in shown) - failures,
        shown=sum(shown),
        dropped=dict(sorted(dropped.items())),
        facts=facts,
        facts_quoted=quoted,
        facts_written=told,
        first_ms=round(statistics.median(firsts), 1) if firsts else 0.0,
        check_ms=round(checking / max(1, sum(shown) + dropped.total()), 2),
    )


def render_scores(scores: ProseScores) -> str:
    """As lines for people."""
    reasons = ", ".join(f"{count} {reason}" for reason, count in scores.dropped.items()) or "none"
    return "\n".join(
        [
            f"{scores.written} answers written about, {scores.failures} failed, {scores.empty} with nothing to show",
            f"{scores.shown} sentences shown; dropped: {reasons}",
            f"{scores.facts} vital facts: {scores.facts_quoted} quoted in the answers, {scores.facts_written} in the prose",
            f"first sentence after {scores.first_ms:.0f} ms in the median, {scores.check_ms:.1f} ms a sentence for the check",
        ]
    )


def _count(text: str, facts: Sequence[Nugget]) -> int:
    return sum(contains(text, fact.any_of) for fact in facts)
