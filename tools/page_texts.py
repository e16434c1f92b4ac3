"""What the tables of the page's texts lack: ``python -m tools.page_texts [FOLDER]``, with the folder of a curator's tables.

The English texts are read from the templates, the scripts and the Python files that write them. For each language it prints
the texts without a translation, and the translations of what stands nowhere on the page.
"""

from __future__ import annotations

import ast
import itertools
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from kin_assistant.rendering.templating import TEMPLATES
from kin_assistant.ui.components import ASSETS
from kin_assistant.ui.page_texts import PLACE, PageTexts, open_page_texts

__all__ = ["ATTRIBUTES", "all_strings", "main", "missing", "normalise", "page_texts", "superfluous"]

ATTRIBUTES = ("aria-label", "placeholder", "title", "data-label")
"""What the script exchanges, as it says itself."""
PACKAGE = TEMPLATES.parents[1]
PROFILE = PACKAGE.parent / "corpus" / "corpus.toml"
OTHER_TEMPLATES = frozenset(
    {"brief.html", "clipboard.html", "document.html", "chart.html", "answer.html", "quotes.html"}
)
"""Files to take along, documents and answers, which stay in English."""
FOLDERS = ("ui", "rendering", "practices")
LABELS = {"Tab", "Button", "Textbox", "Dropdown", "Checkbox", "add_line", "add_place_box"}
"""Calls whose texts are shown."""
TABLES = {"VERDICT_LABELS", "CHANGES", "_STATUSES"}
"""Constants whose texts are shown."""
NO_TEXTS = frozenset(
    {
        *("CSV", "JSON", "RIS", "PDF", "HTML", "Markdown", "BibTeX", "Word", "English"),
        *("GET", "POST", "PUT", "DELETE", "X-Kin-Request", "Files"),
        # Pieces of sentences about answers, which are in English.
        *(", after", "after", ": cities compared", "Chosen because: {}", "Searched as: “", "Add a", "this", "for {}"),
    }
)
"""Names of formats and methods, the same in every language; and what stays in English."""

_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'|`((?:[^`\\]|\\.)*)`')
_COUNT = re.compile(r'\{\{\s*count\([^"}]*?,\s*["\'](\w[\w ]*)["\'](?:,\s*["\']([\w ]+)["\'])?\)\s*\}\}')
_PLACE = "{}"


def normalise(text: str) -> str:
    """The text with its places all alike and single spaces."""
    return re.sub(r"\s+", " ", PLACE.sub(_PLACE, text)).strip()


@cache
def page_texts() -> frozenset[str]:
    """The English texts of the page that a table may translate, normalised."""
    shown = (text for text in (*_from_templates(), *_from_scripts(), *_from_labels()))
    return frozenset(text for text in shown if _says_something(text) and text not in NO_TEXTS)


@cache
def all_strings() -> frozenset[str]:
    """All that a key of a table may be: those texts, and any other string of the files that write the page."""
    return page_texts() | frozenset(
        (*_from_templates(every=True), *_from_scripts(every=True), *_from_python(), *_of_the_profile())
    )


def missing(table: PageTexts) -> list[str]:
    """Texts of the page without a translation."""
    keys = {normalise(key) for key in table.texts}
    lacking = page_texts() - keys
    told = {text for text in lacking if _PLACE in text and any(map(_pattern(text).fullmatch, keys))}
    return sorted(lacking - told, key=str.casefold)


def superfluous(table: PageTexts) -> list[str]:
    """Translations of what stands nowhere on the page."""
    return sorted(key for key in table.texts if not _is_of_the_page(normalise(key)))


def _is_of_the_page(key: str) -> bool:
    """Whether it is a text of the page, or one that a script or a function puts together."""
    if key in all_strings() or any(pattern.fullmatch(key) for pattern in _patterns()):
        return True
    pieces = [piece.strip(" .:;,()“”…") for piece in key.split(_PLACE)]
    return len(pieces) > 1 and all(
        any(piece.removesuffix("s") in text for text in all_strings()) for piece in pieces if piece
    )


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """Of texts with places and enough words of their own to tell one."""
    telling = (text for text in all_strings() if _PLACE in text and len(re.findall(r"[a-zA-Z]", text)) >= 4)
    return tuple(map(_pattern, telling))


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, text.split(_PLACE))))


def _says_something(text: str) -> bool:
    return bool(re.search(r"[A-Za-z]{2}", text.replace(_PLACE, ""))) and not re.fullmatch(r"[a-z]+\.[a-z]+", text)


class _Texts(HTMLParser):
    """The words between elements, and those of attributes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._quiet = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._quiet += tag == "style"
        self.found += [value for name, value in attrs if name in ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        self._quiet -= tag == "style"

    def handle_data(self, data: str) -> None:
        if not self._quiet:
            self.found += data.split("\0")


def _from_templates(*, every: bool = False) -> Iterator[str]:
    sources = {
        path.name: re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL) for path in TEMPLATES.iterdir()
    }
    macros = {name for source in sources.values() for name in re.findall(r"\{% macro (\w+)\(", source)}
    calls = {f"{name}(" for name in macros | {"caller"}}

    def place(found: re.Match[str]) -> str:
        return "\0" if found[1] in calls else _PLACE

    for name, source in sources.items():
        if name in OTHER_TEMPLATES and not every:
            continue
        for count in (_several, _one) if every else (_several,):
            html = re.sub(r"\{\{\s*(\w+\()?.*?\}\}", place, _COUNT.sub(count, source), flags=re.DOTALL)
            html = re.sub(r"\{%.*?%\}", "\0", html, flags=re.DOTALL)
            yield from map(normalise, _Texts(html).found)
        if every:
            yield from (normalise(a or b) for a, b, _ in _STRING.findall(source))


def _several(found: re.Match[str]) -> str:
    return f"{_PLACE} {found[2] or found[1] + 's'}"


def _one(found: re.Match[str]) -> str:
    return f"{_PLACE} {found[1]}"


def _from_scripts(*, every: bool = False) -> Iterator[str]:
    for path in sorted(ASSETS.glob("*.js")):
        if path.name in ("service-worker.js", "page_texts.js"):
            continue
        source = re.sub(r"^\s*//.*$|(?<=[;{,)]) // .*$", "", path.read_text("utf-8"), flags=re.MULTILINE)
        for one, other, template in _STRING.findall(source):
            text = normalise(_unescaped(re.sub(r"\$\{(?:[^{}]|\{[^}]*\})*\}", _PLACE, one or other or template)))
            if every or (
                re.match(r"[A-Z]|\{\} [a-z]", text) and not re.search(r"[<>\[\]=#]|^[A-Z]\w*[a-z][A-Z]|Error", text)
            ):
                yield text
            if "<" in text:
                yield from map(normalise, _Texts(text).found)


def _unescaped(text: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)


def _from_python() -> Iterator[str]:
    for _, module in _modules():
        yield from _strings_of(module)


def _from_labels() -> Iterator[str]:
    for path, module in _modules():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and path.parent.name == "ui" and _name_of(node.func) in LABELS:
                named = [word.value for word in node.keywords if word.arg in ("label", "placeholder", "info")]
                for value in (*node.args[:2], *named):
                    yield from _strings_of(value)
            elif isinstance(node, ast.AnnAssign | ast.Assign):
                names = {_name_of(one) for one in (node.targets if isinstance(node, ast.Assign) else [node.target])}
                if names & TABLES and node.value:
                    yield from (text for text in _strings_of(node.value) if text[:1].isupper())


def _modules() -> Iterator[tuple[Path, ast.Module]]:
    for folder in FOLDERS:
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text("utf-8"))


def _name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _strings_of(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield normalise(one.value)
        elif isinstance(one, ast.JoinedStr):
            pieces = (part.value if isinstance(part, ast.Constant) else _PLACE for part in one.values)
            yield normalise("".join(map(str, pieces)))


def _of_the_profile() -> Iterator[str]:
    if PROFILE.is_file():
        profile = tomllib.loads(PROFILE.read_text("utf-8"))
        named = [value for value in profile.values() if isinstance(value, str)]
        yield from map(normalise, itertools.chain(named, profile.get("examples", ())))


def main(arguments: Sequence[str]) -> int:
    """Print what each language lacks; 0 if no table translates what is not on the page."""
    tables = open_page_texts(Path(arguments[0]) if arguments else None)
    texts, wrong = page_texts(), 0
    for table in tables:
        lacking, odd = missing(table), superfluous(table)
        wrong += len(odd)
        read = f"read by {table.read_by}" if table.read_by else "read by nobody"
        print(f"{table.code} ({table.language}, {read}): {len(texts) - len(lacking)} of {len(texts)} texts")
        for heading, keys in (("not translated", lacking), ("not on the page", odd)):
            for key in keys:
                print(f"  {heading}: {key}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
