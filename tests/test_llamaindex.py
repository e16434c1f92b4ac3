"""The adapter for LlamaIndex applications: the same passages, as nodes."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from kin_assistant import Assistant, Filters
from kin_assistant.errors import QuestionError
from kin_assistant.llamaindex import as_language_model, make_query_engine, make_retriever
from kin_assistant.rendering import answer_markdown
from kin_assistant.settings import Settings

QUERY = "composting of household waste"


def test_nodes_are_the_hits_of_a_search(assistant: Assistant) -> None:
    nodes = make_retriever(assistant, limit=5).retrieve(QUERY)
    hits = assistant.search(QUERY, limit=5).hits
    assert [(node.node_id, node.text, node.score) for node in nodes] == [(h.passage_id, h.text, h.score) for h in hits]


def test_nodes_tell_where_they_come_from(assistant: Assistant) -> None:
    for node in make_retriever(assistant, limit=5).retrieve(QUERY):
        document = assistant.document(node.metadata["document_id"])
        assert document.text[node.metadata["start"] : node.metadata["end"]] == node.text
        assert node.metadata["title"] == document.title
        assert node.metadata.keys() == {"document_id", "title", "heading", "page", "start", "end"}


def test_filters_hold(assistant: Assistant) -> None:
    nodes = make_retriever(assistant, limit=5, filters=Filters(city=("Surabaya",))).retrieve(QUERY)
    assert nodes
    assert all("Surabaya" in assistant.document(node.metadata["document_id"]).cities for node in nodes)


def test_it_is_a_retriever_of_llama_index_with_its_own_limits(assistant: Assistant) -> None:
    from llama_index.core.base.base_retriever import BaseRetriever

    retriever = make_retriever(assistant)
    assert isinstance(retriever, BaseRetriever)
    with pytest.raises(QuestionError):
        retriever.retrieve("???")


QUESTION = "How does Surabaya compost?"


def test_a_response_is_the_answer_with_its_quotes_as_nodes(assistant: Assistant) -> None:
    response = make_query_engine(assistant).query(QUESTION)
    answer = assistant.ask(QUESTION)
    assert f"# {QUESTION}\n\n{response}" == answer_markdown(answer)
    assert [node.metadata["number"] for node in response.source_nodes] == [one.number for one in answer.citations]
    assert response.source_nodes
    for node in response.source_nodes:
        document = assistant.document(node.metadata["document_id"])
        assert document.text[node.metadata["start"] : node.metadata["end"]] == node.text
    assert response.metadata == {"abstained": False, "reason": None, "build_id": assistant.build.id}


def test_a_response_may_be_a_refusal(assistant: Assistant) -> None:
    response = make_query_engine(assistant).query("What did Lahore do about waste?")
    assert response.source_nodes == []
    assert response.metadata["abstained"]
    assert response.metadata["reason"] in str(response)


def test_filters_hold_for_answers_and_bad_questions_are_faults(assistant: Assistant) -> None:
    engine = make_query_engine(assistant, filters=Filters(city=("Cebu",)))
    response = asyncio.run(engine.aquery("How is composting paid for?"))
    assert all("Cebu" in assistant.document(node.metadata["document_id"]).cities for node in response.source_nodes)
    with pytest.raises(QuestionError):
        engine.query("")


def test_any_llm_of_llama_index_can_write(assistant: Assistant, shipped_index: Path) -> None:
    from llama_index.core.base.llms.types import CompletionResponse, CompletionResponseGen, LLMMetadata
    from llama_index.core.llms import CustomLLM

    class Parrot(CustomLLM):
        """Says the first quote that it is given, with its key, in two pieces."""

        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(model_name="Parrot")

        def complete(self, *_: object, **__: object) -> CompletionResponse:
            raise AssertionError("it is asked to stream")

        def stream_complete(self, prompt: str, *_: object, **__: object) -> CompletionResponseGen:
            first = json.loads(prompt[prompt.index('{"request"') : prompt.rindex("}") + 1])["data"][0]
            said = f"{first['quote']} [{first['key']}]"
            yield CompletionResponse(text=said[:9], delta=said[:9])
            yield CompletionResponse(text=said, delta=said[9:])

    with Assistant.open(shipped_index, settings=Settings(), language_model=as_language_model(Parrot())) as opened:
        prose = opened.open_writer().write(opened.ask(QUESTION))
    assert prose is not None
    assert (prose.written_by, prose.sent_to, prose.failure) == ("Parrot", "", "")
    assert [one.text for one in prose.sentences] == [assistant.ask(QUESTION).citations[0].quote]


def test_no_language_model_is_asked_for(repository: Path, shipped_index: Path) -> None:
    """LlamaIndex's global settings stay as they are: without a model, without a service."""
    script = (
        "import sys; from kin_assistant import Assistant; from kin_assistant.llamaindex import *\n"
        "with Assistant.open(sys.argv[1]) as assistant:\n"
        "    assert make_retriever(assistant, limit=2).retrieve('waste')\n"
        "    assert make_query_engine(assistant).query('What is a waste bank?').source_nodes\n"
        "from llama_index.core import Settings\n"
        "assert Settings._llm is None and Settings._embed_model is None\n"
    )
    done = subprocess.run([sys.executable, "-c", script, shipped_index], cwd=repository, check=False, timeout=120)
    assert done.returncode == 0
