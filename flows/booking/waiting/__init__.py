"""The waiting list (候补): who waits for a full session, and what becomes of a slot that is given back to it."""
