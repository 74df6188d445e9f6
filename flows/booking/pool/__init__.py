"""The gate of the slot pool: the only writes on slots and on what a segment has left."""
