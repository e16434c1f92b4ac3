"""All hostile files, by path."""

from __future__ import annotations

from tests.hostile import archives, pdfs, tables, texts, xml_bombs
from tests.hostile.specimen import Specimen

__all__ = ["CATALOGUE"]

CATALOGUE: dict[str, Specimen] = {
    specimen.path: specimen for family in (archives, xml_bombs, pdfs, texts, tables) for specimen in family.SPECIMENS
}
assert len(CATALOGUE) == sum(len(family.SPECIMENS) for family in (archives, xml_bombs, pdfs, texts, tables))
