"""What the office excepted a person from, after an appeal."""
