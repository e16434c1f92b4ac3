"""How coverage is laid out: as text for a terminal, as tables, and as the Coverage tab with its map."""
