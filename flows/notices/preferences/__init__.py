"""What a contact does not want to be told."""
