"""Messages that ask for the last answer in another form: "shorter please", "can you make that a list?"."""

from __future__ import annotations

from kin_assistant.text.english import read_phrases, read_words
from kin_assistant.text.words import words
from kin_assistant.types import WANTED_FORMS, WantedForm

__all__ = ["find_wanted_form"]


def find_wanted_form(message: str) -> WantedForm | None:
    """The form that ``message`` asks for, if it asks for nothing else.

    Any other word makes it a question: "tell me more" asks for a form, "tell me more about Dumaguete" does not.
    """
    frame = read_words("form_frame")
    left = " ".join(word for word in words(message.replace("\u2019", "'")) if word not in frame)
    return next((form for form in WANTED_FORMS if left in read_phrases(f"form_{form}")), None)
