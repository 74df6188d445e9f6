"""Proof that a phone, or a record, belongs to who says so: codes by text message and counts of tries."""
