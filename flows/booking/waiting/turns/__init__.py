"""Whose turn it is when a slot of a full session comes back."""
