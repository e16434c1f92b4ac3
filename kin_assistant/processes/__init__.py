"""Processes, their limits, their ends and what they leave."""
