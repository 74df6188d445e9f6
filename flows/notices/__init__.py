"""Pushes: what we say of our own accord, once, when it is welcome, by whichever way reaches the contact."""
