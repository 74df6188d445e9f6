"""Staff, their roles and rights, on the desk."""
