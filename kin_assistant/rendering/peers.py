"""Peers of a city as Markdown, HTML and CSV: what was read, who is like it and why, and what they did in quotes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kin_assistant.peers.values import Likeness, Peer, Peers, Trait, TraitKind, TraitSource
from kin_assistant.rendering.markdown import escape_markdown, reference_list
from kin_assistant.rendering.rows import head_of, join_run
from kin_assistant.rendering.tables import write_csv
from kin_assistant.rendering.tabs import Asked
from kin_assistant.rendering.templating import render
from kin_assistant.rendering.words import FIELD_NAMES, NO_EVIDENCE, REFUSAL, places, plain
from kin_assistant.types import Cell, Citation

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["SOURCES_OF_TRAITS", "TRAIT_NAMES", "peers_csv", "peers_html", "peers_markdown", "peers_table"]

TRAIT_NAMES: Final[Mapping[TraitKind, str]] = {
    "problem": "Problem",
    "place": "Place",
    "size": "Size",
    "coast": "Coast",
    "means": "Means",
}
SOURCES_OF_TRAITS: Final[Mapping[TraitSource, str]] = {
    "your words": "your words",
    "gazetteer": "from the bundled gazetteer",
    "metadata": "from the document's metadata",
    "document": "from the document",
}
_ABOUT_GAZETTEER: Final = (
    "Numbers of people and positions of cities are from the bundled gazetteer (GeoNames), the coast is from the bundled "
    "outline of the land (Natural Earth): no document says them, and they may be of other years than the documents."
)
_SAYS: Final = "What the document says:"
_MEND: Final = "If this is not what you meant, say it in other words and ask again."


def peers_markdown(peers: Peers) -> str:
    """What was read of the situation, each peer with its reasons and quotes, and the references; or why there is none."""
    parts = ["# Peers by likeness", escape_markdown(peers.situation)]
    if peers.traits:
        parts.append("\n".join(["What was read of your city:", "", *map(_trait, peers.traits)]))
        parts.append(_MEND)
    if peers.reason:
        return "\n\n".join([*parts, f"**{_refusal(peers)}** {escape_markdown(peers.reason)}", *_notes(peers)]) + "\n"
    parts += _notes(peers)
    cited = {one.number: one for one in peers.citations}
    for rank, peer in enumerate(peers.peers, 1):
        where = places(peer.cities, peer.countries)
        years = f" ({peer.years})" if peer.years else ""
        parts += [f"## {rank}. {escape_markdown(peer.title)}", escape_markdown(f"{where}{years}")]
        for heading, alike in (("Like yours:", True), ("Unlike yours:", False)):
            if rows := [_likeness(one, cited) for one in peer.likenesses if one.alike is alike]:
                parts.append("\n".join([heading, "", *rows]))
        parts.append("\n".join([_SAYS, "", *(_cell(cell, cited) for cell in peer.cells)]))
    if _uses_gazetteer(peers):
        parts.append(_ABOUT_GAZETTEER)
    said = f"Each quote is word for word what the stored document says (build {escape_markdown(peers.build_id)})."
    return "\n\n".join([*parts, "## References", *reference_list(peers), said]) + "\n"


@dataclass(frozen=True, slots=True)
class _Line:
    """A trait as the template takes it."""

    name: str
    told: str
    read_from: str
    citation: Citation | None = None
    """The sentence that shows it."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """A peer as the template takes it."""

    rank: int
    title: str
    where: str
    alike: list[_Line]
    unlike: list[_Line]
    cells: list[tuple[str, list[Citation]]]


def peers_html(peers: Peers, *, asked: Asked) -> Markup:
    """What was read, and the peers with their downloads, each number a link into its document; or why there is none.

    ``asked`` says for a download what is asked.
    """
    cited = {one.number: one for one in peers.citations}
    return render(
        "peers.html",
        "peers",
        shown=peers,
        traits=[_Line(TRAIT_NAMES[one.kind], one.told, _read_from(one)) for one in peers.traits],
        found=[_show(rank, peer, cited) for rank, peer in enumerate(peers.peers, 1)],
        mend=_MEND,
        about_gazetteer=_ABOUT_GAZETTEER if _uses_gazetteer(peers) else "",
        refusal=_refusal(peers).rstrip("."),
        asked=asked,
    )


def _show(rank: int, peer: Peer, cited: Mapping[int, Citation]) -> _Shown:
    where = places(peer.cities, peer.countries)
    alike, unlike = (
        [
            _Line(TRAIT_NAMES[one.kind], one.told, SOURCES_OF_TRAITS[one.source], cited.get(one.number or 0))
            for one in peer.likenesses
            if one.alike is wanted
        ]
        for wanted in (True, False)
    )
    cells = [(FIELD_NAMES[cell.column], [cited[number] for number in cell.numbers]) for cell in peer.cells]
    return _Shown(rank, peer.title, f"{where} ({peer.years})" if peer.years else where, alike, unlike, cells)


def _read_from(trait: Trait) -> str:
    """Where a trait was read, if that does not show."""
    if trait.source == "your words":
        return "" if trait.words in trait.told else f"“{trait.words}”"
    return SOURCES_OF_TRAITS[trait.source]


def _uses_gazetteer(peers: Peers) -> bool:
    return any(one.source == "gazetteer" for peer in peers.peers for one in peer.likenesses)


def peers_table(peers: Peers) -> list[list[str]]:
    """The header and a row a peer as plain text, the references of the row in the last cell."""
    fields = [FIELD_NAMES[cell.column] for cell in peers.peers[0].cells] if peers.peers else []
    header = ["Rank", "Practice", "City", "Country", "Like yours", "Unlike yours", *fields, "References"]
    cited = {one.number: one for one in peers.citations}
    references = dict(zip(cited, reference_list(peers), strict=True))
    rows = []
    for rank, peer in enumerate(peers.peers, 1):
        alike, unlike = (
            "; ".join(_likeness_text(one) for one in peer.likenesses if one.alike is wanted) for wanted in (True, False)
        )
        cells = [
            " ".join(f"{plain(_run(cited[one]))} [{one}]" for one in cell.numbers) or NO_EVIDENCE for cell in peer.cells
        ]
        numbers = [number for number, one in cited.items() if one.document_id == peer.document_id]
        own = "\n".join(references[number] for number in numbers)
        city, country = peer.city or "", ", ".join(peer.countries)
        rows.append([str(rank), *map(plain, (peer.title, city, country, alike, unlike)), *cells, own])
    return [header, *rows]


def peers_csv(peers: Peers) -> str:
    """``peers_table`` as CSV. What a spreadsheet would take for a formula has an apostrophe in front."""
    return write_csv(peers_table(peers))


def _refusal(peers: Peers) -> str:
    read_something = any(trait.kind != "means" for trait in peers.traits)
    return f"{REFUSAL}." if read_something else "No peers."


def _notes(peers: Peers) -> list[str]:
    return [escape_markdown(note) for note in peers.notes]


def _trait(trait: Trait) -> str:
    told = f"- {TRAIT_NAMES[trait.kind]}: {escape_markdown(trait.told)}"
    if trait.source == "your words":
        return told if trait.words in trait.told else f"{told} (“{escape_markdown(trait.words, starts_line=False)}”)"
    return f"{told}, {SOURCES_OF_TRAITS[trait.source]}"


def _likeness(likeness: Likeness, cited: Mapping[int, Citation]) -> str:
    """A line on a trait, with the sentence that shows it."""
    if likeness.number is None:
        return f"- {escape_markdown(_likeness_text(likeness))}"
    told = f"{TRAIT_NAMES[likeness.kind]}: {likeness.told}"
    return f"- {escape_markdown(told)}: {_numbered(likeness.number, cited)}"


def _likeness_text(likeness: Likeness) -> str:
    source = f"[{likeness.number}]" if likeness.number else f"({SOURCES_OF_TRAITS[likeness.source]})"
    return f"{TRAIT_NAMES[likeness.kind]}: {likeness.told} {source}"


def _cell(cell: Cell, cited: Mapping[int, Citation]) -> str:
    quotes = " ".join(_numbered(number, cited) for number in cell.numbers)
    return f"- **{FIELD_NAMES[cell.column]}**: {quotes or NO_EVIDENCE}"


def _numbered(number: int, cited: Mapping[int, Citation]) -> str:
    return f"{escape_markdown(_run(cited[number]))} [{number}]"


def _run(citation: Citation) -> str:
    return join_run(citation.quote, head_of(citation))
