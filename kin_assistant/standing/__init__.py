"""Standing questions: asked again after the documents have changed, to see what their answers have become."""
