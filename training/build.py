"""Build the examples: ``python -m training.build --digests CORPUS --public PUBLIC --out DATA``.

Five kinds go in: questions on the digests, questions on raw documents, questions on either that several sentences answer
together, messages in the words of people who have not read the documents, and public sets. What comes out is what the reader is
trained on and, apart from it by document, what it is validated on. Passages are cut by the product's own splitter. Every draw is
seeded.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kin_assistant.assistant import Assistant
from kin_assistant.index.build import sync
from kin_assistant.index.library import PassageRow
from kin_assistant.index.snapshot import current_recipe, open_published
from kin_assistant.models.embedder import Embedder, open_embedder
from kin_assistant.question.kinds import KindClassifier
from kin_assistant.question.query import make_query
from kin_assistant.settings import Settings
from kin_assistant.text.words import stems
from training.examples import (
    Example,
    Reading,
    answering,
    public_examples,
    share_of,
    write_examples,
    write_readings,
)
from training.naming import Subject, name_question, read_subjects

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Collection",
    "Item",
    "balance_overlap",
    "held_out_raw",
    "is_held_out_digest",
    "raw_examples",
    "read_items",
    "several_examples",
]

HERE = Path(__file__).parent
SEED = 11
PASSES = 2
"""Raw questions are written out so many times, each time named and put into context anew."""
PASSAGES_READ = 12
"""As many as the product reads."""
_DIGESTS_HELD_OUT = 0.15
_PUBLIC_HELD_OUT = 0.03
_PUBLIC_VALIDATED = 40
"""Lines of each public set."""
_RAW_HELD_OUT = 5
"""One of so many raw documents of each family."""
_SHARE_NAMED = 0.6
_SHARE_OF_WRONG_NAMES = 0.12
_STRANGERS = 2
_NEAREST_STRANGERS = 4
_WEIGHT_OF_STRANGERS = 0.5
_WEIGHT_OF_STRANGERS_WITHOUT_NAME = 0.25
_SHARE_WITHOUT_CONTEXT, _SHARE_WITH_FILE_NAME = 0.25, 0.25
_SHARE_OF_BARE_DIGESTS = 0.15
_MOST_WEIGHT = 2.0


@dataclass(frozen=True, slots=True)
class Item:
    """A question as its writer left it."""

    question: str
    document: str
    """What it is asked of; the question itself if it was written for several documents."""
    answerable: bool
    quotes: dict[str, frozenset[str]]
    """The sentences that answer, by document."""
    near_miss: str
    style: str
    unfit: frozenset[str] = frozenset()
    """Documents that look as if they helped and do not."""


class Collection:
    """An index, as far as examples are made of it."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._index = assistant._index
        library = self._index.library
        self.documents = [library.infos[int(row)].id for row in library.document_of]
        """Of each passage."""

    def passage(self, row: int) -> tuple[str, str, tuple[str, ...]]:
        """Title, full context and sentences."""
        library = self._index.library
        passage = PassageRow(row)
        return (
            library.document_with(passage).title,
            library.passage(passage).context,
            tuple(library.sentences_of(passage)),
        )

    def ranked(self, questions: Sequence[str]) -> Iterator[NDArray[np.int64]]:
        """All passages for each question, best first, by BM25 and cosine alike."""
        vectors = np.asarray(self._assistant._embedder.encode(list(questions)), np.float32)
        passages = np.asarray(self._index.vectors, np.float32)
        for question, vector in zip(questions, vectors, strict=True):
            lexical = self._index.lexical.scores(stems(question))
            dense = passages @ vector
            fused = lexical / max(float(lexical.max()), 1e-6) + np.clip(dense, 0, None) / max(float(dense.max()), 1e-6)
            yield np.argsort(-fused, kind="stable")

    def read_for(self, question: str, within: Sequence[str] | None = None) -> list[int]:
        """The passages that the product ranks first."""
        library = self._index.library
        rows = None if within is None else [library.row_of(name) for name in within]
        query = make_query(question, self._index, self._assistant._embedder)
        ranking = self._assistant.retriever.rank(query, within=rows)
        return [int(row) for row in ranking.rows[:PASSAGES_READ]]

    def idf(self, stem: str) -> float:
        """Inverse document frequency of a stem."""
        return self._index.lexical.idf(stem)


def main(arguments: Sequence[str] | None = None, embedder: Embedder | None = None) -> None:
    """Write training examples and validation readings, and say how many there are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--digests", type=Path, required=True, help="folder of the digests")
    parser.add_argument("--public", type=Path, required=True, help="folder of SET.jsonl.gz")
    parser.add_argument("--raw", type=Path, default=HERE / "raw")
    parser.add_argument("--questions", type=Path, default=HERE / "questions")
    parser.add_argument("--explanations", type=Path, default=HERE / "explanations.jsonl")
    parser.add_argument(
        "--messages",
        type=Path,
        nargs="*",
        default=[HERE / name for name in ("messages.jsonl", "more_messages.jsonl", "situations.jsonl")],
    )
    parser.add_argument("--rawdev", type=Path, help="folder of raw documents of another writer, for validation only")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    generator = random.Random(SEED)
    embedder = embedder or open_embedder(cache=options.out / "models")
    _build_public(options.public, options.out)
    held = held_out_raw(path.stem for path in (options.raw / "docs").glob("*.txt"))
    subjects = read_subjects(options.raw / "subjects.jsonl")
    raw = read_items([options.raw / "questions.jsonl"])
    digests = read_items(sorted(options.questions.glob("*.jsonl")))
    several = {"explained": read_items([options.explanations]), "messages": read_items(options.messages)}
    files = [*sorted((options.raw / "docs").glob("*.txt")), *sorted(options.digests.glob("*.md"))]
    with _indexed(
        [path for path in files if path.stem not in held], options.out / "index-train", embedder
    ) as collection:
        kept = [item for item in raw if item.document not in held]
        for number in range(PASSES):
            made = [
                example
                for example in raw_examples(kept, collection, subjects, generator)
                if example.source in subjects or not is_held_out_digest(example.source)
            ]
            write_examples(options.out / f"raw-{number}.jsonl.gz", balance_overlap(made, collection))
        kept = [item for item in digests if not is_held_out_digest(item.document)]
        write_examples(options.out / "digests.jsonl.gz", _digest_examples(kept, collection, generator))
        kept = [item for item in digests if is_held_out_digest(item.document)]
        generator.shuffle(kept)
        names = [path.stem for path in files if path.suffix == ".md" and path.stem != "README"]
        _write_validation(options.out, "digests", kept[:300], collection, names)
        for kind, items in several.items():
            of_raw, of_digests = _part(items, lambda item: item.document in subjects)
            validated, kept = _part(of_digests, lambda item: is_held_out_digest(item.document))
            _write_validation(options.out, f"{kind}-digests", validated, collection, names)
            kept += [item for item in of_raw if item.document not in held]
            write_examples(
                options.out / f"{kind}.jsonl.gz", several_examples(kind, kept, collection, generator, subjects)
            )
    with _indexed([path for path in files if path.stem in held], options.out / "index-raw", embedder) as collection:
        kept = [
            _named(item, subjects.get(item.document), _SHARE_NAMED, generator) for item in raw if item.document in held
        ]
        _write_validation(options.out, "raw", kept, collection)
        for kind, items in several.items():
            kept = [item for item in items if item.document in held]
            _write_validation(options.out, f"{kind}-raw", kept, collection)
    if options.rawdev:
        docs = sorted((options.rawdev / "docs").glob("*.txt"))
        with _indexed(docs, options.out / "index-rawdev", embedder) as collection:
            _write_validation(options.out, "rawdev", read_items([options.rawdev / "questions.jsonl"]), collection)


def held_out_raw(documents: Iterable[str]) -> frozenset[str]:
    """A fifth of the raw documents of each family (the letter before the first hyphen), drawn by their names."""
    families: dict[str, list[str]] = {}
    for document in documents:
        families.setdefault(document.split("-")[0], []).append(document)
    return frozenset(
        document
        for family in families.values()
        for document in sorted(family, key=share_of)[: len(family) // _RAW_HELD_OUT]
    )


def is_held_out_digest(document: str) -> bool:
    """Whether the questions on a digest are kept for validation, as they were for the weights before."""
    return random.Random(document).random() < _DIGESTS_HELD_OUT


def read_items(files: Sequence[Path]) -> list[Item]:
    """Questions of JSON Lines; ``evidence`` holds sentences of ``document_id``, or objects of ``document_id`` and ``quote``.

    A question over several documents has a line for each: all of them count as answering it.
    """
    rows = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    quotes: dict[str, dict[str, set[str]]] = {}
    for row in rows:
        for quote in row["evidence"]:
            document, text = _quoted(row, quote)
            quotes.setdefault(_asked(row), {}).setdefault(document, set()).add(text)
    items = []
    for row in rows:
        question = _asked(row)
        found = {document: frozenset(texts) for document, texts in quotes.get(question, {}).items()}
        document = row.get("document_id") or (question if len(found) > 1 else min(found, default=""))
        # The same may be asked of several documents, one of which does not answer.
        if "document_id" in row and not row["answerable"]:
            found.pop(document, None)
        unfit = frozenset(row.get("unfit", ()))
        near_miss, style = row.get("near_miss") or "", row.get("style") or ""
        items.append(Item(question, document, bool(row["evidence"]), found, near_miss, style, unfit))
    return items


def _asked(row: dict[str, Any]) -> str:
    """The question, behind the one that it leans on."""
    return f"{row['context']} {row['question']}" if row.get("context") else str(row["question"])


def _quoted(row: dict[str, Any], quote: Any) -> tuple[str, str]:
    return (row["document_id"], quote) if isinstance(quote, str) else (quote["document_id"], quote["quote"])


def raw_examples(
    items: Sequence[Item], collection: Collection, subjects: dict[str, Subject], generator: random.Random
) -> Iterator[Example]:
    """Each question with the passages that answer, the nearest other of its document, and near ones of other documents.

    Most questions name the place or body that they are about. Some name another one with the passage that would answer, if the
    passage's context tells the two apart: then nothing does.
    """
    named = [_named(item, subjects.get(item.document), _SHARE_NAMED, generator) for item in items]
    others = sorted(subjects)
    for item, asked, order in zip(items, named, collection.ranked([item.question for item in named]), strict=True):
        subject = subjects.get(item.document)
        positive, negative, strangers = _sort_rows(asked, order, collection)
        chosen = [*positive, *negative[: 1 if positive else 2]]
        says_where = asked.question != item.question or _mentions(asked.question, subject)
        weight = _WEIGHT_OF_STRANGERS if says_where else _WEIGHT_OF_STRANGERS_WITHOUT_NAME
        far = generator.sample(strangers, min(_STRANGERS if says_where else 1, len(strangers)))
        for example in (*chosen, *(replace(one, weight=weight) for one in far)):
            yield _in_context(example, subjects, collection, generator)
        if subject and positive and generator.random() < _SHARE_OF_WRONG_NAMES:
            other = subjects[generator.choice([name for name in others if name != item.document])]
            wrong = name_question(item.question, other, item.style, generator)
            if wrong != item.question and not _mentions(item.question, subject):
                example = replace(positive[0], question=wrong, evidence=frozenset())
                yield replace(example, context=_with_file_name(example, subjects))


def _named(item: Item, subject: Subject | None, share: float, generator: random.Random) -> Item:
    if subject is None or generator.random() >= share:
        return item
    question = name_question(item.question, subject, item.style, generator)
    # Others of whom the same is asked do not answer it once it names this one.
    quotes = {name: texts for name, texts in item.quotes.items() if name == item.document}
    return replace(item, question=question, quotes=quotes)


def _mentions(question: str, subject: Subject | None) -> bool:
    return subject is not None and subject.name.split()[0].lower() in question.lower()


def _sort_rows(
    item: Item, order: NDArray[np.int64], collection: Collection
) -> tuple[list[Example], list[Example], list[Example]]:
    """Examples of all passages: those that answer, those of the same documents that do not, and the nearest of others.

    The nearest passage of each document that only looks as if it helped is with the second.
    """
    positive: list[Example] = []
    negative: list[Example] = []
    strangers: list[Example] = []
    own = {item.document, *item.quotes}
    unfit = set(item.unfit)
    kind = "digests"
    for row in order.tolist():
        document = collection.documents[row]
        looks_near = document in unfit
        unfit.discard(document)
        if document not in own and not looks_near and len(strangers) == _NEAREST_STRANGERS:
            continue
        _, context, sentences = collection.passage(row)
        evidence = answering(sentences, item.quotes.get(document, ()))
        example = Example(item.question, context, sentences, evidence, 1.0, kind, item.document, document)
        (positive if evidence else negative if document in own or looks_near else strangers).append(example)
    if item.near_miss:
        # The sentence that looks most like an answer stands in the passage that is hardest to turn down.
        negative.sort(key=lambda example: not answering(example.sentences, [item.near_miss]))
    return positive, negative, strangers


def _in_context(
    example: Example, subjects: dict[str, Subject], collection: Collection, generator: random.Random
) -> Example:
    """``example`` as its reader may meet it: with the title that was found, with a better one, or with none."""
    del collection
    example = replace(example, kind="raw")
    draw = generator.random()
    if draw < _SHARE_WITHOUT_CONTEXT:
        return replace(example, context="")
    if draw < _SHARE_WITHOUT_CONTEXT + _SHARE_WITH_FILE_NAME and example.source in subjects:
        return replace(example, context=_with_file_name(example, subjects))
    return example


def _with_file_name(example: Example, subjects: dict[str, Subject]) -> str:
    """The context with a title that names the place: raw documents have one on their cover or in their file name."""
    words = example.source.split("-")[1:]
    name = subjects[example.source].name
    kept = [word for word in words if word not in name.lower().replace(" ", "") and word not in name.lower().split()]
    return f"{name} {' '.join(kept)}. {example.context}".strip()


def balance_overlap(examples: Sequence[Example], collection: Collection) -> list[Example]:
    """Weights under which shared words alone do not tell whether a passage answers.

    Writers of questions without an answer repeat the words of what looks like one; a reader would learn that words in common
    speak against an answer. In each fifth of the overlap, examples with and without an answer get the same share of weight
    as over all.
    """
    overlaps = np.array([_overlap(example, collection) for example in examples])
    answers = np.array([bool(example.evidence) for example in examples])
    weights = np.array([example.weight for example in examples])
    edges = np.quantile(overlaps, [0.2, 0.4, 0.6, 0.8])
    bins = np.searchsorted(edges, overlaps)
    share = weights[answers].sum() / weights.sum()
    for number in range(len(edges) + 1):
        here = bins == number
        inside = weights[here & answers].sum() / max(weights[here].sum(), 1e-9)
        for answered, wanted, found in ((True, share, inside), (False, 1 - share, 1 - inside)):
            factor = wanted / found if found > 0 else 1.0
            weights[here & (answers == answered)] *= np.clip(factor, 1 / _MOST_WEIGHT, _MOST_WEIGHT)
    return [replace(example, weight=float(weight)) for example, weight in zip(examples, weights, strict=True)]


def _overlap(example: Example, collection: Collection) -> float:
    """The largest share of the question's stems, by their rarity, that one sentence holds."""
    asked = {stem: collection.idf(stem) for stem in set(stems(example.question))}
    total = sum(asked.values()) or 1.0
    return max(
        (sum(asked.get(stem, 0.0) for stem in set(stems(sentence))) / total for sentence in example.sentences),
        default=0.0,
    )


def _digest_examples(items: Sequence[Item], collection: Collection, generator: random.Random) -> Iterator[Example]:
    """As for the raw documents, but for the names, which these questions have."""
    for item, order in zip(items, collection.ranked([item.question for item in items]), strict=True):
        positive, negative, strangers = _sort_rows(item, order, collection)
        strangers = [example for example in strangers if not is_held_out_digest(example.source)]
        own = [example for example in (*positive, *negative) if not is_held_out_digest(example.source)]
        chosen = own[: len(positive) + (1 if positive else 2)]
        # The same fact may stand in another digest, so strangers count less.
        far = generator.sample(strangers, min(1, len(strangers)))
        for example in (*chosen, *(replace(one, weight=_WEIGHT_OF_STRANGERS) for one in far)):
            bare = generator.random() < _SHARE_OF_BARE_DIGESTS
            yield replace(example, context="") if bare else example


def several_examples(
    kind: str,
    items: Sequence[Item],
    collection: Collection,
    generator: random.Random,
    subjects: Mapping[str, Subject],
) -> Iterator[Example]:
    """As for the digests. Many of these questions name no place, so that other documents may answer them as well."""
    for item, order in zip(items, collection.ranked([item.question for item in items]), strict=True):
        positive, negative, strangers = (
            [one for one in examples if one.source in subjects or not is_held_out_digest(one.source)]
            for examples in _sort_rows(item, order, collection)
        )
        far = [replace(one, weight=_WEIGHT_OF_STRANGERS_WITHOUT_NAME) for one in strangers[:1]]
        near = [one for one in negative if one.source in item.unfit]
        same = [one for one in negative if one.source not in item.unfit]
        for example in (*positive, *near, *same[: 1 if positive else 2], *far):
            bare = generator.random() < _SHARE_OF_BARE_DIGESTS
            yield replace(example, kind=kind, context="" if bare else example.context)


def _part(items: Iterable[Item], chosen: Callable[[Item], bool]) -> tuple[list[Item], list[Item]]:
    """The items that are chosen, and the others."""
    parts: tuple[list[Item], list[Item]] = ([], [])
    for item in items:
        parts[not chosen(item)].append(item)
    return parts


def _write_validation(
    out: Path, name: str, items: Sequence[Item], collection: Collection, within: Sequence[str] | None = None
) -> None:
    readings = []
    for item in items:
        passages = []
        for row in collection.read_for(item.question, within):
            _, context, sentences = collection.passage(row)
            document = collection.documents[row]
            evidence = answering(sentences, item.quotes.get(document, ()))
            passages.append(Example(item.question, context, sentences, evidence, 1.0, name, item.document, document))
        readings.append(Reading(item.question, item.document, item.answerable, tuple(passages)))
    write_readings(out / f"validation-{name}.jsonl.gz", readings)
    held = sum(any(example.evidence for example in reading.passages) for reading in readings)
    able = sum(reading.answerable for reading in readings)
    print(
        f"{name}: {len(readings)} questions for validation, {able} answerable, {held} with an answer among those read"
    )


def _build_public(folder: Path, out: Path) -> None:
    train: list[Example] = []
    held: dict[str, list[Example]] = {}
    for example in public_examples(folder):
        if share_of(example.document) < _PUBLIC_HELD_OUT:
            held.setdefault(example.source, []).append(example)
        else:
            train.append(example)
    write_examples(out / "public.jsonl.gz", train)
    readings = [
        Reading(example.question, example.document, bool(example.evidence), (example,))
        for name in sorted(held)
        for example in sorted(held[name], key=lambda one: share_of(one.question))[:_PUBLIC_VALIDATED]
    ]
    write_readings(out / "validation-public.jsonl.gz", readings)
    print(f"public: {len(train)} examples, {len(readings)} for validation, {Counter(one.source for one in train)}")


@contextmanager
def _indexed(files: Sequence[Path], index: Path, embedder: Embedder) -> Iterator[Collection]:
    """The collection of ``files``, indexed into ``index``; what is there of an earlier run is used again."""
    with tempfile.TemporaryDirectory(prefix="training-") as name:
        corpus = Path(name)
        for path in files:
            shutil.copy(path, corpus / path.name)
        sync(corpus, index, embedder, now=datetime.now(UTC))
    opened = open_published(index, current_recipe(embedder.name, embedder.dimension))
    with Assistant(opened, embedder, Settings(reader="off"), kinds=KindClassifier()) as assistant:
        yield Collection(assistant)


if __name__ == "__main__":
    main()
