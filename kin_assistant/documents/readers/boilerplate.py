"""What of a web page is not its content: menus, cookie banners, breadcrumbs, notices of copyright, requests to share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

__all__ = ["Layout", "Weight", "is_bold", "is_hidden", "is_notice", "is_trail", "measure"]

_UNSEEN_TAGS = frozenset(
    "script style noscript template svg math head nav button select option datalist textarea input iframe object canvas"
    " audio video dialog map frameset noframes applet ix:header".split()
)
_UNSEEN_CLASSES = frozenset(
    "sr-only visually-hidden visuallyhidden screen-reader-text element-invisible screen-reader-only"
    " skip-link skip-to-content skiplink skip-links".split()
)
_SIDE_ROLES = frozenset("navigation search complementary contentinfo menu menubar dialog alertdialog toolbar".split())
_SIDE_WORDS = frozenset(
    "ad ads advert advertisement breadcrumb breadcrumbs copyright footer login menu nav navbar navigation newsletter pager"
    " pagination popup related search share sharing sidebar social subscribe subscription tags toolbar topbar".split()
)
_BANNER_WORDS = frozenset("consent cookie cookies gdpr".split())
_NOTES = ("footnote", "endnote", "rearnote", "note")
_CONTENT_TAGS = frozenset({"main", "article", "h1"})
_GROUPS = frozenset("div dl header ol p section table td tr ul".split())
_LONGEST_SIDE_TEXT = 400
_LONGEST_BANNER = 3000
_LONGEST_MENU_ENTRY = 40
_LONG_TEXT = 80
_FEWEST_MENU_ENTRIES = 3
_MENU_SHARE = 0.75
"""Of the characters of a menu, what is links."""

_BOLD_RULES = ("font-weight:bold", "font-weight:700", "font-weight:800", "font-weight:900")

_NOTICE = re.compile(
    r"skip to (?:main |the )?(?:content|navigation|menu)"
    r"|(?:back|go|return) to (?:the )?top(?: of (?:the )?page)?|top of (?:the )?page|\^ ?top"
    r"|(?:please )?(?:share|print|e-?mail|bookmark|save)(?: (?:this|it)(?: (?:page|article|post|story|on))?)?"
    r"(?: (?:on|via|with|to) (?:facebook|twitter|x|linkedin|whatsapp|e-?mail|friends?|a friend))?[:!]?"
    r"|is this (?:information|page) useful\?.{0,40}|was this (?:page|article|information) (?:helpful|useful)\?"
    r"|tweet|like|pin it|follow us(?: on .{1,30})?|(?:log|sign) ?(?:in|out|up)|register|search|menu|close|home"
    r"|read more[.\u2026]*|privacy policy|terms of (?:use|service)"
    r"|(?:subscribe|sign up)(?: to| for)? (?:our |the )?(?:newsletter|mailing list).{0,60}"
    r"|(?:accept|reject|allow)(?: all)?(?: cookies)?|cookie (?:settings|policy|preferences)"
    r"|powered by .{1,30}|you are here:?|loading[.\u2026]*|advertisement",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(
    r"(?:copyright\s*(?:\u00a9|\(c\))?|\u00a9|\(c\))\s*(?:.{0,40}\s)?(?:19|20)\d\d\b.*"
    r"|.{0,200}\b(?:all rights reserved"
    r"|tous droits r\u00e9serv\u00e9s|alle rechte vorbehalten|todos los derechos reservados)\b.*",
    re.IGNORECASE,
)
_LONGEST_COPYRIGHT = 300
_COOKIES = re.compile(
    r"(?:(?:this|our) (?:web ?)?site|we)\b.{0,60}\buses?\b.{0,40}\bcookies\b.*"
    r"|.{0,200}\b(?:accept|consent|agree)\b.{0,80}\bcookies\b.*",
    re.IGNORECASE,
)
_LONGEST_COOKIE_NOTICE = 500
_TRAIL_PARTS = re.compile(r"\s*(?:\u00bb|\u203a|\u2192|->)\s*|\s+[>/|\u00b7]\s+")
_LONGEST_TRAIL = 160


@dataclass(slots=True)
class Weight:
    """What stands in an element, with all that is in it."""

    characters: int = 0
    in_links: int = 0
    links: int = 0
    bold: int = 0
    tables: int = 0
    headings: int = 0
    items: int = 0
    has_content: bool = False
    """Whether the page's main part or title is in it."""
    begins: int = 0
    """Number of the element in the order of the page."""


class Layout:
    """Weights of all elements of a page, and where its last long text stands."""

    def __init__(self, weights: dict[int, Weight], total: Weight, last_long: int) -> None:
        self._weights = weights
        self.total = total
        self._last_long = last_long

    def of(self, node: LexborNode) -> Weight:
        """Weight of an element."""
        return self._weights.get(node.mem_id) or Weight()

    def is_side_matter(self, node: LexborNode) -> bool:
        """Whether an element is not content by its tag, role or class, and is not too much to be that."""
        tag = node.tag or ""
        weight = self.of(node)
        attributes = node.attributes
        role = (attributes.get("role") or "").lower()
        if tag in ("footer", "aside"):
            kind = (attributes.get("epub:type") or "") + role + (attributes.get("class") or "")
            return not any(note in kind for note in _NOTES) and not self._is_most(weight)
        if role in _SIDE_ROLES or (role == "banner" and not weight.has_content):
            return not self._is_most(weight)
        if weight.has_content or tag in ("html", "body", "table", "tbody", "tr") or self._is_most(weight):
            return False
        words = _class_words(node)
        if words & _BANNER_WORDS:
            return weight.characters <= _LONGEST_BANNER
        return bool(words & _SIDE_WORDS) and weight.characters - weight.in_links <= _LONGEST_SIDE_TEXT

    def is_menu(self, node: LexborNode, *, started: bool, under_heading: bool) -> bool:
        """Whether an element is a group of links above the page's text (not ``started``) or below the last of it."""
        if node.tag not in _GROUPS:
            return False
        weight = self.of(node)
        if weight.links < _FEWEST_MENU_ENTRIES or weight.in_links < _MENU_SHARE * weight.characters:
            return False
        if weight.in_links > _LONGEST_MENU_ENTRY * weight.links or weight.has_content or self._is_most(weight):
            return False
        # A heading with a list of links right below it is what such a page is about.
        if under_heading and weight.items:
            return False
        return not started or weight.begins > self._last_long >= 0

    @property
    def has_long_text(self) -> bool:
        """Whether some text of the page is longer than the entries of menus are."""
        return self._last_long >= 0

    def _is_most(self, weight: Weight) -> bool:
        return weight.characters > 0.5 * self.total.characters


def measure(root: LexborNode) -> Layout:
    """Weigh all elements below ``root``, without recursion."""
    weights: dict[int, Weight] = {}
    stack: list[tuple[LexborNode, bool]] = [(root, False)]
    parents: list[Weight] = [Weight()]
    links = bolds = count = 0
    last_long = -1
    while stack:
        node, leaving = stack.pop()
        tag = node.tag or ""
        if leaving:
            weight = parents.pop()
            _add_up(parents[-1], weight)
            links -= tag == "a"
            bolds -= is_bold(node)
            continue
        count += 1
        if tag == "-text":
            length = len(" ".join((node.text_content or "").split()))
            parents[-1].characters += length
            parents[-1].in_links += length if links else 0
            parents[-1].bold += length if bolds else 0
            if length >= _LONG_TEXT and not links:
                last_long = count
            continue
        if tag.startswith(("-", "!")) or tag in _UNSEEN_TAGS:
            continue
        weight = Weight(begins=count, has_content=tag in _CONTENT_TAGS)
        weight.links = tag == "a"
        weight.tables = tag == "table"
        weight.items = tag == "li"
        weight.headings = len(tag) == 2 and tag[0] == "h" and tag[1].isdigit()
        links += tag == "a"
        bolds += is_bold(node)
        weights[node.mem_id] = weight
        parents.append(weight)
        stack.append((node, True))
        child = node.last_child
        while child is not None:
            stack.append((child, False))
            child = child.prev
    return Layout(weights, parents[0], last_long)


def is_hidden(node: LexborNode) -> bool:
    """Whether a reader of the page does not see the element."""
    tag = node.tag or "-"
    if tag in _UNSEEN_TAGS or tag.startswith(("-", "!")):
        return True
    attributes = node.attributes
    if not attributes:
        return False
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    classes = (attributes.get("class") or "").lower().split()
    if not _UNSEEN_CLASSES.isdisjoint(classes):
        return True
    style = "".join((attributes.get("style") or "").lower().split())
    return any(rule in style for rule in ("display:none", "visibility:hidden", "mso-hide:all", "mso-list:ignore"))


def is_bold(node: LexborNode) -> bool:
    """Whether an element makes its text bold."""
    if node.tag in ("b", "strong"):
        return True
    style = "".join((node.attributes.get("style") or "").lower().split())
    return node.tag in ("span", "font", "p", "div") and any(rule in style for rule in _BOLD_RULES)


def is_notice(text: str) -> bool:
    """Whether a line of a page is no content: a request to share, a notice of copyright or cookies."""
    if len(text) <= _LONG_TEXT and _NOTICE.fullmatch(text):
        return True
    if len(text) <= _LONGEST_COPYRIGHT and _COPYRIGHT.fullmatch(text):
        return True
    return len(text) <= _LONGEST_COOKIE_NOTICE and bool(_COOKIES.fullmatch(text))


def is_trail(text: str, in_links: int) -> bool:
    """Whether a line is a breadcrumb trail or a bar of links, ``in_links`` of its characters being links."""
    if len(text) > _LONGEST_TRAIL or in_links < 0.4 * len(text):
        return False
    parts = _TRAIL_PARTS.split(text)
    return len(parts) > 1 and max(map(len, parts)) <= _LONGEST_MENU_ENTRY


def _add_up(parent: Weight, child: Weight) -> None:
    parent.characters += child.characters
    parent.in_links += child.in_links
    parent.links += child.links
    parent.bold += child.bold
    parent.tables += child.tables
    parent.headings += child.headings
    parent.items += child.items
    parent.has_content |= child.has_content


def _class_words(node: LexborNode) -> set[str]:
    attributes = node.attributes
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", names)} if names.strip() else set()
