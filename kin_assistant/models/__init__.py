"""The small networks, and what runs them."""
