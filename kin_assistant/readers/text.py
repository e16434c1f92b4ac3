"""Plain text to blocks: paragraphs, headings, lists and tables as people type them."""

from __future__ import annotations

import re

from kin_assistant.readers.composition import Composition, TextComposer

__all__ = ["read_plain_text"]

_BULLET = re.compile(r"^\s*(?:[-*\u2022\u25aa\u25cf\u2013]\s+|\(?[0-9]{1,2}[.)]\s+|\(?[a-z][.)]\s+)")
_CONTINUES = re.compile(r"^[a-z0-9(,;]")
_WRAPPED_LINE = 55
"""A line at least this long that ends without a full stop is taken to go on in the next one."""
_LONGEST_WRAPPED_LINE = 140
_LONGEST_HEADING = 90


def read_plain_text(source: str) -> Composition:
    """Read plain text. Form feeds separate pages; a blank line ends a paragraph; lines with tabs are table rows."""
    composer = TextComposer()
    pages = source.replace("\r\n", "\n").replace("\r", "\n").split("\f")
    open_lines: list[str] = []
    open_page: int | None = None
    for number, content in enumerate(pages, 1):
        page = number if len(pages) > 1 else None
        lines = content.split("\n")
        for i, line in enumerate(lines):
            after = lines[i + 1].strip() if i + 1 < len(lines) else ""
            if "\t" in line.strip() and line.strip():
                _close(composer, open_lines, open_page)
                composer.add_row([cell.strip() for cell in line.strip().split("\t")], page=page)
                continue
            if not line.strip():
                # A page break inside a sentence leaves blank lines; the sentence goes on below them.
                if open_lines and not _ends_sentence(open_lines[-1]) and i + 1 >= len(lines):
                    continue
                _close(composer, open_lines, open_page)
                continue
            if not open_lines and _is_heading(line, after):
                composer.add("heading", line, level=2 if composer.has_blocks else 1, page=page)
                continue
            if open_lines and (_BULLET.match(line) or not _goes_on(open_lines[-1], line)):
                _close(composer, open_lines, open_page)
            if not open_lines:
                open_page = page
            open_lines.append(line)
    _close(composer, open_lines, open_page)
    return composer.finish()


def _close(composer: TextComposer, lines: list[str], page: int | None) -> None:
    if not lines:
        return
    text = "\n".join(line.strip() for line in lines)
    bullet = _BULLET.match(lines[0])
    if bullet:
        composer.add("item", text[len(bullet[0].strip()) :], level=1, marker=bullet[0].strip() + " ", page=page)
    else:
        composer.add("paragraph", text, page=page)
    lines.clear()


def _is_heading(line: str, after: str) -> bool:
    words = line.strip()
    if len(words) > _LONGEST_HEADING or words[-1] in ".;,!" or (_BULLET.match(line) and not re.match(r"^\s*\d", line)):
        return False
    if not re.match(r"^[A-Z0-9\u00c0-\u00de]", words) or not re.search(r"[A-Za-z\u00c0-\uffff]", words):
        return False
    # Above a blank line or a full paragraph; a wrapped line would be followed by its own continuation.
    return not after or (len(words) < _WRAPPED_LINE and not _CONTINUES.match(after) and len(after) > len(words))


def _goes_on(line: str, after: str) -> bool:
    """Whether ``after`` continues the paragraph of ``line``; not where each line is a paragraph of its own."""
    if _CONTINUES.match(after.strip()):
        return True
    whole_paragraph = len(line) > _LONGEST_WRAPPED_LINE and _ends_sentence(line)
    return len(line.strip()) >= _WRAPPED_LINE and not whole_paragraph


def _ends_sentence(line: str) -> bool:
    return line.rstrip().endswith((".", "!", "?", ":", ".\u201d", '."'))
