"""Running a small transformer fast on a processor: in OpenVINO where it is installed, else in torch.

Both compute in bfloat16 where the processor has instructions for it. OpenVINO multiplies whole numbers of 8 bits instead,
in networks that allow it, on processors that do so at once and have no matrix instructions. What that is worth is in
``docs/decisions/0003-embedding-engine.md``.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pkgutil
import sys
import threading
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kin_assistant.errors import ModelError
from kin_assistant.processes.sandbox import ChildLimits, run_child
from kin_assistant.processes.shortage import find_shortage, require_address_space
from kin_assistant.processes.watchdog import allow_time

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Batch = tuple[NDArray[np.int64] | NDArray[np.float32], ...]
    """Token ids and what else the network takes, each of shape (texts, tokens); word vectors (texts, tokens, width)."""
    States = NDArray[np.float32]
    """Token states; shape (texts, tokens, dimension)."""

__all__ = ["Network", "TorchSource", "hash_file", "open_network"]

_CONVERSION_SECONDS = 300
_LOADING_SECONDS = 2 * _CONVERSION_SECONDS
"""Waiting for another network to be converted, or converting in a child in vain, included."""

_FIRST_USE = threading.Lock()
"""Held while a network is loaded and runs for the first time, in all of this process.

OpenVINO's bindings prepare themselves when they are first used: under a lock of their own, in which they give up the
interpreter's and ask for it again. A second thread that arrives meanwhile waits for that lock and holds the interpreter's,
so that neither goes on and no other thread does. Once prepared, they may be used from many threads.
"""
_CONVERSION_MEMORY = 6 * 1024**3
"""Bytes, reserved rather than used; beside them the weights are held in several forms."""
_COPIES_OF_WEIGHTS = 8
_ROOM = 1024**3
"""Bytes of address space that a back end takes at the least, with the first network."""
_GROUP = 128
"""Values of a token's state that share a scale when they are rounded to 8 bits. 64 is a twentieth slower, 384 less exact."""


class Network(Protocol):
    """Token ids to token states."""

    def run(self, inputs: Sequence[Batch]) -> Iterator[tuple[int, States]]:
        """Token states of each batch, as (position of the batch, states)."""
        ...


@dataclass(frozen=True, slots=True)
class TorchSource:
    """Where a torch module comes from that takes ``inputs`` tensors (texts, tokens) and returns token states.

    It is told by names, so that a child process can load it too.
    """

    function: str
    """As ``package.module:function``."""
    paths: tuple[Path, ...]
    """What the function is called with."""
    inputs: int
    eight_bits: bool = False
    """Whether the weights of its linear layers may be rounded to 8 bits."""
    vector_width: int = 0
    """Width of the word vectors that it takes as its first input, in the place of token ids; 0 where it takes these."""

    def load(self) -> Any:
        """The module."""
        return pkgutil.resolve_name(self.function)(*self.paths)


def open_network(source: TorchSource, key: str, *, engine: str, cache: Path | None, many: bool = False) -> Network:
    """A network that is loaded at its first batch.

    ``key`` names its weights, under which the converted network is kept in ``cache``. ``engine`` is "openvino", "torch" or
    "auto". Of a network that is run on ``many`` batches as a rule, no second copy is held for one alone.
    """
    if engine == "auto":
        engine = "openvino" if importlib.util.find_spec("openvino") else "torch"
    return _OpenVino(source, key, cache, many=many) if engine == "openvino" else _Torch(source)


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class _OpenVino:
    """OpenVINO: one stream for a question, two for many passages."""

    def __init__(self, source: TorchSource, key: str, cache: Path | None, *, many: bool = False) -> None:
        source = replace(source, eight_bits=source.eight_bits and _multiplies_bytes())
        self._source, self._key, self._cache = source, f"{key}-8bit" if source.eight_bits else key, cache
        self._many = many
        self._lock = threading.Lock()
        self._compiled: dict[str, Any] = {}

    def run(self, inputs: Sequence[Batch]) -> Iterator[tuple[int, States]]:
        return self._infer(self._ready("THROUGHPUT" if self._many or len(inputs) > 1 else "LATENCY"), inputs)

    def _ready(self, hint: str) -> Any:
        """The network compiled for ``hint``, which has run once."""
        if hint not in self._compiled:
            with _faults_explained("OpenVINO"), allow_time(_LOADING_SECONDS), _FIRST_USE:
                if hint not in self._compiled:
                    _require_room("openvino")
                    compiled = self._compile(hint)
                    for _ in self._infer(compiled, [_example(self._source)]):
                        pass
                    self._compiled[hint] = compiled
        return self._compiled[hint]

    def _infer(self, compiled: Any, inputs: Sequence[Batch]) -> Iterator[tuple[int, States]]:
        # Requests are waited for in turn, without callbacks: those need the interpreter's lock, and a queue that is
        # discarded while one of them waits for it never ends.
        running: deque[tuple[int, Any]] = deque()
        with _faults_explained("OpenVINO"):
            with self._lock:
                # One more than there are streams, so that none of them waits for this thread.
                at_once = min(len(inputs), compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS") + 1)
                idle = [compiled.create_infer_request() for _ in range(at_once)]
            try:
                for number, batch in enumerate(inputs):
                    if not idle:
                        yield _finish(*running[0])
                        idle.append(running.popleft()[1])
                    request = idle.pop()
                    request.start_async(list(batch))
                    running.append((number, request))
                while running:
                    yield _finish(*running[0])
                    running.popleft()
            finally:
                for _, request in running:
                    request.wait()

    def _compile(self, hint: str) -> Any:
        core = _import_openvino().Core()
        properties: dict[str, Any] = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": hint}
        if self._source.eight_bits:
            # States are rounded too, as they come.
            properties["DYNAMIC_QUANTIZATION_GROUP_SIZE"] = _GROUP
        elif "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
            properties["INFERENCE_PRECISION_HINT"] = "bf16"
        return core.compile_model(self._model(core), "CPU", properties)

    def _model(self, core: Any) -> Any:
        if self._cache is None:
            return _convert(self._source)
        openvino = _import_openvino()
        path = self._cache / f"{self._key}-openvino-{openvino.__version__.split('-')[0]}.xml"
        weights, digest = path.with_suffix(".bin"), path.with_suffix(".sha256")
        if path.is_file() and weights.is_file() and digest.is_file():
            expected = digest.read_text("ascii", errors="replace")
            if expected == hash_file(path) + hash_file(weights):
                return core.read_model(path)
        try:
            self._cache.mkdir(parents=True, exist_ok=True)
            partial = self._cache / f"partial-{os.getpid()}.xml"
            _convert_in_child(self._source, partial)
            os.replace(partial.with_suffix(".bin"), weights)
            os.replace(partial, path)
            # Written last: without it the files above are taken for unfinished.
            digest.write_text(hash_file(path) + hash_file(weights), "ascii")
        except OSError as error:
            # The copy only saves time at the next start.
            model = _convert(self._source)
            warnings.warn(f"the converted model could not be kept: {error}", stacklevel=2)
            return model
        return core.read_model(path)


def _example(source: TorchSource) -> Batch:
    """The smallest batch that the network takes."""
    return _examples(source, 1, 2)


def _examples(source: TorchSource, texts: int, tokens: int) -> Batch:
    """A batch of ones of this shape."""
    import numpy as np

    ids = tuple(np.ones((texts, tokens), np.int64) for _ in range(source.inputs))
    return (np.ones((texts, tokens, source.vector_width), np.float32), *ids[1:]) if source.vector_width else ids


def _finish(number: int, request: Any) -> tuple[int, States]:
    request.wait()
    return number, request.get_output_tensor(0).data.copy()


@contextmanager
def _faults_explained(engine: str) -> Iterator[None]:
    """Turn what the libraries raise, for want of memory above all, into ``ResourceError`` or ``ModelError``."""
    try:
        yield
    except (ImportError, MemoryError, OSError, RuntimeError) as error:
        shortage = find_shortage(error)
        if shortage:
            raise shortage from error
        reason = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
        raise ModelError(f"{engine} cannot run the model: {reason[-1].rstrip('.')}.", details=str(error)) from error


def _require_room(package: str) -> None:
    """Refuse to load ``package`` into less memory than it takes, where it would end this process without a word."""
    if package not in sys.modules:
        require_address_space(_ROOM)


def _import_openvino() -> Any:
    """OpenVINO without the package ``openvino-telemetry``, which reports ``import openvino`` to its maker.

    Where that package cannot be imported, OpenVINO falls back to a stub that does nothing.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # None: importing it fails
    import openvino

    return openvino


def _convert_in_child(source: TorchSource, target: Path) -> None:
    """Convert into the file ``target``, in a process of its own: torch, needed for this alone, takes half a gigabyte.

    Raises ``OSError`` if it cannot be done.
    """
    paths = [path.absolute() for path in source.paths]
    bits = "8" if source.eight_bits else "32"
    width = str(source.vector_width)
    arguments = [str(target.absolute()), source.function, str(source.inputs), bits, width, *map(str, paths)]
    memory = _CONVERSION_MEMORY + _COPIES_OF_WEIGHTS * sum(map(_size, paths))
    limits = ChildLimits(memory=memory, cpu_seconds=_CONVERSION_SECONDS * (os.cpu_count() or 1))
    outcome = run_child("kin_assistant.models.engine", arguments, seconds=_CONVERSION_SECONDS, limits=limits)
    if outcome.ending.code:
        raise OSError(f"converting it {outcome.ending}: {outcome.errors[-300:]}")


def _size(path: Path) -> int:
    """Bytes of a file, or of the files in a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def _convert(source: TorchSource) -> Any:
    """A torch network as an OpenVINO model, by the front end itself."""
    import torch

    _import_openvino()
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    example = tuple(map(torch.from_numpy, _examples(source, 2, 8)))
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        decoder = TorchScriptPythonDecoder(source.load(), example_input=example)
        front_end = FrontEndManager().load_by_framework("pytorch")
        model = front_end.convert(front_end.load(decoder))
    if source.eight_bits:
        _round_weights(model)
    return model


def _round_weights(model: Any) -> None:
    """Keep the weights of linear layers in 8 bits, with a scale for each output."""
    import numpy as np
    from openvino import opset13 as operations

    for node in model.get_ordered_ops():
        if node.get_type_name() != "MatMul" or node.input_value(1).get_node().get_type_name() != "Constant":
            continue
        weights = node.input_value(1).get_node().data
        inputs = 1 if node.get_attributes()["transpose_b"] else 0
        scale = np.maximum(np.abs(weights).max(axis=inputs, keepdims=True), np.float32(1e-8)) / np.float32(127)
        rounded = operations.constant(np.rint(weights / scale).astype(np.int8))
        restored = operations.multiply(operations.convert(rounded, np.float32), operations.constant(scale))
        node.input(1).replace_source_output(restored.output(0))


def _multiplies_bytes() -> bool:
    """Whether the processor multiplies 8 bits at once (AVX-512 VNNI), and has no matrix instructions (AMX).

    With those bfloat16 is as fast and more exact; without VNNI 8 bits are slower than 32.
    """
    try:
        known = Path("/proc/cpuinfo").read_text("ascii", errors="replace").split()
    except OSError:
        return False
    return "avx512_vnni" in known and "amx_bf16" not in known


class _Torch:
    """Torch, for machines that OpenVINO does not run on."""

    def __init__(self, source: TorchSource) -> None:
        self._source = source
        self._network: Any = None

    def run(self, inputs: Sequence[Batch]) -> Iterator[tuple[int, States]]:
        network = self._ready()
        for number, batch in enumerate(inputs):
            with _faults_explained("Torch"):
                states = _compute(network, batch)
            yield number, states

    def _ready(self) -> Any:
        """The network, which has run once."""
        if self._network is None:
            with _faults_explained("Torch"), allow_time(_LOADING_SECONDS), _FIRST_USE:
                if self._network is None:
                    _require_room("torch")
                    import torch

                    network = self._source.load()
                    fast = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
                    network = network.to(torch.bfloat16) if fast else network
                    _compute(network, _example(self._source))
                    self._network = network
        return self._network


def _compute(network: Any, batch: Batch) -> States:
    """Token states of one batch by a torch module."""
    import torch

    with torch.inference_mode():
        states: States = network(*(torch.from_numpy(values) for values in batch)).float().numpy()
    return states


def _main(target: str, function: str, inputs: str, bits: str, width: str, *paths: str) -> None:
    """Convert for ``_convert_in_child``."""
    source = TorchSource(function, tuple(map(Path, paths)), int(inputs), bits == "8", int(width))
    _import_openvino().save_model(_convert(source), target, compress_to_fp16=False)


if __name__ == "__main__":
    _main(*sys.argv[1:])
