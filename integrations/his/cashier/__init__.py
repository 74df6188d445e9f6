"""The embedded hospital's cashier: bills, what was paid of them, what went back."""
