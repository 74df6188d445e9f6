"""Reads on days and their differences."""
