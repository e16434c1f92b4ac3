"""The network that reads a question and a passage together."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from kin_assistant.errors import ModelError
from kin_assistant.models.embedder import WEIGHTS_FILE, find_model
from kin_assistant.models.engine import hash_file
from kin_assistant.models.evidence_network import (
    WEIGHTS,
    WEIGHTS_SHA256,
    SentenceScorer,
    open_scorer,
    open_tokenizer,
    open_word_vectors,
    reading_pieces,
)

QUESTION = "How much did the landfill of Puerto Princesa cost?"
PASSAGE = (
    "A sanitary landfill in Puerto Princesa. Puerto Princesa, Philippines. Results",
    (
        "The city opened an engineered landfill in 2004.",
        "Building the landfill cost PhP 170 million.",
        "Trucks pass over a weighbridge.",
    ),
)
ELSEWHERE = ("Women's groups in Tobata. Results", ("They hung out washing to show the dust.", "The council listened."))


@pytest.fixture(scope="module")
def scorer() -> SentenceScorer:
    found = open_scorer()
    assert found is not None
    return found


def test_the_weights_are_those_that_were_measured() -> None:
    assert hash_file(WEIGHTS) == WEIGHTS_SHA256
    assert WEIGHTS.stat().st_size < 25e6


def test_the_sentence_that_answers_scores_best(scorer: SentenceScorer) -> None:
    here, elsewhere = scorer.score(QUESTION, [PASSAGE, ELSEWHERE])
    assert here.shape == (3,)
    assert elsewhere.shape == (2,)
    assert int(here.argmax()) == 1
    assert here[1] > 0 > elsewhere.max()


def test_scores_do_not_depend_on_what_is_read_beside(scorer: SentenceScorer) -> None:
    alone = scorer.score(QUESTION, [PASSAGE])[0]
    among = scorer.score(QUESTION, [ELSEWHERE] * 5 + [PASSAGE] + [ELSEWHERE])[5]
    np.testing.assert_allclose(alone, among, atol=0.15)


def test_a_passage_that_was_read_before_scores_the_same_beside_others(scorer: SentenceScorer) -> None:
    first = scorer.score(QUESTION, [PASSAGE, ELSEWHERE])[0]
    again = scorer.score(QUESTION, [ELSEWHERE] * 5 + [PASSAGE] * 2)
    np.testing.assert_allclose([again[5], again[6]], [first, first], atol=1e-4)


def test_a_passage_without_sentences_has_no_scores(scorer: SentenceScorer) -> None:
    nothing, here = scorer.score(QUESTION, [(PASSAGE[0], []), PASSAGE])
    assert nothing.shape == (0,)
    assert here.shape == (3,)


def test_nothing_to_read_is_nothing_read(scorer: SentenceScorer) -> None:
    assert scorer.score(QUESTION, []) == []


def test_the_product_computes_what_was_trained(scorer: SentenceScorer) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import load_file

    from training.examples import Example
    from training.network import EvidenceNetwork, collate

    folder = find_model("bundled")
    network = EvidenceNetwork(folder)
    missing, unexpected = network.load_state_dict(
        {name: value.float() for name, value in load_file(WEIGHTS).items()}, strict=False
    )
    assert not unexpected
    assert all(".embeddings." in name for name in missing)
    tokenizer = open_tokenizer(folder)
    with torch.inference_mode():
        logits = network.eval()(collate([Example(QUESTION, *PASSAGE, frozenset())], tokenizer))[0].numpy()
    # The engine computes in bfloat16 where it can.
    np.testing.assert_allclose(scorer.score(QUESTION, [PASSAGE])[0], logits[1:] - logits[0], atol=0.25)


def test_pieces_belong_to_their_sentences() -> None:
    tokenizer = open_tokenizer(find_model("bundled"))
    ids, types, owners = reading_pieces(tokenizer, QUESTION, *PASSAGE)
    assert len(ids) == len(types) == len(owners)
    for number, sentence in enumerate(PASSAGE[1]):
        own = [piece for piece, owner in zip(ids, owners, strict=True) if owner == number]
        assert tokenizer.decode(own) == tokenizer.decode(tokenizer.encode(sentence, add_special_tokens=False).ids)
    question = [piece for piece, kind in zip(ids, types, strict=True) if kind == 0]
    assert tokenizer.decode(question).lower().startswith("how much did")


def test_a_passage_that_is_too_long_loses_its_end(scorer: SentenceScorer) -> None:
    sentences = ["The collection of waste was put out to tender once more, and the price fell by a tenth."] * 40
    odds = scorer.score(QUESTION, [("Context", sentences)])[0]
    assert odds.shape == (40,)
    assert odds[0] > -20
    assert odds[-1] == -20


def test_off_is_none() -> None:
    assert open_scorer("off") is None


def test_weights_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="KIN_READER"):
        open_scorer(str(tmp_path / "nothing"))


def test_a_file_without_weights_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "weights.safetensors"
    file.write_bytes(b"\x00" * 100)
    with pytest.raises(ModelError, match="holds no evidence reader"):
        open_scorer(str(file))


def test_damaged_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "weights.safetensors"
    data = bytearray(WEIGHTS.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    monkeypatch.setattr("kin_assistant.models.evidence_network.WEIGHTS", file)
    with pytest.raises(ModelError, match="damaged"):
        open_scorer()


def test_word_vectors_are_those_of_the_bundled_model_and_of_no_other_file(tmp_path: Path) -> None:
    bundled = find_model("bundled")
    words = open_word_vectors(bundled)
    stored = load_file(bundled / WEIGHTS_FILE)["embeddings.word_embeddings.weight"]
    assert np.array_equal(words[[0, 101, 30_521]], stored[[0, 101, 30_521]])
    shutil.copy(bundled / WEIGHTS_FILE, tmp_path)
    with (tmp_path / WEIGHTS_FILE).open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"?")
    with pytest.raises(ModelError, match="damaged"):
        open_word_vectors(tmp_path)
