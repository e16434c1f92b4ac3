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
from typing import TYPE_CHECKING, Any, TextIO

from kin_assistant.cli.accounts import ACCOUNTS
from kin_assistant.cli.answers import check_answer_file, write_answer
from kin_assistant.cli.arguments import make_parser
from kin_assistant.cli.batch import answer_lines
from kin_assistant.cli.documents import list_documents, show_document
from kin_assistant.cli.ending import DONE, FAILED, HUNG, IN_PART, INTERRUPTED, TERMINATED, fail, print_json
from kin_assistant.cli.indexing import back_up, bring_up_to_date, restore, sync_index, verify_index
from kin_assistant.cli.practices import PRACTICES
from kin_assistant.cli.products import PRODUCTS
from kin_assistant.cli.tables import TABLES
from kin_assistant.filters import NAME_FIELDS, parse_filters
from kin_assistant.processes.termination import Terminated, leave_at_once, raising_terminated

if TYPE_CHECKING:
    from kin_assistant.assistant import Assistant
    from kin_assistant.settings import Settings
    from kin_assistant.types import Answer, Prose, SearchResult

__all__ = ["main"]


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
            "sync": sync_index,
            "verify": verify_index,
            "backup": back_up,
            "restore": restore,
            "ask": _ask,
            "search": _search,
            "docs list": _list_documents,
            "docs show": _printing(show_document),
            **{name: _printing(show) for name, show in {**TABLES, **PRODUCTS}.items()},
            **PRACTICES,
            **ACCOUNTS,
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
        leave_at_once(fail(str(error)))
    except KinError as error:
        logging.getLogger(__name__).debug("%s", error.details)
        message = str(error)
        if isinstance(error, IndexDamaged) and "kin sync" not in message:
            message += " Run: kin sync"
        return fail(message)
    except KeyboardInterrupt:
        return fail("Stopped. What was published before stays as it was.", code=INTERRUPTED)
    except Terminated:
        return TERMINATED
    except BrokenPipeError:
        # The reader of our output went away (kin ask | head); there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except BaseException as error:  # the entry: whatever was not foreseen is logged and said in a sentence
        shortage = find_shortage(error)
        if shortage:
            return fail(str(shortage))
        if not isinstance(error, Exception):
            raise
        logging.getLogger(__name__).exception("unexpected fault")
        return fail("Something went wrong that should not have; the lines above say where. Please report them.")


# Commands


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
    question = _text_of(options.question)
    _check_readable(question, settings)
    with _opened(settings) as assistant:
        line = {"question": question, "filters": _given_filters(options), "history": options.history}
        answer, prose = run(assistant, line)
        if options.out:
            write_answer(assistant, answer, parse_filters(line["filters"]), options.out, sys.stdout)
            return DONE
        if options.json:
            print_json(told(answer, prose))
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
            print_json(result.model_dump(mode="json"))
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

    why_not, notices = bring_up_to_date(settings)
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
    from kin_assistant.mcp_server.server import check_package
    from kin_assistant.mcp_server.stdio import serve_stdio
    from kin_assistant.ui.served import Served

    check_package()
    with _opened(settings) as assistant, contextlib.suppress(Terminated):
        assistant.warm()
        serve_stdio(Served(assistant).lease)
    return DONE


# What the commands share


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


def _check_readable(question: str, settings: Settings) -> None:
    """Raise ``QuestionError`` before anything is opened. Whether another language is read depends on what is installed."""
    from kin_assistant.errors import OtherLanguage
    from kin_assistant.question.checks import check_question

    with contextlib.suppress(OtherLanguage):
        check_question(question, max_characters=settings.max_question_characters)


def _text_of(parts: Sequence[str]) -> str:
    """The words of a question as typed; "-" reads them from standard input."""
    return sys.stdin.read() if list(parts) == ["-"] else " ".join(parts)
