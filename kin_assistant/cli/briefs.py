"""What ``kin brief``, ``kin package`` and ``kin training-sheet`` print and write."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from kin_assistant.cli.batch import as_json
from kin_assistant.cli.files import write_whole

if TYPE_CHECKING:
    from kin_assistant.assistant import Assistant
    from kin_assistant.briefs.brief import Brief

__all__ = ["write_brief", "write_package", "write_training_sheet"]

_FORMATS: Final = (".docx", ".html", ".json", ".md", ".pdf")


def write_brief(assistant: Assistant, options: argparse.Namespace, screen: TextIO, remarks: TextIO) -> bool:
    """Propose a brief or open one again, and print or write it; whether every quote of it stands in its document.

    What is to be said of single quotes goes to ``remarks``. Raises ``KinError`` if it cannot be done; then nothing is written.
    """
    from kin_assistant.briefs.anchors import explain_states
    from kin_assistant.rendering import plain, verified_table

    _check_options(options)
    if options.source:
        brief = assistant.reopen_brief(_read(options.source))
    else:
        brief = assistant.propose_brief(
            " ".join(options.title), cities=_split(options.cities), documents=_split(options.documents)
        )
    brief = verified_table(brief, assistant.document)
    _put_out(brief, options, screen)
    for sentence in explain_states(brief):
        print(f"kin: {plain(sentence)}", file=remarks)
    return all(quote.stands for quote in brief.quotes)


def write_package(assistant: Assistant, options: argparse.Namespace, screen: TextIO) -> None:
    """Print or write the package of a document. Raises ``KinError`` if it cannot be done; then nothing is written."""
    from kin_assistant.rendering import verified_table

    _check_target(options.out, "a package")
    _put_out(verified_table(assistant.package(options.id), assistant.document), options, screen)


def write_training_sheet(assistant: Assistant, options: argparse.Namespace, screen: TextIO) -> None:
    """Print or write the sheet on a theme. Raises ``KinError`` if it cannot be done; then nothing is written."""
    from kin_assistant.rendering import verified_table

    _check_target(options.out, "a training sheet")
    sheet = verified_table(assistant.training_sheet(" ".join(options.theme)), assistant.document)
    _put_out(sheet, options, screen)


def _put_out(brief: Brief, options: argparse.Namespace, screen: TextIO) -> None:
    """Write ``brief`` to the file that was asked for, or print it."""
    from kin_assistant.rendering import plain

    if options.out:
        write_whole(options.out, _make(brief, options.out.suffix.lower()))
        print(f"Written to {options.out}: {len(brief.sections)} sections, {len(brief.citations)} quotes.", file=screen)
    elif options.json:
        print(as_json(brief.model_dump(mode="json"), screen, indent=2), file=screen)
    else:
        print(plain(_make(brief, ".md").decode()), end="", file=screen)


def _check_options(options: argparse.Namespace) -> None:
    """Raise ``BriefError`` for options that cannot be followed, before anything is looked for."""
    from kin_assistant.errors import BriefError

    source, out = options.source, options.out
    if source and (options.title or options.cities or options.documents):
        raise BriefError(
            "A brief that is opened with --from has its title and evidence: leave out the topic, --cities and --documents."
        )
    own = bool(source) and out and source.exists() and out.exists() and out.samefile(source)
    _check_target(out, "a brief", own=own)


def _check_target(out: Path | None, what: str, *, own: bool = False) -> None:
    """Raise ``BriefError`` for a file that ``what`` is not written to; ``own`` says that it was opened from there."""
    from kin_assistant.errors import BriefError

    if out and out.suffix.lower() not in _FORMATS:
        raise BriefError(f"{out}: {what} is written as {', '.join(_FORMATS[:-1])} or {_FORMATS[-1]}.")
    if out and out.suffix.lower() == ".json" and out.exists() and not own:
        raise BriefError(
            f"{out} is there already and may hold somebody's work. Open it with --from, or write another file."
        )


def _read(path: Path) -> Brief:
    from kin_assistant.briefs.files import read_brief
    from kin_assistant.errors import BriefError

    try:
        content = path.read_bytes()
    except OSError as error:
        raise BriefError(f"{path} cannot be read: {error.strerror}.", details=str(error)) from error
    return read_brief(content, str(path))


def _make(brief: Brief, suffix: str) -> bytes:
    """The brief in the format that ``suffix`` names."""
    from datetime import UTC, datetime

    from kin_assistant.briefs.files import brief_json
    from kin_assistant.rendering import brief_docx, brief_html, brief_markdown, brief_pdf

    match suffix:
        case ".json":
            return brief_json(brief)
        case ".docx":
            return brief_docx(brief, datetime.now(UTC))
        case ".pdf":
            return brief_pdf(brief, datetime.now(UTC))
        case ".html":
            return brief_html(brief).encode()
        case _:
            return brief_markdown(brief).encode()


def _split(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]
