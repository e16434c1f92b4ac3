"""What something is: the defining sentence, then one sentence for each theme, section or further document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

import numpy as np

from kin_assistant.answer.draft import Draft, DraftSection
from kin_assistant.answer.sentence_search import Found, SentenceSearch, Topic
from kin_assistant.index.library import DocumentRow
from kin_assistant.places.gazetteer import Place
from kin_assistant.policy import OverviewPolicy
from kin_assistant.question.listing import read_listing
from kin_assistant.question.query import Query
from kin_assistant.text.wording import count_words, join_words
from kin_assistant.text.words import stems

__all__ = ["draft_overview"]

_DEFINES = re.compile(
    r"^\W*(?:an?\s+|the\s+)?(?P<name>[^.;:,]{2,60}?)(?:\s*\([^)]*\))?,?\s+"
    r"(?:is|are|was|were|means|stands for|refers to|consists? of|began as|works? as)\s+(?!not\b)",
    re.IGNORECASE,
)
_SHORT_OF = re.compile(r"\(([A-Z][\w-]+)\)")


def draft_overview(query: Query, search: SentenceSearch, policy: OverviewPolicy | None = None) -> Draft | None:
    """A portrait of what ``query`` names: a place, a theme or a term. None if no document tells of it."""
    policy = policy or OverviewPolicy()
    mentions = [mention for mention in search.places.find_places(query.standalone) if not mention.programme]
    request = read_listing(query.standalone, mentions)
    allowed = search.documents_allowed(query)
    about = frozenset[DocumentRow]().union(*query.about) & allowed
    if request.subject and about:
        topic = search.make_topic(f"{join_words(place.name for place in query.scope.named)} {request.subject}")
        own = search.make_topic(request.subject)
        return _draft_term(own, topic, about, search, policy) or _draft_place(query.scope.named, about, search, policy)
    if about:
        return _draft_place(query.scope.named, about, search, policy)
    if not request.subject:
        return None
    topic = search.make_topic(request.subject)
    return _draft_term(topic, topic, allowed, search, policy)


def _draft_place(
    places: Sequence[Place], about: Collection[DocumentRow], search: SentenceSearch, policy: OverviewPolicy
) -> Draft | None:
    """What the documents about a place tell, theme by theme; of one or two documents, section by section."""
    name = join_words(place.name for place in places)
    topic = search.make_topic(name)
    sentences = search.sentences_of(about, topic)
    budget = _Budget(policy.words)
    sections: list[DraftSection] = []
    if len(about) <= policy.few_documents:
        sections = _tell_by_section(sentences, search, budget, policy)
    else:
        for theme, rows in _group_by_theme(about, search, policy.themes):
            inside = [one for one in sentences if one.document in rows]
            if best := _most_central(inside, search, budget, theme):
                sections.append(DraftSection((best.as_candidate(),), heading=_capitalise(theme)))
    if not sections:
        return None
    themes = Counter(theme for row in about for theme in search.library.infos[row].themes)
    verb = "document is" if len(about) == 1 else "documents are"
    said = f"{len(about)} {verb} about {name}"
    if len(about) > policy.few_documents:
        said += f", most often on {join_words(theme for theme, _ in themes.most_common(3))}"
    return Draft("quotes", sections=tuple(sections), said=f"{said}.")


def _draft_term(
    topic: Topic, asked: Topic, within: Collection[DocumentRow], search: SentenceSearch, policy: OverviewPolicy
) -> Draft | None:
    """What documents say of a term: the sentence that defines it, what the best document tells, what others add."""
    if not topic.stems:
        return None
    found = [one for one in search.find(topic, within) if one.near]
    titled = [row for row in within if _is_titled(topic, search.library.infos[row].title)]
    if not found and not titled:
        return None
    vector = asked.vector
    best = _best_document(found, titled, search, vector)
    if best is None:
        return None
    budget = _Budget(policy.words)
    sections = []
    if opening := _definition(topic, found, best, budget):
        sections.append(DraftSection((opening.as_candidate(),)))
    own_sentences = search.sentences_of([best], asked)
    if best in titled:
        sections += _tell_by_section(own_sentences, search, budget, policy)
    elif not opening and (first := _most_central([one for one in found if one.document == best], search, budget)):
        sections.append(DraftSection((first.as_candidate(),)))
    others = [one for one in found if one.document != best and one.quotable and not one.compiled]
    for one in _one_of_each_document(others)[: policy.others]:
        if budget.take(one):
            sections.append(DraftSection((one.as_candidate(),), heading=search.library.infos[one.document].title))
    if not sections:
        return None
    rows = {one.document for one in found}.union(titled)
    return Draft("quotes", sections=tuple(sections), said=_say_term(topic, rows, search, within))


def _say_term(
    topic: Topic, rows: Collection[DocumentRow], search: SentenceSearch, within: Collection[DocumentRow]
) -> str:
    themes = [theme for theme in topic.themes if stems(theme) == stems(topic.text)]
    if themes:
        themed = sum(themes[0] in search.library.infos[row].themes for row in within)
        return f"{count_words(themed, 'document is', 'documents are')} about {themes[0]}."
    return f"{count_words(len(rows), 'document speaks', 'documents speak')} of “{topic.text}”."


def _best_document(
    found: Sequence[Found], titled: Collection[DocumentRow], search: SentenceSearch, vector: np.ndarray
) -> DocumentRow | None:
    """The document that is most about the term: one whose title has it, the nearest; else the one that says it most."""
    if titled:
        return max(titled, key=lambda row: (_nearness(row, search, vector), -row))
    counts = Counter(one.document for one in found)
    return max(counts, key=lambda row: (counts[row], _nearness(row, search, vector), -row)) if counts else None


def _nearness(row: DocumentRow, search: SentenceSearch, vector: np.ndarray) -> float:
    passages = search.library.document_of == row
    return float((search.index.vectors[passages] @ vector).mean())


def _is_titled(topic: Topic, title: str) -> bool:
    held = set(stems(title))
    return any(own and held.issuperset(own) for own in topic.alternatives)


def _definition(topic: Topic, found: Sequence[Found], best: DocumentRow, budget: _Budget) -> Found | None:
    """The sentence that says what the term is, of the best document if it has one."""
    defining = [one for one in found if one.quotable and _defines(topic, one.text)]
    defining.sort(key=lambda one: (one.document != best, -one.cosine, one.passage, one.number))
    return next((one for one in defining if budget.take(one)), None)


def _defines(topic: Topic, text: str) -> bool:
    """Whether a sentence is of the form "X is ...", with little more than the term for X."""
    match = _DEFINES.match(text)
    if not match:
        return False
    subject = stems(match["name"])
    return any(own and set(own) <= set(subject) and len(subject) <= len(own) + 2 for own in topic.alternatives)


def _tell_by_section(
    sentences: Sequence[Found], search: SentenceSearch, budget: _Budget, policy: OverviewPolicy
) -> list[DraftSection]:
    """One sentence under each heading of the document, in its order, the compiler's conclusions left out."""
    by_heading: dict[str, list[Found]] = {}
    for one in sentences:
        if not one.compiled and one.heading:
            by_heading.setdefault(one.heading, []).append(one)
    sections = []
    for heading, inside in list(by_heading.items()):
        if len(sections) < policy.sections and (best := _most_central(inside, search, budget)):
            sections.append(DraftSection((best.as_candidate(),), heading=heading))
    return sections


def _most_central(sentences: Sequence[Found], search: SentenceSearch, budget: _Budget, theme: str = "") -> Found | None:
    """The sentence nearest to what they all say, and to the theme and the topic; quotable, and within the budget."""
    if not sentences:
        return None
    first = search.library.first_sentence
    rows = np.array([int(first[one.passage]) + one.number for one in sentences])
    vectors = np.asarray(search.index.sentences[rows]).astype(np.float32)
    centre = vectors.mean(axis=0)
    scores = vectors @ (centre / (np.linalg.norm(centre) or 1.0))
    if theme:
        scores = scores + 0.5 * (vectors @ search.embed(theme))
    # The first sentence of a section most often says what the others are about.
    early = np.array([0.1 if one.number == 0 else 0.0 for one in sentences])
    own = np.array([0.5 * one.cosine - 0.3 * one.compiled for one in sentences])
    for i in np.argsort(-(scores + early + own), kind="stable").tolist():
        if sentences[i].quotable and budget.take(sentences[i]):
            return sentences[i]
    return None


def _group_by_theme(
    about: Collection[DocumentRow], search: SentenceSearch, limit: int
) -> list[tuple[str, list[DocumentRow]]]:
    """The themes that most of the documents carry, each with those that no earlier theme took."""
    left = sorted(about)
    groups = []
    while left and len(groups) < limit:
        counts = Counter(theme for row in left for theme in search.library.infos[row].themes[:2])
        if not counts:
            break
        theme = min(counts, key=lambda name: (-counts[name], name))
        groups.append((theme, [row for row in left if theme in search.library.infos[row].themes]))
        left = [row for row in left if theme not in search.library.infos[row].themes]
    return groups


def _one_of_each_document(found: Iterable[Found]) -> list[Found]:
    best: dict[DocumentRow, Found] = {}
    for one in found:
        best.setdefault(one.document, one)
    return list(best.values())


def _capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]


class _Budget:
    """Words that may still be quoted; no sentence is taken twice."""

    def __init__(self, words: int) -> None:
        self._left = words
        self._taken: set[str] = set()

    def take(self, one: Found) -> bool:
        """Take a sentence if there is room for it, and say whether it was."""
        length = len(one.text.split())
        if length > self._left or one.text in self._taken:
            return False
        self._left -= length
        self._taken.add(one.text)
        return True
