"""QR codes of doctors, as the accounts made them."""
