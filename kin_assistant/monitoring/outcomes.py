"""What came of a call, in the few words that figures and logs are told by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from kin_assistant.errors import AnswerTimeout, IndexFault, KinError, ModelError, ResourceError
from kin_assistant.processes.watchdog import CallReport
from kin_assistant.types import Answer

__all__ = ["NO_KIND", "OUTCOMES", "Ended", "Outcome", "describe_call"]

Outcome = Literal["answered", "refused", "invalid", "late", "failed"]
"""Something was found; the documents do not say it; it cannot be asked like this; it took too long; the program is at fault."""

OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
NO_KIND: Final = "unknown"
"""Of a question that was not understood far enough to tell."""

_QUESTION = "question"
_NAMES: Final = {
    "The answer": _QUESTION,
    "A question asked beforehand": "question asked beforehand",
}


@dataclass(frozen=True, slots=True)
class Ended:
    """A call that ended. It holds nothing of what was asked."""

    what: str
    """"question", or what was looked up, such as "figures"."""
    outcome: Outcome
    kind: str
    """Of a question, what it asks for; ``NO_KIND`` where that is not known."""
    seconds: float

    @property
    def is_question(self) -> bool:
        """Whether somebody asked a question, rather than looked something up."""
        return self.what == _QUESTION


def describe_call(report: CallReport) -> Ended:
    """``report`` without what was asked and answered."""
    result = report.result
    kind = result.kind if isinstance(result, Answer) else NO_KIND
    return Ended(_name(report.what), _outcome(result, report.fault), kind, report.seconds)


def _name(what: str) -> str:
    return _NAMES.get(what) or what.removeprefix("The ").removeprefix("search for ")


def _outcome(result: object, fault: BaseException | None) -> Outcome:
    match fault:
        case None:
            is_refusal = result.abstained if isinstance(result, Answer) else bool(getattr(result, "reason", None))
            return "refused" if is_refusal else "answered"
        case AnswerTimeout():
            return "late"
        case IndexFault() | ModelError() | ResourceError():
            return "failed"
        case KinError():
            return "invalid"
        case _:
            return "failed"
