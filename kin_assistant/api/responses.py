"""What is answered, where it is more than a value of ``types``: the JSON of the command line is the same."""

from __future__ import annotations

from typing import Literal, NamedTuple

from pydantic import ConfigDict, Field

from kin_assistant.types import Answer, Document, DocumentInfo, Prose, Sentence, Value

__all__ = [
    "AnswerWithProse",
    "AnswerWithText",
    "Completion",
    "CompletionChoice",
    "CompletionMessage",
    "DocumentList",
    "DocumentPiece",
    "DocumentWithSentences",
    "Model",
    "ModelList",
    "Problem",
    "Usage",
]


class AnswerWithText(Answer):
    """An answer with its text."""

    text: str
    """As Markdown, with ``[1]`` marks."""


class AnswerWithProse(AnswerWithText):
    """An answer with its text, and what a language model wrote about it."""

    prose: Prose | None
    """Null for an answer that nothing is written about; what went wrong is its ``failure``."""


class DocumentWithSentences(Document):
    """A document with what can be quoted of it."""

    sentences: tuple[Sentence, ...]
    """In reading order. Offsets count characters (Unicode code points) of ``text``."""


class DocumentPiece(Value):
    """A piece of a document's text."""

    document: DocumentInfo
    start: int
    end: int
    text: str
    """``text`` of the document from ``start`` to ``end``."""
    of: int
    """Characters of the whole text."""
    sentences: tuple[Sentence, ...]
    """Those that lie in it wholly, with offsets into the whole text."""


class DocumentList(NamedTuple):
    """Documents without their text, sorted by id; in JSON the list alone."""

    documents: tuple[DocumentInfo, ...]
    more: bool
    """Whether there are further ones."""


class Problem(Value):
    """A fault, as RFC 9457 describes it."""

    type: Literal["about:blank"] = "about:blank"
    title: str
    """What the status means."""
    status: int
    detail: str
    """A sentence for whoever asked."""


class CompletionMessage(Value):
    """The answer as Markdown, with numbered quotes and their references."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class CompletionChoice(Value):
    """There is one."""

    index: int = 0
    message: CompletionMessage
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None


class Usage(Value):
    """Nothing is counted: there is no language model."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0


class Completion(Value):
    """As chat front ends expect it."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    """Seconds since 1970."""
    model: str
    choices: tuple[CompletionChoice, ...]
    usage: Usage = Field(default_factory=Usage)


class Model(Value):
    """What answers, under a name that chat front ends can choose."""

    model_config = ConfigDict(protected_namespaces=())

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str


class ModelList(Value):
    """There is one."""

    object: Literal["list"] = "list"
    data: tuple[Model, ...]
