"""The ledger of balanced pairs, only ever added to."""
