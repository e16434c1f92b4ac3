"""Trains what tells which field of a record a question asks for: ``python -m training.asked --index INDEX``.

Each question about a digest of the index has marked sentences that answer it; the fields that these tell are what it asks for.
The linear model over the question's vector and phrases is fitted to them by multinomial logistic regression. Printed is, for
each group of questions and over five folds by document, how often a marked sentence matches better than another one of its
document (AUC). It writes ``kin_assistant/data/asked_fields.safetensors``; with ``--check`` it only compares.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kin_assistant.index.snapshot import OpenIndex, current_recipe, open_published
from kin_assistant.models.embedder import Embedder, open_embedder
from kin_assistant.records.asked import FORMAT, WEIGHTS, AskedFields, find_phrases
from kin_assistant.records.headings import fields_of_heading
from kin_assistant.records.reader import RecordReader
from kin_assistant.records.weights import CLASSES
from training.build import is_held_out_digest
from training.fields import FOLDS, fold_of
from training.quoting import bare

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

__all__ = ["Asked", "main", "read_asked", "train"]

_TRAINING = Path(__file__).parent
SOURCES = {
    "fact": "questions/questions_*.jsonl",
    "pair": "questions/pairs.jsonl",
    "several": "questions/compound.jsonl",
    "explanation": "explanations.jsonl",
    "message": "*messages.jsonl",
}
_IMPORTANCE = {"fact": 0.3, "pair": 0.3, "several": 0.3, "heading": 0.1}
"""Of a question, where it is not 1: those for a fact are many, and ask for any field."""
_REQUESTS = ("{} of {}", "List the {} of this: {}")
"""What is asked for by the name of a section, behind which the title stands."""
_INVERSE_PENALTY = 1.0
_SCALE = 0.3
"""Of a phrase that a question has, beside a vector of length 1: the smaller, the less a phrase may weigh."""
_FEWEST_DOCUMENTS = 15
"""That questions with a phrase are about. What fewer have in common are names."""
_LEAST_WANTED = 0.001
"""Of a field that a question is an example of."""
_FEWEST_CHARACTERS = 8
"""Of a sentence that is looked for in what was marked."""
_TOLERANCE = 0.02
"""By which weights may differ that another processor made."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a digest."""

    group: str
    document: str
    question: str
    vector: Matrix
    """Shape (dimension,)."""
    told: Matrix
    """The fields that each sentence of the document tells; shape (sentences, classes)."""
    marked: NDArray[np.bool_]
    """Which of them answer; shape (sentences,)."""

    @property
    def wanted(self) -> Matrix:
        """The fields that the marked sentences tell; shape (classes,)."""
        wanted: Matrix = self.told[self.marked].mean(axis=0)
        return wanted


def main() -> None:
    """Cross-validate, print figures, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, default=Path("index"))
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the file differs")
    options = parser.parse_args()
    embedder = open_embedder(engine="torch")
    index = open_published(options.index, current_recipe(embedder.name, embedder.dimension))
    asked = list(read_asked(index, embedder))
    for line in _report(asked, embedder.name):
        print(line)
    content = train(asked, embedder.name)
    if options.check:
        found, made = (_weights_in(one) for one in (options.out.read_bytes(), content))
        if found.shape != made.shape or np.abs(found - made).max() > _TOLERANCE:
            raise SystemExit(f"{options.out} differs from what was trained now.")
    else:
        options.out.write_bytes(content)


def read_asked(index: OpenIndex, embedder: Embedder, folder: Path = _TRAINING) -> Iterator[Asked]:
    """The answerable questions about documents of ``index`` of which a marked sentence is found there."""
    records, library = RecordReader(index, embedder.name), index.library
    ids = {info.id for info in library.infos}
    told: dict[str, Matrix] = {}
    texts: dict[str, list[str]] = {}
    for group, pattern in SOURCES.items():
        lines = [line for path in sorted(folder.glob(pattern)) for line in path.read_text("utf-8").splitlines()]
        rows = [row for row in map(json.loads, lines) if row["answerable"] and row["document_id"] in ids]
        vectors = embedder.encode([row["question"] for row in rows])
        for row, vector in zip(rows, vectors, strict=True):
            document = row["document_id"]
            if document not in told:
                passages = library.passages_of(library.row_of(document))
                told[document] = np.concatenate([records.shares_of(passage) for passage in passages])
                texts[document] = [bare(text) for passage in passages for text in library.sentences_of(passage)]
            evidence = [bare(quote) for quote in row["evidence"]]
            marked = np.array([_is_marked(text, evidence) for text in texts[document]])
            if marked.any():
                yield Asked(group, document, row["question"], vector, told[document], marked)
    yield from _ask_for_sections(index, embedder, told)


def _ask_for_sections(index: OpenIndex, embedder: Embedder, told: Mapping[str, Matrix]) -> Iterator[Asked]:
    """Requests for what stands under a heading that tells one field: "Partners and roles of ...", "List the lessons of ..."."""
    library = index.library
    for document, shares in told.items():
        row = library.row_of(document)
        headings = [
            heading
            for passage in library.passages_of(row)
            for heading in [library.passage(passage).heading.split(" > ")[-1]] * len(library.passage(passage).sentences)
        ]
        asked = [heading for heading in dict.fromkeys(headings) if len(fields_of_heading(heading)) == 1]
        texts = [request.format(one.lower(), library.infos[row].title) for one in asked for request in _REQUESTS]
        if not texts:
            continue
        for number, (text, vector) in enumerate(zip(texts, embedder.encode(texts), strict=True)):
            marked = np.array([heading == asked[number // len(_REQUESTS)] for heading in headings])
            yield Asked("heading", document, text, vector, shares, marked)


def train(asked: Sequence[Asked], embedder: str) -> bytes:
    """The file of weights. Documents that the evidence reader was not trained on are held out here too."""
    from safetensors.numpy import save

    asked = [one for one in asked if not is_held_out_digest(one.document)]
    phrases = _choose_phrases(asked)
    about = {"format": FORMAT, "embedder": embedder, "classes": CLASSES, "phrases": phrases}
    weights = _fit(asked, phrases).astype(np.float16)
    return save({"weights": weights, "usual": _usual(asked)}, {"about": json.dumps(about)})


def _choose_phrases(asked: Sequence[Asked]) -> list[str]:
    """The phrases that count, in order."""
    documents: dict[str, set[str]] = defaultdict(set)
    for one in asked:
        for phrase in find_phrases(one.question):
            documents[phrase].add(one.document)
    return sorted(phrase for phrase, about in documents.items() if len(about) >= _FEWEST_DOCUMENTS)


def _is_marked(text: str, evidence: Sequence[str]) -> bool:
    """A row or item may have been marked in part."""
    return len(text) > _FEWEST_CHARACTERS and any(text in quote or quote in text for quote in evidence)


def _usual(asked: Sequence[Asked]) -> Matrix:
    """The mean fields of the sentences of all documents; shape (classes,)."""
    of_document = {one.document: one.told for one in asked}
    usual: Matrix = np.concatenate(list(of_document.values())).mean(axis=0)
    return usual


def _fit(asked: Sequence[Asked], phrases: Sequence[str]) -> Matrix:
    """Weights for each column of a vector, each phrase, and the constant; shape (dimension + phrases + 1, classes)."""
    from sklearn.linear_model import LogisticRegression

    importance = np.array([_IMPORTANCE.get(one.group, 1.0) for one in asked])
    # A question that asks for several fields is a weighted example of each.
    weight = importance[:, None] * [one.wanted for one in asked]
    questions, classes = np.nonzero(weight > _LEAST_WANTED)
    has = np.array([[phrase in own for phrase in phrases] for own in (find_phrases(one.question) for one in asked)])
    signals = np.hstack([np.array([one.vector for one in asked]), _SCALE * has]).astype(np.float32)
    model = LogisticRegression(C=_INVERSE_PENALTY, max_iter=300)
    model.fit(signals[questions], classes, sample_weight=weight[questions, classes])
    weights = np.vstack([model.coef_.T, model.intercept_]).astype(np.float32)
    weights[-len(phrases) - 1 : -1] *= _SCALE
    return weights


def _report(asked: Sequence[Asked], embedder: str) -> Iterator[str]:
    folds = [fold_of(one.document) for one in asked]
    usual = _usual(asked)
    of_fold = []
    for fold in range(FOLDS):
        others = [one for one, own in zip(asked, folds, strict=True) if own != fold]
        phrases = _choose_phrases(others)
        of_fold.append(AskedFields(embedder, _fit(others, phrases), usual, phrases=phrases))
    areas = np.array([_area(one, of_fold[fold]) for one, fold in zip(asked, folds, strict=True)])
    groups = np.array([one.group for one in asked])
    for group in (*SOURCES, "heading"):
        own = areas[groups == group]
        yield f"{group:12} {len(own)} questions, AUC {np.nanmean(own):.3f}"


def _area(one: Asked, fields: AskedFields) -> float:
    """The chance that a marked sentence matches better than another of its document; NaN if there is no other."""
    match = fields.match(one.question, one.vector, one.told)
    marked, others = match[one.marked], match[~one.marked]
    if not len(others):
        return float("nan")
    differences = marked[:, None] - others[None, :]
    return float((differences > 0).mean() + 0.5 * (differences == 0).mean())


def _weights_in(content: bytes) -> Matrix:
    from safetensors.numpy import load

    weights: Matrix = load(content)["weights"].astype(np.float32)
    return weights


if __name__ == "__main__":
    main()
