"""The demonstration's life: past and coming days of the sandbox's embedded hospital, filled as a hospital's are."""
