"""What is owed, in the chat."""
