# ruff: noqa: E501 (a specimen is one line, however long)
"""PDF files that loop, lie, swell or are broken."""

from __future__ import annotations

import zlib

from tests.hostile.seeds import SECOND, pdf, seeds
from tests.hostile.specimen import SCALE, SENTENCE, Specimen
from tests.pdf_files import pages_of, pdf_of

__all__ = ["SPECIMENS"]

_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
_ROOT = b"<< /Type /Catalog /Pages 2 0 R >>"
_TEXT = b"BT /F1 11 Tf 60 700 Td (%s) Tj ET" % SENTENCE.encode()


def _stream(content: bytes, more: bytes = b"", length: int | None = None) -> bytes:
    return (
        b"<< /Length %d %s >>\nstream\n" % (len(content) if length is None else length, more) + content + b"\nendstream"
    )


def _page(
    contents: int, more: bytes = b"/MediaBox [0 0 595 842]", resources: bytes = b"/Font << /F1 3 0 R >>"
) -> bytes:
    return b"<< /Type /Page /Parent 2 0 R %s /Resources << %s >> /Contents %d 0 R >>" % (more, resources, contents)


def _one_page(
    content: bytes = _TEXT,
    *more: bytes,
    stream: bytes | None = None,
    page: bytes = b"/MediaBox [0 0 595 842]",
    resources: bytes = b"/Font << /F1 3 0 R >>",
    root: bytes = _ROOT,
    trailer: bytes = b"",
    font: bytes = _FONT,
) -> bytes:
    """Objects: 1 root, 2 pages, 3 font, 4 page, 5 content, further ones from 6 on."""
    kids = b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>"
    return pdf(root, kids, font, _page(5, page, resources), stream or _stream(content), *more, trailer=trailer)


def _flate(content: bytes, rounds: int = 1) -> bytes:
    for _ in range(rounds):
        content = zlib.compress(content, 9)
    return _stream(content, b"/Filter [%s]" % (b"/FlateDecode " * rounds))


def _tree(kids: bytes, *nodes: bytes, count: int = 1) -> bytes:
    return pdf(
        _ROOT, b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count), _FONT, _page(5), _stream(_TEXT), *nodes
    )


def _deep_tree(depth: int) -> bytes:
    nodes = [b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (7 + n) for n in range(depth)]
    return _tree(b"6 0 R", *nodes, _page(5))


def _shared_page(count: int) -> bytes:
    return _tree(b"4 0 R " * count, count=count)


def _form(content: bytes, resources: bytes) -> bytes:
    return _stream(content, b"/Type /XObject /Subtype /Form /BBox [0 0 600 900] /Resources << %s >>" % resources)


def _doubling_forms(depth: int) -> bytes:
    """Each form draws the next one many times."""
    forms = [_form(b"/X Do " * 10, b"/XObject << /X %d 0 R >>" % (7 + n)) for n in range(depth)]
    last = _form(b"BT /F1 11 Tf 60 700 Td (x) Tj ET", b"/Font << /F1 3 0 R >>")
    return _one_page(_TEXT + b" /X Do", *forms, last, resources=b"/Font << /F1 3 0 R >> /XObject << /X 6 0 R >>")


def _outline() -> bytes:
    root = b"<< /Type /Catalog /Pages 2 0 R /Outlines 6 0 R >>"
    entry = b"<< /Title (a) /Parent 6 0 R /Next 7 0 R /Prev 7 0 R /First 6 0 R /Last 6 0 R /Dest [4 0 R /Fit] >>"
    return _one_page(_TEXT, b"<< /Type /Outlines /First 7 0 R /Last 7 0 R /Count 99999 >>", entry, root=root)


def _labels() -> bytes:
    root = b"<< /Type /Catalog /Pages 2 0 R /PageLabels 6 0 R >>"
    tree = b"<< /Kids [6 0 R 6 0 R] /Nums [0 << /S /r /St 999999999 /P (\\376\\377\\330\\000) >> -5 << /S /Z >>] >>"
    return _one_page(_TEXT, tree, root=root)


def _object_stream_loop() -> bytes:
    inner = b"6 0 7 20 << /A 6 0 R >> << /B 7 0 R >>"
    more = b"/Type /ObjStm /N 99999999 /First 9 /Extends 6 0 R"
    return _one_page(_TEXT, _stream(inner, more), trailer=b"/Prev 9 /XRefStm 9")


def _letters_without_map() -> bytes:
    font = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Nowhere /Encoding /Identity-H /DescendantFonts [<< /Type /Font"
        b" /Subtype /CIDFontType2 /BaseFont /Nowhere /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity)"
        b" /Supplement 0 >> /DW 600 >>] >>"
    )
    return _one_page(b"BT /F1 12 Tf 60 700 Td <%s> Tj ET" % bytes(range(1, 120)).hex().encode(), font=font)


def _mapped(target: str) -> bytes:
    """A font whose map says that every letter shows ``target`` (UTF-16 in hexadecimal)."""
    cmap = (
        b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange"
        b" 1 beginbfrange <20> <7E> [%s] endbfrange endcmap end" % (b"<%s> " % target.encode() * 95)
    )
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>"
    return _one_page(_TEXT, _stream(cmap), font=font)


def _encrypted(password: str | None, owner: str | None) -> bytes:
    return pdf_of(
        lambda canvas: (canvas.drawString(60, 700, SENTENCE), canvas.showPage()), password=password, owner=owner
    )  # type: ignore[arg-type, return-value]


def _bad_encryption(dictionary: bytes) -> bytes:
    return _one_page(trailer=b"/Encrypt << %s >> /ID [<00> <00>]" % dictionary)


def _seed() -> bytes:
    return seeds()[".pdf"]


def _place_of_table() -> int:
    return _seed().rindex(b"startxref")


_BROKEN = "broken|encrypted|no text"

SPECIMENS = (
    Specimen("tree that holds itself.pdf", lambda: _tree(b"2 0 R 4 0 R 2 0 R", count=3)),
    Specimen("tree in a circle.pdf", lambda: _tree(b"6 0 R", b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>")),
    Specimen("tree 2,000 deep.pdf", lambda: _deep_tree(2000 * SCALE)),
    Specimen("tree without leaves.pdf", lambda: _tree(b"", count=99), refused=_BROKEN),
    Specimen("a billion pages.pdf", lambda: _tree(b"4 0 R", count=2_000_000_000)),
    Specimen("minus one page.pdf", lambda: _tree(b"4 0 R", count=-1)),
    Specimen(
        "100,000 times one page.pdf",
        lambda: _shared_page(100_000),
        holds=SENTENCE,
        warns="only the first 2,000 of 100,000 pages",
        large=True,
    ),
    Specimen("outline in a circle.pdf", _outline, holds=SENTENCE),
    Specimen("labels in a circle.pdf", _labels, holds=SENTENCE),
    Specimen(
        "form that draws itself.pdf",
        lambda: _one_page(
            _TEXT + b" /X Do",
            _form(b"/X Do " + _TEXT, b"/XObject << /X 6 0 R >> /Font << /F1 3 0 R >>"),
            resources=b"/Font << /F1 3 0 R >> /XObject << /X 6 0 R >>",
        ),
        holds=SENTENCE,
    ),
    Specimen("forms that double.pdf", lambda: _doubling_forms(9), ends_its_reader=True, large=True),
    Specimen(
        "resources of themselves.pdf",
        lambda: pdf(
            _ROOT,
            b"<< /Type /Pages /Kids [4 0 R] /Count 1 /Parent 2 0 R >>",
            _FONT,
            b"<< /Type /Page /Parent 2 0 R /Resources 4 0 R /Font << /F1 3 0 R >> /Contents 5 0 R /MediaBox 4 0 R >>",
            _stream(_TEXT),
        ),
    ),
    Specimen(
        "contents of themselves.pdf",
        lambda: pdf(
            _ROOT, b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>", _FONT, _page(6), _stream(_TEXT), b"[6 0 R 5 0 R 6 0 R]"
        ),
    ),
    Specimen(
        "contents 10,000 times.pdf",
        lambda: pdf(
            _ROOT,
            b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
            _FONT,
            _page(6),
            _stream(_TEXT),
            b"[" + b"5 0 R " * (10_000 * SCALE) + b"]",
        ),
    ),
    Specimen("flate bomb.pdf", lambda: _one_page(stream=_flate(_TEXT + b" " * (30_000_000 * SCALE)))),
    Specimen("flate bomb of many rounds.pdf", lambda: _one_page(stream=_flate(_TEXT + b"\n" * (8_000_000 * SCALE), 3))),
    Specimen(
        "100,000 operators.pdf", lambda: _one_page(stream=_flate(b"q Q " * (100_000 * SCALE) + _TEXT)), holds=SENTENCE
    ),
    Specimen(
        "100,000 letters.pdf",
        lambda: _one_page(stream=_flate(b"BT /F1 1 Tf 60 700 Td " + b"(aa bb) Tj 0 -1 Td " * (15_000 * SCALE) + b"ET")),
    ),
    Specimen(
        "many lines drawn.pdf",
        lambda: _one_page(
            stream=_flate(
                b"".join(
                    b"%d %d m %d %d l S " % (n % 600, n % 840, n % 600 + 9, n % 840) for n in range(15_000 * SCALE)
                )
                + _TEXT
            )
        ),
    ),
    Specimen("200,000 states saved.pdf", lambda: _one_page(stream=_flate(b"q " * 200_000 + _TEXT))),
    Specimen("arrays 100,000 deep.pdf", lambda: _one_page(_TEXT, b"[" * 100_000 + b"]" * 100_000)),
    Specimen(
        "dictionaries 50,000 deep.pdf",
        lambda: _one_page(b"/a " + b"<< /a " * 50_000 + b"1" + b" >>" * 50_000 + b" DP " + _TEXT),
    ),
    Specimen("huge length.pdf", lambda: _one_page(stream=_stream(_TEXT, length=2_000_000_000))),
    Specimen("negative length.pdf", lambda: _one_page(stream=_stream(_TEXT, length=-1))),
    Specimen(
        "length of itself.pdf", lambda: _one_page(stream=b"<< /Length 5 0 R >>\nstream\n" + _TEXT + b"\nendstream")
    ),
    Specimen(
        "predictor of no size.pdf",
        lambda: _one_page(
            stream=_stream(
                zlib.compress(_TEXT),
                b"/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 2147483647 /Colors 2147483647 /BitsPerComponent 64 >>",
            )
        ),
    ),
    Specimen(
        "filter that is none.pdf",
        lambda: _one_page(stream=_stream(_TEXT, b"/Filter [/Nothing /JBIG2Decode /JPXDecode /Crypt]")),
    ),
    Specimen(
        "ascii filters in a row.pdf",
        lambda: _one_page(stream=_stream(_TEXT, b"/Filter [" + b"/ASCIIHexDecode " * 5000 + b"]")),
    ),
    Specimen("negative box.pdf", lambda: _one_page(page=b"/MediaBox [600 900 -100 -100]"), holds=SENTENCE),
    Specimen("box without area.pdf", lambda: _one_page(page=b"/MediaBox [0 0 0 0]")),
    Specimen("box as large as the earth.pdf", lambda: _one_page(page=b"/MediaBox [-1e30 -1e30 1e30 1e30]")),
    Specimen("box that is no box.pdf", lambda: _one_page(page=b"/MediaBox [(a) /b null] /Rotate (x) /UserUnit -1e9")),
    Specimen("box of no numbers.pdf", lambda: _one_page(page=b"/MediaBox [nan inf -inf 99999999999999999999]")),
    Specimen(
        "crop box elsewhere.pdf", lambda: _one_page(page=b"/MediaBox [0 0 595 842] /CropBox [9000 9000 9001 9001]")
    ),
    Specimen("matrix of no size.pdf", lambda: _one_page(b"1e38 0 0 1e38 1e38 1e38 cm " * 9 + _TEXT)),
    Specimen("matrix of nothing.pdf", lambda: _one_page(b"0 0 0 0 0 0 cm " + _TEXT)),
    Specimen(
        "letters of no size.pdf",
        lambda: _one_page(_TEXT.replace(b"11 Tf", b"0 Tf") + b" " + _TEXT.replace(b"11 Tf", b"-9e9 Tf")),
    ),
    Specimen("letters without a map.pdf", _letters_without_map),
    Specimen("letters that are zero.pdf", lambda: _mapped("0000")),
    Specimen("letters that are half.pdf", lambda: _mapped("D800")),
    Specimen("letters that are private.pdf", lambda: _mapped("F0B7")),
    Specimen("letters that turn around.pdf", lambda: _mapped("202E")),
    Specimen("letters that are long.pdf", lambda: _mapped("0041" * 500)),
    Specimen("letters out of the plane.pdf", lambda: _mapped("DBFFDFFF")),
    Specimen(
        "font of itself.pdf",
        lambda: _one_page(
            font=b"<< /Type /Font /Subtype /Type0 /DescendantFonts [3 0 R] /Encoding 3 0 R /ToUnicode 3 0 R >>"
        ),
    ),
    Specimen("font that is a page.pdf", lambda: _one_page(resources=b"/Font << /F1 4 0 R >>")),
    Specimen(
        "type 3 in a circle.pdf",
        lambda: _one_page(
            _TEXT,
            _stream(b"600 0 0 0 600 600 d1 " + _TEXT),
            font=b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 600 600] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 0 /LastChar 255 /Widths ["
            + b"600 " * 256
            + b"] /Encoding << /Differences [0 "
            + b"/a " * 256
            + b"] >> /CharProcs << /a 6 0 R >> /Resources << /Font << /F1 3 0 R >> >> >>",
        ),
    ),
    Specimen(
        "objects in a circle.pdf",
        lambda: _one_page(
            _TEXT, b"7 0 R", b"6 0 R", root=b"<< /Type /Catalog /Pages 2 0 R /Names 6 0 R /Metadata 7 0 R >>"
        ),
        holds=SENTENCE,
    ),
    Specimen("streams of objects in a circle.pdf", _object_stream_loop),
    Specimen("no table.pdf", lambda: _seed()[: _seed().rindex(b"\nxref")] + b"\n%%EOF"),
    Specimen("table of nonsense.pdf", lambda: _seed().replace(b"00000 n", b"99999 n")),
    Specimen(
        "table that begins at nothing.pdf",
        lambda: _seed()[: _place_of_table()] + b"startxref\n999999999999\n%%EOF",
        holds=SENTENCE,
    ),
    Specimen(
        "table that comes before itself.pdf",
        lambda: _seed().replace(b"/Root", b"/Prev %d /Root" % _seed().rindex(b"xref\n0")),
    ),
    Specimen("no end.pdf", lambda: _seed()[: _place_of_table()], holds=SENTENCE),
    Specimen("half of it.pdf", lambda: pages_of(*[[(60, 90, SENTENCE), (60, 120, SECOND)]] * 20)[:6000]),
    Specimen("junk before it.pdf", lambda: b"junk\n" * 100 + _seed(), holds=SENTENCE),
    Specimen("junk behind it.pdf", lambda: _seed() + b"\0" * 100_000 + b"junk" * 9),
    Specimen("two versions.pdf", lambda: _seed() + _seed()),
    Specimen("header alone.pdf", lambda: b"%PDF-1.7\n", refused=_BROKEN),
    Specimen("header and noise.pdf", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 2000, refused=_BROKEN),
    Specimen("password.pdf", lambda: _encrypted("secret", None), refused="encrypted and needs a password"),
    Specimen("password of the owner.pdf", lambda: _encrypted(None, "secret"), holds="household waste"),
    Specimen("encrypted by nothing.pdf", lambda: _bad_encryption(b"/Filter /Nothing /V 99"), refused=_BROKEN),
    Specimen(
        "encrypted without keys.pdf",
        lambda: _bad_encryption(b"/Filter /Standard /V 2 /R 3 /Length 99999 /P -1 /O () /U ()"),
        refused=_BROKEN,
    ),
    Specimen(
        "encrypted newest.pdf",
        lambda: _bad_encryption(
            b"/Filter /Standard /V 5 /R 6 /Length 256 /P -1 /O <00> /U <00> /OE <00> /UE <00> /Perms <00>"
        ),
        refused=_BROKEN,
    ),
    Specimen(
        "runs a program.pdf",
        lambda: _one_page(
            root=b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /Launch /F (/bin/sh) >> /AA << /O << /S /JavaScript /JS (while(1);) >> >> >>"
        ),
        holds=SENTENCE,
        lacks=("while",),
    ),
    Specimen(
        "form to fill in.pdf",
        lambda: _one_page(
            _TEXT,
            b"<< /Fields [7 0 R] /XFA (x) /CO [7 0 R] >>",
            b"<< /FT /Tx /T (a) /Parent 7 0 R /Kids [7 0 R] /V 7 0 R >>",
            root=b"<< /Type /Catalog /Pages 2 0 R /AcroForm 6 0 R >>",
        ),
        holds=SENTENCE,
    ),
    Specimen(
        "title of other characters.pdf",
        lambda: _one_page(_TEXT, b"<< /Title <FEFFD800202E0000DBFF> >>", trailer=b"/Info 6 0 R"),
        holds=SENTENCE,
    ),
)
