"""The figures of the office: how the pool is used, and who did not come."""
