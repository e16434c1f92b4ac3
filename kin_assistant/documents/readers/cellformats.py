"""What a cell shows: a number and its format code to the text that stands in the sheet."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

__all__ = ["BUILTIN_FORMATS", "shown"]

BUILTIN_FORMATS = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: "#,##0", 6: "#,##0", 7: "#,##0.00", 8: "#,##0.00",
    9: "0%", 10: "0.00%", 11: "0.00E+00", 14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm",
    19: "h:mm:ss", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm", 27: "yyyy-mm-dd", 28: "yyyy-mm-dd",
    29: "yyyy-mm-dd", 30: "yyyy-mm-dd", 31: "yyyy-mm-dd", 32: "h:mm", 33: "h:mm:ss", 34: "h:mm", 35: "h:mm:ss",
    36: "yyyy-mm-dd", 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 41: "#,##0", 42: "#,##0",
    43: "#,##0.00", 44: "#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss", 48: "0.0E+0", 49: "@",
    50: "yyyy-mm-dd", 51: "yyyy-mm-dd", 52: "yyyy-mm-dd", 53: "yyyy-mm-dd", 54: "yyyy-mm-dd", 55: "yyyy-mm-dd",
    56: "yyyy-mm-dd", 57: "yyyy-mm-dd", 58: "yyyy-mm-dd",
}  # fmt: skip
"""Format codes that a workbook uses by number alone, the dates as ISO dates."""

_PART = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)'
    r"|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[(?P<elapsed>h+|m+|s+)\]|\[(?P<rule>[^\]]*)\]"
    r"|(?P<exponent>E[+-]0+)|(?P<digits>[0#?][0#?,.]*|\.[0#?]+)|(?P<general>General)|(?P<date>AM/PM|A/P|y+|m+|d+|h+|s+|e+|g+|b+)"
    r"|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_MOST_DECIMALS = 15
_GENERAL_DIGITS = 10
_LAST_SERIAL = 2_958_466
"""Of the last day of the year 9999."""


class _Format(NamedTuple):
    """One section of a format code."""

    kind: str
    """number, percent, scientific, date, elapsed, general, text or nothing."""
    before: str = ""
    after: str = ""
    least: int = 0
    most: int = 0
    """Decimals."""
    thousands: bool = False
    scale: int = 0
    """Thousands by which the number is shortened."""
    shows_zero: bool = True
    dates: str = ""
    """Letters of the parts of a date: of ymdhs."""


def shown(number: float, code: str, *, from_1904: bool = False) -> str:
    """The number as its cell shows it, dates in ISO form; dates of the workbook count ``from_1904`` or from 1900."""
    if not math.isfinite(number):
        return ""
    sections = _sections(code)
    section = sections[0]
    own_sign = False
    if number < 0 and len(sections) > 1:
        section, own_sign = sections[1], True
    elif number == 0 and len(sections) > 2:
        section = sections[2]
    if section.kind == "date":
        text = _date(number, section.dates, from_1904=from_1904)
        return _general(number) if text is None else text
    if section.kind == "elapsed":
        minutes = round(abs(number) * 1440)
        return f"{'-' if number < 0 else ''}{minutes // 60}:{minutes % 60:02d}"
    if section.kind == "nothing":
        return section.before
    text = _number(abs(number), section)
    # A section for what is below zero shows it by brackets or red; here it is a sign.
    negative = number < 0 and bool(re.search("[1-9]", text))
    before = section.before.replace("(", "").replace("-", "").strip() if own_sign else section.before
    after = section.after.replace(")", "") if own_sign else section.after
    return f"{'-' if negative else ''}{before}{text}{after}".strip()


def _number(number: float, section: _Format) -> str:
    if section.kind in ("general", "text"):
        return _general(number)
    if section.kind == "scientific":
        return f"{number:.{section.most}E}"
    if not number and not section.shows_zero:
        return ""
    number = number * 100 if section.kind == "percent" else number / 1000**section.scale
    if number >= 1e21:
        return _general(number)
    # Half a unit is rounded up, as sheets do, and what is stored as 2.67499999999999982 is meant as 2.675.
    text = _rounded(number, section.most)
    whole, _, decimals = text.partition(".")
    while len(decimals) > section.least and decimals.endswith("0"):
        decimals = decimals[:-1]
    whole = f"{int(whole):,}" if section.thousands else whole
    return f"{whole}.{decimals}" if decimals else whole


def _rounded(number: float, decimals: int) -> str:
    from decimal import ROUND_HALF_UP, Decimal

    return f"{Decimal(f'{number:.15g}').quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}"


def _general(number: float) -> str:
    if abs(number) >= 1e15 or (number and abs(number) < 1e-9):
        return f"{number:.6G}"
    if number == int(number):
        return str(int(number))
    digits = max(_GENERAL_DIGITS, len(str(int(abs(number)))) + 2)
    text = f"{number:.{digits}g}"
    return text if "e" not in text else f"{number:.{_MOST_DECIMALS}f}".rstrip("0")


def _date(number: float, parts: str, *, from_1904: bool) -> str | None:
    if not 0 <= number < _LAST_SERIAL:
        return None
    # The calendar of 1900 has a 29 February that never was.
    start = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 31 if number < 60 else 30)  # noqa: DTZ001
    try:
        moment = start + timedelta(seconds=round(number * 86400))
    except OverflowError:
        return None
    time = f"{moment:%H:%M:%S}" if "s" in parts and moment.second else f"{moment:%H:%M}"
    if not set(parts) & set("yd") and set(parts) & set("hs"):
        return time
    day = f"{moment.year:04d}"
    if "m" in parts or "d" in parts:
        day += f"-{moment.month:02d}"
    if "d" in parts:
        day += f"-{moment.day:02d}"
    return f"{day} {time}" if "h" in parts else day


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[_Format, ...]:
    if not code.strip():
        return (_Format("general"),)
    sections = [_section(part) for part in re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code[:500])[:3]]
    return tuple(sections)


def _section(code: str) -> _Format:
    before, after, digits, dates = "", "", "", ""
    kind = "nothing"
    seen = False
    for match in _PART.finditer(code):
        group, value = match.lastgroup, match[match.lastgroup or 0]
        if group in ("quoted", "escaped", "currency", "other"):
            if value == "%":
                kind = "percent"
            if value == "@":
                kind, seen = "text", True
            elif seen:
                after += value
            else:
                before += value
        elif group == "space":
            after, before = (after + " ", before) if seen else (after, before + " ")
        elif group == "digits":
            digits += value
            kind = kind if kind in ("percent", "scientific") else "number"
            seen = True
        elif group == "exponent":
            kind = "scientific"
        elif group == "general":
            kind, seen = "general", True
        elif group == "elapsed":
            return _Format("elapsed")
        elif group == "date" and value.lower()[0] not in "gb":
            dates += value.lower()[0] if value.lower() not in ("am/pm", "a/p") else ""
    if dates and not digits:
        return _Format("date", dates=dates.replace("e", "y"))
    return _format_of_number(kind, before, after, digits)


def _format_of_number(kind: str, before: str, after: str, digits: str) -> _Format:
    """The format of ``digits``, such as "#,##0.00", between two texts."""
    if "/" in before + after and "?" in digits:
        return _Format("general")
    whole, _, decimals = digits.partition(".")
    commas = len(whole) - len(whole.rstrip(",")) if not decimals else len(decimals) - len(decimals.rstrip(","))
    return _Format(
        kind,
        before=before,
        after=after,
        least=min(decimals.count("0"), _MOST_DECIMALS),
        most=min(sum(map(decimals.count, "0#?")), _MOST_DECIMALS),
        thousands="," in whole.rstrip(","),
        scale=commas,
        shows_zero="0" in digits,
    )
