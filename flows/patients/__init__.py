"""Persons whom contacts look after: registration, family, proof, consent (see README.md)."""
