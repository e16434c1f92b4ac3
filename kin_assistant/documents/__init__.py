"""From a file's bytes to a document in passages."""
