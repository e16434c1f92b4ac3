"""A question as words with what can be said of them before any name is looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from kin_assistant.places.gazetteer import Token
from kin_assistant.text.english import read_words

__all__ = ["LONGEST_NAME", "TokenizedQuestion", "is_cased"]

LONGEST_NAME: Final = 5
"""Words of a name, at most."""
_PARTICLES: Final = read_words("particle")
_FEWEST: Final = 4
"""Words of a headline, at least."""
_SHARE_OF_CAPITALS: Final = 0.6
"""Above this share of capitalised words, as in a headline, capitals tell nothing."""

# "Japanese capital costs" and "much foreign capital" are about money; "a provincial capital" is another city.
_MONEY: Final = read_words("money")
_NOT_THE_CAPITAL: Final = read_words("other_capital")


@dataclass(frozen=True, slots=True)
class TokenizedQuestion:
    """A text and what is known about its words before any name is looked up."""

    text: str
    tokens: Sequence[Token]
    english: Sequence[bool]
    """Whether each word is one of English."""
    settled: Sequence[bool]
    """Whether each word is one of English or of the corpus, and so no misspelling."""
    cased: bool
    """Whether capitals tell names from words."""

    def keys(self, at: int) -> list[str]:
        """What one, two and more words from ``at`` on are looked up by, as far as nothing parts them."""
        keys = [self.tokens[at].letters]
        for token in self.tokens[at + 1 : at + LONGEST_NAME]:
            if not token.joined:
                break
            keys.append(keys[-1] + token.letters)
        return keys

    def joined_after(self, end: int) -> list[str]:
        """At most two words that follow without a comma or other break."""
        return [token.letters for token in takewhile(lambda token: token.joined, self.tokens[end : end + 2])]

    def owns(self, end: int) -> bool:
        """Whether the name that ends there is a possessive."""
        return end < len(self.tokens) and self.tokens[end].possessive

    def is_capitalised(self, at: int, end: int) -> bool:
        """Whether ``tokens[at:end]`` are written as a name is: with capitals, but for "del" and its like."""
        return self.cased and all(token.capital or token.letters in _PARTICLES for token in self.tokens[at:end])

    def is_shouted(self, at: int, end: int) -> bool:
        """Whether ``tokens[at:end]`` have no small letter."""
        return all(token.surface.isupper() for token in self.tokens[at:end])

    def find_capitalised_run(self, at: int, end: int) -> Sequence[Token]:
        """The name that ``tokens[at:end]`` are a part of: "Davao del Norte" around "Davao"."""
        tokens = self.tokens
        while at > 0 and tokens[at].joined and not tokens[at].possessive:
            if not tokens[at - 1].capital or tokens[at - 1].first:
                break
            at -= 1
        reach = end
        while reach < len(tokens) and tokens[reach].joined and not tokens[reach].possessive:
            if tokens[reach].capital:
                end = reach + 1
            elif tokens[reach].letters not in _PARTICLES or tokens[reach].letters == "and":
                break
            reach += 1
        return tokens[at:end]

    def find_capital_span(self, at: int, end: int) -> tuple[int, int] | None:
        """The words of "Cambodia's capital", "Thai capital" or "capital city of Sri Lanka" around a country's."""
        after = self.joined_after(end)
        if after[:1] == ["capital"]:
            money = after[1:] and after[1] in _MONEY
            other = at > 0 and self.tokens[at - 1].letters in _NOT_THE_CAPITAL
            return None if money or other else (at, end + 1 + (after[1:] == ["city"]))
        start = at
        for word, needed in (("the", False), ("of", True), ("city", False), ("capital", True)):
            if start > 0 and self.tokens[start - 1].letters == word:
                start -= 1
            elif needed:
                return None
        other = start > 0 and self.tokens[start - 1].letters in _NOT_THE_CAPITAL
        return None if other or self.owns(end) else (start, end)


def is_cased(text: str, tokens: Sequence[Token]) -> bool:
    """Whether capitals tell names from words among the ``tokens`` of ``text``: not in a headline."""
    capitals = sum(token.capital for token in tokens)
    return not text.isupper() and (len(tokens) < _FEWEST or capitals <= _SHARE_OF_CAPITALS * len(tokens))
