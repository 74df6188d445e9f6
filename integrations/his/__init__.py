"""The hospital's own system: the port to it, and the embedded hospital that stands behind it on one machine."""
