"""The sections of the settings about booking: limits, times, reminders, stopped sessions. A clinic may have its own."""

from __future__ import annotations

from datetime import time

from pydantic import Field, PositiveInt, model_validator

from bot.settings_fees import Fees
from bot.settings_parts import Section


class Stops(Section):
    """Stopped sessions and substitutions: how long patients may choose, and when the office calls them."""

    choose_hours: int = Field(24, ge=1, le=168, description="How long patients of a stopped session may choose")
    choose_before_minutes: int = Field(
        120,
        ge=0,
        le=2880,
        description="So long before their time it ends: they stay with the substitute, or are called",
    )
    keep_days: int = Field(
        14, ge=0, le=60, description="Slots of the same doctor within so many days are kept for them while they choose"
    )
    call_after_minutes: int = Field(120, ge=0, le=2880, description="Who has not looked by then is on the call list")
    call_before_minutes: int = Field(
        720, ge=0, le=2880, description="Who has not looked so long before their time is on it at once"
    )


class Booking(Section):
    """Rules of booking; a clinic or doctor may have its own."""

    hold_minutes: int = Field(15, ge=1, le=120, description="How long a slot is held while it is confirmed or paid")
    closes_before_end_minutes: int = Field(
        30, ge=0, le=240, description="A segment that ends sooner is not booked any more: nobody would get there"
    )
    horizon_days: int = Field(7, ge=1, le=90, description="How many days ahead can be booked")
    open_time: time = Field(time(7, 0), description="When the next day of the horizon opens")
    cancel_until: time = Field(time(20, 0), description="Moment of the evening before until which contacts may cancel")
    max_same_doctor_per_day: PositiveInt = Field(
        1, description="Appointments of one person with one doctor, or general clinic, on one day"
    )
    max_doctors_per_day: PositiveInt = Field(2, description="Doctors one person may book on one day")
    max_open: PositiveInt = Field(5, description="Open appointments one person may have")
    return_within_minutes: int = Field(
        30,
        ge=0,
        le=1440,
        description="A cancelled slot that nobody waits for goes back at a random moment within so many minutes",
    )
    offer_minutes: int = Field(15, ge=1, le=240, description="How long a freed slot is kept for each of those who wait")
    offer_before_minutes: int = Field(
        60, ge=0, le=1440, description="Slots that begin sooner are offered to nobody who waits: it would be too late"
    )
    max_waiting: PositiveInt = Field(3, description="Days with a doctor that one person may be on waiting lists for")
    max_waiting_per_session: PositiveInt = Field(50, description="Persons that may wait for one session")
    remind_evening: time = Field(time(19, 0), description="When patients are reminded the evening before")
    remind_before_minutes: int = Field(
        120, ge=15, le=720, description="They are reminded again so long before their time"
    )
    remind_least_minutes: int = Field(
        60,
        ge=15,
        le=720,
        description="A reminder that waits for the end of the quiet hours is sent then if so much time is left; else "
        "the evening before says that none will come",
    )
    draw_announced_minutes: int = Field(
        10, ge=1, le=1440, description="A fair opening is announced, with the hash of its seed, so long before at least"
    )
    draw_seconds_least: int = Field(
        60, ge=10, le=600, description="Wishes of a fair opening are gathered for so many seconds at least"
    )
    draw_seconds_most: int = Field(120, ge=10, le=3600, description="And at most")
    stops: Stops = Field(Stops(), description="Stopped sessions and substitutions")
    fees: Fees = Field(Fees(), description="When registration fees are paid")

    @model_validator(mode="after")
    def _in_order(self) -> Booking:
        if self.draw_seconds_least > self.draw_seconds_most:
            raise ValueError("expected draw_seconds_least to be no more than draw_seconds_most")
        return self
