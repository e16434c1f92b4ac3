"""What ``kin docs list`` and ``kin docs show`` print."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

from kin_assistant.cli.batch import as_json

if TYPE_CHECKING:
    from kin_assistant.assistant import Assistant
    from kin_assistant.types import DocumentInfo

__all__ = ["list_documents", "show_document"]


def list_documents(
    assistant: Assistant, filters: Mapping[str, object], options: argparse.Namespace, screen: TextIO
) -> None:
    """Print the documents that pass ``filters``, a line each. Raises ``FilterError``."""
    from kin_assistant.filters import find_allowed_documents, parse_filters
    from kin_assistant.rendering import plain

    allowed = find_allowed_documents(assistant.documents, parse_filters(filters))
    infos = assistant.documents if allowed is None else [assistant.documents[row] for row in allowed.tolist()]
    if options.json:
        print(as_json([info.model_dump(mode="json") for info in infos], screen, indent=2), file=screen)
    else:
        for info in infos:
            print(plain("  ".join(filter(None, (info.id, info.title, ", ".join(info.cities))))), file=screen)


def show_document(assistant: Assistant, options: argparse.Namespace, screen: TextIO) -> None:
    """Print the text of a document, or all that is stored of it as JSON. Raises ``KinError`` for an unknown one."""
    from kin_assistant.api import operations
    from kin_assistant.errors import KinError
    from kin_assistant.rendering import plain

    try:
        document = operations.show_document(assistant, options.id)
    except operations.UnknownDocument:
        raise KinError(f'There is no document "{options.id}". Run kin docs list to see what there is.') from None
    if options.json:
        print(as_json(document.model_dump(mode="json"), screen, indent=2), file=screen)
    else:
        print(plain(_heading_of(document)) + "\n\n" + plain(document.text), file=screen)


def _heading_of(info: DocumentInfo) -> str:
    years = f"{info.years[0]}-{info.years[1]}" if info.years else ""
    places = ", ".join((*info.cities, *info.countries))
    return "\n".join(filter(None, (f"# {info.title}", places, years, f"id: {info.id}", f"file: {info.path}")))
