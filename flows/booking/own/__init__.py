"""What a contact has: reads alone."""
