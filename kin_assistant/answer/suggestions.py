"""Questions to go on with: what the documents of an answer say besides, each asked beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice, zip_longest

from kin_assistant.types import Answer, DocumentInfo

__all__ = ["suggest_questions"]

_MOST = 3
_MOST_ASKED = 5
"""Each costs as much as a question."""
_DOCUMENTS = 3
"""Documents of the answer, from the first on, that are looked at."""
_MIN_NEW = 0.5
"""Share of its quotes that the answer before does not have."""

_BY_HEADING = "{title}: {heading}"
_LONGEST = 9
"""Words of a heading that is asked for as it stands; a longer one is a sentence."""

Section = tuple[DocumentInfo, str]
"""A document and one of its headings."""


def suggest_questions(
    answer: Answer,
    headings_of: Callable[[str], tuple[DocumentInfo, Sequence[str]]],
    wordings: Mapping[str, str],
    ask: Callable[[str], Answer],
    *,
    go_on: Callable[[], bool] = lambda: True,
) -> tuple[str, ...]:
    """At most three questions on what is not quoted in ``answer``, or on the documents that a refusal points to.

    ``headings_of`` gives a document by id, and its headings. ``wordings``, in the order of preference, hold the question on
    what stands under a heading, with "{title}" for the document's; of a document with none of these, any heading is asked
    for. Each question is asked, and kept if it is answered from that section of that document, at least half in quotes that
    are new. It ends early where ``go_on`` says so.
    """
    quoted = {(citation.document_id, citation.start) for citation in answer.citations}
    kept: list[str] = []
    for (info, heading), question in islice(_propose(answer, headings_of, wordings), _MOST_ASKED):
        if len(kept) == _MOST or not go_on():
            break
        found = ask(question)
        new = [one for one in found.citations if (one.document_id, one.start) not in quoted]
        at_home = any(one.document_id == info.id and _last(one.heading) == heading for one in found.citations)
        if at_home and len(new) >= _MIN_NEW * len(found.citations):
            kept.append(question)
            quoted |= {(one.document_id, one.start) for one in found.citations}
    return tuple(kept)


def _propose(
    answer: Answer,
    headings_of: Callable[[str], tuple[DocumentInfo, Sequence[str]]],
    wordings: Mapping[str, str],
) -> Iterator[tuple[Section, str]]:
    """A section of the first document, one of the second, and so on in turn."""
    cited = dict.fromkeys(citation.document_id for citation in answer.citations)
    listed = dict.fromkeys(chain.from_iterable(entry.document_ids for entry in answer.entries))
    near = dict.fromkeys(document.document_id for document in answer.nearest)
    told = {(citation.document_id, _last(citation.heading)) for citation in answer.citations}
    of_each: list[list[tuple[Section, str]]] = []
    for document_id in list(cited or listed or near)[:_DOCUMENTS]:
        info, headings = headings_of(document_id)
        known = {heading: wording for heading, wording in wordings.items() if heading in headings}
        # Of a document whose headings nobody has put into questions, the headings themselves are asked for.
        asked = known or {one: _BY_HEADING for one in headings if one != info.title and len(one.split()) <= _LONGEST}
        of_each.append([
            ((info, heading), wording.format(title=_shorten(info.title), heading=heading))
            for heading, wording in asked.items()
            if (document_id, heading) not in told
        ])  # fmt: skip
    for proposed in zip_longest(*of_each):
        yield from filter(None, proposed)


def _last(heading: str) -> str:
    return heading.rpartition(" > ")[2]


def _shorten(title: str) -> str:
    """The title up to its first comma or colon, if that leaves two words."""
    short = title.replace(":", ",").split(", ")[0]
    return short if len(short.split()) > 1 else title
