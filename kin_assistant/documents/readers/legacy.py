"""Old binary office files (DOC, PPT, XLS): turned into new ones by LibreOffice and read as those, else by a library."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from kin_assistant.documents.readers.archive import OLE, find_ole_kind
from kin_assistant.documents.readers.composition import Extract
from kin_assistant.documents.readers.docx import read_docx
from kin_assistant.documents.readers.odf import read_odf
from kin_assistant.documents.readers.office97 import ENCRYPTED, is_installed, read_office97
from kin_assistant.documents.readers.pptx import read_pptx
from kin_assistant.errors import DocumentError

__all__ = ["CONVERSION_SECONDS", "read_legacy"]

CONVERSION_SECONDS = 60.0
"""How long LibreOffice may take for one file; it starts in some seconds."""

_PROGRAMS = ("soffice", "libreoffice")
_TARGETS: dict[str, tuple[str, Callable[[bytes], Extract]]] = {
    ".doc": ("docx", read_docx),
    ".ppt": ("pptx", read_pptx),
    ".xls": ("ods", read_odf),
}
_READ_OTHERWISE = (".doc", ".ppt")
_MAX_CONVERTED = 200 * 2**20
_CAREFUL = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse">
<value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse">
<value>true</value></prop></item>
</oor:items>
"""
"""Settings of LibreOffice: no macro runs, nothing that a document points to is fetched."""


def read_legacy(data: bytes, suffix: str, *, seconds: float = CONVERSION_SECONDS) -> Extract:
    """Read the old Office file ``data`` whose name ends in ``suffix``: ``.doc``, ``.ppt`` or ``.xls``.

    LibreOffice, where it is installed, gives most; where it is not, or fails, office-oxide reads texts and slides. Raises
    ``DocumentError``, also where neither is there and where LibreOffice takes more than ``seconds``.
    """
    suffix = suffix.lower()
    if not data.startswith(OLE):
        raise DocumentError("it is not an old Office file, though its suffix says so")
    kind = find_ole_kind(data, suffix) or suffix
    if kind == "encrypted":
        raise DocumentError(ENCRYPTED)
    if kind not in _TARGETS:
        raise DocumentError("it is an Outlook message and should be named .msg")
    converted, read = _TARGETS[kind]
    program_path = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
    otherwise = kind in _READ_OTHERWISE and is_installed()
    if program_path is None:
        if otherwise:
            return read_office97(data, kind)
        raise DocumentError("old Office format; LibreOffice, which reads it, is not installed")
    try:
        return read(_convert(program_path, data, kind, converted, seconds))
    except DocumentError as error:
        if not otherwise:
            raise
        failed = error
    return _read_after(failed, data, kind)


def _read_after(failed: DocumentError, data: bytes, kind: str) -> Extract:
    """Read without LibreOffice what ``failed`` with it, which may have come without the part for slides."""
    try:
        extract = read_office97(data, kind)
    except DocumentError as error:
        if str(error) == ENCRYPTED:
            raise
        raise failed from error
    return replace(extract, warnings=(*extract.warnings, f"read without LibreOffice: {failed}"))


def _convert(program: str, data: bytes, suffix: str, target: str, seconds: float) -> bytes:
    """The file in the new format. LibreOffice gets a profile of its own, so that a running one is left alone."""
    with tempfile.TemporaryDirectory(prefix="kin-office-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        source = folder / f"document{suffix}"
        source.write_bytes(data)
        settings = folder / "profile" / "user" / "registrymodifications.xcu"
        settings.parent.mkdir(parents=True)
        settings.write_text(_CAREFUL, encoding="utf-8")
        said = _run(
            [
                program,
                f"-env:UserInstallation={(folder / 'profile').as_uri()}",
                *("--headless", "--norestore", "--nologo", "--nolockcheck", "--nodefault"),
                *("--convert-to", target, "--outdir", str(folder / "new"), str(source)),
            ],
            folder,
            seconds,
        )
        result = folder / "new" / f"document.{target}"
        if not result.is_file():
            raise DocumentError("LibreOffice could not read it; it may be damaged or need a password", details=said)
        if result.stat().st_size > _MAX_CONVERTED:
            raise DocumentError(f"it is longer than {_MAX_CONVERTED // 2**20} MiB in the new format")
        return result.read_bytes()


def _run(command: list[str], folder: Path, seconds: float) -> str:
    """What the program said; it and what it started end after ``seconds``."""
    environment = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT") if name in os.environ}
    environment |= {"HOME": str(folder), "TMPDIR": str(folder), "SAL_USE_VCLPLUGIN": "svp"}
    log = folder / "said.txt"
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            raise DocumentError("LibreOffice could not be started", details=str(error)) from error
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise DocumentError(f"LibreOffice did not read it within {seconds:.0f} seconds") from error
        finally:
            _end(process)
    return log.read_bytes()[-2000:].decode("utf-8", "replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program and, where the system has process groups, what it started."""
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            # The group has ended; macOS says so by the second.
            return
    else:
        process.kill()
    process.wait()
