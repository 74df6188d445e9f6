"""What the embedded cashier took and gave back, read a page at a time."""
