"""The retriever for people who have LlamaIndex applications.

>>> from kin_assistant import Assistant
>>> from kin_assistant.llamaindex import make_retriever
>>> retriever = make_retriever(Assistant.open(), limit=5)       # doctest: +SKIP
>>> retriever.retrieve("composting in Surabaya")[0].metadata    # doctest: +SKIP
{'document_id': 'surabaya-takakura-composting', 'title': 'Household composting ...', ...}

LlamaIndex's global settings are never touched: their defaults call a paid service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kin_assistant.assistant import Assistant
from kin_assistant.types import Filters

if TYPE_CHECKING:
    from llama_index.core.base.base_retriever import BaseRetriever

__all__ = ["make_retriever"]


def make_retriever(assistant: Assistant, *, limit: int = 10, filters: Filters | None = None) -> BaseRetriever:
    """A LlamaIndex retriever over ``assistant``: nodes are passages, with their document, heading and span as metadata."""
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

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
