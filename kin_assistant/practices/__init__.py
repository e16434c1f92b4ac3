"""Practices that offices submit: a form in the shape of a good-practice record, the document it yields, and where it waits."""
