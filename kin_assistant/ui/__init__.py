"""The page: Gradio components, their callbacks and the server around them; the only place that imports Gradio."""
