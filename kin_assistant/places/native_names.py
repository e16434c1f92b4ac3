"""Cities named in another script than Latin, from ``data/native_names.tsv`` (GeoNames, CC BY 4.0)."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator
from importlib.resources import files

from kin_assistant.places.gazetteer import Place

__all__ = ["NativeNames"]


class NativeNames:
    """Finds those of some ``cities`` that a text names in another script. Made once, never changed."""

    def __init__(self, cities: Collection[Place]) -> None:
        wanted = {(city.name, city.country or ""): city for city in cities}
        self._names = [(name, wanted[city]) for city, names in _read() if city in wanted for name in names]

    def find(self, text: str) -> tuple[Place, ...]:
        """The cities that ``text`` names, each once, sorted by their names.

        In scripts without spaces, and where endings are joined to names, a name is found inside of longer words too; a name
        inside of another city's name that is found as well does not count.
        """
        folded = unicodedata.normalize("NFKC", text)
        found = [(name, place) for name, place in self._names if name in folded]
        kept = {
            place
            for name, place in found
            if not any(name != other and name in other and place != longer for other, longer in found)
        }
        return tuple(sorted(kept, key=lambda place: (place.name, place.country or "")))


def _read() -> Iterator[tuple[tuple[str, str], list[str]]]:
    """Each city, by its name and country, with its names."""
    text = files("kin_assistant").joinpath("data/native_names.tsv").read_text("utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            city, country, names = line.split("\t")
            yield (city, country), names.split("|")
