"""Parts that come to a session, or go from it, while it is stopped: reads and writes."""
