"""The web: middlewares, page and form base, JSON base."""
