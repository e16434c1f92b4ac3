"""What ``kin practices`` does: practices that were submitted, listed, shown, accepted, declined and checked."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kin_assistant.cli.ending import DONE, FAILED, IN_PART, print_json

if TYPE_CHECKING:
    from kin_assistant.practices.queue import PracticeQueue, WaitingPractice
    from kin_assistant.settings import Settings

__all__ = ["PRACTICES"]


def list_practices(options: argparse.Namespace, settings: Settings) -> int:
    """Print what waits, a line each; 3 if files in the folder hold no practice."""
    from kin_assistant.rendering import plain

    waiting = _queue(settings).waiting()
    if options.json:
        print_json({"practices": [_summary(one) for one in waiting.practices], "unreadable": list(waiting.unreadable)})
    else:
        for one in waiting.practices:
            told = one.submission
            print(plain(f"{one.id}  {one.submitted:%Y-%m-%d}  {told.title}  ({told.office})"))
        for name in waiting.unreadable:
            print(plain(f"{name} holds no practice."))
        if not waiting.practices:
            print("No practice waits.")
    return IN_PART if waiting.unreadable else DONE


def show_practice(options: argparse.Namespace, settings: Settings) -> int:
    """Print the document that a practice yields, or what was filled in as JSON."""
    from kin_assistant.rendering import plain

    practice = _queue(settings).find(options.id)
    if options.json:
        print_json({**_summary(practice), "submission": practice.submission.model_dump(mode="json")})
    else:
        print(plain(practice.write().markdown), end="")
    return DONE


def accept_practice(options: argparse.Namespace, settings: Settings) -> int:
    """Write its document into the corpus folder."""
    path = _queue(settings).accept(options.id, settings.corpus)
    if options.json:
        print_json({"id": options.id, "path": path})
    else:
        print(f"Accepted as {path}. It is quoted after: kin sync")
    return DONE


def decline_practice(options: argparse.Namespace, settings: Settings) -> int:
    """Delete it."""
    _queue(settings).decline(options.id)
    if options.json:
        print_json({"id": options.id, "declined": True})
    else:
        print("Declined and deleted.")
    return DONE


def check_practice(options: argparse.Namespace, _settings: Settings) -> int:
    """Print what is wrong with a practice in a Markdown file, a line each; 1 if something is."""
    from kin_assistant.errors import KinError
    from kin_assistant.practices.reading import check_document
    from kin_assistant.rendering import plain

    try:
        data = options.file.read_bytes()
    except OSError as error:
        raise KinError(f"{options.file} cannot be read: {error.strerror}.", details=str(error)) from error
    checked = check_document(options.file.name, data, today=datetime.now(UTC).date())
    if options.json:
        print_json(
            {
                name: [{"field": remark.field, "sentence": remark.sentence} for remark in remarks]
                for name, remarks in (("faults", checked.faults), ("remarks", checked.remarks))
            }
        )
    else:
        for remark in (*checked.faults, *checked.remarks):
            print(plain(remark.sentence))
        if not checked.faults:
            print("Nothing is wrong with it.")
    return FAILED if checked.faults else DONE


def _queue(settings: Settings) -> PracticeQueue:
    from kin_assistant.practices.queue import PracticeQueue

    return PracticeQueue(settings.practices)


def _summary(practice: WaitingPractice) -> dict[str, object]:
    told = practice.submission
    return {
        "id": practice.id,
        "submitted": practice.submitted.isoformat(),
        "title": told.title,
        "office": told.office,
        "cities": list(told.cities),
    }


PRACTICES: Mapping[str, Callable[[argparse.Namespace, Settings], int]] = {
    "practices list": list_practices,
    "practices show": show_practice,
    "practices accept": accept_practice,
    "practices decline": decline_practice,
    "practices check": check_practice,
}
"""What runs each of these commands."""
