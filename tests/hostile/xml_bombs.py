# ruff: noqa: E501 (a specimen is one line, however long)
"""XML that grows, nests or points elsewhere, in the parts of office files and books."""

from __future__ import annotations

from collections.abc import Callable

from tests.hostile.seeds import epub, odf, xlsx
from tests.hostile.specimen import SCALE, SENTENCE, Specimen
from tests.office_files import WORD_NAMESPACES, docx, pack, pptx, relations

__all__ = ["SPECIMENS"]

_LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)) + "]>"
)
_QUADRATIC = f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>'
_EXTERNAL = '<!DOCTYPE x [<!ENTITY a11 SYSTEM "file:///etc/passwd">]>'
_PARAMETER = '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>'
_REMOTE = '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'


def _word(prolog: str, body: str, *, encoding: str = "utf-8") -> bytes:
    document = f"{prolog}<w:document {WORD_NAMESPACES}><w:body>{body}</w:body></w:document>"
    return pack(
        {
            "_rels/.rels": relations(("d", "officeDocument", "word/document.xml")),
            "word/document.xml": document.encode(encoding),
        }
    )


def _par(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def _slide_tables(depth: int) -> bytes:
    group = "<p:grpSp>" * depth + "</p:grpSp>" * depth
    shape = f"<p:sp><p:txBody><a:p><a:r><a:t>{SENTENCE}</a:t></a:r></a:p></p:txBody></p:sp>"
    return pptx([group, shape])


def _deep(before: str, after: str, times: int) -> str:
    return before * times + _par(SENTENCE) + after * times


_DOCTYPE = "declares a document type|not well-formed"
_DEEP = "nests its elements too deep|not well-formed|unpacks to more"


def _docx(name: str, make: Callable[[], bytes], **expected: str) -> Specimen:
    return Specimen(f"{name}.docx", make, **expected)  # type: ignore[arg-type]


SPECIMENS = (
    _docx("a billion laughs", lambda: _word(_LAUGHS, _par("&a11;")), refused=_DOCTYPE),
    _docx("quadratic", lambda: _word(_QUADRATIC, _par("&a;" * 5000)), refused=_DOCTYPE),
    _docx("entity of a file", lambda: _word(_EXTERNAL, _par("&a11;")), refused=_DOCTYPE),
    _docx("parameter entity", lambda: _word(_PARAMETER, _par("x")), refused=_DOCTYPE),
    _docx("remote definition", lambda: _word(_REMOTE, _par("x")), refused=_DOCTYPE),
    _docx(
        "laughs in UTF-16",
        lambda: _word('<?xml version="1.0" encoding="UTF-16"?>' + _LAUGHS, _par("&a11;"), encoding="utf-16"),
        refused=_DOCTYPE,
    ),
    _docx(
        "laughs in UTF-7",
        lambda: _word('<?xml version="1.0" encoding="UTF-7"?>' + _LAUGHS.replace("<", "+ADw-"), _par("&a11;")),
        refused=_DOCTYPE,
    ),
    _docx("undeclared entity", lambda: _word("", _par("&nbsp;")), refused="not well-formed"),
    _docx(
        "elements 100,000 deep",
        lambda: _word("", _deep("<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>", 50_000)),
        refused=_DEEP,
    ),
    _docx("tables in tables", lambda: _word("", _deep("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>", 80))),
    _docx(
        "text boxes in text boxes",
        lambda: _word(
            "",
            _deep(
                "<w:p><w:r><w:pict><v:textbox><w:txbxContent>", "</w:txbxContent></v:textbox></w:pict></w:r></w:p>", 45
            ),
        ),
    ),
    _docx(
        "20,000 empty paragraphs",
        lambda: _word("", "".join(f"<w:p w:a='{n * n}'/>" for n in range(20_000 * SCALE)) + _par(SENTENCE)),
    ),
    _docx(
        "200,000 attributes",
        lambda: _word("", "<w:p " + " ".join(f'a{n}="1"' for n in range(200_000)) + "/>" + _par(SENTENCE)),
    ),
    _docx(
        "one attribute of 200 kB",
        lambda: _word("", f'<w:p w:a="{" ".join(str(n * n) for n in range(20_000 * SCALE))}"/>' + _par(SENTENCE)),
    ),
    _docx("one paragraph of 200 kB", lambda: _word("", _par(" ".join(str(n * n) for n in range(20_000 * SCALE))))),
    _docx(
        "10,000 runs",
        lambda: _word(
            "", "<w:p>" + "".join(f"<w:r><w:t>{n * n} </w:t></w:r>" for n in range(10_000 * SCALE)) + "</w:p>"
        ),
    ),
    _docx(
        "a row of 16,384 cells",
        lambda: _word(
            "", "<w:tbl><w:tr>" + "<w:tc><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc>" * 16_384 + "</w:tr></w:tbl>"
        ),
    ),
    _docx(
        "a cell as wide as a million",
        lambda: _word(
            "",
            '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="99999999"/></w:tcPr>'
            + _par(SENTENCE)
            + "</w:tc></w:tr></w:tbl>",
        ),
    ),
    _docx(
        "numbers that are none",
        lambda: _word(
            "",
            f'<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="{"9" * 5000}"/></w:tcPr>'
            + _par(SENTENCE)
            + '</w:tc></w:tr></w:tbl><w:p><w:pPr><w:outlineLvl w:val="x"/><w:numPr><w:ilvl w:val="-7"/><w:numId w:val="1e9"/></w:numPr></w:pPr></w:p>',
        ),
    ),
    _docx(
        "styles that build on each other",
        lambda: docx(
            '<w:p><w:pPr><w:pStyle w:val="A"/></w:pPr><w:r><w:t>x</w:t></w:r></w:p>' + _par(SENTENCE),
            {
                "word/styles.xml": '<w:styles {ns}><w:style w:styleId="A"><w:name w:val="a"/><w:basedOn w:val="B"/></w:style><w:style w:styleId="B"><w:basedOn w:val="A"/></w:style></w:styles>',
                "word/_rels/document.xml.rels": relations(("s", "styles", "styles.xml")),
            },
        ),
        holds=SENTENCE,
    ),
    _docx(
        "a note that holds itself",
        lambda: docx(
            '<w:p><w:r><w:t>x</w:t><w:footnoteReference w:id="1"/></w:r></w:p>' + _par(SENTENCE),
            {
                "word/footnotes.xml": '<w:footnotes {ns}><w:footnote w:id="1"><w:p><w:r><w:t>n</w:t><w:footnoteReference w:id="1"/></w:r></w:p></w:footnote></w:footnotes>',
                "word/_rels/document.xml.rels": relations(("s", "footnotes", "footnotes.xml")),
            },
        ),
        holds=SENTENCE,
    ),
    _docx(
        "main part is itself",
        lambda: pack({"_rels/.rels": relations(("d", "officeDocument", "_rels/.rels")), "word/document.xml": "<x/>"}),
    ),
    _docx("no main part", lambda: pack({"_rels/.rels": "<Relationships/>", "word/other.xml": "<x/>"}), refused="."),
    _docx("control characters", lambda: _word("", _par("a&#1;b")), refused="not well-formed"),
    _docx(
        "invisible characters",
        lambda: _word("", _par(SENTENCE.replace("waste", "wa\u200b\u202e\u2066\U000e0041\u00adste"))),
        holds=SENTENCE,
    ),
    Specimen("groups in groups.pptx", lambda: _slide_tables(110)),
    Specimen("groups too deep.pptx", lambda: _slide_tables(5000), holds=SENTENCE, warns="slide 1 could not be read"),
    Specimen(
        "990 slides.pptx",
        lambda: pptx(
            [f"<p:sp><p:txBody><a:p><a:r><a:t>Slide {n} text.</a:t></a:r></a:p></p:txBody></p:sp>" for n in range(990)]
        ),
        holds="Slide 989 text.",
    ),
    Specimen(
        "laughs.odt",
        lambda: pack({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": _LAUGHS + "<x>&a11;</x>"}),
        refused=_DOCTYPE,
    ),
    Specimen("a flat file of laughs.fodt", lambda: (_LAUGHS + "<x>&a11;</x>").encode(), refused="."),
    Specimen(
        "rows repeated a billion times.ods",
        lambda: odf(
            "spreadsheet",
            f'<table:table table:name="a"><table:table-row table:number-rows-repeated="1000000000"><table:table-cell table:number-columns-repeated="1000000000"><text:p>{SENTENCE}</text:p></table:table-cell></table:table-row></table:table>',
            "spreadsheet",
        ),
        holds=SENTENCE,
    ),
    Specimen(
        "a billion spaces.odt",
        lambda: odf("text", f'<text:p>{SENTENCE}<text:s text:c="1000000000"/></text:p>'),
        holds=SENTENCE,
    ),
    Specimen(
        "numbers of no size.odt",
        lambda: odf(
            "text",
            f'<text:h text:outline-level="{"9" * 5000}">x</text:h><text:p>{SENTENCE}<text:s text:c="-5"/></text:p>',
        ),
        holds=SENTENCE,
    ),
    Specimen(
        "shared strings of laughs.xlsx",
        lambda: xlsx(
            '<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData>',
            {"xl/sharedStrings.xml": _LAUGHS + "<sst><si><t>&a11;</t></si></sst>"},
        ),
    ),
    Specimen(
        "chapters of laughs.epub",
        lambda: epub({"1.xhtml": _LAUGHS + f"<html><body><p>&a11;</p><p>{SENTENCE}</p></body></html>"}),
        holds=SENTENCE,
        lacks=("haha",),
    ),
    Specimen(
        "package of a file.epub",
        lambda: epub(
            {"1.xhtml": f"<p>{SENTENCE}</p>"},
            parts={
                "META-INF/container.xml": _EXTERNAL
                + '<container><rootfiles><rootfile full-path="&a11;"/></rootfiles></container>'
            },
        ),
        holds=SENTENCE,
        lacks=("root:",),
    ),
    Specimen(
        "a spine in circles.epub",
        lambda: epub(
            {"1.xhtml": f"<p>{SENTENCE}</p>", "2.xhtml": '<p><a href="1.xhtml">back</a></p>'},
            spine='<itemref idref="1.xhtml"/><itemref idref="2.xhtml"/>' * 20_000,
        ),
        holds=SENTENCE,
    ),
    Specimen(
        "a spine out of the book.epub",
        lambda: epub({"../../../../etc/passwd": ""}, spine='<itemref idref="../../../../etc/passwd"/>'),
        refused=".",
    ),
    Specimen(
        "a package of itself.epub",
        lambda: pack(
            {
                "mimetype": "application/epub+zip",
                "META-INF/container.xml": '<container><rootfile full-path="META-INF/container.xml"/></container>',
            }
        ),
        refused=".",
    ),
    Specimen(
        "1,900 chapters.epub",
        lambda: epub({f"{n}.xhtml": f"<h1>Chapter {n}</h1><p>Words of chapter {n}.</p>" for n in range(1900)}),
        holds="Words of chapter 1899.",
    ),
)
