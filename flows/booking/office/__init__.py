"""What the office looks at: sessions, appointments, the use of the pool. Only reads."""
