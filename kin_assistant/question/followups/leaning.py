"""Whether a message leans on earlier ones: a logistic regression over what can be counted in it and in them.

``training/leaning.py`` fits it; ``training/README.md`` says on what, and how well it holds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from kin_assistant.errors import ModelError
from kin_assistant.question.followups.turns import Turn
from kin_assistant.text.english import read_words
from kin_assistant.text.words import stems, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["WEIGHTS", "LeaningModel", "describe_format", "is_small_talk", "load_leaning_model", "measure_leaning"]

WEIGHTS: Final = Path(__file__).parents[2] / "data" / "leaning.safetensors"
"""The weights that ship."""
_VERSION: Final = 1

_ASKING: Final = read_words("asking")
_VERBS: Final = read_words("auxiliary")
_JOINING: Final = read_words("joining")
_PREPOSITIONS: Final = read_words("preposition")
_POINTING: Final = read_words("pointing")
_PLACES: Final = read_words("places")
_REQUESTS: Final = read_words("request")
_TALK: Final = read_words("talk")
_SHORT: Final = 5
_MOST_WORDS: Final = 20


def is_small_talk(text: str) -> bool:
    """Whether ``text`` is nothing but a greeting, thanks and the like."""
    return _TALK.issuperset(words(text))


def measure_leaning(turn: Turn, history: Sequence[Turn]) -> dict[str, float]:
    """What tells whether ``turn`` leans on ``history``, the turns before it without small talk; not empty."""
    said, last = words(turn.text), history[-1]
    own, own_before = set(stems(turn.text)), [set(stems(before.text)) for before in history]
    known = own & set().union(*own_before)
    first, ends = (said[0], said[-1]) if said else ("", "")
    points = not _POINTING.isdisjoint(said)
    asks, has_verb = not _ASKING.isdisjoint(said), not _VERBS.isdisjoint(said)
    names = {place.place.name for place in turn.places}
    named_before = {place.place.name for before in history for place in before.places}
    has_name = bool(names or turn.capitals)
    values = {
        "words": min(len(said), _MOST_WORDS) / 10,
        "log words": math.log1p(len(said)),
        "at most three words": len(said) <= 3,
        "at most five words": len(said) <= _SHORT,
        "own words": min(turn.size, 6) / 3,
        "one own word": turn.size == 1,
        "stems": min(len(own), 10) / 5,
        "begins with a question word": first in _ASKING,
        "begins with a verb": first in _VERBS,
        "begins with a conjunction": first in _JOINING,
        "begins with a preposition": first in _PREPOSITIONS,
        "begins with small talk": first in _TALK,
        "small talk": len(_TALK & set(said)) / max(1, len(said)),
        "begins with a request": first in _REQUESTS,
        "asks for places": not _PLACES.isdisjoint(said),
        "asks for any places": not points and has_verb and len(own) > 0 and not _PLACES.isdisjoint(said),
        "whole request": not points and (has_verb or first in _REQUESTS) and len(own) > 1,
        "question word": asks,
        "clause": asks and has_verb,
        "names": min(len(turn.capitals), 3),
        "places": min(len(names), 3),
        "no name": not has_name,
        "short without a name": not has_name and len(said) <= _SHORT,
        "comma": "," in turn.text,
        "figure": any(char.isdigit() for char in turn.text),
        "points": points,
        "points first": first in _POINTING,
        "points last": ends in _POINTING,
        "points back": turn.leans,
        "pronoun": turn.pronoun is not None,
        "pronoun for a place": turn.on_a_place,
        "clause of its own": turn.complete,
        "what about": turn.asks_about,
        "names its subject": turn.names_subject,
        "known places": bool(names & named_before),
        "only the last has a place": bool(last.places) and not names,
        "points beside a known place": points and bool(names & named_before),
        "share in the last": len(own & own_before[-1]) / max(1, len(own)),
        "share in all": len(known) / max(1, len(own)),
        "share if it points": points * len(known) / max(1, len(own)),
        "new stems": min(len(own - known), 6) / 3,
        "known stems": min(len(known), 4) / 2,
        "share of the last": len(own & own_before[-1]) / max(1, len(own_before[-1])),
        "length to the last": len(said) / max(3, len(words(last.text))),
        "begins like the last": len(said) > 3 and said[:2] == words(last.text)[:2],
    }
    return {name: float(value) for name, value in values.items()}


class LeaningModel:
    """Says how likely a turn leans."""

    def __init__(self, weights: NDArray[np.float32], offset: float) -> None:
        self._weights, self._offset = weights, offset

    def estimate(self, turn: Turn, history: Sequence[Turn]) -> float:
        """The probability that ``turn`` leans on ``history``; 0 if there is none."""
        if not history:
            return 0.0
        values = np.fromiter(measure_leaning(turn, history).values(), np.float32)
        return 1 / (1 + math.exp(-float(values @ self._weights) - self._offset))


@cache
def load_leaning_model(path: Path = WEIGHTS) -> LeaningModel:
    """The model stored at ``path``. Raises ``ModelError`` if it is missing, damaged or of other features."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as stored:
            stored_format = (stored.metadata() or {}).get("format")
            weights, offset = stored.get_tensor("weights"), stored.get_tensor("offset")
    except (OSError, SafetensorError) as error:
        raise ModelError(f"The weights that tell follow-up questions are missing or damaged: {path.name}.") from error
    if stored_format != describe_format() or not _fit(weights, offset):
        raise ModelError(f"{path.name} holds weights of another version.")
    return LeaningModel(weights, float(offset[0]))


def describe_format() -> str:
    """The version and the names of the features in their order: by these stored weights are known to fit."""
    return "\n".join([f"leaning {_VERSION}", *_feature_names()])


@cache
def _feature_names() -> tuple[str, ...]:
    return tuple(measure_leaning(Turn(""), [Turn("")]))


def _fit(weights: NDArray[np.float32], offset: NDArray[np.float32]) -> bool:
    return (
        weights.shape == (len(_feature_names()),)
        and offset.shape == (1,)
        and bool(np.isfinite(weights).all() and np.isfinite(offset).all())
    )
