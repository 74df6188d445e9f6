"""The way out: one folder per outside system, each a port and what stands behind it."""
