"""Booking by staff for a person: on the phone, at the window, in the chat, in the doctor's room."""
