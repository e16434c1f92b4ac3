"""The pipeline that ours is compared with, as one writes it after a first look at LlamaIndex and Chroma.

Defaults stay defaults: passages of 1,024 tokens of which 200 are shared, texts embedded 32 at a time in 32 bits, Chroma's own
graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tools.bench import baseline_encoder

__all__ = ["PlainPipeline", "share_read"]

_MAX_PIECES = 256
"""After which the network cuts a text off: max_seq_length of all-MiniLM-L6-v2."""
_TEXTS_LOOKED_AT = 1000


class PlainPipeline:
    """Split, embed, store; embed a query and take the nearest passages."""

    def __init__(self, store: Path) -> None:
        import chromadb
        from llama_index.core.node_parser import SentenceSplitter

        self.encode = baseline_encoder()
        self.splitter = SentenceSplitter()
        self.client = chromadb.PersistentClient(str(store), settings=chromadb.Settings(anonymized_telemetry=False))
        self.collection = self.client.get_or_create_collection("documents", metadata={"hnsw:space": "cosine"})

    def ingest(self, documents: Iterable[tuple[str, str]]) -> list[str]:
        """Store (id, text) of each document; the texts of its passages."""
        from llama_index.core import Document

        nodes = self.splitter.get_nodes_from_documents([Document(id_=key, text=text) for key, text in documents])
        texts = [node.get_content() for node in nodes]
        size = self.client.get_max_batch_size()
        for start in range(0, len(nodes), size):
            batch, passages = nodes[start : start + size], texts[start : start + size]
            self.collection.add(
                ids=[node.node_id for node in batch],
                embeddings=self.encode(passages),
                documents=passages,
                metadatas=[{"document": node.ref_doc_id} for node in batch],
            )
        return texts

    def search(self, query: str, limit: int = 10) -> list[str]:
        """The document of each of the ``limit`` nearest passages, best first."""
        found = self.collection.query(query_embeddings=self.encode([query]), n_results=limit)
        return [metadata["document"] for metadata in found["metadatas"][0]]


def share_read(texts: Sequence[str], tokenizer_file: Path) -> float:
    """Share of the characters of ``texts``, or of a thousand of them, that stand before the network cuts them off."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_padding()
    tokenizer.enable_truncation(_MAX_PIECES)
    some = texts[:: max(1, len(texts) // _TEXTS_LOOKED_AT)]

    def ends() -> Iterator[int]:
        for text in some:
            yield max((end for _, end in tokenizer.encode(text).offsets), default=0)

    return sum(ends()) / max(1, sum(map(len, some)))
