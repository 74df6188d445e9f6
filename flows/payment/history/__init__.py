"""What was, for those who look: a contact's year, an order's course, lists for the desk."""
