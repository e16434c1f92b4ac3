"""What the form of an answer to a request is worth: pure functions from a case and its answer to observations.

``measure_form`` picks those that the kind of the request calls for. Observations are added up as ``metrics`` says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from eval.lines import Request
from eval.matching import Span, contains, covers
from eval.metrics import Observation, measure_answer, measure_refusal, span_of
from eval.questions import Case
from kin_assistant.answer.stretches import leans_back
from kin_assistant.rendering import what_is_read
from kin_assistant.types import Answer, Block, Citation, Document

__all__ = ["fits", "measure_form"]

_GAP = 4
"""Most characters between two sentences that follow each other: white space and a list marker."""

_PARTLY = re.compile(r"\b(\d+) of (?:the |its |all )?(\d+)\b")

_FIRST_PEERS = 3
"""Peers that an answer to a request for advice should name."""

_OF_EVERY_ANSWER = ("gold_cited", "gold_citation_recall", "right_documents", "first_citation_right")
_OF_FACTS = ("vital_nuggets", "all_nuggets")
_OF_TEXTS = ("useful_sentences", "gold_citation_precision")
_TEXTS = ("fact", "explain", "overview", "list")
"""Kinds whose evidence is all that a good answer quotes: a table or advice may begin with, and quote, other sentences."""

_DECIDING = {
    "talk": "unsearched", "catalogue": "catalogue_recall", "overview": "vital_nuggets", "fact": "lead_is_gold",
    "explain": "vital_nuggets", "list": "list_completeness", "compare": "compare_coverage", "advice": "peers",
}  # fmt: skip
"""For each kind the measure of what its form is for; the answer does where it is full."""


def measure_form(
    request: Request, case: Case, answer: Answer, document_of: Callable[[str], Document]
) -> dict[str, Observation]:
    """All that is measured of an answer to ``request``, the question of ``case``."""
    found = {"kind": judge_kind(request, answer)}
    if request.kind != "talk":
        found |= {f"refusal.{name}": pair for name, pair in measure_refusal(case, answer).items()}
    if not request.answerable:
        return found
    found |= _measure_size(request, answer)
    found["orphans"] = count_orphans(answer)
    found["cut_lists_unsaid"] = find_cut_lists(request, answer, document_of)
    if request.evidence:
        whole = measure_answer(case, answer)
        found |= {name: whole[name] for name in _OF_EVERY_ANSWER}
        found |= {name: whole[name] for name in _OF_FACTS if request.nuggets}
        if request.kind in _TEXTS:
            found |= {name: whole[name] for name in _OF_TEXTS}
            found["lead_is_gold"] = judge_lead(request, case, answer)
    if request.kind == "talk":
        found["unsearched"] = (float(not answer.citations and not answer.abstained), 1.0)
    if request.kind == "catalogue":
        found |= judge_catalogue(request, answer)
    if request.kind == "list":
        found["list_completeness"] = measure_completeness(request, case, answer)
    if request.kind == "compare":
        found["compare_coverage"] = measure_coverage(request, case, answer)
        found["absence_said"] = measure_absence(request, answer)
    if request.kind == "advice":
        found["peers"] = count_peers(request, answer)
    if (number := request.about if request.count is None else request.count) is not None:
        found["count_said"] = (float(contains(what_is_read(answer), [str(number)])), 1.0)
    return found | {"form": found[_DECIDING[request.kind]]}


def fits(request: Request, observations: Mapping[str, Observation]) -> bool:
    """Whether the answer does: a refusal where nothing answers, else what decides for its kind is full."""
    if not request.answerable:
        return observations["refusal.recall"][0] == 1
    gain, weight = observations["form"]
    return gain == weight


def judge_kind(request: Request, answer: Answer) -> Observation:
    """Whether the request was taken for what it is; of two kinds, either may come first."""
    return float(answer.kind in (request.kinds or (request.kind,))), 1.0


def judge_lead(request: Request, case: Case, answer: Answer) -> Observation:
    """Whether the first quote is a gold sentence: one that may lead, where the request says which may."""
    pairs = list(zip(request.evidence, case.gold, strict=True))
    leading = [gold for item, gold in pairs if item.lead] or [gold for _, gold in pairs]
    first = answer.citations[:1]
    return float(any(covers(span_of(citation), gold) for citation in first for gold in leading)), 1.0


def find_stretches(citations: Sequence[Citation]) -> list[list[Citation]]:
    """The quotes in runs of sentences of one passage that follow each other; what is quoted of one list makes one run."""
    stretches: list[list[Citation]] = []
    for citation in citations:
        if stretches and _follows(citation, stretches[-1][-1]):
            stretches[-1].append(citation)
        else:
            stretches.append([citation])
    return stretches


def count_orphans(answer: Answer) -> Observation:
    """Stretches that open with a sentence which leans on one that is not quoted, of all stretches.

    An item or row is shown with the words that introduce it, and leans on nothing else.
    """
    stretches = find_stretches(answer.citations)
    leaning = [one for one in stretches if one[0].lead_in is None and leans_back(one[0].quote)]
    return float(len(leaning)), float(len(stretches))


def find_cut_lists(request: Request, answer: Answer, document_of: Callable[[str], Document]) -> Observation:
    """Whether a list or table is quoted in part and nothing says so.

    One item or row alone may be all that was asked for, unless the request is for a list.
    """
    least = 1 if request.kind == "list" else 2
    cut = False
    for document_id in {citation.document_id for citation in answer.citations}:
        quoted = [citation for citation in answer.citations if citation.document_id == document_id]
        for blocks in _find_lists(document_of(document_id).blocks):
            shown = sum(any(_overlap(citation, block) for citation in quoted) for block in blocks)
            cut |= least <= shown < len(blocks)
    return float(cut and not _says_partly(answer)), float(bool(answer.citations))


def judge_catalogue(request: Request, answer: Answer) -> dict[str, Observation]:
    """Precision and recall of what is listed: of the names where names are asked for, of the documents otherwise."""
    if request.labels:
        listed, wanted = {entry.label.casefold() for entry in answer.entries}, {n.casefold() for n in request.labels}
        allowed: Collection[str] = wanted
    else:
        listed = {document_id for entry in answer.entries for document_id in entry.document_ids}
        wanted, allowed = set(request.documents), request.right_documents
    right, weight = len(listed & wanted), float(len(listed) > 0)
    return {
        "catalogue_precision": (weight and len(listed.intersection(allowed)) / len(listed), weight),
        "catalogue_recall": (right / len(wanted), 1.0),
    }


def measure_completeness(request: Request, case: Case, answer: Answer) -> Observation:
    """Share of the items of a list that are quoted."""
    spans = [span_of(citation) for citation in answer.citations]
    items: dict[str, bool] = {}
    for item, gold in zip(request.evidence, case.gold, strict=True):
        name = item.item or item.quote
        items[name] = items.get(name, False) or any(covers(span, gold) for span in spans)
    return sum(items.values()) / len(items), 1.0


def measure_coverage(request: Request, case: Case, answer: Answer) -> Observation:
    """Share of the places compared that have a quote: a gold sentence, or one of their documents that names them."""
    return sum(_is_covered(place, request, case.gold, answer) for place in request.places) / len(request.places), 1.0


def measure_absence(request: Request, answer: Answer) -> Observation:
    """Share of the places without evidence that the answer names as such, in its own words."""
    bare = [f"{section.heading} {section.remark}" for section in answer.sections if not section.numbers]
    own = " ".join([answer.said, *answer.caveats, *answer.notes, *bare])
    return float(sum(contains(own, [place]) for place in request.absent)), float(len(request.absent))


def count_peers(request: Request, answer: Answer) -> Observation:
    """How many of three fitting peers the answer quotes or lists."""
    named = {citation.document_id for citation in answer.citations}
    named |= {document_id for entry in answer.entries for document_id in entry.document_ids}
    return min(_FIRST_PEERS, len(named & set(request.peers))) / _FIRST_PEERS, 1.0


def _measure_size(request: Request, answer: Answer) -> dict[str, Observation]:
    """Length in words and in stretches, of all answers and of those to this kind; refusals left out."""
    answered = float(not answer.abstained)
    words = (float(len(what_is_read(answer).split())), answered)
    stretches = (float(len(find_stretches(answer.citations))), answered)
    return {
        "words": words, "stretches": stretches,
        f"words.{request.kind}": words, f"stretches.{request.kind}": stretches,
    }  # fmt: skip


def _follows(citation: Citation, last: Citation) -> bool:
    """Whether ``citation`` comes next after ``last`` in its passage, or is a later item or row of its list or table."""
    if citation.passage_id != last.passage_id or citation.start < last.end:
        return False
    return citation.start - last.end <= _GAP or (citation.lead_in is not None and citation.lead_in == last.lead_in)


def _find_lists(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """The items of each list, and the rows of each table without its header."""
    found: list[Block] = []
    for block in blocks:
        goes_on = block.kind == (found[-1].kind if found else None) and not block.starts_table
        if not goes_on and found:
            yield found
            found = []
        if block.kind in ("item", "row"):
            found.append(block)
    if found:
        yield found


def _overlap(citation: Citation, block: Block) -> bool:
    return citation.start < block.end and block.start < citation.end


def _says_partly(answer: Answer) -> bool:
    """Whether a section or a remark says how many of how many are shown."""
    said = " ".join([answer.said, *answer.caveats, *answer.notes, *(section.remark for section in answer.sections)])
    return any(0 < section.shown < section.of for section in answer.sections) or any(
        int(match[1]) < int(match[2]) for match in _PARTLY.finditer(said)
    )


def _is_covered(place: str, request: Request, gold: Sequence[Span], answer: Answer) -> bool:
    about = [(item, span) for item, span in zip(request.evidence, gold, strict=True) if item.place == place]
    documents = {item.document_id for item, _ in about}
    return any(
        any(covers(span_of(citation), span) for _, span in about)
        or (citation.document_id in documents and contains(citation.quote, [place]))
        for citation in answer.citations
    )
