"""Members of staff: who they are, where they work, how they prove it."""
