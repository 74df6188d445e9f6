"""Proves that what is only joined by names fits together: prompts and templates, steps, words, topics, rights, folders.

Every part is a pure function of a `Project` that gives `Finding`s; `everything.check` runs them all.
"""
