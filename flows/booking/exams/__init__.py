"""Technical examinations and check-up packages, on the pool of all: sessions of devices, held for an order."""
