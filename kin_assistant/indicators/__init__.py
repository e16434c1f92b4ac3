"""Indicators: every figure of the documents, with what it measures, where, when, and the sentence that it stands in."""
