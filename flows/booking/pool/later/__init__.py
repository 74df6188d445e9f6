"""A later place of the same session, for who came late."""
