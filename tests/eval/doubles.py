"""A small product over twelve invented cities, and ways to break any product."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from eval.__main__ import Means
from eval.product import SecondRun, digest_of
from eval.questions import read_cases
from eval.runner import Method, Product
from kin_assistant.documents.reading import read_document
from kin_assistant.policy import AnswerPolicy
from kin_assistant.types import Answer, AnswerSentence, Citation, Document, DocumentInfo, Filters, Hit, Section

THINGS = {
    "Alba": ("glass", "kiln"),
    "Bresk": ("paper", "press"),
    "Corvo": ("compost", "windrow"),
    "Dolm": ("plastic", "shredder"),
    "Erin": ("cardboard", "baler"),
    "Fjord": ("scrap", "magnet"),
    "Gozo": ("rubber", "mill"),
    "Hvar": ("textile", "loom"),
    "Ibiz": ("lamps", "crusher"),
    "Jura": ("batteries", "vault"),
    "Krk": ("timber", "chipper"),
    "Lund": ("ash", "silo"),
}
"""What each city collected and what it bought."""


def read_documents() -> dict[str, Document]:
    """The documents by id."""
    documents = {}
    for number, (city, (material, machine)) in enumerate(THINGS.items()):
        key = f"{city.lower()}-waste"
        source = (
            f"---\nid: {key}\ntitle: Waste in {city}\ncities: [{city}]\n---\n\n# Waste in {city}\n\n## Results\n\n"
            f"The city collected {100 + number} tonnes of {material} in one year. Residents were praised by the mayor.\n\n"
            f"## Cost\n\nThe {machine} cost {number + 2} million pesos. A bank lent half of the money.\n"
        )
        documents[key] = read_document(f"{key}.md", source.encode(), "0" * 64).document
    return documents


def write_questions(folder: Path) -> Path:
    """A question file for the documents: 36 questions and a conversation for each city."""
    rows: list[dict[str, object]] = []
    for number, (city, (material, machine)) in enumerate(THINGS.items()):
        key = f"{city.lower()}-waste"
        result = {
            "kind": "single",
            "evidence": [
                {"document_id": key, "quote": f"The city collected {100 + number} tonnes of {material} in one year."}
            ],
            "nuggets": [{"id": "n1", "vital": True, "any_of": [f"{100 + number} tonnes"]}],
        }
        cost = {
            "kind": "single",
            "evidence": [{"document_id": key, "quote": f"The {machine} cost {number + 2} million pesos."}],
            "nuggets": [{"id": "n1", "vital": True, "any_of": [f"{number + 2} million"]}],
        }
        unknown = {"kind": "unanswerable", "unanswerable_kind": "missing_fact", "nearest": [key]}
        tags = ["must_pass"] if number % 3 == 0 else []
        rows += [
            {"id": f"{city}-1", "question": f"How many tonnes of {material} were collected?", "tags": tags, **result},
            {"id": f"{city}-2", "question": f"What did the {machine} cost?", **cost},
            {"id": f"{city}-3", "question": f"Who painted murals on schools near {city}?", "tags": tags, **unknown},
            {
                "id": f"{city}-c",
                "turns": [
                    {"id": f"{city}-c1", "question": f"How many tonnes of {material} were collected there?", **result},
                    {
                        "id": f"{city}-c2",
                        "question": "And what did the machine cost them?",
                        "standalone": f"What did the {machine} of {city} cost?",
                        **cost,
                    },
                ],
            },
        ]
    path = folder / "toy.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def write_requests(folder: Path) -> Path:
    """A file of requests about the documents: a fact, a list and a refusal for each city, and a greeting."""
    rows: list[dict[str, object]] = [{"id": "r-talk", "question": "Good morning", "kind": "talk"}]
    for number, (city, (material, machine)) in enumerate(THINGS.items()):
        key = f"{city.lower()}-waste"
        collected = {
            "document_id": key,
            "quote": f"The city collected {100 + number} tonnes of {material} in one year.",
        }
        cost = {"document_id": key, "quote": f"The {machine} cost {number + 2} million pesos."}
        bank = {"document_id": key, "quote": "A bank lent half of the money."}
        rows += [
            {
                "id": f"r-{city}-1",
                "question": f"How many tonnes of {material} did {city} collect?",
                "kind": "fact",
                "evidence": [collected | {"lead": True}],
                "nuggets": [{"id": "n1", "vital": True, "any_of": [f"{100 + number} tonnes"]}],
            },
            {
                "id": f"r-{city}-2",
                "question": f"Everything on what the {machine} of {city} cost and who lent money",
                "kind": "list",
                "evidence": [cost, bank],
            },
            {
                "id": f"r-{city}-3",
                "question": f"Names of the singers of the choir in {city}",
                "kind": "list",
                "unanswerable_kind": "missing_fact",
                "nearest": [key],
            },
        ]
    path = folder / "wishes.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@dataclass(frozen=True)
class Build:
    """As the product describes its build."""

    id: str = "toy"
    documents: int = len(THINGS)
    passages: int = 2 * len(THINGS)
    sentences: int = 4 * len(THINGS)
    model: str = "none"


@dataclass
class ToyRetriever:
    """Ranks paragraphs: lexical by shared words, dense by shared letters, which is far worse."""

    documents: dict[str, Document]

    @cached_property
    def passages(self) -> list[Hit]:
        """Every paragraph."""
        return [
            Hit(
                passage_id=f"{key}:{block.start}",
                document_id=key,
                score=0,
                text=document.text[block.start : block.end],
                heading="",
                page=None,
                start=block.start,
                end=block.end,
            )
            for key, document in sorted(self.documents.items())
            for block in document.blocks
            if block.kind == "paragraph"
        ]

    def search(
        self, query: str, *, limit: int, filters: Filters | None = None, method: Method = "shipped"
    ) -> tuple[Hit, ...]:
        """The best paragraphs."""
        del filters

        def score(hit: Hit) -> float:
            text = f"{self.documents[hit.document_id].title} {hit.text}"
            shared = float(len(words(query) & words(text)))
            letters = len(set(query[:12]) & set(text)) / 100
            return {"lexical": shared, "dense": letters}.get(method, shared + letters)

        ranked = sorted(self.passages, key=lambda hit: (-score(hit), hit.passage_id))
        return tuple(hit.model_copy(update={"score": score(hit)}) for hit in ranked[:limit])


@dataclass
class ToyProduct:
    """Quotes the sentences of the best paragraph that share two words with the question, and refuses otherwise."""

    texts: dict[str, Document] = field(default_factory=read_documents)
    build: Build = field(default_factory=Build)
    policy: AnswerPolicy = field(default_factory=AnswerPolicy)

    @cached_property
    def retriever(self) -> ToyRetriever:
        """What finds paragraphs."""
        return ToyRetriever(self.texts)

    @property
    def documents(self) -> tuple[DocumentInfo, ...]:
        """Sorted by id."""
        return tuple(self.texts[key].info for key in sorted(self.texts))

    def document(self, document_id: str) -> Document:
        """With its text."""
        return self.texts[document_id]

    def ask(self, question: str, *, history: Sequence[str] = ()) -> Answer:
        """One or two sentences, or a refusal."""
        standalone = " ".join([*history[-1:], question])
        hits = self.retriever.search(standalone, limit=99)
        if history and "cost" in question:
            hits = tuple(hit for hit in hits if hit.document_id == hits[0].document_id and " cost " in hit.text)
        spans = [
            (hits[0], match.span())
            for match in re.finditer(r"[^ ].*?\.(?= |$)", hits[0].text)
            if len(words(match[0]) & words(standalone)) >= (1 if history else 2)
        ]
        confidence = min(1.0, hits[0].score / 4)
        return make_answer(self, question, standalone, spans, confidence)

    def close(self) -> None:
        """Nothing to close."""


def make_answer(
    product: Product, question: str, standalone: str, spans: Sequence[tuple[Hit, tuple[int, int]]], confidence: float
) -> Answer:
    """An answer that quotes characters of hits, or a refusal where it quotes nothing."""
    citations = tuple(
        cite(product.document(hit.document_id), hit.start + start, hit.start + end, number)
        for number, (hit, (start, end)) in enumerate(spans, 1)
    )
    return Answer(
        question=question,
        standalone_question=standalone,
        abstained=not citations,
        reason=None if citations else "Nothing was found.",
        sections=(Section(numbers=tuple(item.number for item in citations)),) if citations else (),
        sentences=tuple(AnswerSentence(text=item.quote, citations=(item.number,)) for item in citations),
        citations=citations,
        confidence=confidence,
        build_id="toy",
    )


def cite(document: Document, start: int, end: int, number: int) -> Citation:
    """A citation of characters of a document."""
    return Citation(
        number=number,
        passage_id=f"{document.id}:{start}",
        document_id=document.id,
        title=document.title,
        cities=document.cities,
        countries=(),
        years=None,
        heading="",
        page=None,
        start=start,
        end=end,
        quote=document.text[start:end],
    )


@lru_cache(maxsize=4096)
def words(text: str) -> set[str]:
    """Words of four letters and more, and names."""
    return {word.casefold() for word in re.findall(r"[^\W\d_]{3,}", text)} - {"the", "and", "did", "what", "how", "who"}


def means_for(product: Product) -> Means:
    """Reach ``product`` without an index or a second process."""

    def ask_again(index: Path, questions: Sequence[Path]) -> SecondRun:
        del index
        known = {info.id for info in product.documents}
        cases = read_cases(questions, lambda key: product.document(key).text if key in known else None)
        return SecondRun({case.question.id: digest_of(product, case) for case in cases}, 50.0, 0.5)

    @contextmanager
    def index(*_: object) -> Iterator[tuple[Product, float]]:
        yield product, 1.5

    return Means(open_product=lambda _: product, ask_again=ask_again, index_corpus=index, index_documents=index)


class Broken:
    """A product that passes everything on; its children break one thing each."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self.retriever = self

    @property
    def documents(self) -> tuple[DocumentInfo, ...]:
        return self._product.documents

    @property
    def build(self):
        return self._product.build

    @property
    def policy(self):
        return self._product.policy

    def document(self, document_id: str) -> Document:
        return self._product.document(document_id)

    def close(self) -> None:
        """The whole product is closed by its owner."""

    def search(
        self, query: str, *, limit: int, filters: Filters | None = None, method: Method = "shipped"
    ) -> Sequence[Hit]:
        return self._product.retriever.search(query, limit=limit, filters=filters, method=method)

    def ask(self, question: str, *, history: Sequence[str] = ()) -> Answer:
        return self._product.ask(question, history=history)


class ShuffledHits(Broken):
    """The hits come in any order."""

    def search(self, query, *, limit, filters=None, method="shipped"):
        hits = list(super().search(query, limit=limit, filters=filters, method=method))
        random.Random(query).shuffle(hits)  # noqa: S311
        return tuple(hits)


class NoLexicalSide(Broken):
    """Only the dense side is left."""

    def search(self, query, *, limit, filters=None, method="shipped"):
        return super().search(query, limit=limit, filters=filters, method="dense" if method == "shipped" else method)


class WrongDocument(Broken):
    """Every citation is a sentence, rightly located, of another document."""

    def ask(self, question, *, history=()):
        answer = super().ask(question, history=history)
        citations = tuple(self._elsewhere(citation) for citation in answer.citations)
        quotes = {citation.number: citation.quote for citation in citations}
        sentences = tuple(
            sentence.model_copy(update={"text": quotes[sentence.citations[0]], "citations": sentence.citations[:1]})
            for sentence in answer.sentences
        )
        return answer.model_copy(update={"citations": citations, "sentences": sentences})

    def _elsewhere(self, citation: Citation) -> Citation:
        infos = self.documents
        at = [info.id for info in infos].index(citation.document_id)
        document = self.document(infos[(at + len(infos) // 2) % len(infos)].id)
        block = next(block for block in document.blocks if block.kind == "paragraph")
        return cite(document, block.start, block.end, citation.number)


class CutQuotes(Broken):
    """Every quote lacks its last character."""

    def ask(self, question, *, history=()):
        answer = super().ask(question, history=history)
        return answer.model_copy(
            update={
                "citations": tuple(
                    item.model_copy(update={"quote": item.quote[:-1], "end": item.end - 1}) for item in answer.citations
                ),
                "sentences": tuple(item.model_copy(update={"text": item.text[:-1]}) for item in answer.sentences),
            }
        )


class LongQuotes(Broken):
    """Every quote claims to be one character longer than it is."""

    def ask(self, question, *, history=()):
        answer = super().ask(question, history=history)
        longer = tuple(item.model_copy(update={"end": item.end + 1}) for item in answer.citations)
        return answer.model_copy(update={"citations": longer})


class AnswersEverything(Broken):
    """What would be refused is answered with the best passage."""

    def ask(self, question, *, history=()):
        answer = super().ask(question, history=history)
        if not answer.abstained:
            return answer
        hit = self.search(question, limit=1)[0]
        span = (0, hit.end - hit.start)
        return make_answer(self, question, answer.standalone_question, [(hit, span)], answer.confidence)


class RefusesEverything(Broken):
    """Nothing is answered."""

    def ask(self, question, *, history=()):
        answer = super().ask(question, history=history)
        return make_answer(self, question, answer.standalone_question, [], answer.confidence)


class Unmarked(Broken):
    """Quotes about other cities stand under the name of the city that was asked about."""

    def ask(self, question, *, history=()):
        answer = super().ask(question, history=history)
        asked = [info for info in self.documents if info.cities[0].casefold() in answer.standalone_question.casefold()]
        if not asked:
            return answer
        other = next(info for info in self.documents if info != asked[0])
        document = self.document(other.id)
        block = next(block for block in document.blocks if block.kind == "paragraph")
        citation = cite(document, block.start, block.end, 1)
        citation = citation.model_copy(update={"cities": asked[0].cities, "title": asked[0].title})
        return answer.model_copy(
            update={
                "abstained": False,
                "reason": None,
                "citations": (citation,),
                "sections": (Section(numbers=(1,)),),
                "sentences": (AnswerSentence(text=citation.quote, citations=(1,)),),
            }
        )


class Moody(Broken):
    """Gives another answer each time."""

    def __init__(self, product: Product) -> None:
        super().__init__(product)
        self._count = 0

    def ask(self, question, *, history=()):
        self._count += 1
        answer = super().ask(question, history=history)
        return answer.model_copy(update={"notes": (f"Answer number {self._count}.",)})


class Crashing(Broken):
    """Cannot bear a word."""

    def ask(self, question, *, history=()):
        if "murals" in question:
            raise RuntimeError("no murals, please")
        return super().ask(question, history=history)
