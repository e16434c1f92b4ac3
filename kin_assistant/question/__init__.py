"""From what a person typed to a ``Query``: checked, made to stand alone, respelt, with its places and parts."""
