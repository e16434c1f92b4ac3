"""What can go wrong, as one tree.

Every message is a sentence for the user; ``details`` is for the log.

    KinError
    ├── AccountError           an account cannot be added or changed
    │   └── AccountsUnavailable   the accounts file is missing, locked or damaged, so nobody is let in
    ├── CorpusError            the corpus folder is missing or holds nothing to read
    ├── DocumentError          one document cannot be read
    ├── QuestionError          the question cannot be asked: empty, too long, not readable
    │   └── OtherLanguage      the question is in a language that the documents are not in
    ├── FilterError            a filter names what no document carries
    ├── ComparisonError        a comparison names a city that no document is about, or too many
    ├── BriefError             a brief cannot be proposed, read or written
    ├── IndicatorError         figures are asked for of an unknown city, country or unit, or of years that run backwards
    ├── ContributionError      money is asked for of a funder that no document names
    ├── StandingError          the file of standing questions, or of their answers, cannot be read
    ├── PageTextsInvalid       a table of the page's texts in another language cannot be used
    ├── ModelError             the embedding model is missing, damaged or not the expected one
    ├── LanguageModelError     a language model cannot be reached or used, or did not write as it should
    ├── ServeError             the page cannot be served
    ├── AnswerTimeout          an answer took too long and was given up
    ├── ResourceError          the machine has too little memory, disk, open files or threads left
    └── IndexFault             the index cannot be used
        ├── IndexMissing       nothing has been built yet
        ├── IndexDamaged       a stored build does not verify
        ├── IndexStale         the build was made with another model, chunking or format
        ├── BuildRunning       another process is building
        └── BuildFailed        the new build could not be written or did not verify
"""

from __future__ import annotations

__all__ = [
    "AccountError",
    "AccountsUnavailable",
    "AnswerTimeout",
    "BriefError",
    "BuildFailed",
    "BuildRunning",
    "ComparisonError",
    "ContributionError",
    "CorpusError",
    "DocumentError",
    "FilterError",
    "IndexDamaged",
    "IndexFault",
    "IndexMissing",
    "IndexStale",
    "IndicatorError",
    "KinError",
    "LanguageModelError",
    "ModelError",
    "OtherLanguage",
    "PageTextsInvalid",
    "QuestionError",
    "ResourceError",
    "ServeError",
    "StandingError",
]


class KinError(Exception):
    """A fault with a sentence that a user can act on."""

    def __init__(self, message: str, *, details: str = "") -> None:
        super().__init__(message)
        self.details = details


class AccountError(KinError):
    """An account cannot be added or changed."""


class AccountsUnavailable(AccountError):
    """The accounts file is missing, locked or damaged, so nobody is let in."""


class CorpusError(KinError):
    """The corpus folder is missing or holds nothing to read."""


class DocumentError(KinError):
    """One document cannot be read."""


class QuestionError(KinError):
    """The question cannot be asked."""


class OtherLanguage(QuestionError):
    """The question is in a language that the documents are not in."""

    def __init__(self, message: str, *, language: str | None = None, details: str = "") -> None:
        super().__init__(message, details=details)
        self.language = language
        """ISO 639-1 code; None where it cannot be told."""


class FilterError(KinError):
    """A filter names what no document carries."""


class ComparisonError(KinError):
    """A comparison names a city that no document is about, or too many."""


class BriefError(KinError):
    """A brief cannot be proposed, read or written."""


class IndicatorError(KinError):
    """Figures are asked for of an unknown city, country or unit, or of years that run backwards."""


class ContributionError(KinError):
    """Money and partners are asked for of a funder that no document names, or in a way that cannot be followed."""


class StandingError(KinError):
    """The file of standing questions, or of their answers, cannot be read."""


class PageTextsInvalid(KinError):
    """A table of the page's texts in another language cannot be used."""


class ModelError(KinError):
    """The embedding model is missing, damaged or not the expected one."""


class LanguageModelError(KinError):
    """A language model cannot be reached or used, or did not write as it should."""


class ServeError(KinError):
    """The page cannot be served."""


class AnswerTimeout(KinError):
    """An answer took too long and was given up."""


class ResourceError(KinError):
    """The machine has too little memory, disk, open files or threads left."""


class IndexFault(KinError):
    """The index cannot be used."""


class IndexMissing(IndexFault):
    """Nothing has been built yet."""


class IndexDamaged(IndexFault):
    """A stored build does not verify."""


class IndexStale(IndexFault):
    """The build was made with another model, chunking or format."""


class BuildRunning(IndexFault):
    """Another process is building."""


class BuildFailed(IndexFault):
    """The new build could not be written or did not verify."""
