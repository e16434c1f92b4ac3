"""Question sets: read, checked against the corpus, and split into a part to tune on and a part to judge on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, get_args

from pydantic import ValidationError

from eval.errors import CannotRunError
from eval.lines import Asking, Line, Nugget, Question, Request
from eval.matching import Span, contains, locate, simplify_quote
from kin_assistant.types import Kind

__all__ = ["Case", "Split", "read_cases", "read_questions", "split_cases"]

Split = Literal["tune", "test"]
_TUNE_SHARE = 3
"""One cluster in this many is for tuning."""

_KINDS_OF_REQUESTS = get_args(Kind)


class Case(Line):
    """A question or request as it is asked: in which set, after which others, with its gold evidence located."""

    question: Asking
    set: str
    """Name of the file it stands in, without its suffix."""
    conversation: str | None = None
    history: tuple[str, ...] = ()
    """Questions asked before it in the same conversation, oldest first."""
    gold: tuple[Span, ...] = ()
    """Where its evidence stands, in the order of ``question.evidence``."""
    split: Split = "test"

    @property
    def follow_up(self) -> bool:
        """Whether it leans on earlier questions."""
        return bool(self.history)


def read_cases(paths: Sequence[Path], text_of: Callable[[str], str | None]) -> tuple[Case, ...]:
    """Read question files, locate their evidence and split them.

    ``text_of`` gives the stored text of a document, None for an unknown id. Raises ``CannotRunError`` that names each
    fault with its file and line: malformed lines, unknown documents, quotes that do not stand in their document, facts
    that no evidence states.
    """
    cases: list[Case] = []
    faults: list[str] = []
    seen: set[str] = set()
    for path in paths:
        try:
            lines = _numbered_lines(path)
        except CannotRunError as error:
            faults += error.reasons
            continue
        for number, line in lines:
            where = f"{path}:{number}"
            found, wrong = _read_line(line, path.stem, text_of)
            wrong += [f"the id {case.question.id} is taken" for case in found if case.question.id in seen]
            seen.update(case.question.id for case in found)
            faults += [f"{where}: {fault}" for fault in wrong]
            cases += found
    if not cases and not faults:
        faults.append(f"No questions in {', '.join(map(str, paths)) or 'no file'}.")
    if faults:
        raise CannotRunError(*faults)
    return split_cases(cases)


def read_questions(path: Path) -> list[Asking]:
    """The questions of one file, not checked against a corpus. Raises ``CannotRunError`` that names malformed lines."""
    questions: list[Asking] = []
    faults: list[str] = []
    for number, line in _numbered_lines(path):
        found, wrong = _parse_line(line)
        questions += [question for question, _, _ in found]
        faults += [f"{path}:{number}: {fault}" for fault in wrong]
    if faults:
        raise CannotRunError(*faults)
    return questions


def _numbered_lines(path: Path) -> list[tuple[int, str]]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRunError(f"{path}: cannot be read: {error}") from error
    return [(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _parse_line(line: str) -> tuple[list[tuple[Asking, str | None, tuple[str, ...]]], list[str]]:
    """Questions of one line with their conversation and history, and what is wrong with the line."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return [], [f"not JSON: {error}"]
    turns = row.get("turns", [row]) if isinstance(row, dict) else None
    if not isinstance(turns, list) or not turns:
        return [], ["neither a question nor a conversation with turns"]
    conversation = str(row.get("id", "")) if "turns" in row else None
    questions: list[tuple[Asking, str | None, tuple[str, ...]]] = []
    faults: list[str] = []
    history: tuple[str, ...] = ()
    for turn in turns:
        try:
            question = _model_of(turn).model_validate(turn)
        except ValidationError as error:
            faults += [
                f"{'.'.join(map(str, fault['loc'])) or 'the line'}: {fault['msg']}"
                for fault in error.errors(include_url=False)
            ]
            continue
        questions.append((question, conversation, history))
        history += (question.question,)
    return questions, faults


def _model_of(turn: object) -> type[Question] | type[Request]:
    return Request if isinstance(turn, dict) and turn.get("kind") in _KINDS_OF_REQUESTS else Question


def _read_line(line: str, name: str, text_of: Callable[[str], str | None]) -> tuple[list[Case], list[str]]:
    """The cases of one line, and what is wrong with it."""
    questions, faults = _parse_line(line)
    cases: list[Case] = []
    for question, conversation, history in questions:
        gold, wrong = _check(question, text_of)
        faults += [f"{question.id}: {fault}" for fault in wrong]
        cases.append(Case(question=question, set=name, conversation=conversation, history=history, gold=gold))
    return cases, faults


def _check(question: Asking, text_of: Callable[[str], str | None]) -> tuple[tuple[Span, ...], list[str]]:
    """Where the evidence stands, and what is wrong with the question."""
    gold: list[Span] = []
    faults: list[str] = []
    for item in question.evidence:
        text = text_of(item.document_id)
        found = locate(item.quote, text) if text is not None else None
        if text is None:
            faults.append(f"there is no document {item.document_id}")
        elif found is None:
            faults.append(f"the quote no longer stands in {item.document_id}: {item.quote[:80]!r}")
        else:
            gold.append(Span(item.document_id, *found))
    faults += [
        f"there is no document {document_id}"
        for document_id in question.named_documents
        if text_of(document_id) is None
    ]
    faults += [
        f"no evidence states the fact {nugget.id}: {list(nugget.any_of)}"
        for nugget in question.nuggets
        if not any(_states(item.quote, nugget) for item in question.evidence)
    ]
    faults += question.find_faults()
    spans = tuple(dict.fromkeys(gold))
    if isinstance(question, Request) and len(spans) < len(gold):
        faults.append("two lines of its evidence are the same sentence")
    return spans, faults


def _states(quote: str, nugget: Nugget) -> bool:
    """Whether ``quote`` holds the fact; a wording inside a word is good enough here, though not in an answer."""
    simple = simplify_quote(quote)[0]
    return contains(quote, nugget.any_of) or any(simplify_quote(alias)[0] in simple for alias in nugget.any_of)


def split_cases(cases: Iterable[Case]) -> tuple[Case, ...]:
    """Give each case its split: whole clusters of documents and conversations go to one side.

    Documents that one question or conversation draws on form a cluster, and so on transitively. A cluster is named by
    its smallest document id, or by the question's or conversation's id where there is no document; one name in three,
    by its SHA-256, is for tuning. Requests are all for judging, and join no clusters: a catalogue would join everything.
    """
    cases = tuple(cases)
    groups: dict[str, list[str]] = {}
    for case in cases:
        if isinstance(case.question, Request):
            continue
        members = [item.document_id for item in case.question.evidence] or list(case.question.nearest)
        groups.setdefault(_group(case), []).extend(f"document {member}" for member in members)
    name_of = _name_clusters(groups)
    return tuple(
        case.model_copy(update={"split": _split_of(name_of[name])}) if (name := _group(case)) in name_of else case
        for case in cases
    )


def _group(case: Case) -> str:
    return f"set {case.conversation or case.question.id}"


def _name_clusters(groups: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """For each group the name of the cluster that it belongs to; groups that share a member share a cluster."""
    parent: dict[str, str] = {}

    def root(node: str) -> str:
        while parent.setdefault(node, node) != node:
            node = parent[node]
        return node

    for group, members in groups.items():
        for member in members:
            first, second = sorted((root(group), root(member)))
            # "document ..." sorts before "set ...": the root is always the smallest document of the cluster.
            parent[second] = first
    return {group: root(group) for group in groups}


def _split_of(name: str) -> Split:
    return "tune" if int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % _TUNE_SHARE == 0 else "test"
