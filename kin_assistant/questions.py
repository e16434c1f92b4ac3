"""Whether a question can be read at all."""

from __future__ import annotations

import unicodedata

from kin_assistant.errors import QuestionError
from kin_assistant.lexical import words
from kin_assistant.readers.composition import clean

__all__ = ["check_language", "check_question"]

_ENGLISH_WORDS = frozenset(
    """a about after all also and any are as at be because been before being between but by can could cut describe did do does
    explain find for from get give had has have how i if in into is it its list make many may me more most much my name need no
    not of on or our out over please she should show so tell than that the their them then there these they this those through
    to under up use used using was we were what when where which while who whom whose why will with would you your""".split()
)


def check_question(question: str, *, max_characters: int) -> str:
    """The question on one line, without invisible characters. Raises ``QuestionError`` with a sentence for the reader."""
    if len(question) > max_characters:
        raise QuestionError(
            f"The question has {len(question):,} characters; at most {max_characters:,} are read. Please shorten it."
        )
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\t\n\r" for char in question):
        raise QuestionError("The question contains control characters. Please type it as plain text.")
    text = clean(question)
    if not text:
        raise QuestionError("The question is empty. Please type one.")
    letters = [char for char in text if char.isalpha()]
    if not letters:
        raise QuestionError("The question has no words in it. Please ask in a sentence or a few keywords.")
    latin = sum("LATIN" in unicodedata.name(char, "") for char in letters)
    if latin < len(letters) / 2:
        raise QuestionError("The documents are in English. Please ask in English.")
    return text


def check_language(question: str, known: set[str]) -> None:
    """Raise ``QuestionError`` for a question that is not in English.

    ``known`` are the words of the question that the documents use. A question without any English function word, most
    of whose words the documents do not use, is taken for another language; keywords and names pass.
    """
    asked = words(question)
    if len(asked) < 4 or not _ENGLISH_WORDS.isdisjoint(asked):
        return
    if sum(word in known for word in asked) < len(asked) / 2:
        raise QuestionError("The question does not seem to be in English, as the documents are. Please ask in English.")
