"""Scores of sentences by a network that reads the question and the passage together.

Vectors of a question and a sentence made apart can tell that they are about the same thing, not that the one answers the
other. This network, all-MiniLM's layers trained further as ``training/README.md`` tells, reads both at once and gives each
sentence a score and the passage one for "no sentence here answers".
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kin_assistant.errors import ModelError
from kin_assistant.models.embedder import BUNDLED_MODEL_SHA256, MODEL_DAMAGED, WEIGHTS_FILE, find_model, hash_weights
from kin_assistant.models.engine import Network, TorchSource, hash_file, open_network

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

__all__ = [
    "WEIGHTS",
    "WEIGHTS_SHA256",
    "SentenceScorer",
    "open_scorer",
    "open_states",
    "open_tokenizer",
    "open_word_vectors",
    "reading_pieces",
]

WEIGHTS = Path(__file__).parent.parent / "data" / "evidence_reader.safetensors"
"""The weights that ship; ``training/README.md`` tells how they were made."""
WEIGHTS_SHA256 = "58e2c443f96c8b9a2324ab2268c8e3804e752adf54c17c736a2512c9ba10fbbb"

MAX_PIECES = 320
_MAX_QUESTION_PIECES = 64
_WIDTH = 16
"""Passages are padded to a multiple of this: OpenVINO keeps what it prepares for each shape that it meets."""
_HEAD = ("hidden.weight", "hidden.bias", "sentence.weight", "sentence.bias", "nothing.weight", "nothing.bias")
_UNREADABLE = np.float32(-20)
"""Log odds of a sentence that did not fit."""
_PASSAGES_IN_MEMORY = 4096

_Texts = tuple[str, ...]
"""A passage: its context, then its sentences."""


@dataclass(frozen=True, slots=True)
class _Pieces:
    """A passage in pieces: their ids and owners, each of shape (pieces,)."""

    ids: NDArray[np.int32]
    owners: NDArray[np.int32]

    @classmethod
    def of(cls, split: Sequence[Sequence[int]]) -> _Pieces:
        """Of the ids of its context, then of those of each sentence."""
        owners = np.repeat(np.arange(-1, len(split) - 1, dtype=np.int32), [len(ids) for ids in split])
        return cls(np.array([piece for ids in split for piece in ids], np.int32), owners)


class _Row(NamedTuple):
    """What ``reading_pieces`` gives: three of the shape (pieces,)."""

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    owners: NDArray[np.int64]


def open_scorer(reader: str = "bundled", *, engine: str = "auto", cache: Path | None = None) -> SentenceScorer | None:
    """The evidence reader: the one that ships ("bundled"), none ("off"), or a file of weights for the same network.

    ``engine`` and ``cache`` are as for the embedding model. Raises ``ModelError`` if the weights are missing or damaged.
    """
    if reader == "off":
        return None
    weights = WEIGHTS if reader == "bundled" else Path(reader)
    if not weights.is_file():
        raise ModelError(
            f"There are no weights of an evidence reader at {weights}. Set KIN_READER to off to go without."
        )
    digest = hash_file(weights)
    if reader == "bundled" and digest != WEIGHTS_SHA256:
        raise ModelError("The evidence reader's weights are damaged or were replaced.", details=f"sha256 {digest}")
    return SentenceScorer(weights, digest, engine=engine, cache=cache)


class SentenceScorer:
    """Reads passages for a question. The network is loaded at the first question."""

    def __init__(self, weights: Path, digest: str, *, engine: str = "auto", cache: Path | None = None) -> None:
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        folder = find_model("bundled")
        self._tokenizer = open_tokenizer(folder)
        self._lock = threading.Lock()
        self._kept: dict[_Texts, _Pieces] = {}
        self._words = open_word_vectors(folder)
        self._network = open_states(
            weights, self._words, f"reader-{digest[:12]}", engine=engine, cache=cache, many=True
        )
        try:
            tensors = load_file(weights)
            self._head = {name: tensors[name].astype(np.float32) for name in _HEAD}
        except (SafetensorError, KeyError) as error:
            raise ModelError(f"{weights} holds no evidence reader: {error}") from error

    def score(self, question: str, passages: Sequence[tuple[str, Sequence[str]]]) -> list[NDArray[np.float32]]:
        """Log odds of each sentence against "no sentence here answers": for each passage an array of shape (sentences,).

        A passage is its context and its sentences.
        """
        keys = [(context, *sentences) for context, sentences in passages]
        asked = _split(self._tokenizer, [question])[0]
        rows = [_join(self._tokenizer, asked, pieces) for pieces in self._pieces_of(keys)]
        # One by one: beside a longer passage a shorter one would be padded, and cores would wait for each other at the end.
        order = sorted(range(len(rows)), key=lambda i: (-len(rows[i][0]), i))
        inputs = [self._pad(rows[i]) for i in order]
        pooled = [np.zeros((0, 0), np.float32)] * len(rows)
        for number, states in self._network.run(inputs):
            i = order[number]
            pooled[i] = _pool(states[0], rows[i].owners, len(passages[i][1]))
        return self._odds(pooled)

    def _pad(self, row: _Row) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
        """Word vectors (1, width, dimension), mask and types (1, width) of one passage."""
        count = len(row.ids)
        padded = np.zeros((3, 1, -(-count // _WIDTH) * _WIDTH), np.int64)
        padded[0, 0, :count], padded[1, 0, :count], padded[2, 0, :count] = row.ids, 1, row.types
        return self._words[padded[0]], padded[1], padded[2]

    def _pieces_of(self, passages: Sequence[_Texts]) -> list[_Pieces]:
        """Each passage in pieces, which are kept: the same passages are read for many questions."""
        with self._lock:
            found = {texts: self._kept[texts] for texts in passages if texts in self._kept}
        if new := [texts for texts in dict.fromkeys(passages) if texts not in found]:
            split = iter(_split(self._tokenizer, [text for texts in new for text in texts]))
            made = {texts: _Pieces.of([next(split) for _ in texts]) for texts in new}
            found |= made
            with self._lock:
                self._kept |= made
                for texts in list(self._kept)[: max(0, len(self._kept) - _PASSAGES_IN_MEMORY)]:
                    del self._kept[texts]
        return [found[texts] for texts in passages]

    def _odds(self, pooled: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        """What ``_pool`` made of each passage, through the head.

        All at once: for every product numpy wakes its own threads, which then keep the network from the cores.
        """
        if not pooled:
            return []
        hidden = _gelu(np.concatenate(pooled) @ self._head["hidden.weight"].T + self._head["hidden.bias"])
        scores = hidden @ self._head["sentence.weight"][0] + self._head["sentence.bias"][0]
        nothing = hidden @ self._head["nothing.weight"][0] + self._head["nothing.bias"][0]
        result, first = [], 0
        for own in pooled:
            odds = scores[first + 1 : first + len(own)] - nothing[first]
            result.append(np.where(own[1:].any(axis=1), odds, _UNREADABLE).astype(np.float32))
            first += len(own)
        return result


def open_tokenizer(folder: Path) -> Tokenizer:
    """The model's tokenizer, without padding and truncation."""
    from tokenizers import Tokenizer

    tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def reading_pieces(
    tokenizer: Tokenizer, question: str, context: str, sentences: Sequence[str]
) -> tuple[list[int], list[int], list[int]]:
    """Ids, types (question 0, passage 1) and owners of ``[CLS] question [SEP] context sentence sentence ... [SEP]``.

    The owner of a piece is the number of its sentence, -1 for none. A passage that is too long loses its last pieces.
    """
    row = _join(tokenizer, _split(tokenizer, [question])[0], _Pieces.of(_split(tokenizer, [context, *sentences])))
    return row.ids.tolist(), row.types.tolist(), row.owners.tolist()


def _split(tokenizer: Tokenizer, texts: Sequence[str]) -> list[list[int]]:
    """The ids of each text's pieces."""
    # "Fast" leaves out where in the text each piece is.
    return [encoding.ids for encoding in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]


def _join(tokenizer: Tokenizer, asked: Sequence[int], passage: _Pieces) -> _Row:
    """As ``reading_pieces``, of the ids of a question and of a passage."""
    start, end = (int(tokenizer.token_to_id(mark) or 0) for mark in ("[CLS]", "[SEP]"))
    question = [start, *asked[:_MAX_QUESTION_PIECES], end]
    room = MAX_PIECES - 1 - len(question)
    ids, owners = passage.ids[:room], passage.owners[:room]
    return _Row(
        np.concatenate([question, ids, [end]]),
        np.repeat([0, 1], [len(question), len(ids) + 1]),
        np.concatenate([np.full(len(question), -1), owners, [-1]]),
    )


def open_word_vectors(folder: Path) -> NDArray[np.float32]:
    """The word vectors of the bundled model in ``folder``, shape (pieces, dimension), mapped from its file.

    Networks that were trained from it have the same: they take them from here, so that they are in memory once. Raises
    ``ModelError`` for a file that is damaged.
    """
    path = folder / WEIGHTS_FILE
    if hash_weights(folder) != BUNDLED_MODEL_SHA256:
        raise ModelError(MODEL_DAMAGED, details=str(path))
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        place = json.loads(file.read(length))["embeddings.word_embeddings.weight"]
    first = 8 + length + place["data_offsets"][0]
    return np.memmap(path, "<f4", "r", first, tuple(place["shape"]))


def open_states(
    weights: Path,
    words: NDArray[np.float32],
    key: str,
    *,
    engine: str,
    cache: Path | None,
    many: bool = False,
) -> Network:
    """The network with ``weights``: vectors of ``words``, mask and types to token states. Otherwise as ``open_network``."""
    source = TorchSource(
        "kin_assistant.models.evidence_network:load_states",
        (find_model("bundled"), weights),
        inputs=3,
        eight_bits=True,
        vector_width=words.shape[1],
    )
    return open_network(source, f"{key}-of-words", engine=engine, cache=cache, many=many)


def load_states(folder: Path, weights: Path) -> Any:
    """The network as a torch module: word vectors, mask and types to token states. The rest is as in ``folder``'s model."""
    if hash_weights(folder) != BUNDLED_MODEL_SHA256:
        raise ModelError(MODEL_DAMAGED, details=str(folder))
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from safetensors.torch import load_file
    from transformers import BertModel
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    bert = BertModel.from_pretrained(str(folder), local_files_only=True, add_pooling_layer=False, use_safetensors=True)
    trained = {
        name.removeprefix("bert."): value.float()
        for name, value in load_file(weights).items()
        if name.startswith("bert.")
    }
    bert.load_state_dict(trained, strict=False)

    class TokenStates(torch.nn.Module):  # type: ignore[misc]  # torch is not followed
        def __init__(self) -> None:
            super().__init__()
            self.bert = bert

        def forward(self, words: torch.Tensor, attention_mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
            vectors = words.to(self.bert.dtype)
            found = self.bert(inputs_embeds=vectors, attention_mask=attention_mask, token_type_ids=types)
            states: torch.Tensor = found.last_hidden_state
            return states

    return TokenStates().eval()


def _pool(states: NDArray[np.float32], owners: NDArray[np.int64], count: int) -> NDArray[np.float32]:
    """The first token's state, then the mean of each sentence's, 0 where none of it was read; shape (1 + count, dimension)."""
    pooled = np.zeros((1 + count, states.shape[1]), np.float32)
    pooled[0] = states[0]
    # The last mark is nobody's; before it owners ascend.
    bounds = np.searchsorted(owners[:-1], np.arange(count + 1)).tolist()
    for sentence, (first, last) in enumerate(pairwise(bounds)):
        if first < last:
            pooled[1 + sentence] = states[first:last].mean(axis=0)
    return pooled


def _gelu(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Gaussian error linear unit, by its tanh approximation (Hendrycks and Gimpel 2016)."""
    result: NDArray[np.float32] = values * 0.5 * (1 + np.tanh(0.7978845608 * (values + 0.044715 * values**3)))
    return result
