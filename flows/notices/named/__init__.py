"""How staff call notices, and the calls that stand in for them."""
