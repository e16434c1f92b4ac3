"""How good the answers are, what changed since the committed baseline, and whether a change may land.

A leaf of the product: it imports ``kin_assistant`` and nothing imports it. Run it with ``python -m eval``.
"""
