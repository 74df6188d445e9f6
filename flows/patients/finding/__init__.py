"""Finding a person from the desk."""
