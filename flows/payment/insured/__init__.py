"""What the insurance pays of an order: priced, agreed to, settled, undone."""
