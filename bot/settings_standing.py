"""The sections of the settings about the day itself: booking and cancelling on it, checking in, not coming."""

from __future__ import annotations

from datetime import time
from typing import Literal

from pydantic import Field, PositiveInt

from bot.settings_parts import Section


class SameDay(Section):
    """Booking and cancelling on the day of the visit (当日挂号); a clinic may have its own."""

    open: bool = Field(True, description="Whether a day can still be booked on the day itself")
    before_minutes: int = Field(
        0,
        ge=-240,
        le=720,
        description="On its own day a segment closes so many minutes before it begins; negative: so long after",
    )
    until: time | None = Field(None, description="When everything of the day closes; without a word as segments begin")
    cancel: Literal["never", "booked_today", "always"] = Field(
        "booked_today",
        description="What may be cancelled on its own day: nothing, what was booked on the very day, or everything",
    )
    cancel_before_minutes: int = Field(
        60, ge=0, le=720, description="Until so many minutes before the segment begins, where that is allowed"
    )


class Standing(Section):
    """Checking in, not coming, and what follows from it. A clinic may write no-shows down or not on its own."""

    check_in_minutes: int = Field(60, ge=0, le=720, description="Check-in opens so many minutes before the segment")
    near_numbers: int = Field(
        3, ge=0, le=50, description="Who has so many numbers or fewer before them is told; 0: nobody is"
    )
    no_shows: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Whether no-shows (爽约) are written down: `auto` where the hospital's system tells who came",
    )
    no_show_minutes: int = Field(
        30, ge=0, le=1440, description="So many minutes after the segment's end who has not come is a no-show"
    )
    most_no_shows: PositiveInt = Field(3, description="So many no-shows lock a person")
    within_days: PositiveInt = Field(30, description="The days in which they are counted")
    lock_days: PositiveInt = Field(90, description="How long a person is locked")
    most_cancelled: PositiveInt = Field(
        10, description="Appointments one contact may cancel in some days; with more it books nothing new for a while"
    )
    cancelled_days: int = Field(30, ge=1, le=365, description="The days in which these are counted")
    most_appeals: PositiveInt = Field(5, description="Appeals of one contact that may be open at a time")
