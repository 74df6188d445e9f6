"""In which clinics the things of booking lie, and the persons whose they are."""
