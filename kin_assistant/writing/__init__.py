"""A language model of the office's own writes what the quotes say, and only what the quotes bear is shown."""
