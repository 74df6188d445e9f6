"""What the office sees of stops, and of the sessions it may stop."""
