"""What is known of English words, sentences and figures, and of rows of tables, without documents and without an index."""
