"""The retriever and the query engine for people who have LlamaIndex applications, and their language model for ours.

>>> from kin_assistant import Assistant
>>> from kin_assistant.llamaindex import make_query_engine, make_retriever
>>> retriever = make_retriever(Assistant.open(), limit=5)       # doctest: +SKIP
>>> retriever.retrieve("composting in Surabaya")[0].metadata    # doctest: +SKIP
{'document_id': 'surabaya-takakura-composting', 'title': 'Household composting ...', ...}
>>> print(make_query_engine(Assistant.open()).query("How does Surabaya compost?"))   # doctest: +SKIP
>>> assistant = Assistant.open(language_model=as_language_model(llm))    # doctest: +SKIP
>>> assistant.open_writer().write(assistant.ask("How does Surabaya compost?"))   # doctest: +SKIP

LlamaIndex's global settings are never touched: their defaults call a paid service.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kin_assistant.assistant import Assistant
from kin_assistant.rendering import answer_markdown, verified
from kin_assistant.types import Answer, Filters
from kin_assistant.writing.model import LanguageModel, Prompt

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.base.response.schema import Response
    from llama_index.core.llms import LLM
    from llama_index.core.prompts.mixin import PromptMixinType
    from llama_index.core.schema import QueryBundle

__all__ = ["as_language_model", "make_query_engine", "make_retriever"]


def as_language_model(llm: LLM) -> LanguageModel:
    """Any LLM of LlamaIndex as the language model that writes. Its key, time limits and retries are its own."""
    return _LlamaIndexModel(llm)


class _LlamaIndexModel:
    """Asks for text with keys in brackets: not every LLM can be held to a JSON schema."""

    def __init__(self, llm: LLM) -> None:
        self._llm = llm
        self.name = llm.metadata.model_name
        self.host = ""

    def stream(self, prompt: Prompt) -> Iterator[str]:
        from llama_index.core.base.llms.types import ChatMessage, MessageRole

        messages = [
            ChatMessage(role=MessageRole.SYSTEM, content=prompt.rules(as_json=False)),
            ChatMessage(role=MessageRole.USER, content=prompt.data),
        ]
        for reply in self._llm.stream_chat(messages):
            yield reply.delta or ""


def make_retriever(assistant: Assistant, *, limit: int = 10, filters: Filters | None = None) -> BaseRetriever:
    """A LlamaIndex retriever over ``assistant``: nodes are passages, with their document, heading and span as metadata."""
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.schema import NodeWithScore, TextNode

    infos = {info.id: info for info in assistant.documents}

    class KinRetriever(BaseRetriever):
        """Passages of the assistant's index."""

        def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
            return [
                NodeWithScore(
                    node=TextNode(
                        id_=hit.passage_id,
                        text=hit.text,
                        metadata={
                            "document_id": hit.document_id,
                            "title": infos[hit.document_id].title,
                            "heading": hit.heading,
                            "page": hit.page,
                            "start": hit.start,
                            "end": hit.end,
                        },
                    ),
                    score=hit.score,
                )
                for hit in assistant.search(query_bundle.query_str, limit=limit, filters=filters).hits
            ]

    return KinRetriever()


def make_query_engine(assistant: Assistant, *, filters: Filters | None = None) -> BaseQueryEngine:
    """A LlamaIndex query engine over ``assistant``, without a language model.

    A response is the answer as Markdown with numbered references, or a refusal with its reason. Its source nodes are the quotes
    in the order of their numbers, each compared with its document.
    """
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.callbacks import CallbackManager

    class KinQueryEngine(BaseQueryEngine):
        """Answers of the assistant."""

        def _query(self, query_bundle: QueryBundle) -> Response:
            answer = assistant.ask(query_bundle.query_str, filters=filters)
            return _response(verified(answer, assistant.document))

        async def _aquery(self, query_bundle: QueryBundle) -> Response:
            return await asyncio.to_thread(self._query, query_bundle)

        def _get_prompt_modules(self) -> PromptMixinType:
            return {}

    return KinQueryEngine(CallbackManager([]))


def _response(answer: Answer) -> Response:
    from llama_index.core.base.response.schema import Response
    from llama_index.core.schema import NodeWithScore, TextNode

    nodes = [
        NodeWithScore(
            node=TextNode(
                id_=f"{citation.document_id}:{citation.start}-{citation.end}",
                text=citation.quote,
                metadata={
                    "number": citation.number,
                    "document_id": citation.document_id,
                    "title": citation.title,
                    "heading": citation.heading,
                    "page": citation.page,
                    "start": citation.start,
                    "end": citation.end,
                },
            )
        )
        for citation in answer.citations
    ]
    metadata = {"abstained": answer.abstained, "reason": answer.reason, "build_id": answer.build_id}
    return Response(answer_markdown(answer, headed=False), source_nodes=nodes, metadata=metadata)
