"""A practice as an office fills it in, for the tests."""

from __future__ import annotations

from datetime import UTC, datetime

from kin_assistant.practices.submission import Submission

__all__ = ["FILLED", "SENT_AT", "fill_in"]

SENT_AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

FILLED: dict[str, object] = {
    "title": "Donkey carts for the pits of Exampleville",
    "office": "City of Exampleville, Sanitation Office",
    "cities": ["Exampleville"],
    "countries": ["Indonesia"],
    "themes": ["finance", "sanitation"],
    "level": "city or town",
    "first_year": "2004",
    "last_year": "2011",
    "situation": "In 2003 Exampleville had 40,000 pits and no cart to empty them.",
    "priorities": "The council put the pits of the poorest quarters first.",
    "objectives": "Every pit was to be emptied once in three years.",
    "resources": "A bank of the province lent the money for 12 carts.",
    "process": "The city bought 12 donkey carts in 2004.\nIt hired 30 drivers:\n- 20 women of the quarters\n- 10 men",
    "results": "By 2010 the carts emptied 9,000 pits a year.",
    "sustainability": "Fees of the households pay for the fodder.",
    "lessons": "Drivers of the quarter are let into its yards.",
    "transferability": "Two neighbouring towns bought carts of the same kind in 2009.",
    "dates": [{"date": "March 2004", "event": "The first cart is bought."}],
    "partners": [
        {"name": "Union of Exampleville's Women", "organisation": "community organisation", "support": "technical"},
        {"name": "Bank of the Province"},
    ],
    "budgets": [{"period": "2004", "amount": "IDR 40 million", "purpose": "12 carts, lent by the bank"}],
    "contact": "Ms Ratna, Sanitation Office, ratna@example.org",
}
"""As the page sends it."""


def fill_in(**changes: object) -> Submission:
    """The filled-in form with ``changes``."""
    return Submission.model_validate({**FILLED, **changes})
