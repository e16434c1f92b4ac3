"""The engine runs the network, keeps its converted copy, and reports to nobody."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kin_assistant.errors import KinError, ModelError, ResourceError
from kin_assistant.models import engine as engines
from kin_assistant.models.engine import TorchSource, open_network

pytest.importorskip("openvino", reason="OpenVINO is not made for this platform")


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=120, check=False
    )


def test_the_package_that_reports_the_use_of_openvino_is_never_loaded(prepared_root: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from kin_assistant.models.embedder import open_embedder;"
        "open_embedder(engine='openvino', cache=Path(sys.argv[1])).encode(['waste']);"
        "assert 'openvino' in sys.modules; assert sys.modules['openvino_telemetry'] is None; print('silent')"
    )
    found = run(code, str(prepared_root / "models"))
    assert found.stdout.strip() == "silent", found.stderr


def test_a_run_that_is_given_up_half_way_ends(prepared_root: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from kin_assistant.models.embedder import open_embedder\n"
        "for _ in range(5):\n"
        "    embedder = open_embedder(engine='openvino', cache=Path(sys.argv[1]))\n"
        "    texts = [f'text {i} of words' * (i % 20 + 1) for i in range(200)]\n"
        "    passages = embedder.encode_passages(texts, [[(0, 4)]] * 200)\n"
        "    next(passages)\n"
        "    del passages, embedder\n"
        "print('ended')"
    )
    found = run(code, str(prepared_root / "models"))
    assert found.stdout.strip() == "ended", found.stderr


def test_torch_is_loaded_in_a_child_only(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from kin_assistant.models.embedder import open_embedder\n"
        "vectors = open_embedder(engine='openvino', cache=Path(sys.argv[1])).encode(['waste'])\n"
        "print(vectors.shape, 'torch' in sys.modules)"
    )
    found = run(code, str(tmp_path / "models"))
    assert found.stdout.strip() == "(1, 384) False", found.stderr
    assert {path.suffix for path in (tmp_path / "models").iterdir()} == {".xml", ".bin", ".sha256"}


def test_where_no_copy_can_be_kept_the_network_is_converted_anyhow(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file where the folder should be")
    code = (
        "import sys, warnings; from pathlib import Path; from kin_assistant.models.embedder import open_embedder\n"
        "with warnings.catch_warnings(record=True) as caught:\n"
        "    warnings.simplefilter('always')\n"
        "    vectors = open_embedder(engine='openvino', cache=Path(sys.argv[1])).encode(['waste'])\n"
        "print(vectors.shape, any('could not be kept' in str(warning.message) for warning in caught))"
    )
    found = run(code, str(tmp_path / "models"))
    assert found.stdout.strip() == "(1, 384) True", found.stderr


@pytest.mark.parametrize("engine", ["openvino", "torch"])
@pytest.mark.parametrize(
    ("function", "fault", "words"),
    [
        ("builtins:open", ModelError, "cannot run the model: .*No such file"),
        ("tests.models.test_engine:run_out_of_memory", ResourceError, "too little memory"),
    ],
)
def test_a_network_that_cannot_be_loaded_is_a_sentence(
    tmp_path: Path, engine: str, function: str, fault: type[KinError], words: str
) -> None:
    source = TorchSource(function, (tmp_path / "nowhere",), inputs=2)
    network = open_network(source, "double", engine=engine, cache=None)
    with pytest.raises(fault, match=words):
        list(network.run([(np.ones((1, 2), np.int64),) * 2]))


def test_weights_in_eight_bits_change_little_and_are_kept_beside_the_others(tmp_path: Path) -> None:
    batch = (np.arange(1, 25, dtype=np.int64).reshape(2, 12), np.ones((2, 12), np.int64))
    states = {}
    for eight_bits in (False, True):
        source = TorchSource("tests.models.test_engine:two_linear_layers", (), inputs=2, eight_bits=eight_bits)
        network = open_network(source, "double", engine="openvino", cache=tmp_path)
        ((_, states[eight_bits]),) = network.run([batch])
    largest = np.abs(states[False]).max()
    difference = np.abs(states[False] - states[True]).max()
    rounds = engines._multiplies_bytes()
    assert difference < 0.03 * largest
    # Elsewhere the weights stay as they are.
    assert (difference > 0) == rounds
    copies = {path.name.split("-openvino")[0] for path in tmp_path.glob("*.xml")}
    assert copies == ({"double", "double-8bit"} if rounds else {"double"})


@pytest.mark.parametrize(
    ("flags", "rounds"),
    [
        ("flags : fpu avx2 avx512f avx512_vnni", True),
        ("flags : fpu avx2 avx512f avx512_vnni amx_bf16 amx_tile", False),
        ("flags : fpu avx2", False),
        ("Features : asimd i8mm", False),
    ],
)
def test_weights_are_rounded_only_where_that_is_quicker(
    monkeypatch: pytest.MonkeyPatch, flags: str, rounds: bool
) -> None:
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: flags)
    assert engines._multiplies_bytes() == rounds


def two_linear_layers() -> Any:
    import torch

    class Layers(torch.nn.Module):  # type: ignore[misc]  # torch is not followed
        def __init__(self) -> None:
            super().__init__()
            generator = torch.Generator().manual_seed(3)
            draw = partial(torch.randn, generator=generator)
            self.embedding, self.first = draw(100, 256), draw(512, 256) / 16
            self.second = draw(256, 512) / 16

        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            states = torch.nn.functional.embedding(ids, self.embedding) * mask.unsqueeze(-1)
            hidden = torch.relu(torch.nn.functional.linear(states, self.first))
            result: torch.Tensor = torch.nn.functional.linear(hidden, self.second)
            return result

    return Layers().eval()


def run_out_of_memory(_: Path) -> None:
    raise RuntimeError("[enforce fail at alloc_cpu.cpp:118] err == 0. DefaultCPUAllocator: can't allocate memory")
