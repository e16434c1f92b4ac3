"""Prose about an answer: written by a language model, sentence by sentence checked against the quotes."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Final

from kin_assistant.answer.stretches import leans_back
from kin_assistant.errors import LanguageModelError
from kin_assistant.text.words import words
from kin_assistant.types import Answer, Citation, DropReason, Prose, ProseSentence
from kin_assistant.writing.bearing import find_bearing
from kin_assistant.writing.checks import SentenceCheck
from kin_assistant.writing.deadline import stream_within
from kin_assistant.writing.figures import FigureCheck
from kin_assistant.writing.model import LONGEST_SENTENCE, MOST_SENTENCES, LanguageModel, Prompt
from kin_assistant.writing.names import NameCheck
from kin_assistant.writing.prompting import is_written, make_prompt
from kin_assistant.writing.reply import ReplyReader, Written
from kin_assistant.writing.verifier import VerifierCheck, load_verifier
from kin_assistant.writing.wording import WordingCheck

__all__ = ["ProseWriter"]

_MAX_CHARACTERS: Final = 20_000
"""Of a reply, at most."""
_MOST_READ: Final = 2 * MOST_SENTENCES
"""Sentences of a reply. What follows is not read."""
_ENDS: Final = frozenset(".!?\"'\u201d\u2019)")
_RULES: Final[tuple[SentenceCheck, ...]] = (FigureCheck(), NameCheck(), WordingCheck())


class ProseWriter:
    """Lets one language model write. Safe to use from several threads if the model is."""

    def __init__(
        self, model: LanguageModel, *, context: int, seconds: float, checks: Sequence[SentenceCheck] | None = None
    ) -> None:
        """``context`` is how many tokens the model takes and gives together; it may write for so many ``seconds``.

        ``checks`` are asked in their order, without any the rules and then the verifier; a sentence is shown if none finds a
        fault. Raises ``ModelError`` if the verifier's weights are damaged.
        """
        self._model, self._context, self._seconds = model, context, seconds
        self._checks = (*_RULES, VerifierCheck(load_verifier())) if checks is None else tuple(checks)

    @property
    def name(self) -> str:
        """Which model writes."""
        return self._model.name

    @property
    def host(self) -> str:
        """Host, with its port, that questions and quotes are sent to; empty if that is not known."""
        return self._model.host

    def write(self, answer: Answer, show: Callable[[ProseSentence], None] | None = None) -> Prose | None:
        """What may be shown of what the model writes about ``answer``; None for an answer that nothing is written for.

        ``show`` gets each sentence as soon as it has passed, while the model writes on. What goes wrong is said in the prose's
        ``failure``, which then has no sentences: those that ``show`` got before stand alone and are better taken back. Raises
        nothing of its own; what a model of the caller's own raises is passed on.
        """
        if not is_written(answer):
            return None
        prompt, cited = make_prompt(answer, context=self._context)
        writing = _Writing(dict(zip(prompt.keys, cited, strict=True)), self._checks, show)
        failure = ""
        if not prompt.items:
            failure = "The question and the quotes are too long for the language model; see KIN_LLM_CONTEXT."
        else:
            try:
                self._read(prompt, writing)
            except LanguageModelError as error:
                failure = str(error)
        return Prose(
            sentences=() if failure else tuple(writing.shown),
            dropped=tuple(writing.dropped),
            failure=failure,
            written_by=self._model.name,
            sent_to=self._model.host,
            elapsed_ms=writing.times(),
        )

    def _read(self, prompt: Prompt, writing: _Writing) -> None:
        reader, length = ReplyReader(), 0
        with contextlib.closing(stream_within(self._seconds, lambda: self._model.stream(prompt))) as pieces:
            for piece in pieces:
                length += len(piece)
                if length > _MAX_CHARACTERS:
                    raise LanguageModelError("The language model wrote without end and was given up.")
                writing.take(reader.feed(piece))
                if writing.judged >= _MOST_READ:
                    return  # hangs up: it was asked for half as many
        writing.take(reader.end())


class _Writing:
    """What was shown and what was dropped so far of one reply."""

    def __init__(
        self,
        cited: dict[str, Citation],
        checks: Sequence[SentenceCheck],
        show: Callable[[ProseSentence], None] | None,
    ) -> None:
        self._cited, self._checks, self._show = cited, checks, show
        self.shown: list[ProseSentence] = []
        self.dropped: list[DropReason] = []
        self._said: list[frozenset[str]] = []
        """The words of each sentence that is shown."""
        self._documents_before: frozenset[str] = frozenset()
        """Those that the sentence before cites; none if it was dropped."""
        self._began = time.perf_counter()
        self._first = self._checking = 0.0

    @property
    def judged(self) -> int:
        """Sentences so far."""
        return len(self.shown) + len(self.dropped)

    def take(self, sentences: Sequence[Written]) -> None:
        """Check ``sentences`` and show those that pass."""
        for written in sentences:
            began = time.perf_counter()
            cited, fault = self._judge(written)
            self._checking += time.perf_counter() - began
            if fault:
                self.dropped.append(fault)
                self._documents_before = frozenset()
                continue
            self._documents_before = frozenset(citation.document_id for citation in cited)
            text = written.text if written.text[-1] in _ENDS else written.text + "."
            sentence = ProseSentence(text=text, citations=tuple(sorted(citation.number for citation in cited)))
            self._first = self._first or time.perf_counter() - self._began
            self.shown.append(sentence)
            if self._show:
                self._show(sentence)

    def times(self) -> dict[str, float]:
        """In milliseconds, as ``Prose`` has them."""
        total = time.perf_counter() - self._began
        named = {"first": self._first, "check": self._checking, "total": total}
        return {name: round(1000 * seconds, 2) for name, seconds in named.items()}

    def _judge(self, written: Written) -> tuple[tuple[Citation, ...], DropReason | None]:
        """The quotes that bear a sentence, or none and the reason why it is not shown."""
        if not written.keys:
            return (), "no quote"
        if not all(key in self._cited for key in written.keys):
            return (), "unknown quote"
        if len(written.text) > LONGEST_SENTENCE:
            return (), "length"
        said = frozenset(words(written.text))
        if any(said <= before for before in self._said):
            return (), "repeated"
        cited, fault = find_bearing(
            written.text, [self._cited[key] for key in dict.fromkeys(written.keys)], self._checks
        )
        if not fault and leans_back(written.text) and not self._leans_on_shown(cited):
            return (), "leaning"
        if not fault:
            self._said.append(said)
        return cited, fault

    def _leans_on_shown(self, cited: Sequence[Citation]) -> bool:
        """Whether the sentence before is shown and is about the same document."""
        return {citation.document_id for citation in cited} == self._documents_before
