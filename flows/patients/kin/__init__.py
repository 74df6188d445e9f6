"""Whose children somebody has registered at the desk: reads."""
