"""Shares: part of a session kept for a channel, and released to all at a set time before it begins."""
