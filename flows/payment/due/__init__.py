"""What of orders, payments and refunds the clock makes due."""
