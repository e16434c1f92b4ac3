"""All hostile files, by path."""

from __future__ import annotations

from tests.hostile import archives, containers, pdfs, tables, texts, xml_bombs
from tests.hostile.specimen import Specimen

__all__ = ["CATALOGUE"]

_FAMILIES = (archives, xml_bombs, pdfs, texts, tables, containers)

CATALOGUE: dict[str, Specimen] = {specimen.path: specimen for family in _FAMILIES for specimen in family.SPECIMENS}
assert len(CATALOGUE) == sum(len(family.SPECIMENS) for family in _FAMILIES)
