"""What a commercial insurer pays of an order, before it is paid or after."""
