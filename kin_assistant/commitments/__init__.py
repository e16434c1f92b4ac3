"""Commitments: what cities and bodies said they would do, by when, and what later sentences say of it."""
