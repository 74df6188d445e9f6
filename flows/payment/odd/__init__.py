"""What does not fit: notices that were refused or could not be believed, orders that do not come to an end."""
