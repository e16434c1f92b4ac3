"""What other programs may ask: the REST API below ``/api/v1``, and ``/v1`` for chat front ends.

Each operation is a function from a request to a value (``operations``), which ``mcp_server`` offers too. ``rest`` and ``chat``
say it over HTTP. Everything that costs goes through ``Admission``, whose budget is that of the page.
"""
