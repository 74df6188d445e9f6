"""The conversation room: one inbound event in, one committed turn out. It knows flows and channels, no medicine."""
