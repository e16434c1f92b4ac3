"""What may be asked: fields of bounded length, checked before anything is done.

No field is a path or an address: nothing is opened or fetched for whoever asks.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kin_assistant.commitments.values import CommitmentQuery
from kin_assistant.contributions.values import ContributionQuery, Role
from kin_assistant.filters import NAME_FIELDS, parse_filters
from kin_assistant.peers.values import MAX_PEERS, PEERS
from kin_assistant.types import Filters, WantedForm

__all__ = [
    "MAX_HISTORY",
    "MAX_TEXT",
    "MAX_TOPIC",
    "AskProseRequest",
    "AskRequest",
    "ChatMessage",
    "ChatRequest",
    "CommitmentsRequest",
    "CompareRequest",
    "DocumentsQuery",
    "MoneyRequest",
    "OpenRequest",
    "PackageRequest",
    "SearchQuery",
    "SearchRequest",
    "TextPart",
    "TrainingSheetRequest",
    "WantedFilters",
]

MAX_TEXT = 20_000
"""Characters of a question, at most; ``KIN_MAX_QUESTION_CHARACTERS`` may say less, and then says so in a sentence."""
MAX_HISTORY = 50
"""Earlier questions, at most; ``KIN_MAX_HISTORY_TURNS`` says how many of the last ones count."""
MAX_TOPIC = 300
"""Characters of what is compared, or of what figures are about."""
_MAX_NAMES = 100

Name = Annotated[str, StringConstraints(max_length=200)]
Names = Annotated[list[Name], Field(max_length=_MAX_NAMES)]
Question = Annotated[str, Field(max_length=MAX_TEXT, description="In English.")]
Limit = Annotated[int, Field(ge=1, le=100, description="Passages to give, at most.")]


class _Asked(BaseModel):
    """Refuses fields that it does not know: whoever misspells one is told so."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class WantedFilters(_Asked):
    """Only documents that carry one of the values of every filter given, as a line of ``kin ask --batch`` has them."""

    city: Name | Names | None = None
    country: Name | Names | None = None
    region: Name | Names | None = None
    theme: Name | Names | None = None
    years: (
        Annotated[str, StringConstraints(max_length=20)]
        | Annotated[list[Annotated[int, Field(strict=True)]], Field(min_length=2, max_length=2)]
        | None
    ) = Field(None, description="Documents whose years overlap these: “1995-2010”, “2005” or [1995, 2010].")

    def parsed(self) -> Filters | None:
        """As a search takes them. Raises ``FilterError`` for years that are none."""
        return parse_filters({name: value for name, value in self if value})


class AskRequest(_Asked):
    """A question."""

    question: Question
    history: Annotated[
        list[Annotated[str, StringConstraints(max_length=MAX_TEXT)]],
        Field(max_length=MAX_HISTORY, description="The questions before it, oldest first."),
    ] = []
    filters: WantedFilters | None = None
    form: WantedForm | None = Field(None, description="Another form than the question calls for, where it fits.")
    words: int | None = Field(None, ge=1, le=1000, strict=True, description="Quoted words, at most.")


class AskProseRequest(AskRequest):
    """A question, with prose above the answer where that is wanted."""

    prose: bool = Field(
        False, strict=True, description="Whether the language model that is set up here writes about the answer, too."
    )


class SearchRequest(_Asked):
    """A search for passages."""

    query: Question
    limit: Annotated[Limit, Field(strict=True)] = 10
    filters: WantedFilters | None = None


class _FilterQuery(_Asked):
    """Filters in the query of an address: ``city=Cebu&city=Surabaya&years=1995-2010``."""

    city: Names = []
    country: Names = []
    region: Names = []
    theme: Names = []
    years: Annotated[str, StringConstraints(max_length=20)] = Field("", description="“1995-2010” or “2005”.")

    def filters(self) -> WantedFilters | None:
        """The same as a body has them."""
        given = {name: value for name in (*NAME_FIELDS, "years") if (value := getattr(self, name))}
        return WantedFilters.model_validate(given) if given else None


class SearchQuery(_FilterQuery):
    """A search for passages, in the query of an address."""

    query: Question
    limit: Limit = 10

    def request(self) -> SearchRequest:
        """The same as a body has it."""
        return SearchRequest(query=self.query, limit=self.limit, filters=self.filters())


class DocumentsQuery(_FilterQuery):
    """Which documents to list."""

    limit: int = Field(1000, ge=1, le=1000, description="Documents to list, at most.")
    offset: int = Field(0, ge=0, le=10_000_000, description="Documents to leave out first.")


class CompareRequest(_Asked):
    """What cities are compared on."""

    topic: str = Field(max_length=MAX_TOPIC, description="Such as household composting.")
    cities: Names = Field([], description="Without any, those best documented.")
    columns: Names = Field([], description="Fields of a record, such as problem, action, cost or results.")


class PeersRequest(_Asked):
    """A city, and what is the matter there."""

    situation: str = Field(max_length=MAX_TEXT, description="A sentence or two in English.")
    limit: int = Field(PEERS, ge=1, le=MAX_PEERS, strict=True, description="Practices to give, at most.")


class MoneyRequest(_Asked):
    """Which sums of money and partners are asked for."""

    topic: str | None = Field(None, max_length=MAX_TOPIC, description="What it was for. Without it, all documents.")
    cities: Names = []
    funder: Name = Field("", description="Who pays or takes part, such as World Bank.")
    role: Role | None = Field(None, description="As what.")
    limit: int | None = Field(None, ge=1, le=1000, strict=True, description="Rows to give, at most.")

    def query(self) -> ContributionQuery:
        """As the assistant takes it."""
        return ContributionQuery(
            topic=self.topic, cities=tuple(self.cities), funder=self.funder, role=self.role, limit=self.limit
        )


class CommitmentsRequest(_Asked):
    """Which commitments are asked for."""

    topic: str | None = Field(None, max_length=MAX_TOPIC, description="What was to be done about. Without it, all.")
    cities: Names = []
    limit: int | None = Field(None, ge=1, le=1000, strict=True, description="Commitments to give, at most.")

    def query(self) -> CommitmentQuery:
        """As the assistant takes it."""
        return CommitmentQuery(topic=self.topic, cities=tuple(self.cities), limit=self.limit)


class TrainingSheetRequest(_Asked):
    """On what a training sheet is made."""

    theme: str = Field(max_length=MAX_TOPIC, description="Such as waste banks; a place in it says whose documents.")


class PackageRequest(_Asked):
    """Of which document a package is made."""

    document_id: Name


class OpenRequest(_Asked):
    """A piece of a document: whoever reads with little room takes one after another."""

    document_id: Name
    start: int = Field(0, ge=0, strict=True, description="Characters of the text to leave out first.")
    characters: int = Field(20_000, ge=1, le=100_000, strict=True, description="Characters of the text, at most.")


class TextPart(BaseModel):
    """A piece of a message. Pictures, sounds and files are not read, wherever they are."""

    type: Literal["text"]
    text: Annotated[str, StringConstraints(max_length=MAX_TEXT)]


class ChatMessage(BaseModel):
    """What was said before, by whom. Only what users said counts; an assistant may have said much."""

    role: Annotated[str, StringConstraints(max_length=20)]
    content: str | Annotated[list[TextPart], Field(max_length=_MAX_NAMES)] | None = None

    @property
    def text(self) -> str:
        """Its words."""
        if self.content is None or isinstance(self.content, str):
            return self.content or ""
        return "\n".join(part.text for part in self.content)


class _StreamOptions(BaseModel):
    include_usage: bool = False


class ChatRequest(BaseModel):
    """As chat front ends send it. What it says besides (temperature, tools and others) changes nothing here."""

    model: Name = ""
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=1000)]
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
