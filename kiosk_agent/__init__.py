"""The agent in the lobby: a small program of its own that imports nothing of the rest."""
