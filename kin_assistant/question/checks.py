"""Whether a question can be read at all."""

from __future__ import annotations

import re
import unicodedata

from kin_assistant.errors import OtherLanguage, QuestionError
from kin_assistant.question.notices import notice_in, tell_language
from kin_assistant.text.cleaning import clean
from kin_assistant.text.english import read_words
from kin_assistant.text.language import language_of
from kin_assistant.text.words import words

__all__ = ["check_language", "check_question"]

_ENGLISH_WORDS = read_words("common")
_ENGLISH_ALONE = _ENGLISH_WORDS - read_words("common_elsewhere")
"""English words that are no words of other languages in Latin script."""
_WORD = re.compile(r"\w+")
_FEWEST_WORDS = 3
_SHARE_OF_STRANGE = 1 / 3
_OTHER_LANGUAGE = "The question does not seem to be in English, as the documents are. Please ask in English."


def check_question(question: str, *, max_characters: int) -> str:
    """The question on one line, without invisible characters.

    Raises ``QuestionError`` with a sentence for the reader; ``OtherLanguage`` where most letters are of another script.
    """
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
        raise _other_language("The documents are in English. Please ask in English.", tell_language(text))
    return text


def check_language(question: str, known: set[str], languages: frozenset[str]) -> None:
    """Raise ``OtherLanguage`` for a question that is in none of the documents' ``languages`` (ISO 639-1).

    ``known`` are the words of the question that the documents use. Only where many words are strange is the language told
    from them; keywords and names pass.
    """
    asked = words(question)
    strange = [word for word in asked if word not in known and word not in _ENGLISH_WORDS]
    if len(asked) < _FEWEST_WORDS or len(strange) < _SHARE_OF_STRANGE * len(asked):
        return
    # As they are written: Vietnamese "thế" is not "the".
    if len(_ENGLISH_ALONE.intersection(_WORD.findall(question.casefold()))) > 1:
        return
    language = language_of(question)
    if language is not None and language not in languages | {"en"}:
        raise _other_language(_OTHER_LANGUAGE, language)
    if (
        language is None
        and len(asked) > _FEWEST_WORDS
        and _ENGLISH_WORDS.isdisjoint(asked)
        and len(strange) > len(asked) / 2
    ):
        raise OtherLanguage(_OTHER_LANGUAGE)


def _other_language(message: str, language: str | None) -> OtherLanguage:
    """``message``, before it the same in the language of the question, where it is known."""
    notice = notice_in(language)
    return OtherLanguage(f"{notice} {message}" if notice else message, language=language)
