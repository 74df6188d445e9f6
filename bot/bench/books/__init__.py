"""Reads on what a measurement paid for."""
