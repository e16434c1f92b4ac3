"""The places of the world and of the corpus, and where a text names them."""
