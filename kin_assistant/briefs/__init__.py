"""Briefs on a topic: evidence proposed by section, kept as a file that is edited, and found again in the documents."""
