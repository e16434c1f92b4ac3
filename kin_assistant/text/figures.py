"""Figures in sentences, and whether two sentences give different ones for what may be the same thing."""

from __future__ import annotations

import re
from collections import defaultdict

from kin_assistant.text.words import stems

__all__ = ["asks_for_figure", "differ", "find_asked", "find_dates", "find_last_year", "has_figure"]

_ASKS_FOR_FIGURE = re.compile(
    r"\bhow (much|many|big|far|long|large|high|often)\b"
    r"|\b(amount|budget|charges|costs?|fees?|figures?|fines|money|numbers?|per ?cent(age)?|price|rates?|share|spen[dt]|tariffs?"
    r"|tonn?(e|es|age)?|total)\b",
    re.IGNORECASE,
)
_HAS_FIGURE = re.compile(r"\d|\b(half|third|quarter|hundred|thousand|million|billion|dozen)\b", re.IGNORECASE)
_FIGURE = re.compile(
    r"(?P<currency>US\$|[$€£¥₱]|Rs\.?|Rp)?\s?(?<![\w.,])(?P<number>\d+(?:[,.]\d+)*)"
    r"(?:\s?(?P<scale>thousand|million|billion|crore|lakh)\b)?"
    r"(?:\s?(?P<per_cent>%|per\s?cent)|\s(?P<noun>[a-z]+))?",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_ASKS_WHEN = re.compile(
    r"\b(when|what (date|day|month|time|year)|which (date|day|month|year)|since|until|how (old|recent))\b",
    re.IGNORECASE,
)
_MONTH = r"(?:Jan|Febr)uary|March|April|May|Ju(?:ne|ly)|August|(?:Sept|Octo|Novem|Decem)(?:em)?ber"
_DATE = re.compile(rf"\b(?:(?:\d{{1,2}}\s)?(?:{_MONTH})\s(?:\d{{1,2}},\s)?)?(?:19|20)\d\d\b")
_SCALES = {"thousand": 1e3, "lakh": 1e5, "million": 1e6, "crore": 1e7, "billion": 1e9}
_NEAR = 0.02
"""Figures this near to each other, relative to the larger, are one figure rounded in two ways."""


def asks_for_figure(question: str) -> bool:
    """Whether ``question`` wants an amount, a share or a count."""
    return bool(_ASKS_FOR_FIGURE.search(question))


def has_figure(text: str) -> bool:
    """Whether ``text`` holds a number, in digits or words."""
    return bool(_HAS_FIGURE.search(text))


def find_dates(text: str) -> list[tuple[int, int]]:
    """Spans of the years and days in ``text``, in order."""
    return [match.span() for match in _DATE.finditer(text)]


def find_last_year(text: str) -> int | None:
    """The last of the years that ``text`` names; None if it names none."""
    return max(map(int, _YEAR.findall(text)), default=None)


def find_asked(question: str, text: str) -> list[tuple[int, int]]:
    """Spans of ``text`` that give the dates or figures that ``question`` wants and does not give itself, in order."""
    known = set(re.findall(r"\d+", question))
    if _ASKS_WHEN.search(question):
        found = find_dates(text)
    elif asks_for_figure(question):
        dates = find_dates(text)
        found = [
            _trimmed(text, *match.span())
            for match in _FIGURE.finditer(text)
            if not any(start <= match.start("number") < end for start, end in dates)
        ]
    else:
        return []
    return [(start, end) for start, end in found if known.isdisjoint(re.findall(r"\d+", text[start:end]))]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space at its beginning."""
    return end - len(text[start:end].lstrip()), end


def differ(first: str, second: str) -> bool:
    """Whether two sentences give different figures in the same unit, and not for different years.

    A hint for the reader to compare them: they may count different things.
    """
    years = [set(_YEAR.findall(text)) for text in (first, second)]
    if all(years) and years[0].isdisjoint(years[1]):
        return False
    left, right = _figures(first), _figures(second)
    return any(not any(_alike(a, b) for a in left[unit] for b in right[unit]) for unit in left.keys() & right.keys())


def _figures(text: str) -> dict[str, set[float]]:
    """Values by unit: a currency, per cent, or the stem of the noun behind the number. Numbers without a unit are left out."""
    found: dict[str, set[float]] = defaultdict(set)
    for match in _FIGURE.finditer(text):
        if match["currency"]:
            unit = match["currency"].rstrip(".").lower()
        elif match["per_cent"]:
            unit = "%"
        else:
            unit = "".join(stems(match["noun"] or ""))
        if unit:
            value = _value(match["number"]) * _SCALES.get((match["scale"] or "").lower(), 1)
            found[unit].add(value)
    return found


def _value(number: str) -> float:
    """``1,408`` and ``1408`` are one number; so are ``0.55`` and ``0,55`` where the comma cannot part thousands."""
    if re.fullmatch(r"\d+,\d{1,2}", number):
        return float(number.replace(",", "."))
    whole, dot, rest = number.replace(",", "").partition(".")
    return float(f"{whole}{dot}{rest.replace('.', '')}")


def _alike(a: float, b: float) -> bool:
    return abs(a - b) <= _NEAR * max(a, b)
