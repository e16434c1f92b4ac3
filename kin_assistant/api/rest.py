"""The REST API below ``/api/v1``, and the OpenAPI document that describes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple
from urllib.parse import urlencode

from fastapi import FastAPI, Path, Query, Request, Response

from kin_assistant import __version__
from kin_assistant.api import operations
from kin_assistant.api.addresses import REST
from kin_assistant.api.admission import Admission, Cost, client_of
from kin_assistant.api.problems import PROBLEM, Refused, say_faults
from kin_assistant.api.prose import Writers
from kin_assistant.api.requests import (
    AskProseRequest,
    CommitmentsRequest,
    CompareRequest,
    DocumentsQuery,
    MoneyRequest,
    PeersRequest,
    SearchQuery,
    SearchRequest,
    TrainingSheetRequest,
)
from kin_assistant.api.responses import AnswerWithProse, AnswerWithText, DocumentWithSentences, Problem
from kin_assistant.briefs.brief import Brief
from kin_assistant.commitments.values import Commitments
from kin_assistant.contributions.values import Contributions
from kin_assistant.coverage.values import Coverage
from kin_assistant.peers.values import Peers
from kin_assistant.types import Comparison, DocumentInfo, Record, SearchResult

if TYPE_CHECKING:
    from pydantic import BaseModel

    from kin_assistant.assistant import Assistant

__all__ = ["make_rest"]

_JSON = "application/json"
_ABOUT = (
    "Answers made of sentences quoted word for word from stored documents. Offsets count characters (Unicode code points) of "
    "a document’s text, half open. Every fault is a problem of RFC 9457 with one sentence. What is asked comes out of one budget "
    "for each client, which the page shares; 429 and some 503 say in Retry-After how long to wait."
)
_WHEN = {
    400: "The request cannot be read.",
    403: "The request comes from a page of another site.",
    404: "There is no such document.",
    408: "The request did not arrive in time.",
    413: "The request is too large.",
    415: "The request is not JSON.",
    422: "A field is wrong, or the question cannot be asked.",
    429: "The budget is spent, or too much is asked at once.",
    500: "A fault of the program.",
    503: "The answer took too long, or too many wait.",
}
_READING = (403, 422, 429, 500, 503)
_SENDING = (400, 408, 413, 415)
DocumentId = Annotated[str, Path(max_length=500)]


class _Listed(NamedTuple):
    """A page of the list, as JSON, and whether there is more."""

    content: str
    more: bool


def make_rest(admission: Admission, writers: Writers | None = None) -> FastAPI:
    """The API as an application, to be mounted at ``REST``. Where there are no ``writers``, nobody gets prose."""
    from starlette.concurrency import run_in_threadpool

    app = FastAPI(
        title="KIN Assistant",
        description=_ABOUT,
        version=__version__,
        servers=[{"url": REST}],
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    say_faults(app)

    async def answer(request: Request, cost: Cost, call: Callable[[Assistant], BaseModel]) -> Response:
        content = await admission.run(client_of(request), cost, lambda assistant: call(assistant).model_dump_json())
        return Response(content, media_type=_JSON, headers={"cache-control": "no-store"})

    @app.post("/ask", response_model=AnswerWithText | AnswerWithProse, responses=_problems(*_READING, *_SENDING))
    async def ask(request: Request, asked: AskProseRequest) -> Response:
        """Answer a question with quoted sentences, or say why not: then `abstained` is true and `reason` a sentence.

        With `prose` a language model writes about the answer, which costs as much as another question. The answer stays as
        it is; what cannot be written is said in `prose.failure`.
        """
        if not asked.prose:
            return await answer(request, "question", lambda assistant: operations.ask(assistant, asked))
        if writers is None:
            raise Refused(422, "No language model is set up here: leave out “prose”.")
        client = client_of(request)
        admission.pay(client, "question")
        found = await admission.run(client, "question", lambda assistant: operations.find_answer(assistant, asked))
        prose = await run_in_threadpool(writers.write, client, found)
        content = operations.beside(found, prose).model_dump_json()
        return Response(content, media_type=_JSON, headers={"cache-control": "no-store"})

    @app.post("/search", response_model=SearchResult, responses=_problems(*_READING, *_SENDING))
    async def search(request: Request, asked: SearchRequest) -> Response:
        """Find the passages nearest to a query, best first."""
        return await answer(request, "question", lambda assistant: operations.search(assistant, asked))

    @app.get("/search", response_model=SearchResult, responses=_problems(*_READING))
    async def search_by_address(request: Request, asked: Annotated[SearchQuery, Query()]) -> Response:
        """Find the passages nearest to a query, best first."""
        return await answer(request, "question", lambda assistant: operations.search(assistant, asked.request()))

    @app.post("/compare", response_model=Comparison, responses=_problems(*_READING, *_SENDING))
    async def compare(request: Request, asked: CompareRequest) -> Response:
        """Put side by side what cities did about a topic; where nothing is known of it, `reason` says so."""
        return await answer(request, "question", lambda assistant: operations.compare(assistant, asked))

    @app.post("/peers", response_model=Peers, responses=_problems(*_READING, *_SENDING))
    async def peers(request: Request, asked: PeersRequest) -> Response:
        """Tell what cities like the one of a situation did; where none is known, `reason` says so."""
        return await answer(request, "question", lambda assistant: operations.find_peers(assistant, asked))

    @app.post("/money", response_model=Contributions, responses=_problems(*_READING, *_SENDING))
    async def money(request: Request, asked: MoneyRequest) -> Response:
        """Tell who paid, what for, how much and as what, and who took part; where nothing is known, `reason` says so."""
        return await answer(request, "question", lambda assistant: operations.list_money(assistant, asked))

    @app.post("/commitments", response_model=Commitments, responses=_problems(*_READING, *_SENDING))
    async def commitments(request: Request, asked: CommitmentsRequest) -> Response:
        """Tell what was to be done, by when, and what later sentences say; where nothing is known, `reason` says so."""
        return await answer(request, "question", lambda assistant: operations.list_commitments(assistant, asked))

    @app.get("/documents", response_model=list[DocumentInfo], responses=_problems(*_READING))
    async def documents(request: Request, asked: Annotated[DocumentsQuery, Query()]) -> Response:
        """List the documents without their text, sorted by id. Where there are more, Link names the next ones."""

        def listed(assistant: Assistant) -> _Listed:
            found = operations.list_documents(assistant, asked)
            return _Listed(json.dumps([info.model_dump(mode="json") for info in found.documents]), found.more)

        content, more = await admission.run(client_of(request), "trifle", listed)
        headers = {"cache-control": "no-store"}
        if more:
            onward = asked.model_copy(update={"offset": asked.offset + asked.limit})
            query = urlencode(onward.model_dump(exclude_defaults=True), doseq=True)
            headers["link"] = f'<{REST}/documents?{query}>; rel="next"'
        return Response(content, media_type=_JSON, headers=headers)

    @app.get("/documents/{document_id:path}", response_model=DocumentWithSentences, responses=_problems(404, *_READING))
    async def document(request: Request, document_id: DocumentId) -> Response:
        """Give a document with its text and the spans of its sentences."""
        return await answer(request, "trifle", lambda assistant: operations.show_document(assistant, document_id))

    @app.get("/records/{document_id:path}", response_model=Record, responses=_problems(404, *_READING))
    async def record(request: Request, document_id: DocumentId) -> Response:
        """Give a document by the fields of a good-practice record, each with quoted sentences."""
        return await answer(request, "trifle", lambda assistant: operations.show_record(assistant, document_id))

    @app.get("/packages/{document_id:path}", response_model=Brief, responses=_problems(404, *_READING))
    async def package(request: Request, document_id: DocumentId) -> Response:
        """Give all that a document tells of a practice, sorted by what whoever repeats it asks, as a brief."""
        return await answer(request, "trifle", lambda assistant: operations.make_package(assistant, document_id))

    @app.post("/training-sheet", response_model=Brief, responses=_problems(*_READING, *_SENDING))
    async def training_sheet(request: Request, asked: TrainingSheetRequest) -> Response:
        """Make questions on a theme with quoted answers, a glossary and questions left open, as a brief."""
        return await answer(request, "question", lambda assistant: operations.make_training_sheet(assistant, asked))

    @app.get("/coverage", response_model=Coverage, responses=_problems(*_READING))
    async def coverage(request: Request) -> Response:
        """Count what the documents cover: themes by countries, cities and years, and where nothing is known."""
        return await answer(request, "trifle", operations.count_coverage)

    described = json.dumps(_with_problem(app.openapi())).encode("ascii")

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi(request: Request) -> Response:
        admission.pay(client_of(request), "trifle")
        return Response(described, media_type=_JSON)

    return app


def _with_problem(described: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document with the shape of a fault, which no operation has as its model."""
    described["components"]["schemas"][Problem.__name__] = Problem.model_json_schema(mode="serialization")
    return described


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What may come instead, for the OpenAPI document."""
    schema = {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}
    return {status: {"description": _WHEN[status], "content": {PROBLEM: schema}} for status in sorted(statuses)}
