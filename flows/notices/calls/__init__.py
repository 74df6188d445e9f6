"""Calls that staff make where a push reached nobody."""
