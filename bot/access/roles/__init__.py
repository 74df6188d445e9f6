"""Roles and what they may."""
