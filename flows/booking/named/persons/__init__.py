"""Whose the things are that an id names."""
