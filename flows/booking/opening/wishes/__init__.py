"""Who wishes for what in a draw, and what became of it."""
