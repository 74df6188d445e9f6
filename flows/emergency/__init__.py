"""Words that cannot wait: heard before anything else in every conversation."""
