"""The classifier of kinds of request, for all tests of a process: its network is loaded once, before any test waits for it."""

from __future__ import annotations

from kin_assistant.question.kinds import KindClassifier

KINDS = KindClassifier()
KINDS.classify("Which cities have waste banks?")
