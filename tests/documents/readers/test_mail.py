"""From mails to what their reader reads."""

from __future__ import annotations

import random
from email.message import EmailMessage

import pytest

from kin_assistant.documents.readers.composition import Extract
from kin_assistant.documents.readers.mail import read_mail
from kin_assistant.errors import DocumentError


def mail(text: str = "", *, html: str = "", subject: str = "A subject") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "Ana <ana@example.org>"
    message["To"] = "Ben <ben@example.org>, c@example.org"
    message["Date"] = "Fri, 16 Dec 2022 17:04:16 -0500"
    if text:
        message.set_content(text)
    if html:
        if text:
            message.add_alternative(html, subtype="html")
        else:
            message.set_content(html, subtype="html")
    return message


def blocks_of(extract: Extract) -> list[tuple[str, str]]:
    composition = extract.composition
    return [(block.kind, composition.text[block.start : block.end]) for block in composition.blocks]


ENVELOPE = (
    "paragraph",
    "From: Ana <ana@example.org>; To: Ben <ben@example.org>, c@example.org; Date: 2022-12-16 17:04",
)


def test_a_mail_is_its_subject_its_writers_and_its_text() -> None:
    extract = read_mail(mail("Dear Ben,\n\nwaste fell:\n- in Cebu\n- in Bago\n").as_bytes())
    assert blocks_of(extract) == [
        ("heading", "A subject"),
        ENVELOPE,
        ("paragraph", "Dear Ben,"),
        ("paragraph", "waste fell:"),
        ("item", "in Cebu"),
        ("item", "in Bago"),
    ]
    assert extract.title == "A subject"
    assert extract.warnings == ()


def test_plain_text_is_preferred_to_the_same_in_html() -> None:
    extract = read_mail(mail("Plain words of the mail.", html="<p>Rich words of the mail.</p>").as_bytes())
    assert blocks_of(extract)[-1] == ("paragraph", "Plain words of the mail.")


def test_html_is_read_where_the_plain_text_says_nothing() -> None:
    html = "<table><tr><th>City</th><th>Tons</th></tr><tr><td>Cebu</td><td>12</td></tr></table>" + "<p>Words.</p>" * 100
    for text in ("", "See the HTML part."):
        blocks = blocks_of(read_mail(mail(text, html=html).as_bytes()))
        assert blocks[2:4] == [("header_row", "| City | Tons |"), ("row", "| Cebu | 12 |")]


def test_encoded_words_and_charsets_are_read() -> None:
    message = mail("Le caf\u00e9 est ferm\u00e9.", subject="R\u00e9sum\u00e9 \u5317\u4e5d\u5dde")
    message.replace_header("Subject", "=?utf-8?q?R=C3=A9sum=C3=A9?= =?shift_jis?b?lmuL44Jk?=")
    extract = read_mail(message.as_bytes())
    assert extract.title is not None
    assert extract.title.startswith("R\u00e9sum\u00e9")
    assert blocks_of(extract)[-1] == ("paragraph", "Le caf\u00e9 est ferm\u00e9.")


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("iso-2022-jp", "iso2022_jp"), ("Shift_JIS", "cp932"), ("no-such-charset", "utf-8"), ("us-ascii", "utf-8")],
)
def test_text_is_read_in_declared_and_in_misdeclared_charsets(charset: str, encoding: str) -> None:
    words = "\u5317\u4e5d\u5dde\u5e02\u306f\u3054\u307f\u3092\u6e1b\u3089\u3057\u305f\u3002"
    data = f"From: a@example.org\nContent-Type: text/plain; charset={charset}\n\n".encode() + words.encode(encoding)
    assert blocks_of(read_mail(data))[-1] == ("paragraph", words)


def test_quoted_lines_are_read_without_their_marks() -> None:
    extract = read_mail(mail("> > An old question about the waste of the city?\n> Yes.\n\nNo.").as_bytes())
    assert ">" not in extract.composition.text.partition("\n\n")[2].partition("\n\n")[2]


def test_attachments_are_named_and_not_read() -> None:
    message = mail("Words.")
    message.add_attachment(b"%PDF-1.4 secret", maintype="application", subtype="pdf", filename="report.pdf")
    message.add_attachment("attached words", filename="note.txt")
    extract = read_mail(message.as_bytes())
    assert extract.warnings == (
        'its attachment "report.pdf" was not read',
        'its attachment "note.txt" was not read',
    )
    assert blocks_of(extract)[-1] == ("paragraph", "Words.")


def test_a_forwarded_mail_is_read_below_the_one_that_forwards_it() -> None:
    message = mail("See below.")
    message.add_attachment(mail("Inner words.", subject="Inner subject"))
    extract = read_mail(message.as_bytes())
    headings = [(block.level, extract.composition.text[block.start : block.end]) for block in extract.composition.blocks
                if block.kind == "heading"]  # fmt: skip
    assert headings[0] == (1, "A subject")
    assert headings[1][1] == "Inner subject"
    assert headings[1][0] > 1
    assert blocks_of(extract)[-1] == ("paragraph", "Inner words.")


def test_mails_within_mails_end_somewhere() -> None:
    message = mail("The innermost.")
    for _ in range(40):
        outer = mail("Around it.")
        outer.add_attachment(message)
        message = outer
    extract = read_mail(message.as_bytes())
    assert "The innermost." not in extract.composition.text
    assert "parts of it lie too deep, or are too many, and were not read" in extract.warnings


def test_an_encrypted_mail_is_refused() -> None:
    data = b"From: a@example.org\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nAAAA"
    with pytest.raises(DocumentError, match="the mail is encrypted"):
        read_mail(data)


def test_a_file_without_headers_is_no_mail() -> None:
    with pytest.raises(DocumentError, match="it is no mail"):
        read_mail(b"Only words.\n\nAnd more.")


@pytest.mark.parametrize(
    "header",
    [
        b"Subject: =?utf-8?b?!!!?=\nFrom: <<>>",
        b"Content-Type: multipart/mixed\nFrom: a",
        b"Content-Type: text/plain; charset*=x''%\nFrom: \xff\xfe",
        b"Content-Disposition: attachment; filename*0*=utf-8''%E; filename=\"\nFrom: a",
        b"Date: Fri, 99 Foo 99999 99:99\nFrom: a, , ;b:",
        b"Content-Transfer-Encoding: base64\nFrom: a",
    ],
)
def test_broken_headers_do_not_hide_the_text(header: bytes) -> None:
    assert read_mail(header + b"\n\nwords of the mail").composition.text


def test_bytes_in_a_header_that_should_have_been_encoded_are_read() -> None:
    extract = read_mail("Subject: Résumé – déchets\nFrom: a@example.org\n\nWords.".encode())
    assert extract.title == "R\u00e9sum\u00e9 \u2013 d\u00e9chets"


@pytest.mark.parametrize(
    "parameter", [b"name*1=a; name*=utf-8''b; name*0=c", b"name*=\0''b", b'name="=?utf-8?q?caf=C3=A9.pdf?="']
)
def test_broken_parameters_of_a_part_do_not_hide_the_others(parameter: bytes) -> None:
    part = b"--b\nContent-Type: application/pdf; " + parameter + b"\n\n%PDF\n--b\n\nThe words.\n--b--\n"
    extract = read_mail(b"From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n" + part)
    assert blocks_of(extract)[-1] == ("paragraph", "The words.")
    assert len(extract.warnings) == 1


def test_a_mail_whose_boundary_cannot_be_told_is_refused() -> None:
    with pytest.raises(DocumentError, match="its header is damaged"):
        read_mail(b"From: a@example.org\nContent-Type: multipart/mixed; boundary*=\0''b\n\n--b\n\nWords.\n")


def test_damaged_mails_give_text_or_a_reason() -> None:
    message = mail("Words.", html="<p>Words.</p>")
    message.add_attachment(b"x", maintype="image", subtype="png", filename="x.png")
    whole, draw = message.as_bytes(), random.Random(7)  # noqa: S311
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(draw.choice([1, 4, 40])):
            data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        try:
            read_mail(bytes(data[: draw.randrange(len(data))] if draw.random() < 0.3 else data))
        except DocumentError as error:
            assert str(error)
