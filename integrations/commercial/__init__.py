"""Commercial health insurance: a port for direct claims, several insurers side by side, and an embedded one."""
