"""The texts of the small library with figures of landfills added, two of which differ."""

from __future__ import annotations

from tests.form_library import DIGEST, TEXTS

LANDFILL = DIGEST.format(
    id="landfill-surabaya", title="Landfill waste in Surabaya", cities="Surabaya", countries="Indonesia",
    region="South-East Asia", themes="solid waste", years="2001-2015",
) + """## Results
Landfill waste of Surabaya was 1,500 tonnes a day in 2005. Landfill waste of Surabaya was 1,300 tonnes a day in 2009.
The target for landfill waste of Surabaya was 1,000 tonnes a day in 2012.

| Measure | 2005 | 2009 |
|---|---|---|
| Landfill fee in Surabaya (Rp) | 20,000 | 30,000 |
| Waste recycled in Surabaya (%) | 12 | 18 |
"""  # fmt: skip
SECOND = DIGEST.format(
    id="landfill-study", title="A study of landfill waste", cities="Surabaya, Cebu", countries="Indonesia, Philippines",
    region="South-East Asia", themes="solid waste", years="2005-2009",
) + """## Findings
Landfill waste of Surabaya was 1,800 tonnes a day in 2005. Landfill waste of Cebu was about 400 tonnes a day in 2009.
Landfill waste was weighed at 12 gates.
"""  # fmt: skip
FIGURE_TEXTS = {**TEXTS, "landfill.md": LANDFILL, "study.md": SECOND}
