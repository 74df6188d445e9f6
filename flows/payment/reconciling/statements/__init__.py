"""What the sides told, as it is kept."""
