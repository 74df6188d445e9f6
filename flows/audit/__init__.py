"""The audit trail on the desk."""
