"""Data flows one way, every room has one job, and importing a room does nothing but define things."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "kin_assistant"

# A room may import from the rooms above it and, where it is a package, from itself.
FLOW: tuple[tuple[str, ...], ...] = (
    ("types", "errors", "settings", "policy", "text"),
    ("accounts", "processes", "corpus", "filters", "feedback"),
    ("places", "monitoring"),
    ("coverage", "documents"),
    ("models", "practices"),
    ("index",),
    ("question",),
    ("retrieval",),
    ("answer",),
    ("crosslingual", "records"),
    ("briefs",),
    ("standing",),
    ("indicators",),
    ("contributions",),
    ("commitments",),
    ("peers",),
    ("writing",),
    ("assistant", "rendering"),
    ("api",),
    ("mcp_server",),
    ("ui", "llamaindex"),
    ("cli",),
)
RANKS = {room: rank for rank, rooms in enumerate(FLOW) for room in rooms}

LEAVES = {"ui", "cli", "llamaindex"}
"""Front ends, which import nothing from each other."""

HOMES = {
    "chromadb": "index.dense",
    "docx": "rendering.briefs.word",
    "gradio": "ui",
    "httpx": "writing.connection",
    "jinja2": "rendering.templating",
    "llama_index": "llamaindex",
    "lxml": "documents.readers.archive",
    "mcp": "mcp_server",
    "office_oxide": "documents.readers.office97",
    "olefile": "documents.readers.ole",
    "openpyxl": "rendering.workbook",
    "openvino": "models.engine",
    "prometheus_client": "monitoring.metrics",
    "py3langid": "text.language",
    "manimgx_fonts": "rendering.briefs.fonts",
    "reportlab": "rendering.briefs",
}
"""Libraries that one room knows."""

HEAVY = {
    *(
        "chromadb",
        "gradio",
        "llama_index",
        "mcp",
        "openvino",
        "torch",
        "transformers",
        "sentence_transformers",
        "tokenizers",
    ),
    *(
        "bm25s",
        "charset_normalizer",
        "docx",
        "filelock",
        "httpx",
        "jinja2",
        "lxml",
        "manimgx_fonts",
        "markdown_it",
        "office_oxide",
        "olefile",
        "openpyxl",
        "prometheus_client",
        "py3langid",
        "reportlab",
        "rich",
        "selectolax",
        "sentencex",
        "Stemmer",
        "yaml",
    ),
}
"""Libraries that are imported where they are used, so that nothing waits for what it does not need."""


class Import(NamedTuple):
    """An import found in a file."""

    module: str
    """The module that imports, below the package."""
    target: str
    names: tuple[str, ...]
    at_start: bool
    """Whether it runs when the module is imported."""
    line: int


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


FILES = {module_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}
MODULES = [name for name in FILES if name not in ("__init__", "__main__")]


def imports() -> Iterator[Import]:
    for module, path in FILES.items():
        tree = ast.parse(path.read_text("utf-8"))
        later = {id(node) for scope in ast.walk(tree) if _runs_later(scope) for node in ast.walk(scope)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for name in node.names:
                    yield Import(module, name.name, (), id(node) not in later, node.lineno)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{module} line {node.lineno}: relative import"
                names = tuple(name.name for name in node.names)
                yield Import(module, node.module or "", names, id(node) not in later, node.lineno)


def _runs_later(node: ast.AST) -> bool:
    """Whether what stands in ``node`` does not run when its module is imported."""
    if isinstance(node, ast.If):
        return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)


def room_of(module: str) -> str:
    return module.split(".")[0]


ALL = list(imports())
OWN = [
    found for found in ALL if found.target.startswith("kin_assistant.") and found.module not in ("__init__", "__main__")
]


def test_every_module_has_its_place_in_the_flow() -> None:
    assert {room_of(module) for module in MODULES} == set(RANKS)


def test_no_arrow_points_back() -> None:
    wrong = [
        f"{found.module} line {found.line} imports {found.target}"
        for found in OWN
        if (room := room_of(found.module)) != (target := room_of(found.target.removeprefix("kin_assistant.")))
        and RANKS[target] >= RANKS[room]
    ]
    assert not wrong


def test_front_ends_import_nothing_from_each_other() -> None:
    between = {
        (found.module, found.target)
        for found in OWN
        if room_of(found.module) in LEAVES
        and (target := room_of(found.target.removeprefix("kin_assistant."))) in LEAVES
        and target != room_of(found.module)
    }
    assert between == {
        ("cli.main", "kin_assistant.ui.server"),
        ("cli.main", "kin_assistant.ui.served"),
    }, "kin serve starts the page, kin mcp asks what is served, and that is all"


@pytest.mark.parametrize(("library", "home"), sorted(HOMES.items()))
def test_a_library_is_known_to_one_room_only(library: str, home: str) -> None:
    users = {found.module for found in ALL if found.target.split(".")[0] == library}
    assert users
    assert all(user == home or user.startswith(f"{home}.") for user in users), users


def test_heavy_libraries_are_imported_where_they_are_used() -> None:
    early = [
        f"{found.module} line {found.line} imports {found.target}"
        for found in ALL
        if found.at_start and found.target.split(".")[0] in HEAVY and room_of(found.module) != "ui"
    ]
    assert not early


def test_llama_indexs_global_settings_are_never_touched() -> None:
    touching = [found for found in ALL if found.target.startswith("llama_index") and "Settings" in found.names]
    assert not touching


def test_nothing_of_the_tests_or_the_evaluation_is_imported_by_the_product() -> None:
    assert not [found for found in ALL if found.target.split(".")[0] in ("tests", "eval", "tools", "training")]


@pytest.mark.parametrize("module", MODULES)
def test_a_public_module_says_what_it_is_and_what_it_offers(module: str) -> None:
    tree = ast.parse(FILES[module].read_text("utf-8"))
    assert ast.get_docstring(tree), "no docstring"
    if FILES[module].name == "__init__.py":
        return
    loaded = import_module(f"kin_assistant.{module}")
    assert loaded.__all__ == sorted(loaded.__all__, key=_as_ruff_sorts), "not sorted"
    assert all(hasattr(loaded, name) for name in loaded.__all__)
    defined = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }
    described = {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node)
    }
    assert set(loaded.__all__) & defined <= described, "a public name without a docstring"


def _as_ruff_sorts(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


def test_what_other_modules_import_has_no_underscore() -> None:
    assert not [
        f"{found.module}: {found.target} {found.names}"
        for found in OWN
        if any(name.startswith("_") and name != "__version__" for name in found.names)
    ]


def test_no_module_is_too_long_to_read() -> None:
    lengths = {module: len(path.read_text("utf-8").splitlines()) for module, path in FILES.items()}
    assert {module: length for module, length in lengths.items() if length > 500} == {}


def branches(function: ast.AST) -> int:
    """The ways through a function: one, and one more wherever it may go two ways, in what is nested in it too."""
    ways = 1
    for node in ast.walk(function):
        if isinstance(
            node, ast.If | ast.IfExp | ast.For | ast.AsyncFor | ast.While | ast.ExceptHandler | ast.match_case
        ):
            ways += 1
        elif isinstance(node, ast.BoolOp):
            ways += len(node.values) - 1
        elif isinstance(node, ast.comprehension):
            ways += 1 + len(node.ifs)
    return ways


def test_no_function_branches_too_often_to_follow() -> None:
    """Where on a page words belong is told by many signs at once: the readers of PDF files are left out."""
    assert not [
        f"{module} line {node.lineno}: {node.name} has {branches(node)}"
        for module, path in FILES.items()
        if not module.startswith("documents.readers.pdf")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and branches(node) > 20
    ]


def test_no_more_than_twelve_modules_stand_outside_the_folders() -> None:
    assert len([path for path in FILES.values() if path.parent == PACKAGE]) <= 12


def test_no_file_is_named_after_nothing() -> None:
    vague = {"utils", "util", "helpers", "base", "common", "manager", "core", "misc"}
    assert vague.isdisjoint(name for module in FILES for name in module.split("."))


def loaded_by(statement: str) -> set[str]:
    """Top-level modules that are loaded once ``statement`` has run."""
    script = f"{statement}\nimport sys\nprint(' '.join({{name.split('.')[0] for name in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", script], cwd=PACKAGE.parent, capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_importing_the_package_loads_no_library() -> None:
    assert loaded_by("import kin_assistant").isdisjoint(HEAVY | {"numpy", "pydantic"})


def test_importing_the_command_line_loads_no_library() -> None:
    assert loaded_by("import kin_assistant.cli.main").isdisjoint(HEAVY | {"numpy", "pydantic"})


def test_importing_every_module_but_the_page_loads_no_heavy_library() -> None:
    names = [f"kin_assistant.{module}" for module in MODULES if room_of(module) != "ui"]
    assert loaded_by("import " + ", ".join(names)).isdisjoint(HEAVY)


def test_who_only_asks_loads_no_reader_of_files() -> None:
    script = "import sys, kin_assistant.assistant; print('kin_assistant.documents.reading' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], cwd=PACKAGE.parent, capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_importing_writes_nothing_and_sets_nothing(tmp_path: Path) -> None:
    names = [f"kin_assistant.{module}" for module in MODULES if room_of(module) != "ui"]
    script = (
        f"import os, sys; sys.path.insert(0, {str(PACKAGE.parent)!r}); sys.dont_write_bytecode = True\n"
        "import logging; before = dict(os.environ)\n"
        f"import {', '.join(names)}\n"
        "assert dict(os.environ) == before\n"
        "assert logging.getLogger().handlers == []\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True)
    assert list(tmp_path.iterdir()) == []
