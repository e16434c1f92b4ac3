"""Know-how packages on the page: links above a document, files in each format, plain words for what there is not."""

from __future__ import annotations

from typing import Any

import pytest

from kin_assistant.ui.callbacks import Callbacks
from kin_assistant.ui.packages import add_packages, package_links
from kin_assistant.ui.reader import reader_page
from tests.ui.conftest import Serve


@pytest.fixture
def client(serve: Serve) -> Any:
    return serve(add_packages, 6)


def test_a_document_links_to_its_package_in_each_format(callbacks: Callbacks) -> None:
    with callbacks.served.lease() as assistant:
        document = assistant.document("surabaya-composting")
    html = str(reader_page(document, site="KIN"))
    for name, address in package_links(document.info):
        assert f'<a href="{address}" download>{name}</a>' in html


@pytest.mark.parametrize(("kind", "begins"), [("docx", b"PK"), ("pdf", b"%PDF"), ("html", b"<!"), ("md", b"# ")])
def test_a_package_is_downloaded(client: Any, kind: str, begins: bytes) -> None:
    answer = client.get(f"/package/surabaya-composting.{kind}")
    assert answer.status_code == 200
    assert answer.content.lstrip().startswith(begins)
    assert answer.headers["content-disposition"] == f'attachment; filename="package.{kind}"'


def test_what_there_is_not_is_a_sentence(client: Any) -> None:
    for name in ("nowhere.docx", "surabaya-composting.exe", "surabaya-composting"):
        answer = client.get(f"/package/{name}")
        assert answer.status_code == 404
        assert answer.text.endswith(".") and "Traceback" not in answer.text
