"""Booking: from "I want to see a doctor" to a slot that is somebody's, and back. Start with README.md."""
