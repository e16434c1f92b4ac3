"""The folder of documents: its files, what describes them, and changes to it."""
