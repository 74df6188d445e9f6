"""Counts of tries, by which guessing is locked out."""
