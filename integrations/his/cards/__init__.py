"""Balances of hospital cards."""
