"""A cross-encoder ranks the best passages again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kin_assistant.errors import ModelError
from kin_assistant.index.snapshot import OpenIndex
from kin_assistant.models.embedder import Embedder, find_model
from kin_assistant.models.reranker import CrossEncoderReranker, open_reranker
from kin_assistant.retrieval import Retriever

if TYPE_CHECKING:
    from numpy.typing import NDArray

QUERY = "How did the city cut its waste?"


class Prefers:
    """Gives 1 to the texts that hold a word."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.read: list[str] = []

    def score(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """By the word alone."""
        assert query == QUERY
        self.read += texts
        return np.array([self.word in text for text in texts], np.float32)


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder of one small layer with random weights, and the bundled model's tokenizer."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    torch.manual_seed(1)
    folder = tmp_path_factory.mktemp("models") / "cross-encoder"
    tokenizer = AutoTokenizer.from_pretrained(str(find_model("bundled")), local_files_only=True)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        num_labels=1,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_what_the_reranker_prefers_comes_first(opened_index: OpenIndex, model: Embedder) -> None:
    plain = Retriever(opened_index, model).search(QUERY, limit=30)
    reranker = Prefers("compost")
    hits = Retriever(opened_index, model, reranker=reranker).search(QUERY, limit=30)
    assert len(reranker.read) == 30
    with_word = [hit for hit in hits if any("compost" in text and hit.text in text for text in reranker.read)]
    assert with_word
    assert list(hits[: len(with_word)]) == with_word
    assert [hit.passage_id for hit in hits] != [hit.passage_id for hit in plain]


def test_other_methods_are_left_as_they_are(opened_index: OpenIndex, model: Embedder) -> None:
    reranker = Prefers("compost")
    Retriever(opened_index, model, reranker=reranker).search(QUERY, method="convex")
    assert reranker.read == []


def test_a_cross_encoder_scores_pairs(cross_encoder: Path) -> None:
    reranker = open_reranker(str(cross_encoder))
    assert reranker is not None
    scores = reranker.score(QUERY, ["Waste was cut by composting.", "The river is clean.", ""])
    assert scores.shape == (3,)
    assert ((scores > 0) & (scores < 1)).all()
    np.testing.assert_allclose(
        scores, reranker.score(QUERY, ["Waste was cut by composting.", "The river is clean.", ""])
    )
    assert reranker.score(QUERY, []).shape == (0,)


def test_without_a_name_there_is_none() -> None:
    assert open_reranker("") is None


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be opened"):
        CrossEncoderReranker(str(tmp_path / "nothing")).score(QUERY, ["text"])


def test_a_classifier_is_no_reranker(cross_encoder: Path, tmp_path: Path) -> None:
    import shutil

    folder = shutil.copytree(cross_encoder, tmp_path / "classifier")
    config = json.loads((folder / "config.json").read_text())
    config |= {"id2label": {"0": "a", "1": "b"}, "label2id": {"a": 0, "b": 1}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "model.safetensors").unlink()
    from transformers import BertConfig, BertForSequenceClassification

    BertForSequenceClassification(BertConfig.from_pretrained(str(folder))).save_pretrained(folder)
    with pytest.raises(ModelError, match="2 labels"):
        CrossEncoderReranker(str(folder)).score(QUERY, ["text"])
