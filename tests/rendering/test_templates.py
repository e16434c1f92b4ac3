"""Templates escape whatever they are given, in every place where they write it, and HTML is written nowhere else."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from jinja2 import Environment, UndefinedError
from jinja2.ext import Extension
from markupsafe import Markup

from kin_assistant.rendering.templating import TEMPLATES, environment, render
from tests.hostile.markup import HOSTILE

PACKAGE = TEMPLATES.parents[1]
SOURCES = {path.name: path.read_text("utf-8") for path in sorted(TEMPLATES.iterdir())}

UNESCAPED: dict[str, str] = {}
"""Expressions of templates that are not escaped, each with the reason. There is none."""

ADDRESSES = {
    "document_link(id)": "words.py quotes the id",
    "document_link(document_id, start=near.start, end=near.end, build_id=build_id, words=near.quote)": "words.py quotes all",
    "external_link(source)": "words.py lets through what is http or https and nothing else",
    "address": "another template writes it",
    "sentence_link(citation, build_id)": "words.py makes it with document_link",
    "shown.address": "words.py makes it with document_link",
    "part.more": "words.py makes it with document_link",
    "hit.address": "words.py makes it with document_link",
    "image.address": "ui/pictures.py makes it",
    "style": "a file of the program",
    "script": "a file of the program",
    "manifest": "a file of the program",
    **{
        f'addresses["{name}"]': "a file of the program"
        for name in (
            "appearance.js",
            "colours.css",
            "dark.css",
            "icon-180.png",
            "icon.svg",
            "installing.js",
            "page_texts.js",
        )
    },
}
"""What addresses of links, pictures and files begin with, where they do not begin with words of the template."""

NO_HTML = {
    "api.rest": "an address as the header Link writes it",
    "documents.readers.archive": "a pattern for what Python says of a fault",
    "documents.readers.epub": "XHTML is made HTML for the parser",
    "documents.readers.legacy": "settings of LibreOffice, in XML",
    "documents.readers.outlook": "byte orders of numbers",
    "rendering.briefs.pdf": "markup of paragraphs in a PDF file; words are escaped, and its tests hold hostile ones to it",
    "rendering.markdown": "an address as Markdown writes it",
    "ui.front_page": "a line of Gradio's page that ours takes the place of, and a pattern for its scripts",
    "writing.reply": "a mark that some language models put around their thoughts",
}
"""Modules in which something looks like an element that is sent to a browser, and is none."""


# Escaping


class EveryBranch(Extension):
    """Takes the conditions out of the templates, so that all that stands behind any of them is written."""

    def filter_stream(self, stream: Any) -> Iterator[Any]:
        statement: list[Any] = []
        for token in stream:
            if token.type != "block_begin" and not statement:
                yield token
                continue
            statement.append(token)
            if token.type == "block_end":
                if statement[1].value not in ("if", "elif", "else", "endif"):
                    yield from statement
                statement = []


class Anything(str):
    """Words that have every attribute, and are a list with one item, which is a pair if it is asked for two."""

    def __new__(cls, words: str, *, true: bool, items: int = 1) -> Anything:
        made = super().__new__(cls, words)
        made.true, made.items = true, items
        return made

    title = format = property(lambda self: self)

    def __getattr__(self, name: str) -> Anything:
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(str(self), true=self.true)

    def __iter__(self) -> Iterator[Anything]:  # type: ignore[override]
        item = Anything(str(self), true=self.true, items=3 - self.items)
        return iter([item] * self.items)

    def __getitem__(self, key: object) -> str:
        return str(self)[key] if isinstance(key, slice) else self

    def __bool__(self) -> bool:
        return self.true

    def __sub__(self, number: int) -> int:
        return 0

    def _is_no_number(self, _: object) -> bool:
        return False

    __lt__ = __le__ = __gt__ = __ge__ = _is_no_number

    def __format__(self, form: str) -> str:
        return str(self)


class Structure(HTMLParser):
    """The elements with the names of their attributes, and all that is neither element nor words."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[tuple[str, ...]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, *(name for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.seen.append((f"/{tag}",))

    def handle_comment(self, data: str) -> None:
        self.seen.append(("comment", data))

    def handle_decl(self, decl: str) -> None:
        self.seen.append(("declaration", decl))

    def unknown_decl(self, data: str) -> None:
        self.seen.append(("declaration", data))

    def handle_pi(self, data: str) -> None:
        self.seen.append(("instruction", data))


@pytest.fixture(scope="module")
def every_branch() -> Environment:
    return environment().overlay(extensions=[EveryBranch])


def macros_of(templates: Environment) -> Iterator[tuple[str, Callable[..., str], tuple[str, ...]]]:
    for name in SOURCES:
        module = templates.get_template(name).module
        for macro in vars(module).values():
            if hasattr(macro, "arguments"):
                yield f"{name}: {macro.name}", macro, (*macro.arguments, *(("caller",) if macro.caller else ()))


def written(macro: Callable[..., str], arguments: tuple[str, ...], words: str, *, true: bool) -> str:
    given = Anything(words, true=true)
    return macro(**{name: (lambda: given) if name == "caller" else given for name in arguments})


@pytest.fixture(scope="module")
def harmless(every_branch: Environment) -> dict[tuple[str, bool], list[Structure]]:
    """The structure that each macro gives words, and an address, of which a link is made."""
    return {
        (name, true): [
            Structure(written(macro, arguments, words, true=true)) for words in ("a", "https://example.org/")
        ]
        for name, macro, arguments in macros_of(every_branch)
        for true in (True, False)
    }


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_in_every_variable_of_every_template_stay_words(
    every_branch: Environment, harmless: dict[tuple[str, bool], list[Structure]], words: str
) -> None:
    for name, macro, arguments in macros_of(every_branch):
        for true in (True, False):
            structure = Structure(written(macro, arguments, words, true=true))
            assert structure.seen in [other.seen for other in harmless[name, true]], name


def test_every_expression_stands_in_a_macro_and_every_macro_is_tried(every_branch: Environment) -> None:
    assert len(list(macros_of(every_branch))) == sum(source.count("{% macro ") for source in SOURCES.values())
    for name, source in SOURCES.items():
        assert "{{" not in re.sub(r"\{% macro .*?\{% endmacro %\}", "", source, flags=re.DOTALL), name


@pytest.mark.parametrize("name", SOURCES)
def test_what_is_not_escaped_stands_in_a_short_list(name: str) -> None:
    found = re.findall(r".*(?:\|\s*safe\b|\bautoescape\b|\bMarkup\b).*", SOURCES[name])
    assert [line.strip() for line in found if line.strip() not in UNESCAPED] == []


@pytest.mark.parametrize("name", SOURCES)
def test_words_never_become_addresses_scripts_or_styles(name: str) -> None:
    addresses = re.findall(r'\b(?:href|src|srcset|action|formaction|data|poster)="\{\{ (.*?) \}\}', SOURCES[name])
    assert set(addresses) <= ADDRESSES.keys()
    # A style sheet that no word is put into is as good as a file.
    rest = re.sub(r"<style>(?:(?!\{[{%]|</style>).)*</style>", "", SOURCES[name], flags=re.DOTALL)
    assert not re.search(r"<style|<script(?! src=)|\sstyle=|\son[a-z]+=|srcdoc", rest)


# One renderer


def constants_with_elements(module: ast.Module) -> Iterator[int]:
    """Lines of texts that hold an element, also where a part of it is put in later; what explains the code is left out."""
    explaining = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    parts = {id(part) for node in ast.walk(module) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(module):
        if id(node) in explaining | parts:
            continue
        text = ""
        if isinstance(node, ast.JoinedStr):
            text = "".join(part.value if isinstance(part, ast.Constant) else "x" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        # "(?P<name>" is a group of a pattern.
        if re.search(r"(?<!\?P)</?[a-zA-Z][\w-]*[\s>/]", text):
            yield node.lineno


def test_elements_that_are_written_in_python_are_found() -> None:
    for code in (
        'f"<p>{x}</p>"',
        '"<b>%s</b>" % x',
        '"<i class={}>".format(x)',
        'f"<{tag}>"',
        'f"</{tag}>"',
        '"a<br>b"',
    ):
        assert list(constants_with_elements(ast.parse(f"x = {code}"))), code
    for code in ('r"(?P<name>a)"', '"a < b"', 'f"{x} <= {y}"', '"1 <2> 3"'):
        assert not list(constants_with_elements(ast.parse(f"x = {code}"))), code
    assert not list(constants_with_elements(ast.parse('def f():\n    """``<br>``."""')))


@pytest.fixture(scope="module")
def modules() -> dict[str, ast.Module]:
    found = {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts): ast.parse(path.read_text("utf-8"))
        for path in PACKAGE.rglob("*.py")
    }
    assert {"assistant", "rendering.answers", "ui.page"} <= found.keys()
    return found


def test_html_is_written_in_templates_and_nowhere_else(modules: dict[str, ast.Module]) -> None:
    assert {name for name, module in modules.items() if any(constants_with_elements(module))} == NO_HTML.keys()


def test_no_module_says_that_words_are_html(modules: dict[str, ast.Module]) -> None:
    saying = [
        f"{name} line {node.lineno}"
        for name, module in modules.items()
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Markup" and node.args
    ]
    assert saying == []


# What a template writes


def make(source: str, **values: object) -> str:
    return environment().from_string(source).render(**values)


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("<p>\n  {{ x }}\n</p>\n", "<p>a</p>"),
        ("<p>\n  one\n  two\n</p>", "<p>one two</p>"),
        ("<b>one</b>\n<b>two</b>", "<b>one</b><b>two</b>"),
        ("<b>one</b> <b>two</b>", "<b>one</b> <b>two</b>"),
        ("{{ x }}\n\n  {{ x }}", "aa"),
        ("{% if x %}\n  b\n{% else %}\n  c\n{% endif %}\n", "b"),
        ("{% if x %} b{% endif %}", " b"),
        ("<br\n  id='{{ x }}'>", "<br id='a'>"),
        ("{{ x }}&nbsp;\n{{ x }}", "a&nbsp;a"),
        ("{{ x }}\u00a0\n{{ x }}", "a\u00a0a"),
        ("{{ ' b\n  c ' }}", " b\n  c "),
    ],
)
def test_line_breaks_of_a_template_are_no_part_of_what_it_writes(source: str, written: str) -> None:
    assert make(source, x="a") == written


def test_no_template_writes_white_space_that_nobody_sees(every_branch: Environment) -> None:
    for name, macro, arguments in macros_of(every_branch):
        html = written(macro, arguments, "words", true=True)
        assert not re.search(r"[\n\t]|  |[^=]\"[\w-]+=", html), name


def test_invisible_characters_are_left_out_of_words_but_not_of_html() -> None:
    assert make("{{ x }}", x="a\x1b[31mb\u202e<\x00>") == "ab&lt;&gt;"
    assert make('<p title="{{ x }}">', x="\u200b\" '") == '<p title="&#34; &#39;">'
    assert make("{{ x }}", x=Markup("<b>\u200b</b>")) == "<b>\u200b</b>"


def test_nothing_known_is_written_as_nothing_and_numbers_as_they_are() -> None:
    assert make("{{ x }}{{ y }}{{ z }}", x=None, y=0, z=1.5) == "01.5"


def test_a_value_that_was_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        make("{{ x }}")
    with pytest.raises(UndefinedError):
        render("page.html", "scope")
    with pytest.raises(TypeError):
        render("page.html", "scope", words="a", more="b")


def test_what_is_rendered_is_html_for_another_template() -> None:
    html = render("page.html", "scope", words="a < b")
    assert html == '<p class="kin-scope" role="status">a &lt; b</p>'
    assert make("{{ x }}", x=html) == html


def test_templates_are_read_once() -> None:
    assert environment() is environment()
    assert environment().get_template("page.html") is environment().get_template("page.html")
