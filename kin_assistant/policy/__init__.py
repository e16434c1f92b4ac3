"""Every weight, share and limit that decides what an answer is, as one frozen value.

Nothing that decides an answer stands elsewhere: an evaluation varies these values by ``dataclasses.replace``, and the
baseline of the evaluation records those it was measured with (``python -m eval baseline``), so that a change is noticed.
Each group says how its values were fitted. Beside the rules that they belong to stand numbers of grammar and wording (how
many words make a sentence, how many of them a refusal names) and what belongs to the weights of a classifier.
"""

from kin_assistant.policy.answering import AnswerPolicy
from kin_assistant.policy.finding import (
    EvidencePolicy,
    PartsPolicy,
    RefusalPolicy,
    RetrievalPolicy,
    SelectionPolicy,
    SentenceSearchPolicy,
)
from kin_assistant.policy.forms import (
    AdvicePolicy,
    CataloguePolicy,
    ComparePolicy,
    DocumentPolicy,
    FormPolicy,
    OverviewPolicy,
    PeersPolicy,
    TalkPolicy,
    TellingPolicy,
)

__all__ = [
    "AdvicePolicy",
    "AnswerPolicy",
    "CataloguePolicy",
    "ComparePolicy",
    "DocumentPolicy",
    "EvidencePolicy",
    "FormPolicy",
    "OverviewPolicy",
    "PartsPolicy",
    "PeersPolicy",
    "RefusalPolicy",
    "RetrievalPolicy",
    "SelectionPolicy",
    "SentenceSearchPolicy",
    "TalkPolicy",
    "TellingPolicy",
]
