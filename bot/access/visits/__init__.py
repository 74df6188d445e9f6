"""Sessions of staff, in the database so that they can be seen and ended."""
