# ruff: noqa: E501 (a specimen is one line, however long)
"""Texts, pages and rich texts that nest, never end, hide characters or are written in odd ways."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.hostile.specimen import SCALE, SENTENCE, Specimen, always

__all__ = ["ENCODED", "HIDDEN", "SPECIMENS"]

_MARKED = f"# Waste\n\n{SENTENCE}\n\n"
HIDDEN = (
    *(chr(code) for code in (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070))),
    *"\u00ad\u061c\u180e\ufeff\ufff9\ufffa\ufffb\u0085\u2028\u2029\x01\x07\x1b\x1e\x7f\x9b\ue000\uf8ff",
    *(chr(code) for code in (0xE0001, 0xE0041, 0xE007F, 0x1D173, 0x1BCA0, 0xF0000, 0x10FFFD, 0x13430)),
)
"""Characters that are not seen, turn text around, or mean what no font says."""

_WORDS = {
    "French": "L'été dernier, la ville a réduit ses déchets ménagers de 12 %. Où vont les déchets à présent ?",
    "German": "Die Stadt hat ihre Abfälle über zwölf Jahre verringert. Größere Städte müssen öfter prüfen.",
    "Polish": "Miasto zmniejszyło ilość odpadów o dwanaście procent. Późniejszy plan objął także żużel i źródła ciepła.",
    "Czech": "Město snížilo množství odpadů o dvanáct procent. Příští rok začne třídění v každé čtvrti.",
    "Turkish": "Şehir evsel atıklarını yüzde on iki azalttı. Yağmur suyu için büyük havuzlar yapıldı, ışıklar değişti.",
    "Greek": "Η πόλη μείωσε τα οικιακά απορρίμματα κατά δώδεκα τοις εκατό. Το νέο σχέδιο ισχύει από φέτος.",
    "Russian": "Город сократил бытовые отходы на двенадцать процентов. Новый план действует с этого года.",
    "Hebrew": "העיר הפחיתה את הפסולת הביתית בשנים עשר אחוזים. התוכנית החדשה בתוקף מהשנה.",
    "Arabic": "خفضت المدينة النفايات المنزلية بنسبة اثني عشر في المئة. الخطة الجديدة سارية منذ هذا العام.",
    "Thai": "เมืองลดขยะในครัวเรือนลงร้อยละสิบสอง แผนใหม่มีผลตั้งแต่ปีนี้",
    "Japanese": "市は家庭ごみを十二パーセント減らしました。新しい計画は今年から始まります。",
    "Chinese": "全市生活垃圾减少了百分之十二。新的计划从今年开始实施。",
    "Taiwanese": "全市生活垃圾減少了百分之十二。新的計畫從今年開始實施。",
    "Korean": "시는 생활 쓰레기를 십이 퍼센트 줄였다. 새 계획은 올해부터 시행된다.",
    "Vietnamese": "Thành phố đã giảm mười hai phần trăm rác thải sinh hoạt. Kế hoạch mới bắt đầu từ năm nay.",
}
_ENCODINGS = {
    "French": "cp1252 iso8859_15 utf-8 utf-16",
    "German": "cp1252 iso8859_1 utf-8-sig utf-32",
    "Polish": "cp1250 iso8859_2 utf-16-le",
    "Czech": "cp1250 iso8859_2",
    "Turkish": "cp1254 iso8859_9",
    "Greek": "cp1253 iso8859_7",
    "Russian": "cp1251 koi8_r utf-16-be",
    "Hebrew": "cp1255 iso8859_8",
    "Arabic": "cp1256 utf-8",
    "Thai": "cp874 utf-8",
    "Japanese": "shift_jis euc_jp iso2022_jp utf-16",
    "Chinese": "gb18030 gbk utf-8",
    "Taiwanese": "big5 utf-8",
    "Korean": "euc_kr cp949 utf-8",
    "Vietnamese": "utf-8 utf-16",
}
ENCODED = tuple(
    (language, encoding, _WORDS[language])
    for language, encodings in _ENCODINGS.items()
    for encoding in encodings.split()
)
"""(language, encoding, text that can be written in it)."""


def _noise(seed: str, length: int) -> bytes:
    return random.Random(seed).randbytes(length)  # noqa: S311 (the same on every run)


def _zalgo() -> bytes:
    dice = random.Random("zalgo")  # noqa: S311 (the same on every run)
    return "".join(
        char + "".join(chr(dice.randrange(0x300, 0x370)) for _ in range(40)) for char in SENTENCE * 40
    ).encode()


def _page(body: str) -> bytes:
    return f"<!doctype html><html><body>{body}</body></html>".encode()


def _rich(body: str) -> bytes:
    return b"{\\rtf1\\ansi " + body.encode("latin-1") + b" " + SENTENCE.encode() + b"\\par}"


_LINES: dict[str, Callable[[], str]] = {
    "one line of 500 kB": lambda: "waste water plan " * (30_000 * SCALE),
    "one word of 1 MB": lambda: "a" * (1_000_000 * SCALE),
    "one sentence of 300 kB": lambda: "waste, " * (43_000 * SCALE),
    "30,000 short lines": lambda: "a b\n" * (30_000 * SCALE),
    "100,000 blank lines": lambda: "\n" * (100_000 * SCALE) + SENTENCE,
    "40,000 full stops": lambda: "A. " * (40_000 * SCALE),
    "digits": lambda: "1234567890" * (30_000 * SCALE),
    "hyphens at line ends": lambda: "waste-\n" * (20_000 * SCALE),
    "bars": lambda: "|" * (50_000 * SCALE) + "\n" + "a|b|c\n" * (5000 * SCALE),
    "tabs": lambda: "a\t" * (50_000 * SCALE) + "\n" + "a\tb\tc\n" * (3000 * SCALE),
    "gaps": lambda: "a  b   c\n" * (5000 * SCALE),
    "3,000 form feeds": lambda: f"{SENTENCE}\f" * (3000 * SCALE),
    "rules": lambda: "-=-=" * (50_000 * SCALE) + "\n" + "----\n" * (5000 * SCALE),
    "numbers of items": lambda: "1. a\n" * (5000 * SCALE),
    "quotation marks that never close": lambda: "`" * 30_000 + "\u2013" * 15_000,
    "brackets": lambda: "[1] (2) {3} " * (6000 * SCALE),
    "no space in Chinese": lambda: "全市生活垃圾减少了百分之十二" * (6000 * SCALE),
}
_MARKDOWN: dict[str, Callable[[], str]] = {
    "quotes in quotes": lambda: "> " * 3000 + "deep",
    "lists in lists": lambda: "\n".join("  " * n + "- a" for n in range(1500)),
    "brackets": lambda: "[" * (5000 * SCALE),
    "links in links": lambda: "[a](" * (2000 * SCALE),
    "images": lambda: "![" * (3000 * SCALE),
    "stars": lambda: "*a " * (5000 * SCALE),
    "stars and lines": lambda: "*_" * (3000 * SCALE) + "a" + "_*" * (3000 * SCALE),
    "back ticks": lambda: "".join("`" * n + " " for n in range(700)),
    "entities": lambda: "&#0;&#xD800;&#x110000;&#99999999999;&amp;" * 5000,
    "tags": lambda: "<a " * (4000 * SCALE),
    "tags that do not close": lambda: "<div>\n" * (2000 * SCALE),
    "comments": lambda: "<!--" * (4000 * SCALE),
    "a table of 1,000 columns": lambda: (
        "|" + "a|" * 1000 + "\n|" + "-|" * 1000 + "\n" + ("|" + "b|" * 1000 + "\n") * 20
    ),
    "a table that explodes": lambda: "|" + "a|" * 2000 + "\n|" + "-|" * 2000 + "\n" + "|b|\n" * (400 * SCALE),
    "references": lambda: "".join(f"[a{n}]: /b\n" for n in range(2000 * SCALE)) + "[a1][a2]" * (1000 * SCALE),
    "fences": lambda: "~~~\n" * (5000 * SCALE),
    "headings": lambda: "# a\n" * (5000 * SCALE),
    "underlines": lambda: "a\n=\n" * (3000 * SCALE),
}
_FRONT = {
    "aliases": "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
   ),
    "deep lists": "cities: " + "[" * 5000 + "]" * 5000,
    "objects of Python": 'title: !!python/object/apply:os.system ["true"]',
    "merges": "a: &a {x: 1}\nb: {<<: *a, <<: *a}\ntitle: x",
    "keys that are lists": "? [a, b]\n: c\ntitle: x",
    "a title of lines": 'title: "a\\nb\\u202Ec\\0"',
    "years": f"years: {'9' * 5000}",
    "date of no calendar": "compiled: 2021-99-99\ntitle: 2021-02-30",
}  # fmt: skip
_PAGES: dict[str, Callable[[], str]] = {
    "8,000 elements deep": lambda: "<div>" * (8000 * SCALE) + SENTENCE,
    "24,000 elements deep in fonts": lambda: "<font><b><i>" * (8000 * SCALE) + SENTENCE,
    "tables in tables": lambda: "<table><tr><td>" * 3000 + SENTENCE,
    "lists in lists": lambda: "<ul><li>" * 5000 + SENTENCE,
    "8,000 attributes": lambda: "<p " + " ".join(f"a{n}=1" for n in range(8000 * SCALE)) + f">{SENTENCE}</p>",
    "one attribute of 1 MB": lambda: f'<p title="{"x " * (500_000 * SCALE)}">{SENTENCE}</p>',
    "spans of the sky": lambda: (
        f'<table><tr><td colspan="999999999" rowspan="999999999">{SENTENCE}</td><td>a</td></tr>'
        + "<tr><td>b</td></tr>" * 2000
        + "</table>"
    ),
    "spans that multiply": lambda: (
        "<table>"
        + ("<tr>" + '<td colspan="1000" rowspan="65534">a</td>' * 200 + "</tr>") * 50
        + f"</table><p>{SENTENCE}</p>"
    ),
    "spans that are no numbers": lambda: (
        f'<table><tr><td colspan="{"9" * 5000}" rowspan="-1">a</td><td colspan="1e9">b</td></tr>'
        f"<tr><td>c</td></tr></table><p>{SENTENCE}</p>"
    ),
    "a list that begins late": lambda: f'<ol start="{"9" * 5000}"><li>a</li></ol><p>{SENTENCE}</p>',
    "a list that begins in Arabic": lambda: (
        f'<ol start="٣"><li>a</li></ol><ol start="²"><li>a</li></ol><p>{SENTENCE}</p>'
    ),
    "entities": lambda: f"<p>&#0;&#xD800;&#x110000;&#1;&#x80;&notanentity;&{'a' * 10_000}; {SENTENCE}</p>",
    "scripts": lambda: (
        f"<script>{'<p>no</p>' * 1000}</script><style>p{{}}</style><template><p>no</p></template><p>{SENTENCE}</p>"
    ),
    "an open script": lambda: f"<p>{SENTENCE}</p><script>" + "while(1);" * 10_000,
    "an open comment": lambda: f"<p>{SENTENCE}</p><!-- " + "<p>no</p>" * 10_000,
    "svg and mathematics": lambda: f"<svg><foreignObject><math><mi><svg><p>{SENTENCE}</p>" * 200,
    "plain text": lambda: f"<p>{SENTENCE}</p><plaintext>" + "<p>words</p>" * 2000,
    "one row of 16,384 cells": lambda: "<table><tr>" + "<td>a</td>" * 16_384 + f"</tr></table><p>{SENTENCE}</p>",
    "3,000 rows": lambda: "<table>" + "<tr><td>a</td><td>b</td></tr>" * (3000 * SCALE) + "</table>",
    "8,000 links": lambda: "<a href=x>menu</a> " * (8000 * SCALE) + f"<p>{SENTENCE}</p>",
    "3,000 menus": lambda: "<ul><li><a href=x>menu</a></li></ul>" * (3000 * SCALE) + f"<p>{SENTENCE}</p>",
    "forms and selects": lambda: "<select>" + "<option>a" * (3000 * SCALE) + f"</select><p>{SENTENCE}</p>",
    "frames": lambda: f"<iframe srcdoc='<p>no</p>'></iframe><object data=file:///etc/passwd></object><p>{SENTENCE}</p>",
    "a base elsewhere": lambda: f"<base href=file:///etc/><meta http-equiv=refresh content='0;url=x'><p>{SENTENCE}</p>",
}
_RICH: dict[str, Callable[[], str]] = {
    "groups 1,500 deep": lambda: "{" * 1500 + SENTENCE + "}" * 1500,
    "groups 200,000 deep": lambda: "{" * 200_000,
    "closed too often": lambda: "}" * 5000,
    "bin of the sky": lambda: "\\bin2147483647 ",
    "bin below zero": lambda: "\\bin-5 ",
    "a font of its own": lambda: "{\\fonttbl{\\f0\\fcharset254 Symbol;}{\\f1\\fcharset999 X;}}\\f0 abc\\f1 abc\\f999 ",
    "code page of nothing": lambda: "\\ansicpg99999 \\'e9\\'ff\\'00 ",
    "halves of characters": lambda: "\\u-10179 ?\\u55357 ?\\u56832 ?\\u0 ?\\u-1 ?\\u65535 ?",
    "fallbacks": lambda: "\\uc2147483647 \\u8211 " + "a" * 300,
    "stars": lambda: "{\\*" * 1000 + "a" + "}" * 1000,
    "rows without cells": lambda: "\\trowd\\row" * 20_000,
    "cells without rows": lambda: "\\trowd\\cellx100 a\\cell" * (4000 * SCALE),
    "cells of 16,384": lambda: (
        "\\trowd" + "".join(f"\\cellx{n}" for n in range(16_384)) + "\\intbl a\\cell" * 16_384 + "\\row\\pard "
    ),
    "a picture": lambda: "{\\pict\\pngblip " + "89504e47" * 200_000 + "}",
    "an object": lambda: "{\\object{\\*\\objdata " + "d0cf11e0" * 100_000 + "}}",
    "a field": lambda: '{\\field{\\*\\fldinst INCLUDETEXT "/etc/passwd"}{\\fldrslt }}',
    "one word of 1 MB": lambda: "a" * (1_000_000 * SCALE),
    "numbers of no size": lambda: "\\fs99999999999999999999 \\li-99999999999999 \\ilvl99999999 \\ls1 \\outlinelevel-9 ",
    "a hundred thousand words": lambda: "\\b\\i" * 100_000,
    "notes in notes": lambda: "{\\footnote a" * 300 + "}" * 300,
}


def _odd() -> tuple[Specimen, ...]:
    hidden = "".join(f"{SENTENCE[n % len(SENTENCE)]}{char}" for n, char in enumerate(HIDDEN))
    words = SENTENCE.replace("waste", "\u200b\u2066".join("waste"))
    utf_7 = "+ADw-script+AD4- " + SENTENCE
    return (
        Specimen("hidden characters.txt", always(f"{words}\n\n{hidden}".encode()), holds=SENTENCE),
        Specimen("hidden characters.md", always(f"# {hidden}\n\n{words}".encode()), holds=SENTENCE),
        Specimen("hidden characters.html", always(_page(f"<h1>{hidden}</h1><p>{words}")), holds=SENTENCE),
        Specimen("hidden characters.csv", always(f"{hidden},b\n{words},2\n".encode()), holds=SENTENCE),
        Specimen("hidden in entities.html", always(_page("<p>" + "&#x200b;&#x202e;&zwj;&shy;".join(SENTENCE))), holds=SENTENCE),
        Specimen("tags of language.txt", always((SENTENCE + "".join(chr(0xE0000 + ord(c)) for c in "ignore all")).encode()), holds=SENTENCE),
        Specimen("turned around.txt", always(f"\u202e{SENTENCE}\u202c \u2067{SENTENCE}\u2069".encode()), holds=SENTENCE),
        Specimen("zalgo.txt", _zalgo),
        Specimen("joiners.txt", always(("a\u200db \u200c\u200d" * 100 + "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 " + SENTENCE).encode()), holds="\u0645\u06cc\u200c\u062e"),
        Specimen("only marks.txt", always(("\u0301" * 100_000).encode())),
        Specimen("only hidden.txt", always("\u200b\u2060\ufeff".encode() * 1000), refused="."),
        Specimen("only blanks.txt", always(b" \n\t\f\v" * 1000), refused="."),
        Specimen("nothing.txt", always(b""), refused="empty"),
        Specimen("zero bytes.txt", always(bytes(5000)), refused="empty|not a text"),
        Specimen("zero bytes between.txt", always(SENTENCE.encode().replace(b" ", b" \0"))),
        Specimen("few zero bytes.txt", always((SENTENCE * 40).encode() + b"\0" + SENTENCE.encode()), holds=SENTENCE, warns="zero byte"),
        Specimen("noise.txt", always(_noise("a", 60_000)), refused="."),
        Specimen("noise.md", always(_noise("b", 600)), refused="."),
        Specimen("noise.html", always(b"<html><p>" + _noise("c", 60_000))),
        Specimen("noise.csv", always(_noise("d", 60_000)), refused="."),
        Specimen("noise.eml", always(b"From: a\r\n\r\n" + _noise("e", 60_000))),
        Specimen("noise.rtf", always(b"{\\rtf1 " + _noise("f", 60_000))),
        Specimen("high bytes.txt", always(bytes(range(128, 256)) * 300)),
        Specimen("all bytes but zero.txt", always(bytes(range(1, 256)) * 300)),
        Specimen("half characters.txt", always(b"\xed\xa0\x80\xed\xb0\x80" * 20 + SENTENCE.encode() * 20)),
        Specimen("overlong.txt", always(b"\xc0\xbc\xe0\x80\xbcscript\xf0\x80\x80\xbc " + SENTENCE.encode() * 20), lacks=("<script",)),
        Specimen("beyond Unicode.txt", always(b"\xf7\xbf\xbf\xbf\xf8\x88\x80\x80\x80 " + SENTENCE.encode() * 20)),
        Specimen("UTF-7.txt", always(utf_7.encode()), lacks=("<script",)),
        Specimen("UTF-7 declared.html", always(f'<meta charset="utf-7"><p>{utf_7}</p>'.encode()), lacks=("<script",)),
        Specimen("declared as nothing.html", always(f'<meta charset="rot13"><p>{SENTENCE}</p>'.encode()), holds=SENTENCE),
        Specimen("declared as code.html", always(f'<meta charset="unicode_escape"><p>{SENTENCE} \xe9\\x41</p>'.encode("latin-1")), holds=SENTENCE),
        Specimen("declared as zip.html", always(f'<meta charset="zlib_codec"><p>{SENTENCE} \xe9</p>'.encode("latin-1")), holds=SENTENCE),
        Specimen("declared as idna.html", always(f'<meta charset="idna"><p>{SENTENCE} \xe9</p>'.encode("latin-1")), holds=SENTENCE),
        Specimen("two encodings.txt", always(("Größe und Fülle. " * 40).encode() + ("Größe und Fülle. " * 4).encode("cp1252"))),
        Specimen("two marks.txt", always(b"\xef\xbb\xbf\xff\xfe" + SENTENCE.encode())),
        Specimen("mark of another.txt", always(b"\xff\xfe" + SENTENCE.encode())),
        Specimen("odd length.txt", always(b"\xff\xfe" + SENTENCE.encode("utf-16-le") + b"a"), holds=SENTENCE),
        Specimen("halves in UTF-16.txt", always(b"\xff\xfe" + (SENTENCE * 9).encode("utf-16-le") + b"\x00\xd8" * 5), holds=SENTENCE, warns="not valid"),
        Specimen("beyond in UTF-32.txt", always(b"\xff\xfe\0\0" + b"\xff\xff\xff\x7f" * 9 + (SENTENCE * 9).encode("utf-32-le")), holds=SENTENCE),
        Specimen("escapes of a terminal.txt", always(b"\x1b]52;c;eA==\x07\x1b[2J " + SENTENCE.encode() * 9)),
        Specimen("Japanese without end.txt", always(b"\x1b$B" + b"$3$N" * 5000)),
        Specimen("deep JSON.txt", lambda: b'{"a":[' * (10_000 * SCALE)),
        Specimen("deep lists of JSON.md", lambda: b"[" * (3000 * SCALE) + b"1" + b"]" * (3000 * SCALE)),
    )  # fmt: skip


SPECIMENS = (
    *_odd(),
    *(Specimen(f"{name}.txt", lambda made=made: made().encode()) for name, made in _LINES.items()),
    *(
        Specimen(f"{name}.md", lambda made=made: (_MARKED + made()).encode(), holds=SENTENCE)
        for name, made in _MARKDOWN.items()
    ),
    *(
        Specimen(f"front matter of {name}.md", always(f"---\n{words}\n---\n{_MARKED}".encode()))
        for name, words in _FRONT.items()
    ),
    *(
        Specimen(f"{name}.html", lambda made=made: _page(made()), lacks=("<p>no", "root:"))
        for name, made in _PAGES.items()
    ),
    *(Specimen(f"{name}.rtf", lambda made=made: _rich(made()), lacks=("root:",)) for name, made in _RICH.items()),
    *(
        Specimen(f"{name} again{suffix}", lambda made=_LINES[name]: made().encode())
        for name in ("one line of 500 kB", "30,000 short lines", "tabs")
        for suffix in (".md", ".html")
    ),
)
