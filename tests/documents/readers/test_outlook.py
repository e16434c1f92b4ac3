"""Outlook messages are read as mails are."""

from __future__ import annotations

import random
import struct
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kin_assistant.documents.readers.detection import kind_of
from kin_assistant.documents.readers.mail import read_mail, read_msg
from kin_assistant.documents.reading import read_document
from kin_assistant.errors import DocumentError
from tests.office_files import blocks_of, check_read_or_refused, damaged, texts_of
from tests.ole_files import Tree, attachment, message, ole, recipient

SUBJECT, BODY, HTML, RTF, SENDER, SENDER_SMTP, CLASS, HEADERS = 0x37, 0x1000, 0x1013, 0x1009, 0xC1A, 0x5D01, 0x1A, 0x7D
SENT = {0x39: datetime(2022, 12, 16, 22, 4, tzinfo=UTC)}
ANA: dict[int, str | bytes] = {SUBJECT: "Waste in Cebu", SENDER: "Ana", SENDER_SMTP: "ana@example.org"}
PEOPLE = (
    recipient("Ben", "ben@example.org"),
    recipient("Cho", "cho@example.org", 2),
    recipient("Di", "di@example.org", 3),
)

ENVELOPE = "To: Ben <ben@example.org>; Cc: Cho <cho@example.org>; Date: 2022-12-16 22:04"


def msg(texts: dict[int, str | bytes], *parts: Tree, values: dict[int, int | datetime] | None = None) -> bytes:
    return ole(message(ANA | texts, parts, {**SENT, **(values or {})}))


def test_a_message_is_its_subject_its_writers_and_its_text() -> None:
    extract = read_msg(msg({BODY: "Dear Ben,\r\n\r\nwaste fell:\r\n- in Cebu\r\n- in Bago\r\n"}, *PEOPLE))
    assert blocks_of(extract) == [
        ("heading", 1, "Waste in Cebu"),
        ("paragraph", 0, f"From: Ana <ana@example.org>; {ENVELOPE}"),
        ("paragraph", 0, "Dear Ben,"),
        ("paragraph", 0, "waste fell:"),
        ("item", 1, "in Cebu"),
        ("item", 1, "in Bago"),
    ]  # fmt: skip
    assert (extract.title, extract.warnings) == ("Waste in Cebu", ())


def test_the_headers_with_which_a_message_came_are_believed_first() -> None:
    headers = "From: Ana L. <ana@city.example>\r\nTo: all@city.example\r\nDate: Fri, 16 Dec 2022 17:04:16 -0500\r\n"
    extract = read_msg(msg({HEADERS: headers, BODY: "Words."}, *PEOPLE))
    assert texts_of(extract)[1] == (
        "From: Ana L. <ana@city.example>; To: all@city.example; Cc: Cho <cho@example.org>; Date: 2022-12-16 17:04"
    )


def test_a_name_of_an_organisations_directory_is_no_address() -> None:
    texts = {SENDER_SMTP: "", 0xC1F: "/O=CITY/OU=EXCHANGE/CN=ANA", BODY: "Words."}
    assert texts_of(read_msg(msg(texts)))[1] == "From: Ana; Date: 2022-12-16 22:04"


def test_plain_text_is_preferred_to_the_same_as_a_page() -> None:
    extract = read_msg(msg({BODY: "Plain words of the mail.", HTML: b"<p>Rich words of the mail.</p>"}))
    assert texts_of(extract)[2:] == ["Plain words of the mail."]


def test_a_page_is_read_where_there_is_no_plain_text() -> None:
    page = (
        "<table><tr><th>City</th><th>Tons</th></tr><tr><td>Cébu</td><td>12</td></tr></table><p>Words of the page.</p>"
    )
    codepages: dict[int, int | datetime] = {0x3FDE: 1252}
    for form in (page.encode("cp1252"), page):
        assert texts_of(read_msg(msg({HTML: form}, values=codepages)))[2:4] == ["| City | Tons |", "| Cébu | 12 |"]


def test_text_in_a_code_page_is_read_by_it() -> None:
    words = "市はごみを減らしました。"
    for codepage, encoding in ((932, "cp932"), (50220, "iso2022_jp"), (65001, "utf-8"), (0, "utf-8")):
        folder = dict(message({SUBJECT: "x"}, (), {0x3FFD: codepage}))
        folder["__substg1.0_1000001E"] = words.encode(encoding)
        assert texts_of(read_msg(ole(folder)))[-1] == words


# The example of MS-OXRTFCP, 4.1.1.
PACKED = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)


def test_rich_text_is_read_where_there_is_nothing_else() -> None:
    assert texts_of(read_msg(msg({RTF: PACKED})))[2:] == ["hello world"]
    unpacked = rb"{\rtf1 The words.\par More.}"
    as_it_is = struct.pack("<II4s4x", len(unpacked) + 12, len(unpacked), b"MELA") + unpacked
    assert texts_of(read_msg(msg({RTF: as_it_is})))[2:] == ["The words.", "More."]
    assert texts_of(read_msg(msg({RTF: PACKED, BODY: "Plain."})))[2:] == ["Plain."]


@pytest.mark.parametrize("packed", [b"short", b"x" * 40, PACKED[:20], PACKED[:4] + b"\xff\xff\xff\xff" + PACKED[8:]])
def test_rich_text_that_is_damaged_is_left_out(packed: bytes) -> None:
    assert texts_of(read_msg(msg({RTF: packed})))[0] == "Waste in Cebu"


def test_attachments_are_named_and_not_read() -> None:
    extract = read_msg(msg({BODY: "Words."}, attachment("report.pdf", b"%PDF", "application/pdf"), attachment("")))
    assert extract.warnings == (
        'its attachment "report.pdf" was not read',
        'its attachment "application/octet-stream" was not read',
    )


def test_a_message_in_a_message_is_read_below_it() -> None:
    inner = message({SUBJECT: "Inner subject", BODY: "Inner words."}, PEOPLE, SENT, inner=True)
    extract = read_msg(msg({BODY: "See below."}, attachment("", inner)))
    assert [(kind, text) for kind, _, text in blocks_of(extract)][3:] == [
        ("heading", "Inner subject"),
        ("paragraph", ENVELOPE),
        ("paragraph", "Inner words."),
    ]
    assert blocks_of(extract)[3][1] > 1


def test_messages_within_messages_end_somewhere() -> None:
    inner = message({BODY: "The innermost."}, inner=True)
    for _ in range(20):
        inner = message({BODY: "Around it."}, (attachment("", inner),), inner=True)
    extract = read_msg(msg({BODY: "Outside."}, attachment("", inner)))
    assert "The innermost." not in extract.composition.text
    assert "parts of it lie too deep, or are too many, and were not read" in extract.warnings


def test_many_attachments_end_somewhere() -> None:
    extract = read_msg(msg({BODY: "Words."}, *(attachment(f"{number}.pdf") for number in range(400))))
    assert "parts of it lie too deep, or are too many, and were not read" in extract.warnings
    assert len(extract.warnings) < 300


def test_an_encrypted_message_is_refused() -> None:
    with pytest.raises(DocumentError, match="the mail is encrypted"):
        read_msg(msg({CLASS: "IPM.Note.SMIME"}, attachment("smime.p7m")))


def test_what_a_message_is_does_not_follow_from_its_name() -> None:
    data = msg({BODY: "Words of the mail."})
    assert kind_of(data) == "msg"
    assert read_document("mail.msg", data, "0" * 64).document.title == "Waste in Cebu"
    with pytest.raises(DocumentError, match=r"named \.doc but it is an Outlook message"):
        read_document("mail.doc", data, "0" * 64)
    assert texts_of(read_mail(data)) == texts_of(read_msg(data))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is no Outlook message, though its suffix says so"),
        (b"From: a@example.org\n\nWords.", "it is no Outlook message, though its suffix says so"),
        (ole({"Other": b"x"}), "it is no Outlook message, though its suffix says so"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "it is damaged or cut off: its parts cannot be found"),
        (msg({BODY: "x"})[:700], "it is damaged or cut off: its parts cannot be found"),
    ],
)
def test_what_is_no_message_has_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_msg(data)
    assert str(caught.value) == reason


def test_a_message_without_words_has_no_text() -> None:
    with pytest.raises(DocumentError, match="no text in it"):
        read_document("mail.msg", ole(message({})), "0" * 64)


def test_a_stream_that_claims_more_than_the_file_has_is_refused() -> None:
    data = msg({BODY: "Words. " * 2000})
    size = struct.pack("<Q", 2 * len("Words. " * 2000))
    assert data.count(size) == 1
    with pytest.raises(DocumentError, match="claim to be larger than the file"):
        read_msg(data.replace(size, struct.pack("<Q", 2**31)))


WHOLE = msg({BODY: "Words of the mail.", HTML: b"<p>x</p>", RTF: PACKED}, *PEOPLE, attachment("a.pdf"))


@given(st.lists(st.integers(0, 8 * len(WHOLE) - 1), max_size=4), st.integers(0, 2 * len(WHOLE)))
def test_any_damage_gives_text_or_a_reason(bits: list[int], length: int) -> None:
    check_read_or_refused(read_msg, damaged(WHOLE, bits, length))


def test_damage_to_its_tables_gives_text_or_a_reason() -> None:
    draw = random.Random(5)  # noqa: S311
    for _ in range(400):
        data = bytearray(WHOLE)
        for _ in range(draw.choice([1, 3, 9])):
            at = draw.choice([draw.randrange(0, 512), draw.randrange(len(data) - 4096, len(data) - 4)])
            data[at : at + 4] = draw.choice([b"\xff\xff\xff\xff", bytes(4), struct.pack("<I", draw.randrange(64))])
        check_read_or_refused(read_msg, bytes(data))
