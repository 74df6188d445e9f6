"""Whether a person may have a place: the rules about persons, and what the office excepted them from."""
