"""The learned part of follow-ups: weights that fit, what is counted, and how well it holds on what it was not fitted to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eval.conversations import score_leaning
from kin_assistant.errors import ModelError
from kin_assistant.question.followups.leaning import (
    WEIGHTS,
    describe_format,
    is_small_talk,
    load_leaning_model,
    measure_leaning,
)
from kin_assistant.question.followups.turns import Turn, read_turn


def turn(text: str) -> Turn:
    return read_turn(text, lambda _: ())


def write_weights(path: Path, size: int, metadata: dict[str, str], value: float = 0.0) -> Path:
    from safetensors.numpy import save_file

    tensors = {"weights": np.full(size, value, np.float32), "offset": np.zeros(1, np.float32)}
    save_file(tensors, path, metadata=metadata)
    return path


def test_it_tells_leaning_messages_of_conversations_it_was_not_fitted_to() -> None:
    figures = score_leaning()
    assert figures["conversation.leaning_f1"].value >= 0.86
    assert figures["conversation.leaning_recall"].value >= 0.88
    assert figures["conversation.rewrite_overlap"].value >= 0.68


def test_a_short_question_leans_more_than_a_whole_one() -> None:
    model, history = load_leaning_model(), [turn("How is septage collected in small towns?")]
    assert model.estimate(turn("who pays for it"), history) > 0.8
    assert model.estimate(turn("Which rules do factories have on smoke and dust?"), history) < 0.2


@pytest.mark.parametrize("type_as", [str.lower, str.capitalize])
def test_case_does_not_decide(type_as) -> None:
    model, history = load_leaning_model(), [turn(type_as("How is septage collected in small towns?"))]
    assert model.estimate(turn(type_as("who pays for it")), history) > 0.5
    assert model.estimate(turn(type_as("which rules do factories have on smoke and dust?")), history) < 0.5


def test_without_history_nothing_leans() -> None:
    assert load_leaning_model().estimate(turn("and the cost?"), []) == 0


def test_measures_have_the_same_names_for_any_message() -> None:
    for text in ("", "?", "And in Cebu?", "word " * 500):
        values = measure_leaning(Turn("") if not text else turn(text), [turn("Why?")])
        assert [*values] == describe_format().splitlines()[1:]
        assert np.isfinite(list(values.values())).all()


@pytest.mark.parametrize(
    ("text", "talk"),
    [
        ("thanks", True),
        ("Thank you very much!", True),
        ("hello", True),
        ("ok", True),
        ("?", True),
        ("why", False),
        ("thanks, and who paid for it?", False),
        ("good waste fees", False),
        ("the first one", False),
    ],
)
def test_small_talk_is_nothing_but_courtesy(text: str, talk: bool) -> None:
    assert is_small_talk(text) is talk


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "text"])
def test_damaged_weights_are_an_error_that_says_so(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "leaning.safetensors"
    whole = WEIGHTS.read_bytes()
    if damage != "missing":
        path.write_bytes({"empty": b"", "cut": whole[:-7], "text": b"no weights at all"}[damage])
    with pytest.raises(ModelError, match=r"leaning\.safetensors"):
        load_leaning_model(path)


def test_weights_of_another_version_are_refused(tmp_path: Path) -> None:
    size, fits = describe_format().count("\n"), {"format": describe_format()}
    assert load_leaning_model(write_weights(tmp_path / "fits", size, fits))
    for name, size_, metadata, value in (
        ("none", size, {}, 0.0),
        ("features", size, {"format": "leaning 1\nwords"}, 0.0),
        ("size", size - 1, fits, 0.0),
        ("value", size, fits, float("nan")),
    ):
        with pytest.raises(ModelError, match="another version"):
            load_leaning_model(write_weights(tmp_path / name, size_, metadata, value))
