"""What can be done for another program, each a function from a request to a value. HTTP and MCP are not known here."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from kin_assistant.api.requests import (
    AskRequest,
    CommitmentsRequest,
    CompareRequest,
    DocumentsQuery,
    MoneyRequest,
    OpenRequest,
    PeersRequest,
    SearchRequest,
    TrainingSheetRequest,
)
from kin_assistant.api.responses import (
    AnswerWithProse,
    AnswerWithText,
    DocumentList,
    DocumentPiece,
    DocumentWithSentences,
)
from kin_assistant.briefs.brief import Brief
from kin_assistant.commitments.values import Commitments
from kin_assistant.contributions.values import Contributions
from kin_assistant.coverage.values import Coverage
from kin_assistant.errors import KinError
from kin_assistant.filters import find_allowed_documents
from kin_assistant.peers.values import Peers
from kin_assistant.records.columns import parse_columns
from kin_assistant.records.comparison import DEFAULT_COLUMNS
from kin_assistant.rendering import (
    answer_json,
    plain,
    verified,
    verified_commitments,
    verified_contributions,
    verified_table,
)
from kin_assistant.types import Answer, Comparison, Document, Prose, Record, SearchResult

if TYPE_CHECKING:
    from kin_assistant.assistant import Assistant

__all__ = [
    "UnknownDocument",
    "ask",
    "beside",
    "compare",
    "count_coverage",
    "find_answer",
    "find_peers",
    "list_commitments",
    "list_documents",
    "list_money",
    "make_package",
    "make_training_sheet",
    "open_piece",
    "search",
    "show_document",
    "show_record",
]


class UnknownDocument(KinError):
    """There is no document of that id in this build."""

    def __init__(self, document_id: str) -> None:
        super().__init__(f"There is no document “{plain(document_id)[:200]}”.")


def ask(assistant: Assistant, asked: AskRequest) -> AnswerWithText:
    """The answer with its text. Raises as ``Assistant.ask`` does."""
    return AnswerWithText.model_validate(answer_json(find_answer(assistant, asked)))


def beside(answer: Answer, prose: Prose | None) -> AnswerWithProse:
    """``answer`` with its text, and ``prose`` beside it."""
    return AnswerWithProse.model_validate({**answer_json(answer), "prose": prose})


def find_answer(assistant: Assistant, asked: AskRequest) -> Answer:
    """The answer, once every quote of it was compared with its document. Raises as ``Assistant.ask`` does."""
    answer = assistant.ask(
        asked.question,
        filters=asked.filters.parsed() if asked.filters else None,
        history=asked.history,
        words=asked.words,
        form=asked.form,
    )
    return verified(answer, assistant.document)


def search(assistant: Assistant, asked: SearchRequest) -> SearchResult:
    """The best passages. Raises as ``Assistant.search`` does."""
    return assistant.search(asked.query, limit=asked.limit, filters=asked.filters.parsed() if asked.filters else None)


def compare(assistant: Assistant, asked: CompareRequest) -> Comparison:
    """The table, once every quote of it was compared with its document. Raises as ``Assistant.compare`` does."""
    columns = parse_columns(asked.columns) or DEFAULT_COLUMNS
    cities = [city.strip() for city in asked.cities if city.strip()]
    return verified_table(assistant.compare(asked.topic, cities, columns), assistant.document)


def find_peers(assistant: Assistant, asked: PeersRequest) -> Peers:
    """What cities like it did, once every quote was compared with its document. Raises as ``Assistant.peers`` does."""
    return verified_table(assistant.peers(asked.situation, limit=asked.limit), assistant.document)


def list_money(assistant: Assistant, asked: MoneyRequest) -> Contributions:
    """Money and partners, once all was compared with the documents. Raises as ``Assistant.contributions`` does."""
    return verified_contributions(assistant.contributions(asked.query()), assistant.document)


def list_commitments(assistant: Assistant, asked: CommitmentsRequest) -> Commitments:
    """Commitments, once all was compared with the documents. Raises as ``Assistant.commitments`` does."""
    return verified_commitments(assistant.commitments(asked.query()), assistant.document)


def list_documents(assistant: Assistant, asked: DocumentsQuery) -> DocumentList:
    """The documents that pass the filters. Raises ``FilterError``."""
    filters = asked.filters()
    allowed = find_allowed_documents(assistant.documents, filters.parsed() if filters else None)
    infos = assistant.documents if allowed is None else [assistant.documents[row] for row in allowed.tolist()]
    end = asked.offset + asked.limit
    return DocumentList(tuple(islice(infos, asked.offset, end)), more=len(infos) > end)


def show_document(assistant: Assistant, document_id: str) -> DocumentWithSentences:
    """A document with its text and its sentences. Raises ``UnknownDocument``."""
    document = _find(assistant, document_id)
    fields = {name: getattr(document, name) for name in Document.model_fields}
    return DocumentWithSentences.model_construct(**fields, sentences=assistant.sentences(document.id))


def open_piece(assistant: Assistant, asked: OpenRequest) -> DocumentPiece:
    """A piece of a document. Raises ``UnknownDocument``."""
    document = _find(assistant, asked.document_id)
    start = min(asked.start, len(document.text))
    end = min(start + asked.characters, len(document.text))
    inside = (found for found in assistant.sentences(document.id) if start <= found.start and found.end <= end)
    return DocumentPiece(
        document=document.info,
        start=start,
        end=end,
        text=document.text[start:end],
        of=len(document.text),
        sentences=tuple(inside),
    )


def show_record(assistant: Assistant, document_id: str) -> Record:
    """A document as a good-practice record, its quotes compared with it. Raises ``UnknownDocument``."""
    return verified_table(assistant.record(_find(assistant, document_id).id), assistant.document)


def make_package(assistant: Assistant, document_id: str) -> Brief:
    """The know-how package of a document. Raises ``UnknownDocument``, and ``BriefError`` where there is nothing to put in."""
    return verified_table(assistant.package(_find(assistant, document_id).id), assistant.document)


def make_training_sheet(assistant: Assistant, asked: TrainingSheetRequest) -> Brief:
    """The training sheet on a theme. Raises ``BriefError`` where no document on a city or country tells of it."""
    return verified_table(assistant.training_sheet(asked.theme), assistant.document)


def count_coverage(assistant: Assistant) -> Coverage:
    """What the documents cover. Raises as ``Assistant.coverage`` does."""
    return assistant.coverage()


def _find(assistant: Assistant, document_id: str) -> Document:
    try:
        return assistant.document(document_id)
    except KeyError:
        raise UnknownDocument(document_id) from None
