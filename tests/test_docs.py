"""What the texts say is held to the code: commands parse, links lead somewhere, tables are complete, examples are real."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement

from kin_assistant.cli import ending
from kin_assistant.cli import main as cli
from kin_assistant.documents.reading import read_document
from kin_assistant.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
NO_TEXTS = {"build", "dist", "feedback", "index", "node_modules", "runs"}
"""Folders that hold nothing written by us; hidden ones are left out too."""

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)\s>]+)>?\)")
_ENDS_COMMAND = {"|", ">", ">>", "<", "&&", ";"}


class Command(NamedTuple):
    """A command that a text tells its reader to type."""

    where: str
    settings: tuple[str, ...]
    """Names of the variables set in front of it."""
    words: tuple[str, ...]


def files() -> Iterator[Path]:
    """Every file of the repository that is ours."""
    pending = [ROOT]
    while pending:
        for path in sorted(pending.pop().iterdir()):
            hidden = path.name.startswith(".") and path.name != ".ci"
            if hidden or path.is_symlink() or path.name == "__pycache__":
                continue
            if not path.is_dir():
                yield path
            elif path.name not in NO_TEXTS and not path.name.endswith(".egg-info"):
                pending.append(path)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def is_digest(path: Path) -> bool:
    return path.parent.name == "corpus" and path.name != "README.md"


TEXTS = [path for path in files() if path.suffix == ".md" and not is_digest(path)]
README = (ROOT / "README.md").read_text("utf-8")
SECURITY = (ROOT / "SECURITY.md").read_text("utf-8")
each_text = pytest.mark.parametrize("text", TEXTS, ids=name_of)


def blocks(text: Path, *languages: str) -> list[str]:
    """The fenced blocks in ``languages``."""
    return [body for language, body in _FENCE.findall(text.read_text("utf-8")) if language in languages]


def commands(text: Path) -> Iterator[Command]:
    """What the reader is told to type: lines of shell blocks, lines after "$", and inline ``kin ...`` and ``make ...``."""
    typed = [line for block in blocks(text, "sh") for line in block.splitlines()]
    typed += [line[2:] for block in blocks(text, "console") for line in block.splitlines() if line.startswith("$ ")]
    prose = _FENCE.sub("", text.read_text("utf-8"))
    typed += [
        code for code in _INLINE.findall(prose) if re.match(r"(\.venv/bin/)?(kin|make) |python -m |KIN_\w+=\S+ ", code)
    ]
    for line in typed:
        words = shlex.split(line, comments=True)
        settings = []
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            settings.append(words.pop(0).partition("=")[0])
        end = next((i for i, word in enumerate(words) if word in _ENDS_COMMAND), len(words))
        if words:
            yield Command(f"{name_of(text)}: {line}", tuple(settings), (Path(words[0]).name, *words[1:end]))


def test_the_readme_names_the_two_commands_alone_in_a_block_each() -> None:
    shell = blocks(ROOT / "README.md", "sh")
    assert "make run\n" in shell
    assert "make test\n" in shell


def test_the_settings_table_is_what_the_settings_are() -> None:
    expected = [
        f"| `KIN_{name.upper()}` | {f'`{field.default}`' if str(field.default) else ''} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    assert [line for line in README.splitlines() if line.startswith("| `KIN_")] == expected


def test_the_exit_codes_are_those_of_the_command_line() -> None:
    named = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}
    assert named == {
        ending.DONE,
        ending.FAILED,
        ending.WRONG_USE,
        ending.IN_PART,
        ending.HUNG,
        ending.INTERRUPTED,
        ending.TERMINATED,
    }


@each_text
def test_every_kin_command_parses(text: Path) -> None:
    for command in commands(text):
        words = command.words
        if words[:3] == ("python", "-m", "kin_assistant"):
            words = ("kin", *words[3:])
        if words[0] != "kin" or "--help" in words or "--version" in words:
            continue
        try:
            cli._parser().parse_args(words[1:])
        except SystemExit:
            pytest.fail(command.where)


@each_text
def test_every_variable_set_in_a_command_is_a_setting(text: Path) -> None:
    known = {f"KIN_{name.upper()}" for name in Settings.model_fields}
    for command in commands(text):
        assert known.issuperset(command.settings), command.where


@each_text
def test_every_make_target_exists(text: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for command in commands(text):
        if command.words[0] == "make":
            assert targets.issuperset(word for word in command.words[1:] if "=" not in word), command.where


@each_text
def test_every_module_that_is_run_exists(text: Path) -> None:
    for command in commands(text):
        if command.words[:2] == ("python", "-m"):
            path = ROOT / command.words[2].replace(".", "/")
            assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), command.where


@each_text
def test_every_relative_link_leads_somewhere(text: Path) -> None:
    for link in _LINK.findall(_FENCE.sub("", text.read_text("utf-8"))):
        address, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", address):
            continue
        target = (text.parent / address).resolve() if address else text
        assert target.exists(), f"{name_of(text)}: {link}"
        assert target.is_relative_to(ROOT), f"{name_of(text)}: {link} leads out of the repository"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in anchors, f"{name_of(text)}: {link}"


@each_text
def test_every_file_of_the_package_that_is_named_exists(text: Path) -> None:
    for code in _INLINE.findall(_FENCE.sub("", text.read_text("utf-8"))):
        if re.fullmatch(r"(kin_assistant|corpus|docs|\.ci)/[\w./-]*", code):
            assert (ROOT / code).exists() or code == "corpus/report.txt", f"{name_of(text)}: {code}"


@each_text
def test_every_test_that_is_named_exists(text: Path) -> None:
    for path, name in re.findall(r"\b(tests/[\w/]+\.py)::(\w+)", text.read_text("utf-8")):
        assert re.search(rf"^def {name}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE), f"{path}::{name}"


def test_every_protection_names_the_test_that_holds_it() -> None:
    rows = re.findall(r"^\| what holds \| test \|\n\|---\|---\|\n((?:\|.*\n)+)", SECURITY, re.MULTILINE)
    assert len(rows) >= 7
    for row in "".join(rows).splitlines():
        assert re.search(r"`tests/[\w/]+\.py::\w+` \|$", row), row


@each_text
def test_python_examples_compile_and_import_what_exists(text: Path) -> None:
    for block in blocks(text, "python"):
        tree = ast.parse(block)
        compile(tree, name_of(text), "exec")
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "kin_assistant":
                module = import_module(node.module or "")
                assert all(hasattr(module, alias.name) for alias in node.names), ast.unparse(node)


def test_what_the_readme_quotes_stands_in_a_document() -> None:
    lines = re.findall(r"^> .+$|^- \*\*.+?\): .+$", README, re.MULTILINE)
    quoting = [re.sub(r"^> |^- .+?\): ", "", line) for line in lines]
    quotes = [quote for line in quoting for quote in re.split(r" \[\d+(?:\.\d+)?\] ?", line) if quote]
    assert len(quotes) > 4
    texts = [
        read_document(path.name, path.read_bytes(), "").document.text
        for path in files()
        if is_digest(path) and path.suffix == ".md"
    ]
    for quote in quotes:
        assert any(quote in text for text in texts), quote


def test_the_example_of_a_document_can_be_read() -> None:
    (example,) = blocks(ROOT / "corpus" / "README.md", "markdown")
    reading = read_document("example.md", example.encode(), "")
    assert reading.warnings == ()
    document = reading.document
    assert document.id == "exampleville-compost-bins"
    assert document.years == (2004, 2011)
    assert [mark.sources for mark in document.marks] == [(1,), (1,), (2,), (2,)]
    assert "[" not in document.text


def test_every_decision_has_its_four_parts_and_is_listed() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    overview = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for number, page in enumerate(pages, 1):
        lines = page.read_text("utf-8").splitlines()
        assert lines[0].startswith(f"# {number}. "), page.name
        parts = [line[3:] for line in lines if line.startswith("## ")]
        assert parts == ["Context", "Decision", "Consequences", "How to check"], page.name
        assert f"{number}. [{lines[0].partition('. ')[2]}](decisions/{page.name})" in overview


def test_every_dependency_is_explained() -> None:
    table = (ROOT / "docs" / "decisions" / "0004-libraries.md").read_text("utf-8")
    explained = {
        normalised(name) for row in re.findall(r"^\| ([\w, -]+?) \|", table, re.MULTILINE) for name in row.split(", ")
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert {normalised(Requirement(line).name) for line in project["dependencies"]} <= explained


def test_no_file_names_a_folder_of_somebodys_machine_or_a_package_registry() -> None:
    folders = "|".join(("work", "root", "home", "Users"))
    hosts = "|".join(re.escape(".".join(parts)) for parts in (("pypi", "org"), ("pythonhosted", "org")))
    forbidden = re.compile(rf"(?<![\w.:/~-])/(?:{folders})/\w|{hosts}")
    for path in files():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found = forbidden.search(text)
        assert found is None, f"{name_of(path)}: {text[max(0, found.start() - 30) : found.end() + 30]!r}"


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
