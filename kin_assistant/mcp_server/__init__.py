"""The assistant as a server of the Model Context Protocol, for programs that hand tools to a language model.

The tools ask, search, compare, find peers, list money and commitments, make packages and training sheets, and open a document
(``tools``); none changes anything. What they give is quoted from the documents and cited, as text and as structured content of
the same shapes as the REST API's. ``server`` offers them, ``stdio`` and ``http`` are the two ways to it.
"""
