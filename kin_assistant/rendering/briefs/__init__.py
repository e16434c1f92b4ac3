"""A brief as Markdown, HTML and a Word file, all from one layout, with references by number and an annex of its quotes."""
