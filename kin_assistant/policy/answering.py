"""All of the policy, stage by stage."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from kin_assistant.policy.finding import (
    EvidencePolicy,
    PartsPolicy,
    RefusalPolicy,
    RetrievalPolicy,
    SelectionPolicy,
    SentenceSearchPolicy,
)
from kin_assistant.policy.forms import (
    EXPERIENCE,
    PORTRAIT,
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

__all__ = ["AnswerPolicy"]


@dataclass(frozen=True, slots=True)
class AnswerPolicy:
    """All of it, stage by stage."""

    retrieval: RetrievalPolicy = field(default_factory=RetrievalPolicy)
    evidence: EvidencePolicy = field(default_factory=EvidencePolicy)
    selection: SelectionPolicy = field(default_factory=SelectionPolicy)
    search: SentenceSearchPolicy = field(default_factory=SentenceSearchPolicy)
    parts: PartsPolicy = field(default_factory=PartsPolicy)
    refusal: RefusalPolicy = field(default_factory=RefusalPolicy)
    catalogue: CataloguePolicy = field(default_factory=CataloguePolicy)
    overview: OverviewPolicy = field(default_factory=OverviewPolicy)
    documents: DocumentPolicy = field(default_factory=DocumentPolicy)
    portrait: TellingPolicy = PORTRAIT
    experience: TellingPolicy = EXPERIENCE
    advice: AdvicePolicy = field(default_factory=AdvicePolicy)
    peers: PeersPolicy = field(default_factory=PeersPolicy)
    compare: ComparePolicy = field(default_factory=ComparePolicy)
    talk: TalkPolicy = field(default_factory=TalkPolicy)
    form: FormPolicy = field(default_factory=FormPolicy)

    def flatten(self) -> dict[str, float]:
        """Every value by "stage.name"."""
        return {f"{stage}.{name}": value for stage, group in asdict(self).items() for name, value in group.items()}
