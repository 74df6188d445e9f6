"""Registration fees that are paid while booking, or before the visit."""
