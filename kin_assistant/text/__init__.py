"""What is known of English words, sentences and figures, without documents and without an index."""
