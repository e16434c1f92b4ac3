"""Answers that are taken along: as files, on the clipboard, and what they quote as references."""
