"""How staff call appointments, sessions, stops and what hangs on them, where a list holds their ids only."""
