"""The classifier of kinds of request, for all tests of a process: its network is loaded once, at the first question."""

from __future__ import annotations

from kin_assistant.question.kinds import KindClassifier

KINDS = KindClassifier()
