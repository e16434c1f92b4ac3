"""One reader per format: bytes of a file to the text and blocks of a document."""
