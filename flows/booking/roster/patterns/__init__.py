"""Rosters made in the console: weekly patterns and single days, the draft of a clinic, and copying."""
