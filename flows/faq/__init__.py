"""The hospital's questions and answers."""
