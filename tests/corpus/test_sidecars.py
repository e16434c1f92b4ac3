"""Files that describe the document beside them."""

from __future__ import annotations

import pytest

from kin_assistant.corpus.sidecars import hash_with_sidecar, is_sidecar, pair_sidecars, parse_sidecar
from kin_assistant.errors import DocumentError

SIDECAR = "title: Waste in Suva\ncities: [Suva]\nlanguage: en\n"


def test_a_sidecar_is_told_by_its_name() -> None:
    assert is_sidecar("a/report.pdf.meta.yaml")
    assert is_sidecar("report.META.YAML")
    assert not is_sidecar("meta.yaml")
    assert not is_sidecar("report.yaml")


def test_a_sidecar_belongs_to_the_document_of_its_name_in_its_folder() -> None:
    pairing = pair_sidecars(["a/x.pdf", "b/x.pdf", "y.docx"], ["a/x.pdf.meta.yaml", "y.meta.yaml"])
    assert pairing.sidecars == {"a/x.pdf": "a/x.pdf.meta.yaml", "y.docx": "y.meta.yaml"}
    assert pairing.orphans == {}


def test_the_whole_name_goes_before_the_short_one() -> None:
    pairing = pair_sidecars(["x.pdf"], ["x.meta.yaml", "x.pdf.meta.yaml"])
    assert pairing.sidecars == {"x.pdf": "x.pdf.meta.yaml"}
    assert pairing.orphans == {"x.meta.yaml": '"x.pdf" is described by "x.pdf.meta.yaml" already'}


def test_a_short_name_that_two_documents_share_describes_neither() -> None:
    pairing = pair_sidecars(["x.pdf", "x.docx"], ["x.meta.yaml"])
    assert pairing.sidecars == {}
    assert pairing.orphans == {
        "x.meta.yaml": 'could describe "x.docx" and "x.pdf"; put the whole name before .meta.yaml'
    }


def test_a_sidecar_without_its_document_is_an_orphan() -> None:
    pairing = pair_sidecars(["a/x.pdf"], ["x.pdf.meta.yaml", "X.pdf.meta.yaml"])
    assert pairing.sidecars == {}
    assert pairing.orphans == dict.fromkeys(
        ("X.pdf.meta.yaml", "x.pdf.meta.yaml"), "describes a document that is not there"
    )


@pytest.mark.parametrize(
    "data",
    [
        SIDECAR.encode(),
        f"---\n{SIDECAR}---\n".encode(),
        f"\n---\n{SIDECAR}---\n\n".encode(),
        SIDECAR.replace("\n", "\r\n").encode("utf-8-sig"),
        SIDECAR.encode("utf-16"),
    ],
)
def test_its_fields_are_those_of_front_matter(data: bytes) -> None:
    fields = parse_sidecar(data)
    assert (fields.title, fields.cities, fields.language) == ("Waste in Suva", ("Suva",), "en")
    assert fields.model_fields_set == {"title", "cities", "language"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"title: \xff\xfe\xfa", "its sidecar is not UTF-8 text"),
        (b"---\ntitle: [\n---\n", "its sidecar is not valid YAML in line 4"),
        (b"a: &a 1\nb: *a\n", "its sidecar refers to another place"),
        (b"x" * 300_000, "its sidecar is longer than 64 KB"),
        (b"x" * 70_000, "its sidecar is longer than 64 KB"),
    ],
)
def test_a_fault_names_the_sidecar(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        parse_sidecar(data)


def test_a_change_of_either_file_is_a_change_of_the_document() -> None:
    alone, described = hash_with_sidecar("a" * 64, None), hash_with_sidecar("a" * 64, "b" * 64)
    assert alone == "a" * 64
    assert len({alone, described, hash_with_sidecar("c" * 64, "b" * 64), hash_with_sidecar("a" * 64, "c" * 64)}) == 4
    assert len(described) == 64
