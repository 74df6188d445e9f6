"""What is left to choose from, for a channel: reads only."""
