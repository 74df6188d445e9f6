"""Checks of the ledger: commercial insurers."""
