"""What can be typed after ``kin``."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from kin_assistant import __version__
from kin_assistant.accounts.roles import ROLES
from kin_assistant.filters import NAME_FIELDS

__all__ = ["Run", "make_parser"]

Run = Callable[..., int]
"""Runs a command with what was parsed and the settings; its exit code."""


def make_parser(commands_by_name: Mapping[str, Run]) -> argparse.ArgumentParser:
    """The parser of ``kin``. What runs a command is in ``run`` of what it parses, taken from ``commands_by_name``."""
    parser = argparse.ArgumentParser(
        prog="kin",
        description="Ask a folder of documents; every answer is quoted from them and cited.",
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
    for name in NAME_FIELDS:
        group.add_argument(f"--{name}", action="append", metavar=name.upper(), help="may be given several times")
    group.add_argument("--years", metavar="2000-2010", help="documents whose years overlap these")
    batch = argparse.ArgumentParser(add_help=False)
    batch.add_argument("--batch", type=Path, metavar="IN.jsonl", help="one JSON object a line; - for standard input")

    def command(
        name: str, summary: str, parents: Iterable[argparse.ArgumentParser], within: Any = commands
    ) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = within.add_parser(
            name.split()[-1],
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            parents=[folders, *parents],
        )
        added.set_defaults(run=commands_by_name[name])
        return added

    sync = command("sync", "bring the index up to date with the corpus folder", [as_json])
    sync.add_argument("--retry-failed", action="store_true", help="try files again that could not be read before")
    sync.add_argument("--watch", action="store_true", help="go on, and sync again whenever the folder changes")
    verify = command("verify", "say whether the published index is whole", [as_json])
    verify.add_argument("--deep", action="store_true", help="compare everything stored with what it was made from")
    backup = command("backup", "write the published index and what cannot be made again to one new file", [as_json])
    backup.add_argument("file", type=Path, metavar="FILE", help="the file to write; it must not exist")
    restore = command("restore", "publish the index of a backup, once it is checked, and put its files back", [as_json])
    restore.add_argument("file", type=Path, metavar="FILE", help="a file that kin backup wrote")
    ask = command("ask", "answer a question with quoted, cited sentences", [as_json, filters, batch])
    ask.add_argument("question", nargs="*", help="the question; - reads it from standard input")
    ask.add_argument(
        "--history", action="append", default=[], metavar="QUESTION", help="an earlier question, oldest first"
    )
    ask.add_argument("--words", type=_count, metavar="N", help="quoted words, at most (default: 150)")
    ask.add_argument(
        "--form", type=_form, metavar="FORM", help="another form, where it fits: shorter, more (quotes), list or table"
    )
    ask.add_argument(
        "--prose", action="store_true", help="let the language model of KIN_LLM_URL write above the quotes"
    )
    ask.add_argument("--why", action="store_true", help="say why each sentence was quoted and other passages were not")
    ask.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="write the answer as .docx, .pdf, .md or .txt, as a brief to go on with (.json), its references as .bib or .ris; "
        "with --batch: .jsonl",
    )
    search = command("search", "list the passages nearest to a query", [as_json, filters, batch])
    search.add_argument("query", nargs="*", help="the query; - reads it from standard input")
    search.add_argument("--limit", type=_count, default=10, metavar="N", help="passages to list (default: 10)")
    search.add_argument(
        "--out", type=Path, metavar="OUT.jsonl", help="where the results of --batch go (default: printed)"
    )
    documents = commands.add_parser(
        "docs", help="list the documents or show one", description="List the documents or show one."
    )
    actions = documents.add_subparsers(title="actions", required=True, metavar="ACTION")
    command("docs list", "list the documents, filtered if wished", [as_json, filters], actions)
    show = command("docs show", "print the text of a document", [as_json], actions)
    show.add_argument("id", help="the document's id, as kin docs list shows it")
    records = commands.add_parser(
        "records",
        help="show a document as a good-practice record",
        description="Show a document as a good-practice record.",
    )
    actions = records.add_subparsers(title="actions", required=True, metavar="ACTION")
    show = command("records show", "print what a document says in each field of a record", [as_json], actions)
    show.add_argument("id", help="the document's id, as kin docs list shows it")
    practices = commands.add_parser(
        "practices",
        help="read, accept or decline the practices that were submitted on the page",
        description="Read, accept or decline the practices that were submitted on the page.",
    )
    actions = practices.add_subparsers(title="actions", required=True, metavar="ACTION")
    command("practices list", "list the practices that wait for a curator", [as_json], actions)
    for action, summary in (
        ("show", "print a practice that waits, as the document that it would be"),
        ("accept", "write it into the corpus folder"),
        ("decline", "delete it"),
    ):
        one = command(f"practices {action}", summary, [as_json], actions)
        one.add_argument("id", help="the practice's id, as kin practices list shows it")
    checked = command("practices check", "say what is wrong with a practice in a Markdown file", [as_json], actions)
    checked.add_argument("file", type=Path, metavar="FILE", help="a file that the Submit tab gave")
    _add_accounts(command, commands, as_json)
    compare = command("compare", "show side by side what cities did about a topic", [])
    compare.add_argument("topic", nargs="+", help="what is compared, such as household composting")
    compare.add_argument("--cities", default="", metavar="A,B", help="cities (default: the best documented)")
    compare.add_argument(
        "--columns", default="", metavar="A,B", help="fields of a record, such as problem,action,cost,results"
    )
    form = compare.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="print Markdown (the default)")
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--csv", action="store_true", help="print CSV")
    form.add_argument("--xlsx", type=Path, metavar="FILE", help="write a workbook")
    peers = command("peers", "show what cities like yours did, and what makes them alike", [])
    peers.add_argument("situation", nargs="+", help="your city and what is the matter, in a sentence or two")
    peers.add_argument(
        "--limit", type=_count, default=5, metavar="N", help="practices to show, at most 20 (default: 5)"
    )
    form = peers.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="print Markdown (the default)")
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--csv", action="store_true", help="print CSV")
    brief = command("brief", "draft a brief on a topic, with quoted evidence by section", [])
    brief.add_argument("title", nargs="*", help="what it is about, such as: Community composting for Hai Phong")
    brief.add_argument("--from", type=Path, dest="source", metavar="FILE.json", help="open a brief again")
    brief.add_argument("--cities", default="", metavar="A,B", help="evidence from documents on these alone")
    brief.add_argument("--documents", default="", metavar="ID,ID", help="evidence from these documents alone")
    target = brief.add_mutually_exclusive_group()
    target.add_argument(
        "--out", type=Path, metavar="FILE", help="write .docx, .html, .md or .json (default: Markdown is printed)"
    )
    target.add_argument("--json", action="store_true", help="print JSON")
    _add_indicators(command("indicators", "list the figures of the documents, each with its sentence", []))
    _add_money(command("money", "list who paid, what for, how much and as what, and who took part", []))
    _add_commitments(command("commitments", "list what was to be done, by when, and what is said of it later", []))
    package = command("package", "put all that is to be known of a practice into one document, quoted", [])
    package.add_argument("id", metavar="DOCUMENT", help="the document's id, as kin docs list shows it")
    sheet = command("training-sheet", "make questions on a theme with quoted answers, and a glossary", [])
    sheet.add_argument("theme", nargs="+", help="what it is on, such as: household composting")
    for written in (package, sheet):
        target = written.add_mutually_exclusive_group()
        target.add_argument(
            "--out",
            type=Path,
            metavar="FILE",
            help="write .docx, .pdf, .html, .md or .json (default: Markdown is printed)",
        )
        target.add_argument("--json", action="store_true", help="print JSON")
    coverage = command("coverage", "count what the documents cover: themes by countries, cities, years", [])
    target = coverage.add_mutually_exclusive_group()
    target.add_argument("--json", action="store_true", help="print JSON")
    target.add_argument(
        "--out", type=Path, metavar="FILE", help="write .csv (themes by countries) or .xlsx (everything)"
    )
    watch = command(
        "watch-questions", "ask the questions of a file again, and tell how their answers changed", [as_json]
    )
    watch.add_argument("file", type=Path, metavar="FILE", help="the questions, one on each line")
    watch.add_argument(
        "--answers", type=Path, metavar="FILE.json", help="where the answers are kept (default: beside the questions)"
    )
    serve = command("serve", "serve the page, building the index first if that is needed", [])
    serve.add_argument("--host", metavar="ADDRESS", help="address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, metavar="PORT", help="port to listen on (default: 7860)")
    command("mcp", "serve a language model's program over standard input and output (Model Context Protocol)", [])
    return parser


def _add_accounts(
    command: Callable[..., argparse.ArgumentParser], commands: Any, as_json: argparse.ArgumentParser
) -> None:
    accounts = commands.add_parser(
        "accounts",
        help="add, list or remove the accounts of KIN_ACCOUNTS, and print who changed what",
        description="Add, list or remove the accounts of KIN_ACCOUNTS, and print who changed what.",
    )
    actions = accounts.add_subparsers(title="actions", required=True, metavar="ACTION")
    add = command(
        "accounts add", "add an account; its password is asked for, or read from standard input", [as_json], actions
    )
    add.add_argument("name", metavar="NAME", help="the name to log in with")
    add.add_argument(
        "--role", required=True, choices=ROLES, help="what it may do: ask; change documents; read the log too"
    )
    add.add_argument(
        "--no-password", action="store_true", help="for whom the web server of KIN_PROXY_USER_HEADER logs in"
    )
    command("accounts list", "list the accounts and their roles", [as_json], actions)
    for action, summary in (
        ("remove", "remove an account; its sessions end"),
        ("passwd", "give an account another password; its sessions end"),
    ):
        one = command(f"accounts {action}", summary, [as_json], actions)
        one.add_argument("name", metavar="NAME", help="the account's name")
    log = command(
        "accounts log", "print who changed which documents and accounts, the newest first", [as_json], actions
    )
    log.add_argument("--limit", type=_count, default=100, metavar="N", help="changes to print (default: 100)")


def _add_indicators(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "topic", nargs="*", help="what they are about, such as landfill reduction (default: all figures)"
    )
    parser.add_argument("--cities", default="", metavar="A,B", help="figures of these cities")
    parser.add_argument("--countries", default="", metavar="A,B", help="figures of these countries")
    parser.add_argument("--unit", default="", metavar="UNIT", help="figures in this unit, such as %% or t/day")
    parser.add_argument("--from", type=_year, dest="first_year", metavar="YEAR", help="figures of this year and later")
    parser.add_argument("--to", type=_year, dest="last_year", metavar="YEAR", help="figures of this year and earlier")
    status = parser.add_mutually_exclusive_group()
    status.add_argument("--planned", action="store_true", help="only what was planned, expected or aimed at")
    status.add_argument("--actual", action="store_true", help="only what was so")
    parser.add_argument("--series", action="store_true", help="what was measured in several years, and its targets")
    parser.add_argument(
        "--sort",
        choices=("relevance", "value", "year", "place", "document"),
        help="order (default: relevance to the topic, or else by document)",
    )
    parser.add_argument("--limit", type=_count, metavar="N", help="figures to show (default: 30 on a topic, else all)")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--csv", type=Path, metavar="FILE", help="write CSV")
    form.add_argument("--xlsx", type=Path, metavar="FILE", help="write a workbook")


def _add_money(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("topic", nargs="*", help="what it was for, such as septage (default: all documents)")
    parser.add_argument("--city", action="append", default=[], metavar="CITY", help="may be given several times")
    parser.add_argument("--funder", default="", metavar="NAME", help="who pays or takes part, such as World Bank")
    parser.add_argument("--role", type=_role, metavar="ROLE", help="as what, such as grant, loan, fee or operator")
    parser.add_argument("--limit", type=_count, metavar="N", help="rows to show (default: 60 on a screen, else all)")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--out", type=Path, metavar="FILE", help="write .csv or .xlsx")


def _add_commitments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("topic", nargs="*", help="what was to be done about, such as waste (default: all documents)")
    parser.add_argument("--city", action="append", default=[], metavar="CITY", help="may be given several times")
    parser.add_argument(
        "--limit", type=_count, metavar="N", help="how many to show (default: 30 on a screen, else all)"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--out", type=Path, metavar="FILE", help="write .csv or .xlsx")


def _role(text: str) -> str:
    from kin_assistant.contributions.values import ROLES

    if text not in ROLES:
        raise argparse.ArgumentTypeError(f"must be one of {', '.join(ROLES)}")
    return text


def _year(text: str) -> int:
    year = int(text)
    if not 1000 <= year <= 2999:
        raise argparse.ArgumentTypeError("must be a year of four digits")
    return year


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 1000:
        raise argparse.ArgumentTypeError("must be from 1 to 1000")
    return number


def _form(text: str) -> str:
    from kin_assistant.types import WANTED_FORMS

    if text not in WANTED_FORMS:
        raise argparse.ArgumentTypeError(f"must be one of {', '.join(WANTED_FORMS)}")
    return text
