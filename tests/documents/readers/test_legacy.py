"""Old Office files go through LibreOffice, for which a script of the test stands in."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kin_assistant.documents.readers.archive import OLE
from kin_assistant.documents.readers.legacy import read_legacy
from kin_assistant.errors import DocumentError
from tests.office_files import docx, pptx, texts_of

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="the stand-in is a script with a first line for a shell"
)


def ole(*streams: str) -> bytes:
    return OLE + bytes(504) + b"".join(name.encode("utf-16-le") for name in streams)


DOC, PPT, XLS = ole("WordDocument"), ole("PowerPoint Document"), ole("Workbook")
NEW_DOC = docx("<w:p><w:r><w:t>Converted.</w:t></w:r></w:p>")
SHAPE = "<p:sp><p:txBody><a:p><a:r><a:t>Converted.</a:t></a:r></a:p></p:txBody></p:sp>"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of a stand-in for LibreOffice: it writes down how it was called and copies ``result``, if there is one."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "soffice"
    script.write_text(
        f"#!{sys.executable}\n"
        "import os, pathlib, shutil, subprocess, sys, time\n"
        f"home = pathlib.Path({str(tmp_path)!r})\n"
        "(home / 'call').write_text('\\n'.join([*sys.argv[1:], os.environ['HOME'], os.getcwd()]))\n"
        "source = pathlib.Path(sys.argv[-1])\n"
        "(home / 'source').write_bytes(source.read_bytes())\n"
        "target = sys.argv[sys.argv.index('--convert-to') + 1]\n"
        "out = pathlib.Path(sys.argv[sys.argv.index('--outdir') + 1])\n"
        "out.mkdir(exist_ok=True)\n"
        "if (home / 'sleep').exists():\n"
        "    child = subprocess.Popen(['sleep', '600'])\n"
        "    (home / 'child').write_text(str(child.pid))\n"
        "    time.sleep(600)\n"
        "if (home / 'result').exists():\n"
        "    shutil.copy(home / 'result', out / (source.stem + '.' + target))\n"
        "else:\n"
        "    print('Error: source file could not be loaded')\n",
        encoding="utf-8",
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


@pytest.mark.parametrize(
    ("data", "suffix", "target", "result"),
    [
        (DOC, ".doc", "docx", NEW_DOC),
        (PPT, ".PPT", "pptx", pptx([SHAPE])),
        (PPT, ".doc", "pptx", pptx([SHAPE])),
        (ole("WordDocument", "Workbook"), ".xls", "ods", None),
    ],
    ids=["a text", "slides", "slides under the name of a text", "a sheet that holds a text"],
)
def test_an_old_file_is_converted_and_read(
    program: Path, data: bytes, suffix: str, target: str, result: bytes | None
) -> None:
    opened = "urn:oasis:names:tc:opendocument:xmlns"
    flat = (
        f'<x:document xmlns:x="{opened}:office:1.0" xmlns:t="{opened}:text:1.0">'
        "<x:body><x:text><t:p>Converted.</t:p></x:text></x:body></x:document>"
    )
    (program / "result").write_bytes(result or flat.encode())
    assert "Converted." in texts_of(read_legacy(data, suffix))
    assert (program / "source").read_bytes() == data
    call = (program / "call").read_text().splitlines()
    assert call[call.index("--convert-to") + 1] == target
    assert "--headless" in call


def test_the_program_runs_in_a_profile_of_its_own_that_is_gone_afterwards(program: Path) -> None:
    (program / "result").write_bytes(NEW_DOC)
    read_legacy(DOC, ".doc")
    call = (program / "call").read_text().splitlines()
    home, folder = call[-2:]
    assert home == folder
    assert call[0] == f"-env:UserInstallation={Path(home).as_uri()}/profile"
    assert not Path(home).exists()


def test_a_program_that_gives_nothing_is_a_reason(program: Path) -> None:
    with pytest.raises(DocumentError, match="LibreOffice could not read it") as caught:
        read_legacy(DOC, ".doc")
    assert "could not be loaded" in caught.value.details


def test_a_program_that_hangs_is_ended_with_what_it_started(program: Path) -> None:
    (program / "sleep").touch()
    started = time.monotonic()
    with pytest.raises(DocumentError, match="LibreOffice did not read it within 3 seconds"):
        read_legacy(DOC, ".doc", seconds=3)
    assert time.monotonic() - started < 10
    child = (program / "child").read_text()
    shown = subprocess.run(["ps", "-o", "stat=", "-p", child], capture_output=True, text=True, check=False)
    assert shown.stdout.strip()[:1] in ("", "Z")


def test_a_program_that_cannot_start_is_a_reason(program: Path) -> None:
    (program / "bin" / "soffice").write_bytes(b"\x7fELF no program")
    with pytest.raises(DocumentError, match="LibreOffice could not be started"):
        read_legacy(DOC, ".doc")


def test_without_the_program_the_reason_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DocumentError) as caught:
        read_legacy(XLS, ".xls")
    assert str(caught.value) == "old Office format; LibreOffice, which reads it, is not installed"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is not an old Office file, though its suffix says so"),
        (b"<html>words</html>", "it is not an old Office file, though its suffix says so"),
        (ole("EncryptedPackage"), "it is encrypted and needs a password"),
        (ole("__substg1.0_0037001F"), "it is an Outlook message and should be named .msg"),
    ],
)
def test_what_is_no_old_office_file_has_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_legacy(data, ".doc")
    assert str(caught.value) == reason
