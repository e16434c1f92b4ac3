"""The command line: parse arguments, call one function, print.

Exit codes: 0 done; 1 it could not be done, with a sentence why; 2 the arguments are wrong; 3 done, but some files of the
corpus or some lines of a batch could not be read. A refusal is an answer: ``kin ask`` then ends with 0.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from kin_assistant import __version__

if TYPE_CHECKING:
    from kin_assistant.assistant import Assistant
    from kin_assistant.index.report import SyncReport
    from kin_assistant.settings import Settings
    from kin_assistant.types import Answer, Document, DocumentInfo, Filters, SearchResult

__all__ = ["main"]

DONE, FAILED, WRONG_USE, IN_PART = 0, 1, 2, 3

_FILTER_FIELDS = ("city", "country", "region", "theme")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Faults are printed as one sentence, never as a traceback."""
    parser = _parser()
    options = parser.parse_args(arguments)
    from kin_assistant.errors import KinError

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        return int(options.run(options, _settings(options)))
    except KinError as error:
        logging.getLogger(__name__).debug("%s", error.details)
        return _fail(str(error))
    except KeyboardInterrupt:
        return _fail("Stopped. What was published before stays as it was.", code=130)
    except BrokenPipeError:
        # The reader of our output went away (kin ask | head); there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception:  # the entry: whatever was not foreseen is logged and said in a sentence
        logging.getLogger(__name__).exception("unexpected fault")
        return _fail("Something went wrong that should not have; the lines above say where. Please report them.")


# Commands


def _sync(options: argparse.Namespace, settings: Settings) -> int:
    report = _run_sync(settings, sys.stderr)
    if options.json:
        _print_json(report.as_json())
    else:
        _print_report(report, sys.stdout)
    return IN_PART if report.totals["failed"] else DONE


def _verify(options: argparse.Namespace, settings: Settings) -> int:
    from kin_assistant.embedding import open_embedder
    from kin_assistant.errors import IndexStale
    from kin_assistant.index.build import is_current
    from kin_assistant.index.layout import IndexFolder
    from kin_assistant.index.manifest import Manifest
    from kin_assistant.index.opened import current_recipe
    from kin_assistant.index.verify import check_build_in_child

    index = IndexFolder(settings.index)
    build = index.published()
    manifest = Manifest.read(build)
    embedder = open_embedder(settings.model, engine=settings.engine, cache=index.models)
    difference = manifest.recipe.difference(current_recipe(embedder.name, embedder.dimension))
    if difference:
        raise IndexStale(f"The index was made with another {difference}. Run: kin sync")
    check_build_in_child(build)
    current = settings.corpus.is_dir() and is_current(settings.corpus, settings.index, embedder)
    facts = {
        "build_id": manifest.build_id,
        "built_at": manifest.built_at.isoformat(),
        "documents": manifest.documents,
        "passages": manifest.passages,
        "whole": True,
        "current": current,
    }
    if options.json:
        _print_json(facts)
    else:
        print(
            f"The index is whole: {manifest.documents} documents, {manifest.passages} passages, build {manifest.build_id}."
        )
        if not current:
            print(f"The corpus in {settings.corpus} has changed since. Run: kin sync")
    return DONE


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    from kin_assistant.rendering import answer_markdown, plain, verified

    def run(assistant: Assistant, line: dict[str, Any]) -> Answer:
        answer = assistant.ask(
            line["question"],
            filters=_filters(line.get("filters")),
            history=line.get("history") or (),
            id=line.get("id"),
        )
        return verified(answer, assistant.document)

    if options.batch:
        return _batch(options, settings, run, required="question")
    with _opened(settings) as assistant:
        line = {"question": _text_of(options.question), "filters": _given_filters(options), "history": options.history}
        answer = run(assistant, line)
        if options.json:
            _print_json(answer.model_dump(mode="json"))
        else:
            print(plain(answer_markdown(answer, {info.id: info for info in assistant.documents})), end="")
    return DONE


def _search(options: argparse.Namespace, settings: Settings) -> int:
    from kin_assistant.rendering import plain

    def run(assistant: Assistant, line: dict[str, Any]) -> SearchResult:
        query: str = line["query"] if "query" in line else line["question"]
        return assistant.search(query, limit=options.limit, filters=_filters(line.get("filters")), id=line.get("id"))

    if options.batch:
        return _batch(options, settings, run, required="query")
    with _opened(settings) as assistant:
        result = run(assistant, {"query": _text_of(options.query), "filters": _given_filters(options)})
        if options.json:
            _print_json(result.model_dump(mode="json"))
            return DONE
        for number, hit in enumerate(result.hits, 1):
            place = f"{hit.document_id}, {hit.heading or 'beginning'}" + (f", page {hit.page}" if hit.page else "")
            print(f"{number}. {plain(place)} ({hit.score:.3f})\n{plain(hit.text)}\n")
    return DONE


def _list_documents(options: argparse.Namespace, settings: Settings) -> int:
    from kin_assistant.rendering import plain

    with _opened(settings) as assistant:
        allowed = assistant.retriever.allowed_documents(_filters(_given_filters(options)))
        infos = assistant.documents if allowed is None else [assistant.documents[row] for row in allowed.tolist()]
        if options.json:
            _print_json([info.model_dump(mode="json") for info in infos])
        else:
            for info in infos:
                print(plain("  ".join(filter(None, (info.id, info.title, ", ".join(info.cities))))))
    return DONE


def _show_document(options: argparse.Namespace, settings: Settings) -> int:
    from kin_assistant.errors import KinError
    from kin_assistant.rendering import plain

    with _opened(settings) as assistant:
        try:
            document: Document = assistant.document(options.id)
        except KeyError:
            raise KinError(f'There is no document "{options.id}". Run kin docs list to see what there is.') from None
        if options.json:
            _print_json(document.model_dump(mode="json"))
        else:
            print(plain(_heading_of(document)) + "\n\n" + plain(document.text))
    return DONE


def _serve(_options: argparse.Namespace, settings: Settings) -> int:
    from kin_assistant.embedding import open_embedder
    from kin_assistant.errors import CorpusError
    from kin_assistant.index.build import is_current
    from kin_assistant.index.layout import IndexFolder
    from kin_assistant.ui.server import serve

    embedder = open_embedder(settings.model, engine=settings.engine, cache=IndexFolder(settings.index).models)
    try:
        if not is_current(settings.corpus, settings.index, embedder):
            print("The index is missing or older than the corpus; building it.", file=sys.stderr)
            _print_report(_run_sync(settings, sys.stderr), sys.stderr)
    except CorpusError as error:
        # A built index answers without the folder that it was built from.
        print(f"{error} The index is served as it is.", file=sys.stderr)
    with _opened(settings) as assistant:
        serve(assistant, settings)
    return DONE


# What the commands share


def _run_sync(settings: Settings, screen: TextIO) -> SyncReport:
    from datetime import UTC, datetime

    from kin_assistant.embedding import open_embedder
    from kin_assistant.index.build import sync
    from kin_assistant.index.layout import IndexFolder
    from kin_assistant.progress import progress_bar

    embedder = open_embedder(settings.model, engine=settings.engine, cache=IndexFolder(settings.index).models)
    with progress_bar(screen) as progress:
        return sync(settings.corpus, settings.index, embedder, now=datetime.now(UTC), progress=progress)


def _opened(settings: Settings) -> Assistant:
    from kin_assistant.assistant import Assistant

    assistant = Assistant.open(settings=settings)
    for notice in assistant.build.notices:
        print(notice, file=sys.stderr)
    return assistant


def _batch(
    options: argparse.Namespace,
    settings: Settings,
    run: Callable[[Assistant, dict[str, Any]], Answer | SearchResult],
    *,
    required: str,
) -> int:
    """Run every line of a JSON Lines file with one opened index; a bad line becomes an error line."""
    from kin_assistant.errors import KinError

    try:
        source = options.batch.open(encoding="utf-8", errors="replace") if str(options.batch) != "-" else sys.stdin
        target = options.out.open("w", encoding="utf-8") if options.out else sys.stdout
    except OSError as error:
        raise KinError(f"{error.filename} cannot be opened: {error.strerror}.") from error
    failed = 0
    with _opened(settings) as assistant, source, target:
        for number, text in enumerate(source, 1):
            if not text.strip():
                continue
            line_id = None
            try:
                line = _parse_line(text, number, required)
                line_id = line.get("id")
                result = run(assistant, line).model_dump(mode="json")
            except KinError as error:
                failed += 1
                result = {"id": line_id if line_id is not None else _id_of(text), "line": number, "error": str(error)}
            target.write(json.dumps(result, ensure_ascii=False) + "\n")
    if failed:
        print(f"{failed} lines could not be answered; each has an error line in the output.", file=sys.stderr)
    return IN_PART if failed else DONE


def _parse_line(text: str, number: int, required: str) -> dict[str, Any]:
    from kin_assistant.errors import KinError

    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        raise KinError(f"Line {number} is not valid JSON.") from None
    if not isinstance(line, dict):
        raise KinError(f"Line {number} is not a JSON object.")
    if required == "query" and "query" not in line:
        required = "question"
    if not isinstance(line.get(required), str):
        raise KinError(f'Line {number} has no "{required}" that is a text.')
    if not isinstance(line.get("id"), str | None):
        raise KinError(f'Line {number} has an "id" that is not a text.')
    history = line.get("history")
    if history is not None and not (isinstance(history, list) and all(isinstance(turn, str) for turn in history)):
        raise KinError(f'Line {number} has a "history" that is not a list of texts.')
    return line


def _id_of(text: str) -> str | None:
    """The id of a line that could not be used, if it can be told at all."""
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return str(line["id"]) if isinstance(line, dict) and line.get("id") is not None else None


def _filters(fields: object) -> Filters | None:
    """Filters from command line options or a batch line. Raises ``FilterError``."""
    from kin_assistant.errors import FilterError
    from kin_assistant.types import Filters

    if not fields:
        return None
    if not isinstance(fields, dict):
        raise FilterError('The "filters" must be an object such as {"city": "Surabaya"}.')
    values: dict[str, object] = {}
    for name, value in fields.items():
        if name == "years":
            values["years"] = _years(value)
        elif name not in _FILTER_FIELDS:
            raise FilterError(f'There is no filter "{name}". There are: {", ".join((*_FILTER_FIELDS, "years"))}.')
        else:
            listed = [value] if isinstance(value, str) else value
            if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
                raise FilterError(f'The filter "{name}" must be a text or a list of texts.')
            values[name] = tuple(listed)
    return Filters.model_validate(values)


def _years(value: object) -> tuple[int, int]:
    """First and last year of "2000-2010", "2005" or [2000, 2010]. Raises ``FilterError``."""
    import re

    from kin_assistant.errors import FilterError

    text = "-".join(str(part) for part in value) if isinstance(value, list | tuple) else str(value)
    match = re.fullmatch(r"\s*(\d{4})\s*(?:[-\u2013]\s*(\d{4})\s*)?", text)
    if not match:
        raise FilterError(f'"{text}" are no years. Write them as 2000-2010 or 2005.')
    first, last = int(match[1]), int(match[2] or match[1])
    if first > last:
        raise FilterError(f"The years {first}-{last} run backwards.")
    return first, last


def _given_filters(options: argparse.Namespace) -> dict[str, object]:
    return {name: value for name in (*_FILTER_FIELDS, "years") if (value := getattr(options, name, None))}


def _settings(options: argparse.Namespace) -> Settings:
    from pydantic import ValidationError

    from kin_assistant.errors import KinError
    from kin_assistant.settings import Settings

    given = {
        name: value
        for name in ("corpus", "index", "host", "port")
        if (value := getattr(options, name, None)) is not None
    }
    unknown = [name for name in os.environ if name.startswith("KIN_") and name[4:].lower() not in Settings.model_fields]
    if unknown:
        raise KinError(f"There is no setting {', '.join(sorted(unknown))}. The README lists them.")
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise KinError(f"The setting {name} is wrong: {first['msg']}.") from error


# Printing


def _text_of(parts: Sequence[str]) -> str:
    """The words of a question as typed; "-" reads them from standard input."""
    return sys.stdin.read() if list(parts) == ["-"] else " ".join(parts)


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _print_report(report: SyncReport, screen: TextIO) -> None:
    from kin_assistant.rendering import plain

    def show(line: str) -> None:
        print(plain(line), file=screen)

    for file in report.files:
        if file.status in ("skipped", "failed"):
            show(f"{file.status}: {file.path}: {file.reason}")
        elif file.change == "changed":
            show(f"changed: {file.path}")
        for warning in file.warnings:
            show(f"note: {file.path}: {warning}")
    for path in report.removed:
        show(f"removed: {path}")
    totals = report.totals
    show(report.why)
    show(
        f"{totals['found']} files: {totals['read']} read ({totals['new']} new, {totals['changed']} changed),"
        f" {totals['unchanged']} unchanged, {totals['skipped']} skipped, {totals['failed']} failed; {totals['removed']} removed."
    )
    show(
        f"{totals['passages']} passages, {totals['embedded']} of them embedded now; build {report.build_id},"
        f" {report.seconds:.1f} s."
    )


def _heading_of(info: DocumentInfo) -> str:
    years = f"{info.years[0]}-{info.years[1]}" if info.years else ""
    places = ", ".join((*info.cities, *info.countries))
    return "\n".join(filter(None, (f"# {info.title}", places, years, f"id: {info.id}", f"file: {info.path}")))


def _fail(message: str, code: int = FAILED) -> int:
    print(f"kin: {message}", file=sys.stderr)
    return code


# Arguments


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kin",
        description="Ask the documents of the Kitakyushu Initiative Network; every answer is quoted from them and cited.",
        epilog="Settings can also be given in the environment, as KIN_CORPUS or KIN_PORT; the README lists them.",
    )
    parser.add_argument("--version", action="version", version=f"kin {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    folders = argparse.ArgumentParser(add_help=False)
    folders.add_argument("--corpus", type=Path, metavar="DIR", help="folder with the documents (default: corpus)")
    folders.add_argument("--index", type=Path, metavar="DIR", help="folder for the index (default: index)")
    as_json = argparse.ArgumentParser(add_help=False)
    as_json.add_argument("--json", action="store_true", help="print JSON")
    filters = argparse.ArgumentParser(add_help=False)
    group = filters.add_argument_group("filters", "Only documents that carry one of the values of each filter given.")
    for name in _FILTER_FIELDS:
        group.add_argument(f"--{name}", action="append", metavar=name.upper(), help="may be given several times")
    group.add_argument("--years", metavar="2000-2010", help="documents whose years overlap these")
    batch = argparse.ArgumentParser(add_help=False)
    batch.add_argument("--batch", type=Path, metavar="IN.jsonl", help="one JSON object a line; - for standard input")
    batch.add_argument(
        "--out", type=Path, metavar="OUT.jsonl", help="where the results of --batch go (default: printed)"
    )

    def command(
        name: str,
        run: Callable[..., int],
        summary: str,
        parents: Iterable[argparse.ArgumentParser],
        within: Any = commands,
    ) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = within.add_parser(
            name, help=summary, description=summary[0].upper() + summary[1:] + ".", parents=[folders, *parents]
        )
        added.set_defaults(run=run)
        return added

    command("sync", _sync, "bring the index up to date with the corpus folder", [as_json])
    command("verify", _verify, "say whether the published index is whole", [as_json])
    ask = command("ask", _ask, "answer a question with quoted, cited sentences", [as_json, filters, batch])
    ask.add_argument("question", nargs="*", help="the question; - reads it from standard input")
    ask.add_argument(
        "--history", action="append", default=[], metavar="QUESTION", help="an earlier question, oldest first"
    )
    search = command("search", _search, "list the passages nearest to a query", [as_json, filters, batch])
    search.add_argument("query", nargs="*", help="the query; - reads it from standard input")
    search.add_argument("--limit", type=_count, default=10, metavar="N", help="passages to list (default: 10)")
    documents = commands.add_parser(
        "docs", help="list the documents or show one", description="List the documents or show one."
    )
    actions = documents.add_subparsers(title="actions", required=True, metavar="ACTION")
    command("list", _list_documents, "list the documents, filtered if wished", [as_json, filters], actions)
    show = command("show", _show_document, "print the text of a document", [as_json], actions)
    show.add_argument("id", help="the document's id, as kin docs list shows it")
    serve = command("serve", _serve, "serve the page, building the index first if that is needed", [])
    serve.add_argument("--host", metavar="ADDRESS", help="address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, metavar="PORT", help="port to listen on (default: 7860)")
    return parser


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 1000:
        raise argparse.ArgumentTypeError("must be from 1 to 1000")
    return number
