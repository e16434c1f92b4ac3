"""Training of the evidence reader: a small network that reads a question with a passage and scores its sentences."""
