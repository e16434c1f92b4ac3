"""What messages of conversations mean alone, on our own conversations and on public ones.

Ours say which messages lean. Of the public ones CAsT was rewritten by hand, and MTRAG has passages.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from eval.beir import find_documents, plain_document, read_field, read_rows
from eval.errors import CannotRunError
from eval.metrics import Observation
from eval.rankings import document_ranking, judge
from eval.results import Figure, Table
from eval.runner import Product
from kin_assistant.types import Document

__all__ = [
    "ConversationSet",
    "Turn",
    "read_conversations",
    "render_text",
    "score_conversations",
    "score_folders",
    "score_leaning",
]

Side = Literal["held out", "developed on"]
_SIDES: tuple[Side, ...] = ("held out", "developed on")
_HELD_OUT_SHARE = 3
"""One conversation in this many was not looked at while the rules were made."""

_REWRITES, _TASKS, _PASSAGES = "rewrites.jsonl", "tasks_with_reference.jsonl", "corpus_partial.jsonl"
_MEASURES: Mapping[str, str] = {"nDCG@10": "ndcg@10", "R@5": "recall@5", "R@10": "recall@10"}

Way = Callable[["Turn"], str]
IndexDocuments = Callable[[Iterable[Document]], AbstractContextManager[tuple[Product, float]]]


@dataclass(frozen=True, slots=True)
class Turn:
    """A later turn of a conversation."""

    id: str
    question: str
    history: tuple[str, ...]
    """What the same person asked before, oldest first."""
    side: Side
    rewrite: str = ""
    """The same question as people wrote it to stand alone; empty where they did not."""
    relevant: frozenset[str] = frozenset()
    """Ids of the passages that answer it."""


@dataclass(frozen=True, slots=True)
class ConversationSet:
    """Later turns of conversations, with the passages that they draw on, if there are any."""

    name: str
    turns: tuple[Turn, ...]
    documents: tuple[Document, ...] = ()


@cache
def score_leaning() -> Mapping[str, Figure]:
    """How well the product tells which messages lean, and what those mean alone, on the conversations it was not fitted to.

    ``rewrite_overlap`` is the F1 of the stems of what is searched against those of the message as people rewrote it.
    """
    from kin_assistant.question.followups import make_standalone
    from training.leaning import is_held_out, place_index, read_labelled_turns

    turns = read_labelled_turns()
    find_places = cache(place_index(turns).find_places)
    observed: dict[str, list[Observation]] = defaultdict(list)
    for turn in turns:
        if not is_held_out(turn.conversation):
            continue
        ours = make_standalone(turn.question, turn.history, find_places)
        right, called, leans = float(ours.leans and turn.leans), float(ours.leans), float(turn.leans)
        observed["leaning_f1"].append((2 * right, called + leans))
        observed["leaning_precision"].append((right, called))
        observed["leaning_recall"].append((right, leans))
        if turn.leans:
            observed["rewrite_overlap"].append((_stem_f1(turn.standalone, ours.searched), 1.0))
    return {f"conversation.{name}": figure for name, pairs in observed.items() if (figure := Figure.of(pairs))}


def _stem_f1(wanted: str, given: str) -> float:
    from kin_assistant.text.words import stems

    one, other = set(stems(wanted)), set(stems(given))
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 1.0


def score_folders(folders: Sequence[Path], index_documents: IndexDocuments) -> dict[str, Table]:
    """The figures of each set of conversations by its name, held out conversations and others apart."""
    from kin_assistant.settings import Settings

    sets = [read_conversations(folder) for folder in folders]
    return {
        f"{one.name}, {side}": table
        for one in sets
        for side, table in score_conversations(one, index_documents, Settings().max_history_turns).items()
    }


def render_text(tables: Mapping[str, Table]) -> str:
    """The figures for a terminal."""
    lines = []
    for name, table in tables.items():
        columns = list(dict.fromkeys(column for row in table.values() for column in row))
        lines.append(f"{name:28}" + "".join(f"{column:>20}" for column in columns))
        for way, row in table.items():
            values = (f"{row[column].value:.3f}" if column in row else "" for column in columns)
            lines.append(f"{way:28}" + "".join(f"{value:>20}" for value in values))
    return "\n".join(lines)


def read_conversations(folder: Path) -> ConversationSet:
    """Read a folder in the layout of CAsT or of MTRAG.

    The one has ``rewrites.jsonl``, the other ``tasks_with_reference.jsonl`` and ``corpus_partial.jsonl``, each optionally
    compressed (``.gz``). Raises ``CannotRunError`` that names the file and line of a fault.
    """
    if _is_there(folder / _REWRITES):
        return ConversationSet(folder.name, tuple(_rewritten_turns(folder / _REWRITES)))
    if _is_there(folder / _TASKS):
        rows = list(read_rows(folder / _PASSAGES))
        documents = tuple(filter(None, (plain_document(read_field(where, row, "_id"), row) for where, row in rows)))
        return ConversationSet(folder.name, tuple(_tasks(folder / _TASKS)), documents)
    raise CannotRunError(f"{folder}: there is neither {_REWRITES} nor {_TASKS}, nor one of them with .gz")


def score_conversations(
    conversations: ConversationSet, index_documents: IndexDocuments, most_turns: int
) -> dict[Side, Table]:
    """Ask each turn alone, behind all turns before it, as the product does, and as people rewrote it.

    ``most_turns`` is how many earlier questions the product looks back on.
    """
    standalone = _product_way(conversations, most_turns)
    ways: dict[str, Way] = {
        "the turn alone": lambda turn: turn.question,
        "behind all turns before it": lambda turn: " ".join([*turn.history, turn.question]),
        "as the product asks it": standalone,
    }
    if any(turn.rewrite for turn in conversations.turns):
        ways["as people rewrote it"] = lambda turn: turn.rewrite
    observed: dict[tuple[Side, str, str], list[Observation]] = defaultdict(list)
    for way, ask in ways.items():
        for turn in conversations.turns:
            for column, observation in _compare_with_rewrite(turn, ask(turn)).items():
                observed[turn.side, way, column].append(observation)
    if conversations.documents:
        with index_documents(conversations.documents) as (product, _):
            for way, ask in ways.items():
                for turn, column, value in _search(product, conversations.turns, ask):
                    observed[turn.side, way, column].append((value, 1.0))
    tables: dict[Side, Table] = {side: {way: {} for way in ways} for side in _SIDES}
    for (side, way, column), observations in observed.items():
        if figure := Figure.of(observations):
            tables[side][way][column] = figure
    return tables


def _product_way(conversations: ConversationSet, most_turns: int) -> Way:
    from kin_assistant.places.matching import Gazetteer, PlaceIndex, words_of
    from kin_assistant.question.followups import make_standalone

    texts = [text for turn in conversations.turns for text in (turn.question, *turn.history)]
    places = PlaceIndex(Gazetteer.load(), (), words_of(texts))

    def ask(turn: Turn) -> str:
        recent = turn.history[-most_turns:] if most_turns else ()
        return make_standalone(turn.question, recent, places.find_places).searched

    return ask


def _compare_with_rewrite(turn: Turn, asked: str) -> dict[str, Observation]:
    """How far the stems of a question are those of the rewrite; nothing where there is none, or none with a stem."""
    from kin_assistant.text.words import stems

    typed, wanted, given = set(stems(turn.question)), set(stems(turn.rewrite)), set(stems(asked))
    if not wanted:
        return {}
    common = len(wanted & given)
    recall, precision = common / len(wanted), common / len(given) if given else 0.0
    found: dict[str, Observation] = {
        "stem recall": (recall, 1.0),
        "stem precision": (precision, 1.0),
        "stem F1": (_stem_f1(turn.rewrite, asked), 1.0),
    }
    if added := wanted - typed:
        found["carried over"] = (len(added & given) / len(added), 1.0)
    else:
        found["rightly left alone"] = (float(given <= typed), 1.0)
    return found


def _search(product: Product, turns: Sequence[Turn], ask: Way) -> Iterator[tuple[Turn, str, float]]:
    """Retrieval figures of the turns that passages answer."""
    judged = {turn.id: turn for turn in turns if turn.relevant}
    rankings = {
        key: document_ranking(dict.fromkeys(sorted(turn.relevant), 1), find_documents(product, ask(turn), "shipped"))
        for key, turn in judged.items()
    }
    for key, values in judge(rankings, tuple(_MEASURES)).items():
        for measure, name in _MEASURES.items():
            yield judged[key], name, values[measure]


def _rewritten_turns(path: Path) -> Iterator[Turn]:
    before: dict[str, tuple[str, ...]] = {}
    for where, row in read_rows(path):
        conversation, question = read_field(where, row, "conversation"), read_field(where, row, "text").strip()
        if history := before.get(conversation, ()):
            rewrite = read_field(where, row, "rewrite").strip()
            yield Turn(read_field(where, row, "_id"), question, history, _side_of(conversation), rewrite)
        before[conversation] = (*history, question)


def _tasks(path: Path) -> Iterator[Turn]:
    for where, row in read_rows(path):
        key, question = read_field(where, row, "_id"), read_field(where, row, "text").strip()
        said, passages = row.get("history"), row.get("passages")
        if (
            not isinstance(passages, list)
            or not isinstance(said, list)
            or not all(isinstance(one, dict) for one in said)
        ):
            raise CannotRunError(f"{where}: history must be a list of turns, and passages one of ids")
        history = tuple(read_field(where, turn, "text").strip() for turn in said if turn.get("speaker") == "user")
        if history:
            conversation = key.partition("<::>")[0]
            yield Turn(key, question, history, _side_of(conversation), relevant=frozenset(map(str, passages)))


def _side_of(conversation: str) -> Side:
    number = int(hashlib.sha256(conversation.encode()).hexdigest()[:8], 16)
    return "developed on" if number % _HELD_OUT_SHARE else "held out"


def _is_there(path: Path) -> bool:
    return path.exists() or path.with_name(f"{path.name}.gz").exists()
