"""Work after the commit: thin functions, one file per area, and the drain of the outbox."""
