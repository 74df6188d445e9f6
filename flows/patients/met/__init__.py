"""Whom staff have before them though nothing of theirs lies where they work."""
