"""Ours beside a plain pipeline of LlamaIndex, all-MiniLM-L6-v2 and Chroma: ``python -m tools.comparison``."""
