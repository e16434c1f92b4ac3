"""Contributions: who paid, what for, how much and as what, and who took part as what, each in the sentence that says so."""
