"""Filters of lists that a member of staff keeps by name."""
