"""The command line: parse arguments, call one function, print.

Exit codes: 0 done; 1 it could not be done, with a sentence why; 2 the arguments are wrong; 3 done, but some files of the
corpus, lines of a batch, quotes of a brief or standing questions were left out; 4 a call hung and the process was ended; 130
and 143 it was stopped. A refusal is an answer: ``kin ask`` then ends with 0, and so does what runs until it is stopped.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import io
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from kin_assistant.cli.answers import check_answer_file, write_answer
from kin_assistant.cli.arguments import make_parser
from kin_assistant.cli.batch import answer_lines, as_json
from kin_assistant.cli.documents import list_documents, show_document
from kin_assistant.cli.products import PRODUCTS
from kin_assistant.cli.tables import TABLES
from kin_assistant.filters import NAME_FIELDS, parse_filters
from kin_assistant.processes.termination import Terminated, leave_at_once, raising_terminated

if TYPE_CHECKING:
    from kin_assistant.assistant import Assistant
    from kin_assistant.index.manifest import Manifest
    from kin_assistant.index.report import SyncReport
    from kin_assistant.models.embedder import Embedder
    from kin_assistant.settings import Settings
    from kin_assistant.types import Answer, Prose, SearchResult

__all__ = ["main"]

DONE, FAILED, WRONG_USE, IN_PART, HUNG, INTERRUPTED, TERMINATED = 0, 1, 2, 3, 4, 130, 143


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Faults are printed as one sentence, never as a traceback."""
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows few letters
    from kin_assistant.monitoring.logs import set_up_logs

    set_up_logs()
    with raising_terminated(), contextlib.ExitStack() as held:
        return _run(options, held)


def _parser() -> argparse.ArgumentParser:
    return make_parser(
        {
            "sync": _sync,
            "verify": _verify,
            "backup": _backup,
            "restore": _restore,
            "ask": _ask,
            "search": _search,
            "docs list": _list_documents,
            "docs show": _printing(show_document),
            **{name: _printing(show) for name, show in {**TABLES, **PRODUCTS}.items()},
            "brief": _brief,
            "watch-questions": _watch_questions,
            "serve": _serve,
            "mcp": _mcp,
        }
    )


def _run(options: argparse.Namespace, held: contextlib.ExitStack) -> int:
    # Before numpy is loaded: threads of linear algebra wait for each other by spinning, which takes a third of what an answer
    # takes of the processor.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from kin_assistant.errors import AnswerTimeout, IndexDamaged, KinError
    from kin_assistant.monitoring.logs import writing_logs
    from kin_assistant.processes.shortage import find_shortage
    from kin_assistant.processes.watchdog import ending_hung_process

    try:
        settings = _settings(options)
        held.enter_context(writing_logs(settings.log))
        with ending_hung_process(HUNG, grace=settings.answer_seconds / 2):
            return int(options.run(options, settings))
    except AnswerTimeout as error:
        # What hangs would also keep the interpreter from ending.
        leave_at_once(_fail(str(error)))
    except KinError as error:
        logging.getLogger(__name__).debug("%s", error.details)
        message = str(error)
        if isinstance(error, IndexDamaged) and "kin sync" not in message:
            message += " Run: kin sync"
        return _fail(message)
    except KeyboardInterrupt:
        return _fail("Stopped. What was published before stays as it was.", code=INTERRUPTED)
    except Terminated:
        return TERMINATED
    except BrokenPipeError:
        # The reader of our output went away (kin ask | head); there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except BaseException as error:  # the entry: whatever was not foreseen is logged and said in a sentence
        shortage = find_shortage(error)
        if shortage:
            return _fail(str(shortage))
        if not isinstance(error, Exception):
            raise
        logging.getLogger(__name__).exception("unexpected fault")
        return _fail("Something went wrong that should not have; the lines above say where. Please report them.")


# Commands


def _sync(options: argparse.Namespace, settings: Settings) -> int:
    def run(*, retry_failed: bool) -> int:
        report = _run_sync(settings, sys.stderr, retry_failed=retry_failed)
        if options.json:
            _print_json(report.as_json(), indent=None if options.watch else 2)
        else:
            _print_report(report, sys.stdout)
        return IN_PART if report.totals["failed"] else DONE

    return _watch(settings, run, options) if options.watch else run(retry_failed=options.retry_failed)


def _watch(settings: Settings, run: Callable[..., int], options: argparse.Namespace) -> int:
    """Sync now and after every change, until it is stopped. A sync that fails is told, and the next change awaited."""
    from kin_assistant.errors import KinError
    from kin_assistant.index.watch import changes

    retry_failed = options.retry_failed
    try:
        for _ in changes(settings.corpus):
            try:
                run(retry_failed=retry_failed)
            except KinError as error:
                _fail(str(error))
            retry_failed = False
            sys.stdout.flush()
            print(f"Watching {settings.corpus}; Ctrl+C ends.", file=sys.stderr, flush=True)
    except (KeyboardInterrupt, Terminated):
        print("Watching ended.", file=sys.stderr)
    return DONE


def _backup(options: argparse.Namespace, settings: Settings) -> int:
    from kin_assistant.index.backup import write_backup
    from kin_assistant.index.own_files import OwnFiles

    manifest, files = write_backup(settings.index, options.file, OwnFiles(settings.corpus, settings.feedback))
    _print_build(f"Written to {options.file}", manifest, options, own_files=files)
    if not options.json:
        print(f"With it: {files} files that were added on the page or hold verdicts.")
    return DONE


def _restore(options: argparse.Namespace, settings: Settings) -> int:
    from kin_assistant.index.backup import restore_backup, restore_own_files
    from kin_assistant.index.build import is_current
    from kin_assistant.index.own_files import OwnFiles
    from kin_assistant.index.report import as_one_line
    from kin_assistant.index.snapshot import current_recipe
    from kin_assistant.rendering import plain

    embedder = _embedder(settings)
    manifest = restore_backup(options.file, settings.index, current_recipe(embedder.name, embedder.dimension))
    files = restore_own_files(options.file, OwnFiles(settings.corpus, settings.feedback))
    kept = list(files.kept)
    _print_build("Restored and published", manifest, options, restored=list(files.restored), kept=kept)
    if not options.json:
        print(f"Put back: {len(files.restored)} files; {len(files.unchanged)} were there already.")
    for name in kept:
        line = as_one_line(f"kept: {name}: the file that is there differs from that of the backup and stays as it is")
        print(plain(line), file=sys.stderr)
    if not (settings.corpus.is_dir() and is_current(settings.corpus, settings.index, embedder)):
        print(f"The corpus in {settings.corpus} is not the one it was built from. Run: kin sync", file=sys.stderr)
    return IN_PART if kept else DONE


def _verify(options: argparse.Namespace, settings: Settings) -> int:
    from kin_assistant.errors import IndexStale
    from kin_assistant.index.build import is_current
    from kin_assistant.index.layout import IndexFolder
    from kin_assistant.index.manifest import Manifest
    from kin_assistant.index.snapshot import current_recipe
    from kin_assistant.index.verify import check_build_in_child, check_deeply_in_child
    from kin_assistant.rendering import plain

    index = IndexFolder(settings.index)
    build = index.published()
    manifest = Manifest.read(build)
    embedder = _embedder(settings)
    difference = manifest.recipe.difference(current_recipe(embedder.name, embedder.dimension))
    if difference:
        raise IndexStale(f"The index was made with another {difference}. Run: kin sync")
    if options.deep:
        check_deeply_in_child(build, model=settings.model, engine=settings.engine, models=index.models)
    else:
        check_build_in_child(build)
    current = settings.corpus.is_dir() and is_current(settings.corpus, settings.index, embedder)
    facts = {
        "build_id": manifest.build_id,
        "built_at": manifest.built_at.isoformat(),
        "documents": manifest.documents,
        "passages": manifest.passages,
        "whole": True,
        "deep": options.deep,
        "current": current,
        "differences": _differences(manifest, settings.corpus) if options.deep else [],
    }
    if options.json:
        _print_json(facts)
    else:
        print(
            f"The index is whole: {manifest.documents} documents, {manifest.passages} passages, build {manifest.build_id}."
        )
        if not current:
            for difference in _differences(manifest, settings.corpus) if options.deep else ():
                print(plain(difference))
            print(f"The corpus in {settings.corpus} has changed since. Run: kin sync")
    return DONE


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    from kin_assistant.rendering import answer_json, answer_markdown, plain, verified

    def run(assistant: Assistant, line: dict[str, Any]) -> tuple[Answer, Prose | None]:
        writer = assistant.open_writer() if options.prose else None
        answer = assistant.ask(
            line["question"],
            filters=parse_filters(line.get("filters")),
            history=line.get("history") or (),
            id=line.get("id"),
            words=options.words,
            form=line.get("form") or options.form,
        )
        return verified(answer, assistant.document), writer.write(answer) if writer else None

    def told(answer: Answer, prose: Prose | None) -> dict[str, object]:
        written = {"prose": prose.model_dump(mode="json") if prose else None} if options.prose else {}
        return {**answer_json(answer), **written}

    if options.batch:
        return _batch(options, settings, lambda *asked: told(*run(*asked)), required="question")
    check_answer_file(options)
    with _opened(settings) as assistant:
        line = {"question": _text_of(options.question), "filters": _given_filters(options), "history": options.history}
        answer, prose = run(assistant, line)
        if options.out:
            write_answer(assistant, answer, parse_filters(line["filters"]), options.out, sys.stdout)
            return DONE
        if options.json:
            _print_json(told(answer, prose))
            return DONE
        print(plain(answer_markdown(answer, why=options.why, prose=prose)), end="")
        if options.prose and prose is None:
            print("Facts, lists and refusals are given in the words of the documents alone.", file=sys.stderr)
    return DONE


def _search(options: argparse.Namespace, settings: Settings) -> int:
    from kin_assistant.rendering import search_text

    def run(assistant: Assistant, line: dict[str, Any]) -> SearchResult:
        query: str = line["query"] if "query" in line else line["question"]
        return assistant.search(
            query, limit=options.limit, filters=parse_filters(line.get("filters")), id=line.get("id")
        )

    if options.batch:
        return _batch(options, settings, lambda *asked: run(*asked).model_dump(mode="json"), required="query")
    with _opened(settings) as assistant:
        result = run(assistant, {"query": _text_of(options.query), "filters": _given_filters(options)})
        if options.json:
            _print_json(result.model_dump(mode="json"))
            return DONE
        print(search_text(result))
    return DONE


def _list_documents(options: argparse.Namespace, settings: Settings) -> int:
    with _opened(settings) as assistant:
        list_documents(assistant, _given_filters(options), options, sys.stdout)
    return DONE


def _printing(show: Callable[[Assistant, argparse.Namespace, TextIO], None]) -> Callable[..., int]:
    """A command that opens the index and lets ``show`` print from it."""

    def run(options: argparse.Namespace, settings: Settings) -> int:
        with _opened(settings) as assistant:
            show(assistant, options, sys.stdout)
        return DONE

    return run


def _brief(options: argparse.Namespace, settings: Settings) -> int:
    from kin_assistant.cli.briefs import write_brief

    with _opened(settings) as assistant:
        return DONE if write_brief(assistant, options, sys.stdout, sys.stderr) else IN_PART


def _watch_questions(options: argparse.Namespace, settings: Settings) -> int:
    from kin_assistant.cli.standing import watch_questions

    with _opened(settings) as assistant:
        return DONE if watch_questions(assistant, options, sys.stdout) else IN_PART


def _serve(_options: argparse.Namespace, settings: Settings) -> int:
    from kin_assistant.errors import IndexFault, KinError
    from kin_assistant.ui.server import serve

    why_not, notices = _bring_up_to_date(settings)
    try:
        opened = _opened(settings, notices)
    except IndexFault as fault:
        if not why_not:
            raise
        raise KinError(f"{why_not} {fault}", details=fault.details) from fault
    with opened as assistant:
        if why_not:
            print(f"{why_not} The index is served as it is.", file=sys.stderr)
        assistant.warm()
        with contextlib.suppress(Terminated):
            serve(
                assistant,
                settings,
                announce=functools.partial(print, file=sys.stderr if settings.log == "json" else None),
            )
    return DONE


def _mcp(_options: argparse.Namespace, settings: Settings) -> int:
    from kin_assistant.mcp_server import check_package, serve_stdio
    from kin_assistant.ui.served import Served

    check_package()
    with _opened(settings) as assistant, contextlib.suppress(Terminated):
        assistant.warm()
        serve_stdio(Served(assistant).lease)
    return DONE


def _bring_up_to_date(settings: Settings) -> tuple[str, Sequence[str]]:
    """Build the index if it is missing or older than the corpus.

    If that cannot be done just now, a sentence that says why, and what the readers should know of it.
    """
    from kin_assistant.errors import CorpusError, IndexFault, ResourceError
    from kin_assistant.index.build import is_current

    embedder = _embedder(settings)
    try:
        if not is_current(settings.corpus, settings.index, embedder):
            print("The index is missing or older than the corpus; building it.", file=sys.stderr)
            _print_report(_run_sync(settings, sys.stderr), sys.stderr)
    except CorpusError as error:
        # A built index answers without the folder that it was built from.
        return str(error), ()
    except (IndexFault, ResourceError) as error:
        return str(error), ("The documents have changed since this index was built. It could not be built anew yet.",)
    return "", ()


# What the commands share


def _embedder(settings: Settings) -> Embedder:
    from kin_assistant.index.layout import IndexFolder
    from kin_assistant.models.embedder import open_embedder

    return open_embedder(settings.model, engine=settings.engine, cache=IndexFolder(settings.index).models)


def _run_sync(settings: Settings, screen: TextIO, *, retry_failed: bool = False) -> SyncReport:
    from datetime import UTC, datetime

    from kin_assistant.cli.progress import progress_bar
    from kin_assistant.documents.parsers import Limits
    from kin_assistant.index.build import sync

    embedder = _embedder(settings)
    with progress_bar(screen) as progress:
        return sync(
            settings.corpus,
            settings.index,
            embedder,
            now=datetime.now(UTC),
            progress=progress,
            limits=Limits.from_settings(settings),
            retry_failed=retry_failed,
        )


def _differences(manifest: Manifest, corpus: Path) -> list[str]:
    """How the files of ``corpus`` differ from those that the index was built from, a line each."""
    from kin_assistant.corpus.files import walk
    from kin_assistant.documents.reading import SUFFIXES

    files = walk(corpus, SUFFIXES).files if corpus.is_dir() else ()
    return manifest.differences({file.path: file.content for file in files})


def _opened(settings: Settings, notices: Sequence[str] = ()) -> Assistant:
    from kin_assistant.assistant import Assistant

    assistant = Assistant.open(settings=settings, notices=notices)
    for notice in assistant.build.notices:
        print(notice, file=sys.stderr)
    return assistant


def _batch(
    options: argparse.Namespace,
    settings: Settings,
    run: Callable[[Assistant, dict[str, Any]], dict[str, object]],
    *,
    required: str,
) -> int:
    """Run every line of a JSON Lines file with one opened index; a bad line becomes an error line."""
    from kin_assistant.errors import KinError

    if options.out and options.out.exists() and options.batch.exists() and options.out.samefile(options.batch):
        raise KinError("The results of a batch cannot go into the file that it is read from.")
    with contextlib.ExitStack() as opened:
        # Before the results: a missing index must not cost those of an earlier run.
        assistant = opened.enter_context(_opened(settings))
        try:
            source: TextIO = sys.stdin
            if str(options.batch) != "-":
                source = opened.enter_context(options.batch.open(encoding="utf-8", errors="replace"))
            target: TextIO = sys.stdout
            if options.out:
                target = opened.enter_context(options.out.open("w", encoding="utf-8"))
        except OSError as error:
            raise KinError(f"{error.filename} cannot be opened: {error.strerror}.") from error
        failed = answer_lines(source, target, functools.partial(run, assistant), required)
    if failed:
        print(f"{failed} lines could not be answered; each has an error line in the output.", file=sys.stderr)
    return IN_PART if failed else DONE


def _given_filters(options: argparse.Namespace) -> dict[str, object]:
    return {name: value for name in (*NAME_FIELDS, "years") if (value := getattr(options, name, None))}


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


def _print_json(value: object, indent: int | None = 2) -> None:
    print(as_json(value, sys.stdout, indent=indent))


def _print_build(done: str, manifest: Manifest, options: argparse.Namespace, **more: object) -> None:
    if options.json:
        fields = {"build_id", "built_at", "documents", "passages"}
        _print_json({**manifest.model_dump(mode="json", include=fields), "file": str(options.file), **more})
    else:
        print(f"{done}: {manifest.documents} documents, {manifest.passages} passages, build {manifest.build_id}.")


def _print_report(report: SyncReport, screen: TextIO) -> None:
    from kin_assistant.index.report import report_lines
    from kin_assistant.rendering import plain

    for line in report_lines(report):
        print(plain(line), file=screen)


def _fail(message: str, code: int = FAILED) -> int:
    print(f"kin: {message}", file=sys.stderr)
    return code
