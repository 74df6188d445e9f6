"""Who sits in a session: also where a stop of ours has put a substitute into some of its segments."""
