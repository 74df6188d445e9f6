"""The gate of a segment."""
