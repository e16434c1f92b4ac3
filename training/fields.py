"""Trains the classifier of fields of records, and reports how it does on documents held out: ``python -m training.fields``.

It writes ``kin_assistant/data/fields.safetensors``; with ``--check`` it only compares.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kin_assistant.documents.passages import split_document
from kin_assistant.documents.reading import read_document
from kin_assistant.models.embedder import Embedder, open_embedder
from kin_assistant.records.classifier import FORMAT, WEIGHTS, FieldClassifier, describe_sentences
from kin_assistant.records.headings import fields_of_heading
from kin_assistant.records.weights import CLASSES
from kin_assistant.types import Passage, RecordField

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

__all__ = ["FOLDS", "HELD_OUT", "Example", "fold_of", "main", "read_examples", "train"]

FOLDS = 5
HELD_OUT = 0
"""The fold whose digests were marked by hand: these are judged by weights that saw none of it."""

_TRAINING = Path(__file__).parent
_DATA = _TRAINING / "record_fields"
_CORPUS = _TRAINING.parent / "corpus"
_WEIGHT_OF_MARKED = 8.0
"""Of a sentence marked by hand, against one whose heading tells its field: they are few, and no heading is wrong about them."""
_INVERSE_PENALTY = 0.5
_MIN_PRECISION = 0.75
"""What shares of raw sentences, held out by document, have to be right among those that get a field."""
_TOLERANCE = 0.02
"""By which weights may differ that another processor made."""


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled sentence."""

    document: str
    source: str
    """"digests", "raw" (a heading tells the field), or "marked" (a sentence of a raw document, marked by hand)."""
    field: RecordField | None
    features: Matrix
    """Shape (columns,)."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence held out, with the fields that a reader would accept, the best first; None stands for none of them."""

    source: str
    document: str
    heading: str
    fields: tuple[RecordField | None, ...]
    features: Matrix


def main() -> None:
    """Cross-validate, print figures, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the file differs")
    arguments = parser.parse_args()
    # The other engine's vectors differ from machine to machine.
    embedder = open_embedder(engine="torch")
    examples = read_examples(embedder)
    content, report = train(examples, read_marked(embedder), embedder.name)
    print(report)
    if arguments.check:
        found, made = (_weights_in(one) for one in (arguments.out.read_bytes(), content))
        if found.shape != made.shape or np.abs(found - made).max() > _TOLERANCE:
            raise SystemExit(f"{arguments.out} differs from what was trained now.")
    else:
        arguments.out.write_bytes(content)


def read_examples(embedder: Embedder) -> list[Example]:
    """Sentences of the digests and of raw documents under a heading that tells one field, and those marked by hand."""
    marked = {(row["document"], row["sentence"]): row["field"] for row in _read_rows(_DATA / "marked.jsonl")}
    examples = []
    digests = [path for path in sorted(_CORPUS.glob("*.md")) if path.name != "README.md"]
    for source, paths in (("digests", digests), ("raw", sorted((_TRAINING / "raw" / "docs").glob("*.txt")))):
        for document, heading, texts, features in _describe_documents(
            paths, embedder, hide_headings=source == "digests"
        ):
            told = fields_of_heading(heading.split(" > ")[-1])
            for text, row in zip(texts, features, strict=True):
                if (document, text) in marked:
                    examples.append(Example(document, "marked", marked[document, text], row))
                elif len(told) == 1 and (field := min(told)) in CLASSES:
                    examples.append(Example(document, source, field, row))
    return examples


def _describe_documents(
    paths: Sequence[Path], embedder: Embedder, *, hide_headings: bool
) -> Iterator[tuple[str, str, list[str], Matrix]]:
    """Document, heading, sentences and their features, of each passage.

    A heading is part of what a passage is embedded with. With ``hide_headings`` it is left out: where a heading tells the
    field, the classifier is not asked.
    """
    found = []
    for path in paths:
        document = read_document(path.name, path.read_bytes(), "0" * 64).document
        found += [(document, passage) for passage in split_document(document, embedder.count_pieces)]
    contexts = [_without_heading(passage) if hide_headings else passage.context for _, passage in found]
    bodies = [document.text[passage.start : passage.end] for document, passage in found]
    spans = [
        [(one.start - passage.start, one.end - passage.start) for one in passage.sentences] for _, passage in found
    ]
    for (document, passage), body, own, vectors in zip(
        found, bodies, spans, _embed(contexts, bodies, spans, embedder), strict=True
    ):
        texts = [body[start:end] for start, end in own]
        positions = [one.start / len(document.text) for one in passage.sentences]
        yield document.id, passage.heading, texts, describe_sentences(vectors, texts, positions)


def _without_heading(passage: Passage) -> str:
    return passage.context.removesuffix(passage.heading).rstrip(" .")


def _embed(
    contexts: Sequence[str], bodies: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]], embedder: Embedder
) -> list[Matrix]:
    """The vectors of each passage's sentences, as an index stores them."""
    texts = [f"{context}\n{body}" for context, body in zip(contexts, bodies, strict=True)]
    moved = [
        [(len(context) + 1 + start, len(context) + 1 + end) for start, end in own]
        for context, own in zip(contexts, spans, strict=True)
    ]
    vectors: list[Matrix] = [np.zeros((0, embedder.dimension), np.float32)] * len(texts)
    for position, encoded in embedder.encode_passages(texts, moved):
        vectors[position] = encoded.sentences
    return vectors


def read_marked(embedder: Embedder) -> list[Marked]:
    """The sentences held out: of raw documents of another writer, and of digests with their headings hidden."""
    rows = list(_read_rows(_DATA / "held_out.jsonl"))
    contexts = [
        row["context"].removesuffix(row["heading"]).rstrip(" .") if row["source"] == "digests" else row["context"]
        for row in rows
    ]
    vectors = _embed(contexts, [row["passage"] for row in rows], [row["sentences"] for row in rows], embedder)
    marked = []
    for row, own in zip(rows, vectors, strict=True):
        texts = [row["passage"][start:end] for start, end in row["sentences"]]
        features = describe_sentences(own, texts, row["positions"])[row["sentence"]]
        marked.append(Marked(row["source"], row["document"], row["heading"], tuple(row["fields"]), features))
    return marked


def fold_of(document: str) -> int:
    """By a hash, so that a document stays in its fold when others come."""
    return zlib.crc32(document.encode()) % FOLDS


def train(examples: Sequence[Example], marked: Sequence[Marked], embedder: str) -> tuple[bytes, str]:
    """The file of weights, and a report on documents held out."""
    from safetensors.numpy import save

    features = np.array([example.features for example in examples])
    classes = np.array([CLASSES.index(example.field) for example in examples])
    importance = np.array([_WEIGHT_OF_MARKED if example.source == "marked" else 1.0 for example in examples])
    folds = np.array([fold_of(example.document) for example in examples])
    shares = np.zeros((len(examples), len(CLASSES)), np.float32)
    of_fold: dict[int, Matrix] = {}
    for fold in range(FOLDS):
        rows, test = folds != fold, folds == fold
        of_fold[fold] = _fit(features[rows], classes[rows], importance[rows])
        shares[test] = FieldClassifier(embedder, of_fold[fold], 0).probabilities(features[test])
    least = _fit_limit(examples, shares)
    weights = _fit(features, classes, importance)
    about = {"format": FORMAT, "embedder": embedder, "classes": CLASSES, "min_probability": least}
    content = save({"weights": weights.astype(np.float16)}, {"about": json.dumps(about)})
    judges = {
        "digests": FieldClassifier(embedder, of_fold[HELD_OUT], least),
        "raw": FieldClassifier(embedder, weights, least),
    }
    return content, "\n".join([*_describe(examples, shares, least), *_judge(marked, judges)])


def _fit(features: Matrix, classes: NDArray[np.int64], importance: NDArray[np.float64]) -> Matrix:
    """Weights by multinomial logistic regression, with those of the constant in the last row."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=_INVERSE_PENALTY, max_iter=300)
    model.fit(features.astype(np.float64), classes, sample_weight=importance)
    weights = np.zeros((features.shape[1] + 1, len(CLASSES)), np.float32)
    weights[-1] = -np.inf if len(model.classes_) < len(CLASSES) else 0
    weights[:-1, model.classes_] = model.coef_.T
    weights[-1, model.classes_] = model.intercept_
    return weights


def _fit_limit(examples: Sequence[Example], shares: Matrix) -> float:
    """The least probability from which on enough of the raw sentences that get a field get the right one."""
    raw = np.array([example.source != "digests" for example in examples])
    right, top, none = _outcomes(examples, shares)
    for step in np.arange(0.3, 0.96, 0.01):
        given = raw & ~none & (top >= step)
        if given.any() and right[given].mean() >= _MIN_PRECISION:
            return round(float(step), 2)
    raise SystemExit("No limit makes enough fields right.")


def _outcomes(examples: Sequence[Example], shares: Matrix) -> tuple[NDArray[np.bool_], Matrix, NDArray[np.bool_]]:
    """Of each example: whether its likeliest class is right, how likely that is, and whether it is none of the fields."""
    guessed = shares.argmax(axis=1)
    right = guessed == np.array([CLASSES.index(example.field) for example in examples])
    return right, shares.max(axis=1), guessed == CLASSES.index(None)


def _describe(examples: Sequence[Example], shares: Matrix, least: float) -> Iterator[str]:
    source = np.array([example.source for example in examples])
    right, top, none = _outcomes(examples, shares)
    given = ~none & (top >= least)
    yield f"least probability {least}"
    for name in ("digests", "raw", "marked"):
        rows = source == name
        if (rows & given).any():
            yield (
                f"{name:8} cross-validated by document, headings not used: {right[rows & given].mean():.3f} right of those with"
                f" a field, {given[rows].mean():.2f} of {rows.sum()} have one"
            )
    for number, field in enumerate(CLASSES):
        if field is None:
            continue
        rows = given & (shares.argmax(axis=1) == number)
        yield f"  {field:16} right {right[rows].sum()} of {rows.sum()}"


def _judge(marked: Sequence[Marked], judges: Mapping[str, FieldClassifier]) -> Iterator[str]:
    for name, classifier in judges.items():
        own = [one for one in marked if one.source == name]
        for what in ("classifier alone", "headings first"):
            told = [_told(one, classifier, use_headings=what == "headings first") for one in own]
            given = [(field, one) for field, one in zip(told, own, strict=True) if field is not None]
            right = sum(field in one.fields for field, one in given)
            yield (
                f"{name:8} marked by hand and held out, {what}: {right / max(len(given), 1):.3f} right of {len(given)} with a"
                f" field; {len(own) - len(given)} of {len(own)} have none"
            )


def _told(one: Marked, classifier: FieldClassifier, *, use_headings: bool) -> RecordField | None:
    among = fields_of_heading(one.heading.split(" > ")[-1]) if use_headings else frozenset[RecordField]()
    return min(among) if len(among) == 1 else classifier.classify(one.features[None, :], among)[0][0]


def _weights_in(content: bytes) -> Matrix:
    from safetensors.numpy import load

    weights: Matrix = load(content)["weights"].astype(np.float32)
    return weights


def _read_rows(file: Path) -> Iterator[dict[str, Any]]:
    for line in file.read_text("utf-8").splitlines():
        yield json.loads(line)


if __name__ == "__main__":
    main()
