"""The directory of the hospital: sites, departments, clinics, doctors (shared area)."""
