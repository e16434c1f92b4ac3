# ruff: noqa: E501 (a specimen is one line, however long)
"""Tables without end or measure, in text and in workbooks."""

from __future__ import annotations

from collections.abc import Callable

from tests.hostile.seeds import mail, xlsx
from tests.hostile.specimen import SCALE, SENTENCE, Specimen, always

__all__ = ["SPECIMENS"]


def _cell(place: str, kind: str, content: str) -> str:
    return f'<c r="{place}" t="{kind}">{content}</c>'


def _sheet(rows: str, before: str = "", behind: str = "") -> str:
    return f"{before}<sheetData>{rows}</sheetData>{behind}"


def _text(place: str) -> str:
    return _cell(place, "inlineStr", f"<is><t>{SENTENCE}</t></is>")


def _rows(count: int) -> str:
    return "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}"><v>{n * 7}</v></c></row>' for n in range(1, count)
    )


def _shared(content: str, times: int) -> bytes:
    """One long shared string that every cell shows."""
    rows = "".join(f'<row r="{n}">' + '<c t="s"><v>0</v></c>' * 100 + "</row>" for n in range(1, times))
    return xlsx(_sheet(rows), {"xl/sharedStrings.xml": f"<sst><si><t>{content}</t></si></sst>"})


_CSV: dict[str, Callable[[], str]] = {
    "only quotes": lambda: '"' * (30_001 * SCALE),
    "quotes and line ends": lambda: '"\n' * 50_000 + '"',
    "one open quote": lambda: f'a,b\n"{SENTENCE}\n' + "a,b\n" * (5000 * SCALE),
    "doubled quotes": lambda: f'"{"ab" * 100_000}",c\nd,e\n',
    "only commas": lambda: "," * (100_000 * SCALE),
    "only semicolons": lambda: ";;;;\n" * (5000 * SCALE),
    "100,000 rows": lambda: "City,Tons\n" + "".join(f"Lagos,{n}\n" for n in range(100_000)),
    "16,384 columns": lambda: (",".join(f"c{n}" for n in range(16_384)) + "\n") * 20,
    "one cell of 1 MB": lambda: f"a,b\n{'waste water ' * (90_000 * SCALE)},c\n",
    "rows of any length": lambda: "".join("a," * (n % 90) + "b\n" for n in range(1000 * SCALE)),
    "line ends of all kinds": lambda: f"a,b\r{SENTENCE},c\n\rd,e\r\n\nf,g\x0bh\x0ci\x1cj\x85k\u2028l",
    "formulas": lambda: f"a,b\n=cmd|' /C calc'!A0,@SUM(1)\n+1,-1\n\t=1,{SENTENCE}\n",
    "separator of letters": lambda: f"sep=a\nLagos,{SENTENCE}\n",
    "separator of nothing": lambda: f"sep=\n\na,{SENTENCE}\n",
    "separator of a quote": lambda: f'sep="\na"b\n{SENTENCE}"c\n',
    "separator of a line end": lambda: f"sep=\r\na,{SENTENCE}\n",
    "separator of a blank": lambda: f"sep= \na {SENTENCE}\n",
}
_BOOKS: dict[str, Callable[[], tuple[str, dict[str, str | bytes]]]] = {
    "100,000 rows": lambda: (_sheet(_rows(100_000)), {}),
    "16,384 columns": lambda: (_sheet("<row r='1'>" + "<c><v>1</v></c>" * 16_384 + "</row>" + f"<row r='2'>{_text('A2')}</row>"), {}),
    "cells at the end of the world": lambda: (_sheet(f"<row r='1048576'>{_text('XFD1048576')}</row>"), {}),
    "cells beyond it": lambda: (_sheet(f"<row r='99999999999'>{_text('ZZZZZZZ99999999999')}</row><row r='-4'>{_text('-4')}</row>"), {}),
    "places that are none": lambda: (_sheet(f"<row r='x'>{_text('')}{_text('1A')}{_text('A' * 5000)}</row><row r='{'9' * 5000}'/>"), {}),
    "rows that go back": lambda: (_sheet("".join(f"<row r='{n}'>{_text(f'A{n}')}</row>" for n in range(50, 0, -1))), {}),
    "columns of the world": lambda: (_sheet(f"<row r='1'>{_text('A1')}</row>", "<cols><col min='1' max='2147483647' hidden='0'/><col min='-1' max='x'/></cols>"), {}),
    "cells that merge": lambda: (_sheet(f"<row r='1'>{_text('A1')}</row>", behind="<mergeCells>" + "<mergeCell ref='A1:XFD1048576'/>" * 2000 + "<mergeCell ref='x'/><mergeCell ref='B2:A1'/></mergeCells>"), {}),
    "numbers that are none": lambda: (_sheet("<row r='1'>" + "".join(f"<c><v>{v}</v></c>" for v in ("1e999", "-1e999", "nan", "inf", "9" * 5000, "0x1", "1_000", "", "٣")) + f"{_text('Z1')}</row>"), {}),
    "dates that are none": lambda: (_sheet("<row r='1'>" + "".join(f"<c s='0'><v>{v}</v></c>" for v in ("1e15", "-1", "60", "0", "2958466", "nan")) + f"{_text('Z1')}</row>"), {"xl/styles.xml": "<styleSheet><cellXfs><xf numFmtId='14'/></cellXfs></styleSheet>"}),
    "formats that are none": lambda: (_sheet("<row r='1'>" + "".join(f"<c s='{s}'><v>1234.5</v></c>" for s in range(9)) + f"{_text('Z1')}</row>"), {"xl/styles.xml": "<styleSheet><numFmts>" + "".join(f"<numFmt numFmtId='{200 + n}' formatCode='{code}'/>" for n, code in enumerate(("[", "0" * 20_000, ";;;;;;;", "[$-F800]yyyy" * 2000, "0." + "0" * 999, "#,##0,,,,,,,,,,,", "[&gt;1e999]0", "\\\\", "E+E+E+"))) + "</numFmts><cellXfs>" + "".join(f"<xf numFmtId='{200 + n}'/>" for n in range(9)) + "</cellXfs></styleSheet>"}),
    "styles that are none": lambda: (_sheet(f"<row r='1'><c s='99999'><v>1</v></c><c s='-1'><v>1</v></c><c s='x'><v>1</v></c>{_text('Z1')}</row>"), {}),
    "strings that are none": lambda: (_sheet(f"<row r='1'><c t='s'><v>99</v></c><c t='s'><v>-1</v></c><c t='s'><v>x</v></c><c t='s'/>{_text('Z1')}</row>"), {"xl/sharedStrings.xml": "<sst><si><t>a</t></si></sst>"}),
    "formulas": lambda: (_sheet(f"<row r='1'><c><f>WEBSERVICE(&quot;http://127.0.0.1/&quot;)</f></c><c t='str'><f>{'A1+' * 3000}A1</f><v>{SENTENCE}</v></c></row>"), {}),
    "300,000 shared strings": lambda: (_sheet(f"<row r='1'>{_text('A1')}</row>"), {"xl/sharedStrings.xml": "<sst count='999999999'>" + "<si><t>a</t></si>" * 300_000 + "</sst>"}),
    "no sheet": lambda: ("", {"xl/worksheets/sheet1.xml": "<x/>"}),
}  # fmt: skip


def _mail_in_mail(depth: int) -> bytes:
    body = SENTENCE
    for _ in range(depth):
        body = f"Subject: inner\r\nContent-Type: message/rfc822\r\n\r\n{body}"
    return mail(body, "Content-Type: message/rfc822\r\n")


def _parts(count: int) -> bytes:
    part = f"--X\r\nContent-Type: text/plain\r\n\r\n{SENTENCE}\r\n"
    return mail(part * count + "--X--", "Content-Type: multipart/mixed; boundary=X\r\n")


def _parts_in_parts(depth: int) -> bytes:
    body = f"Content-Type: text/plain\r\n\r\n{SENTENCE}"
    for n in range(depth):
        body = f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n{body}\r\n--b{n}--"
    return ("From: a@example.org\r\nSubject: Deep\r\n" + body).encode()


_MAILS = {
    "no headers": (SENTENCE.encode(), "."),
    "headers alone": (b"From: a@b\r\nSubject: \r\n\r\n", None),
    "a header of 2 MB": (mail(SENTENCE, f"X-Long: {'a b ' * 500_000}\r\n"), None),
    "10,000 headers": (mail(SENTENCE, "X-A: b\r\n" * 10_000), None),
    "2,000 receivers": (mail(SENTENCE, "Cc: " + "Ada <a@example.org>, " * (2000 * SCALE) + "\r\n"), None),
    "a subject in pieces": (mail(SENTENCE, "Cc: " + "=?utf-8?b?gICA?= =?x?q?=ff?= =?utf-16?b?2AA=?= " * 300 + "\r\n"), None),
    "addresses of no shape": (mail(SENTENCE, "Cc: " + "<(" * 2000 + ")>" * 200 + "\r\n"), None),
    "addresses in groups": (mail(SENTENCE, "Cc: " + "a:b," * 3000 + "\r\n"), None),
    "a date of no day": (mail(SENTENCE, "Date: Thu, 99 Foo 99999 99:99:99 +9999999\r\n"), None),
    "a set of characters that is none": (mail(SENTENCE, "Content-Type: text/plain; charset=nothing\r\n"), None),
    "a set of characters that is code": (mail(SENTENCE + "\x80", "Content-Type: text/plain; charset=rot13\r\n"), None),
    "base64 that is none": (mail("!!!!" * 500, "Content-Transfer-Encoding: base64\r\n"), None),
    "an encoding that is none": (mail(SENTENCE, "Content-Transfer-Encoding: nothing\r\n"), None),
    "uuencode": (mail("begin 644 x\r\n" + "M" * 61 + "\r\n", "Content-Transfer-Encoding: x-uuencode\r\n"), None),
    "no boundary": (mail(SENTENCE, "Content-Type: multipart/mixed\r\n"), None),
    "an empty boundary": (mail("--\r\n\r\n" * 500 + SENTENCE, 'Content-Type: multipart/mixed; boundary=""\r\n'), None),
    "a type that is none": (mail(SENTENCE, "Content-Type: ;;;===;;/\r\n"), None),
    "parameters that go on": (mail(SENTENCE, "Content-Type: text/plain; " + "; ".join(f"a*{n}*=b" for n in range(500 * SCALE)) + "\r\n"), None),
    "a name of parts": (mail(SENTENCE, "Content-Disposition: attachment; filename*=utf-8''%ff%00%2e%2e%2f\r\n"), None),
    "names that cannot be seen": (mail(SENTENCE, "Content-Type: applic\x1b[2Jation/\x07x\u202e\r\n"), None),
    "encrypted": (mail(SENTENCE, "Content-Type: multipart/encrypted; boundary=X\r\n"), "encrypted"),
}  # fmt: skip

SPECIMENS = (
    *(Specimen(f"{name}.csv", lambda made=made: made().encode()) for name, made in _CSV.items()),
    Specimen("tabs alone.tsv", lambda: b"\t" * (50_000 * SCALE)),
    *(Specimen(f"{name}.xlsx", lambda made=made: xlsx(*made())) for name, made in _BOOKS.items()),
    Specimen("a shared string of 1 MB in 5,000 cells.xlsx", lambda: _shared("waste water " * 90_000, 50)),
    Specimen("a shared string of a page in 100,000 cells.xlsx", lambda: _shared(SENTENCE * 50, 1000)),
    *(Specimen(f"{name}.eml", always(data), refused=reason) for name, (data, reason) in _MAILS.items()),
    Specimen("1,000 mails in one another.eml", lambda: _mail_in_mail(1000)),
    Specimen("60 parts in one another.eml", lambda: _parts_in_parts(60)),
    Specimen("1,000 parts in one another.eml", lambda: _parts_in_parts(1000)),
    Specimen("1,000 parts.eml", lambda: _parts(1000), holds=SENTENCE, warns="too many"),
)
