"""Peers of a city by likeness: what is read of its situation, and the practices of cities like it."""
