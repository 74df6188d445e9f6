"""Our sessions in the hospital's book: it is told of them and of what changes, and what it decides is heard."""
