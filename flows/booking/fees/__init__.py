"""What a clinic's own sessions cost, by kind, from a day on."""
