"""The questions about the insurance."""
