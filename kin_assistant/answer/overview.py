"""What something is: the sentence that defines it, then what was done, why, and what it brought; of many documents, by theme."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TypeVar

import numpy as np

from kin_assistant.answer.draft import Draft, DraftSection
from kin_assistant.answer.evidence import Evidence
from kin_assistant.answer.sentence_search import Found, SentenceSearch, Topic, first_of_documents
from kin_assistant.answer.telling import DocumentTeller, FieldsOf, lay_out_portrait, rank_documents
from kin_assistant.index.library import DocumentRow, PassageRow
from kin_assistant.models.embedder import read_common_words
from kin_assistant.places.gazetteer import Place
from kin_assistant.policy import AnswerPolicy, OverviewPolicy, TellingPolicy
from kin_assistant.question.listing import read_listing, strip_frame
from kin_assistant.question.query import Query
from kin_assistant.text.wording import count_words, join_words, name_in_sentence
from kin_assistant.text.words import fold, stems

__all__ = ["draft_document", "draft_overview", "find_gist"]

_Key = TypeVar("_Key")

_DEFINES = re.compile(
    r"^\W*(?:(?P<article>an?)\s+|the\s+)?(?P<name>[^.;:,(]{2,60}?)(?:\s*\([^)]*\))?(?:,[^,]{2,70},)?\s+"
    r"(?:is|are|was|were|means|stands for|refers to|consists? of|works? as)\s+(?P<rest>an?\b|the\b|one\b|short\b)?",
    re.IGNORECASE,
)
_IN_GENERAL = re.compile(r"^\W*an?\s+(?P<name>[\w-]+(?:\s[\w-]+){0,4}?)\s+(?!(?:was|has)\b)[a-z]{2,}s\b", re.IGNORECASE)
_WORD = re.compile(r"\w{3,}")
_WHAT_IS = "What is {}?"
_LONGEST_TERM = 4
"""Words of what stands before a break and is the whole of what is asked for."""
_BREAK = re.compile(r"[,;:?]\s|\s[-–]\s")


def draft_overview(
    query: Query,
    read: Callable[[Query], Evidence],
    search: SentenceSearch,
    fields_of: FieldsOf,
    policy: AnswerPolicy | None = None,
) -> Draft | None:
    """A portrait of what ``query`` names: a place, a theme, or a term. None if no document tells of that in its words.

    ``read`` is called where a document is looked for.
    """
    policy = policy or AnswerPolicy()
    mentions = search.mentions_of(query)
    request = read_listing(query.standalone, mentions)
    teller = DocumentTeller(query, search, fields_of)
    gist_of = partial(find_gist, search=search, fields_of=fields_of, policy=policy.overview)
    about = frozenset[DocumentRow]().union(*query.about) & search.documents_allowed(query)
    places = query.scope.named
    if about and request.subject:
        name = strip_frame(query.standalone, keep_nouns=True)
        if _is_named_after_place(name, about, search):
            return _draft_term(search.make_topic(name), teller, query, search, policy, gist_of)
        evidence = read(query)
        if draft := draft_document(
            evidence, search, fields_of, policy, min_logit=policy.overview.min_logit, others=about
        ):
            return draft
        # "Something about Ulsan, I meet a delegation"; but of "the Japanese city with the tram" Japan is no portrait.
        return (
            _draft_place(places, about, teller, search, policy) if all(one.kind == "city" for one in places) else None
        )
    if about:
        return _draft_place(places, about, teller, search, policy)
    if not request.subject:
        return None
    # "Cheonggyecheon, the whole story in five lines": what is asked for stands before the break, or alone behind it.
    first, *others = [strip_frame(piece, keep_nouns=True) for piece in _BREAK.split(query.standalone)]
    short = first if len(first.split()) <= _LONGEST_TERM else ""
    for text in dict.fromkeys(filter(None, [request.named, short, *others])):
        topic = search.make_topic(text)
        called = text not in (request.named, short)
        if draft := _draft_term(topic, teller, query, search, policy, gist_of, called=called):
            return draft
    return None


def _is_named_after_place(name: str, about: Collection[DocumentRow], search: SentenceSearch) -> bool:
    """Whether ``name`` is what documents call something that none of those ``about`` the place in it speaks of.

    Apia has a landfill by the "Fukuoka method", and the document about Fukuoka is on its water.
    """
    if not 1 < len(name.split()) <= _LONGEST_TERM:
        return False
    found = search.find(search.make_topic(name))
    speaking = {one.document for one in found if fold(name) in fold(one.text)}
    return bool(speaking) and speaking.isdisjoint(about)


def draft_document(
    evidence: Evidence,
    search: SentenceSearch,
    fields_of: FieldsOf,
    policy: AnswerPolicy,
    *,
    min_logit: float | None = None,
    others: Collection[DocumentRow] = (),
) -> Draft | None:
    """A portrait of the document that a query means; None if there is none, or no sentence told has as much as ``min_logit``.

    By default that is the least that counts. Of ``others`` those that may be meant as well add what each tells first.
    """
    least = policy.portrait.min_logit if min_logit is None else min_logit
    teller = DocumentTeller(evidence.query, search, fields_of, evidence.logits)
    ranked = rank_documents(evidence, policy)
    beside: list[DocumentRow] = []
    if others:
        as_near = replace(policy, documents=replace(policy.documents, min_share=policy.overview.min_share_of_other))
        beside = [row for row in rank_documents(evidence, as_near) if row in others and row not in ranked[:1]]
        beside = beside[: policy.overview.others]
    room = replace(policy.portrait, sentences=1, words=policy.overview.words_of_other, lessons_told=0, items=1)
    said = [[one for one in teller.tell(row, room) if (one.logit or 0.0) >= least] for row in beside]
    taken = sum(len(one.found.text.split()) for of_other in said for one in of_other)
    for row in ranked[:1]:
        told = teller.tell(row, replace(policy.portrait, words=policy.portrait.words - taken))
        if any(one.logit is None or one.logit >= least for one in told):
            sections = [*lay_out_portrait(told), *chain.from_iterable(map(lay_out_portrait, said))]
            return Draft("quotes", sections=tuple(sections))
    return None


def _draft_place(
    places: Sequence[Place],
    about: Collection[DocumentRow],
    teller: DocumentTeller,
    search: SentenceSearch,
    whole: AnswerPolicy,
) -> Draft | None:
    """What the documents about a place tell, theme by theme; of one or two documents, what each tells."""
    policy = whole.overview
    name = join_words(name_in_sentence(place.name) for place in places)
    topic = search.make_topic(name)
    sentences = search.sentences_of(about, topic)
    budget = _Budget(policy.words)
    sections: list[DraftSection] = []
    near = sorted((one for one in sentences if one.near), key=lambda one: -one.score)
    if opening := _definition(topic, near, None, budget):
        sections.append(DraftSection((opening.as_candidate(),)))
    if len(about) <= policy.few_documents:
        # What is asked for is all of it, so no sentence answers better than others.
        portrait = replace(whole.portrait, words=budget.left // len(about), min_worth=0.0)
        for row in sorted(about):
            sections += lay_out_portrait([one for one in teller.tell(row, portrait) if one.found != opening])
    else:
        for theme, rows in _group_by_theme(about, search, policy):
            inside = [one for one in sentences if one.document in rows]
            for best in _most_central(inside, search, budget, policy, theme=theme):
                sections.append(DraftSection((best.as_candidate(),), heading=_capitalise(theme)))
    if not sections:
        return None
    themes = Counter(theme for row in about for theme in search.library.infos[row].themes)
    verb = "document is" if len(about) == 1 else "documents are"
    said = f"{len(about)} {verb} about {name}"
    if len(about) > policy.few_documents:
        said += f", most often on {join_words(theme for theme, _ in themes.most_common(policy.themes_named))}"
    return Draft("quotes", sections=tuple(sections), said=f"{said}.")


def _draft_term(
    topic: Topic,
    teller: DocumentTeller,
    query: Query,
    search: SentenceSearch,
    whole: AnswerPolicy,
    gist_of: Callable[[DocumentRow], Found | None],
    *,
    called: bool = False,
) -> Draft | None:
    """What documents say of a term: the sentence that defines it, and what the document tells that is called so.

    Others that are called so add the sentence that tells them; of a term that no title has, others add what they say of it. If
    ``called``, it must be what something is called: a sentence defines it, a title has it, or its words are uncommon.
    """
    policy = whole.overview
    if not topic.stems:
        return None
    within = search.documents_allowed(query)
    found = [one for one in search.find(topic, within) if one.near]
    titles = {row: _share_of_title(topic, search.library.infos[row].title) for row in within}
    titled = {row: share for row, share in titles.items() if share}
    best = _best_document(found, titled, search, topic)
    budget = _Budget(policy.words)
    opening = _definition(topic, found, best, budget)
    if best is None or (called and not (opening or titled or _is_uncommon(topic.text))):
        return None
    if not opening and best not in titled:
        opening = _read_definition(topic, found, query, search, budget, policy)
    sections = [DraftSection((opening.as_candidate(),))] if opening else []
    if best in titled:
        called_so = sorted(titled.keys() - {best}, key=lambda row: (-titled[row], row))[: policy.others]
        portrait = replace(whole.portrait, words=budget.left - policy.words_of_other * len(called_so))
        sections += _portray(best, opening, teller, portrait, budget)
        others = list(filter(None, map(gist_of, called_so)))
    else:
        others = _find_others(found, best)[: policy.others]
    sections += _tell_others(others, opening, budget, search)
    return Draft("quotes", sections=tuple(sections), said=_say_term(topic, found, titled, within, search))


def _portray(
    row: DocumentRow, opening: Found | None, teller: DocumentTeller, policy: TellingPolicy, budget: _Budget
) -> list[DraftSection]:
    """What a document tells but for ``opening``, as far as there is room."""
    told = [one for one in teller.tell(row, policy) if one.found != opening]
    return lay_out_portrait([one for one in told if budget.take(one.found)])


def _find_others(found: Iterable[Found], best: DocumentRow) -> list[Found]:
    """The first sentence of each document but the ``best`` that says something and can be quoted."""
    saying = [one for one in found if one.document != best and one.quotable and not one.compiled and not one.silent]
    return list(first_of_documents(saying).values())


def _tell_others(
    others: Iterable[Found], opening: Found | None, budget: _Budget, search: SentenceSearch
) -> Iterator[DraftSection]:
    """Sentences of other documents than that of ``opening``, as far as there is room."""
    for one in others:
        if (not opening or one.document != opening.document) and budget.take(one):
            yield DraftSection((one.as_candidate(),), heading=search.library.infos[one.document].title)


def _is_uncommon(text: str) -> bool:
    """Whether a word of ``text`` is none that English texts have everywhere: "TPS3R", but not "consist"."""
    return not read_common_words().issuperset(_WORD.findall(text.casefold()))


def _say_term(
    topic: Topic,
    found: Sequence[Found],
    titled: Collection[DocumentRow],
    within: Collection[DocumentRow],
    search: SentenceSearch,
) -> str:
    themes = [theme for theme in topic.themes if stems(theme) == stems(topic.text)]
    if themes:
        themed = sum(themes[0] in search.library.infos[row].themes for row in within)
        return f"{count_words(themed, 'document is', 'documents are')} about {themes[0]}."
    rows = {one.document for one in found}.union(titled)
    return f"{count_words(len(rows), 'document speaks', 'documents speak')} of “{topic.text}”."


def _best_document(
    found: Sequence[Found], titled: Mapping[DocumentRow, float], search: SentenceSearch, topic: Topic
) -> DocumentRow | None:
    """The document that is most about the term: the one whose title is little else; else the one that says it most."""
    counts = Counter(one.document for one in found)
    if titled:
        return max(titled, key=lambda row: (titled[row] + _nearness(row, search, topic), counts[row], -row))
    return max(counts, key=lambda row: (counts[row], _nearness(row, search, topic), -row)) if counts else None


def _nearness(row: DocumentRow, search: SentenceSearch, topic: Topic) -> float:
    passages = search.library.document_of == row
    return float((search.index.vectors[passages] @ topic.vector).mean())


def _share_of_title(topic: Topic, title: str) -> float:
    """How much of a title is the term; 0 if it does not have it."""
    held = set(stems(title))
    return max((len(own) / len(held) for own in topic.alternatives if own and held.issuperset(own)), default=0.0)


def _definition(topic: Topic, found: Sequence[Found], best: DocumentRow | None, budget: _Budget) -> Found | None:
    """The sentence that says what the term is, of the best document if it has one."""
    rated = [(_definiteness(topic, one.text), one) for one in found if one.quotable]
    rated = [(rating, one) for rating, one in rated if rating]
    rated.sort(key=lambda item: (-item[0], item[1].document != best, -item[1].cosine, item[1].passage, item[1].number))
    return next((one for _, one in rated if budget.take(one)), None)


def _definiteness(topic: Topic, text: str) -> int:
    """2 for a sentence of the form "X is a ...", 1 for "An X does ...", with little more than the term for X; else 0."""
    for pattern, rating in ((_DEFINES, 2), (_IN_GENERAL, 1)):
        match = pattern.match(text)
        if match and (rating == 1 or match["rest"] or match["article"]):
            subject = stems(match["name"])
            if any(
                own and subject[: len(own)] == list(own) and len(subject) <= len(own) + 1 for own in topic.alternatives
            ):
                return rating
    return 0


def _read_definition(
    topic: Topic, found: Sequence[Found], query: Query, search: SentenceSearch, budget: _Budget, policy: OverviewPolicy
) -> Found | None:
    """Without a sentence of that form: the one that the network takes for the answer to what the term is."""
    passages = list(dict.fromkeys(one.passage for one in found))[: policy.passages_read]
    logits = search.logits_of(replace(topic, text=_WHAT_IS.format(topic.text)), query, passages)
    rated = [
        (logits[one.passage, one.number] + policy.cosine * one.cosine - one.compiled, one)
        for one in found
        if one.quotable and not one.silent and (one.passage, one.number) in logits
    ]
    rated.sort(key=lambda item: (-item[0], item[1].passage, item[1].number))
    return next((one for _, one in rated if budget.take(one)), None)


def find_gist(row: DocumentRow, search: SentenceSearch, fields_of: FieldsOf, policy: OverviewPolicy) -> Found | None:
    """The one sentence that tells a document: the best on what was done, or of all if it tells nothing of that."""
    sentences = search.sentences_of([row], search.make_topic(search.library.infos[row].title))
    sentences = [one for one in sentences if not one.compiled]
    fields = fields_of(row)
    process = [one for one in sentences if fields.get((one.passage, one.sentence.start)) == "process"]
    chosen = _most_central(
        process or sentences, search, _Budget(policy.words), policy, places=_by_heading(sentences)[1]
    )
    return chosen[0] if chosen else None


def _by_heading(sentences: Sequence[Found]) -> tuple[dict[str, list[Found]], dict[tuple[PassageRow, int], int]]:
    """The sentences under each heading, and how many of its section stand before each."""
    groups = _by(lambda one: one.heading, sentences)
    return groups, {(one.passage, one.number): place for inside in groups.values() for place, one in enumerate(inside)}


def _by(key: Callable[[Found], _Key], sentences: Iterable[Found]) -> dict[_Key, list[Found]]:
    """The sentences by what ``key`` says of them, in order."""
    groups: dict[_Key, list[Found]] = {}
    for one in sentences:
        groups.setdefault(key(one), []).append(one)
    return groups


def _most_central(
    sentences: Sequence[Found],
    search: SentenceSearch,
    budget: _Budget,
    policy: OverviewPolicy,
    *,
    theme: str = "",
    most: int = 1,
    places: Mapping[tuple[PassageRow, int], int] | None = None,
) -> list[Found]:
    """The sentences nearest to what they all say, and to the theme and the topic; quotable, and within the budget.

    ``places`` says how many sentences of its section stand before each: what comes first weighs most. In order.
    """
    if not sentences:
        return []
    vectors = search.vectors_of(sentences)
    centre = vectors.mean(axis=0)
    scores = policy.centre * vectors @ (centre / (np.linalg.norm(centre) or 1.0))
    scores = scores + np.array([one.cosine for one in sentences])
    if theme:
        scores = scores + search.cosines_with(sentences, theme)
    if places:
        scores = scores - policy.price_of_place * np.array([places[one.passage, one.number] for one in sentences])
    scores = scores - policy.price_of_remark * np.array([one.compiled + one.silent for one in sentences])
    order: list[int] = np.argsort(-scores, kind="stable").tolist()
    chosen: list[int] = []
    for i in order:
        if len(chosen) < most and sentences[i].quotable and budget.take(sentences[i]):
            chosen.append(i)
    return [sentences[i] for i in sorted(chosen)]


def _group_by_theme(
    about: Collection[DocumentRow], search: SentenceSearch, policy: OverviewPolicy
) -> list[tuple[str, list[DocumentRow]]]:
    """The themes that most of the documents carry, each with those that no earlier theme took."""
    left = sorted(about)
    groups: list[tuple[str, list[DocumentRow]]] = []
    while left and len(groups) < policy.themes:
        first = (search.library.infos[row].themes[: policy.themes_of_document] for row in left)
        counts = Counter(chain.from_iterable(first))
        if not counts:
            break
        theme = min(counts, key=lambda name: (-counts[name], name))
        groups.append((theme, [row for row in left if theme in search.library.infos[row].themes]))
        left = [row for row in left if theme not in search.library.infos[row].themes]
    return groups


def _capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]


class _Budget:
    """Words that may still be quoted; no sentence is taken twice."""

    def __init__(self, words: int) -> None:
        self._left = words
        self._taken: set[str] = set()

    @property
    def left(self) -> int:
        """Words."""
        return self._left

    def take(self, one: Found) -> bool:
        """Take a sentence if there is room for it, and say whether it was."""
        length = len(one.text.split())
        if length > self._left or one.text in self._taken:
            return False
        self._left -= length
        self._taken.add(one.text)
        return True
