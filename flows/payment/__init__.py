"""The cashier: what is owed, paid, settled in the hospital and given back."""
