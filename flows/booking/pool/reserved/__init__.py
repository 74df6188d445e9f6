"""Slots that cool for one patient alone: those whose session was stopped are given the first choice of them."""
