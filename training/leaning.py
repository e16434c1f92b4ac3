"""Fits the model that tells whether a message leans on earlier ones: ``python -m training.leaning``.

It reads ``turns/turns.jsonl`` and writes ``kin_assistant/data/leaning.safetensors``. A third of the conversations, by a hash
of their ids, is held out; the figures printed are of that third.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from kin_assistant.places.matching import Gazetteer, PlaceIndex, words_of
from kin_assistant.question.followups.leaning import (
    WEIGHTS,
    describe_format,
    is_small_talk,
    load_leaning_model,
    measure_leaning,
)
from kin_assistant.question.followups.turns import FindPlaces, read_turn
from kin_assistant.text.english import read_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["TURNS", "LabelledTurn", "is_held_out", "main", "place_index", "read_labelled_turns"]

TURNS: Final = Path(__file__).parent / "turns" / "turns.jsonl"
_HELD_OUT_SHARE: Final = 3
_RIDGE: Final = 100.0
_STEPS: Final = 12
_WEIGHT_OF_OPENERS: Final = 0.3
"""Of a first message behind the messages of another conversation: it leans on none of them."""


@dataclass(frozen=True, slots=True)
class LabelledTurn:
    """A later message of a conversation, with what people said of it."""

    conversation: str
    question: str
    history: tuple[str, ...]
    """The messages before it, oldest first."""
    talk: bool
    """Whether it is small talk, or a request for something else than an answer."""
    leans: bool
    standalone: str
    """The message as it would be asked alone."""


def main() -> None:
    """Fit, write and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=Path, default=TURNS, help="labelled conversations (JSON Lines)")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="where the weights go")
    options = parser.parse_args()
    turns = read_labelled_turns(options.turns)
    fitted = [turn for turn in turns if not is_held_out(turn.conversation)]
    openers = _put_openers_elsewhere(fitted)
    find_places = cache(place_index(turns).find_places)
    own, others = _measure(fitted, find_places), _measure(openers, find_places)
    share = np.array([1.0] * len(own) + [_WEIGHT_OF_OPENERS] * len(others))
    table = np.vstack([own, others])
    write_weights(options.out, *fit_weights(table[:, :-1], table[:, -1], share))
    held_out = [turn for turn in turns if is_held_out(turn.conversation)]
    model = load_leaning_model(options.out)
    find_places = cache(place_index(turns).find_places)
    right = called = there = 0
    for turn in held_out:
        history = [read_turn(text, find_places) for text in turn.history if not is_small_talk(text)]
        said = not is_small_talk(turn.question) and (
            model.estimate(read_turn(turn.question, find_places), history) > 0.5
        )
        right, called, there = right + (said and turn.leans), called + said, there + turn.leans
    print(f"held out: {len(held_out)} messages, {there} lean; F1 {2 * right / (called + there):.3f},", end=" ")
    print(f"precision {right / called:.3f}, recall {right / there:.3f}")


def read_labelled_turns(path: Path = TURNS) -> list[LabelledTurn]:
    """The later messages of the conversations in ``path``."""
    turns = []
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        said = [turn["question"] for turn in row["turns"]]
        for number, turn in enumerate(row["turns"]):
            if number:
                labels = turn["kind"] == "talk", bool(turn["leans"]), turn["standalone"]
                turns.append(LabelledTurn(row["id"], said[number], tuple(said[:number]), *labels))
    return turns


def is_held_out(conversation: str) -> bool:
    """Whether nothing may be fitted to the conversation with this id."""
    return int(hashlib.sha256(conversation.encode()).hexdigest()[:8], 16) % _HELD_OUT_SHARE == 0


def place_index(turns: Sequence[LabelledTurn]) -> PlaceIndex:
    """The world's places, read with the words of ``turns`` and without a corpus."""
    return PlaceIndex(
        Gazetteer.load(), (), words_of([text for turn in turns for text in (*turn.history, turn.question)])
    )


def _put_openers_elsewhere(turns: Sequence[LabelledTurn]) -> list[LabelledTurn]:
    """The first message of each conversation, behind the messages of the conversation before it."""
    said = {turn.conversation: (*turn.history, turn.question) for turn in turns}
    names = list(said)
    return [
        LabelledTurn(name, said[name][0], said[before][:-1], talk=False, leans=False, standalone=said[name][0])
        for before, name in zip([names[-1], *names], names, strict=False)
    ]


def _type_whole_sentence(text: str) -> str:
    """``text`` with a capital and a mark at its end."""
    first, *_ = text.split(maxsplit=1)
    asks = first.lower() in read_words("asking") | read_words("auxiliary")
    return f"{text[:1].upper()}{text[1:]}{'' if text[-1] in '.?!' else '?' if asks else '.'}"


_WAYS_TO_TYPE: Final[tuple[Callable[[str], str], ...]] = (str, str.lower, _type_whole_sentence)
"""Each message is learnt from in each of these, since how one types says nothing of what one means."""


def _measure(turns: Sequence[LabelledTurn], find_places: FindPlaces) -> NDArray[np.float64]:
    """Features of each turn that has something before it, in each way to type it; in the last column, whether it leans."""
    rows = []
    for type_as in _WAYS_TO_TYPE:
        for turn in turns:
            history = [read_turn(type_as(text), find_places) for text in turn.history if not is_small_talk(text)]
            if history and not turn.talk:
                values = measure_leaning(read_turn(type_as(turn.question), find_places), history).values()
                rows.append([*values, float(turn.leans)])
    return np.array(rows)


def fit_weights(
    values: NDArray[np.float64], leans: NDArray[np.float64], share: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Weights and offset of a logistic regression with a ridge on standardised features, by Newton's method.

    Each row counts as much as ``share`` says.
    """
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    columns = np.column_stack([(values - mean) / spread, np.ones(len(values))])
    ridge = np.diag([*[_RIDGE] * values.shape[1], 0.0])
    found = np.zeros(columns.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-columns @ found))
        slope = columns.T @ (share * (likely - leans)) + ridge @ found
        found -= np.linalg.solve((columns.T * (share * likely * (1 - likely))) @ columns + ridge, slope)
    weights = found[:-1] / spread
    return weights, float(found[-1] - weights @ mean)


def write_weights(path: Path, weights: NDArray[np.float64], offset: float) -> None:
    """Write them so that the same fit gives the same file on another machine."""
    from safetensors.numpy import save_file

    tensors = {name: np.round(value, 4).astype(np.float32) for name, value in (
        ("weights", weights), ("offset", np.array([offset])))}  # fmt: skip
    save_file(tensors, path, metadata={"format": describe_format()})


if __name__ == "__main__":
    main()
