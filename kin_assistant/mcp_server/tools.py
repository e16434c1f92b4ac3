"""What a client of the Model Context Protocol may call, each tool one of the API's operations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from kin_assistant.api import operations
from kin_assistant.api.admission import Cost
from kin_assistant.api.problems import explain_errors
from kin_assistant.api.requests import (
    AskRequest,
    CommitmentsRequest,
    CompareRequest,
    MoneyRequest,
    OpenRequest,
    PackageRequest,
    PeersRequest,
    SearchRequest,
    TrainingSheetRequest,
)
from kin_assistant.api.responses import AnswerWithText, DocumentPiece
from kin_assistant.briefs.brief import Brief
from kin_assistant.commitments.values import Commitments
from kin_assistant.contributions.values import Contributions
from kin_assistant.errors import KinError
from kin_assistant.peers.values import Peers
from kin_assistant.rendering import (
    answer_markdown,
    brief_markdown,
    commitments_text,
    comparison_markdown,
    contributions_text,
    peers_markdown,
    plain,
    search_text,
)
from kin_assistant.types import Comparison, SearchResult

if TYPE_CHECKING:
    from kin_assistant.assistant import Assistant

__all__ = ["TOOLS", "Call", "Told", "Tool", "read_call"]


@dataclass(frozen=True, slots=True)
class Tool:
    """What a client may call."""

    name: str
    about: str
    asked: type[BaseModel]
    answered: type[BaseModel]
    run: Callable[[Assistant, Any], BaseModel]
    """Takes a value of ``asked`` and gives one of ``answered``."""
    as_text: Callable[[Any], str]
    cost: Cost
    """That of the same request to the REST API."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a call gives."""

    text: str
    structured: dict[str, Any]
    """The same as JSON, in the shape of ``Tool.answered``."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose fields were checked."""

    tool: Tool
    asked: BaseModel

    def run(self, assistant: Assistant) -> Told:
        """What the tool gives. Raises as the operation of the API does; takes its time."""
        found = self.tool.run(assistant, self.asked)
        return Told(self.tool.as_text(found), found.model_dump(mode="json"))


def _piece_text(piece: DocumentPiece) -> str:
    info = piece.document
    where = f"{info.title} ({info.id}), characters {piece.start} to {piece.end} of {piece.of}"
    return f"{plain(where)}\n\n{plain(piece.text)}"


TOOLS = (
    Tool(
        "ask",
        "Answer a question in English with quoted, cited sentences, or say why the documents do not.",
        AskRequest,
        AnswerWithText,
        operations.ask,
        answer_markdown,
        "question",
    ),
    Tool(
        "search",
        "Find the passages nearest to a query, best first.",
        SearchRequest,
        SearchResult,
        operations.search,
        search_text,
        "question",
    ),
    Tool(
        "compare",
        "Put side by side what cities did about a topic: each cell has quoted sentences of that city’s documents, or none.",
        CompareRequest,
        Comparison,
        operations.compare,
        comparison_markdown,
        "question",
    ),
    Tool(
        "find_peers",
        "Tell what cities like the one of a situation did, what makes them alike and what does not, with quoted sentences.",
        PeersRequest,
        Peers,
        operations.find_peers,
        peers_markdown,
        "question",
    ),
    Tool(
        "list_money",
        "List who paid, what for, how much and as what, and who took part, by topic, city or funder, each in its sentence.",
        MoneyRequest,
        Contributions,
        operations.list_money,
        contributions_text,
        "question",
    ),
    Tool(
        "list_commitments",
        "List what cities and bodies said they would do, by when, and what sentences of later years say of it.",
        CommitmentsRequest,
        Commitments,
        operations.list_commitments,
        commitments_text,
        "question",
    ),
    Tool(
        "make_package",
        "Put all that a document tells of a practice into one text: why, steps, partners, costs, results, conditions, contacts.",
        PackageRequest,
        Brief,
        lambda assistant, asked: operations.make_package(assistant, asked.document_id),
        brief_markdown,
        "trifle",
    ),
    Tool(
        "make_training_sheet",
        "Make a sheet on a theme for a training: questions with quoted answers, a glossary, questions to discuss.",
        TrainingSheetRequest,
        Brief,
        operations.make_training_sheet,
        brief_markdown,
        "question",
    ),
    Tool(
        "open_document",
        "Read a piece of a document, whose id a citation or a passage names.",
        OpenRequest,
        DocumentPiece,
        operations.open_piece,
        _piece_text,
        "trifle",
    ),
)
"""In the order in which they are listed."""

_BY_NAME = {tool.name: tool for tool in TOOLS}


def read_call(name: str, arguments: dict[str, Any]) -> Call:
    """The call of the tool ``name``. Raises ``KinError`` if there is none, or if a field is wrong."""
    tool = _BY_NAME.get(name)
    if not tool:
        raise KinError(f"There is no tool “{plain(name)[:80]}”.")
    try:
        return Call(tool, tool.asked.model_validate(arguments))
    except ValidationError as error:
        raise KinError(explain_errors(error.errors(include_url=False))) from None
