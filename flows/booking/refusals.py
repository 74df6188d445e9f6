"""Every no of booking, each a fact with its own words in templates/booking/chat/.

`way` says where the conversation goes on after the no, as a step of the booking flow ("" ends the flow).
"""

from __future__ import annotations

from typing import ClassVar

from bot.errors import Refusal


class BookingRefusal(Refusal):
    """Root of the refusals of this area."""

    way: ClassVar[str] = ""
    appeals: ClassVar[str] = ""
    """What an appeal against it is about: `refusal` of a rule about the person, their `lock`, "" where there is none
    (somebody was faster, a doctor is away: nobody at the office can decide it otherwise)."""


# --- the slot --------------------------------------------------------------------------------------------------------


class SlotTaken(BookingRefusal):
    """Somebody else was faster: the segment has no slot left. Facts: day, start, end."""

    template = "refuse_taken"
    way = "segments"


class SegmentOver(BookingRefusal):
    """The segment is over, or nearly so. Facts: day, start, end."""

    template = "refuse_over"
    way = "segments"


class SameDayOff(BookingRefusal):
    """The clinic is not booked on the day itself. Facts: clinic, day."""

    template = "refuse_same_day_off"
    way = "days"


class SameDayClosed(BookingRefusal):
    """Booking for today has closed, for this segment or for all. Facts: clinic, day, start (datetime), until (time or
    None: when everything closes), minutes (before the segment begins)."""

    template = "refuse_same_day_closed"
    way = "days"


class SessionStopped(BookingRefusal):
    """The doctor does not sit then after all (停诊). Facts: day, half."""

    template = "refuse_stopped"
    way = "days"


class NotYetOpen(BookingRefusal):
    """The day is not open for booking. Facts: day, opens_day, opens_time."""

    template = "refuse_not_yet_open"
    way = "days"


class ClinicClosed(BookingRefusal):
    """The clinic takes no bookings here. Facts: clinic."""

    template = "refuse_clinic_closed"
    way = "departments"


class HoldExpired(BookingRefusal):
    """Confirmed too late: the slot went back. Facts: minutes."""

    template = "refuse_expired"
    way = "segments"


class HoldReleased(HoldExpired):
    """It was given back before: by themself, in another window or in the chat. Facts: minutes."""

    template = "refuse_released"


class HoldStopped(HoldExpired):
    """The session was stopped while they confirmed. Facts: minutes."""

    template = "refuse_hold_stopped"


def hold_over(state: str, minutes: int) -> HoldExpired:
    """The no to a hold in `state` that is there no more: its time ran out, or it was given back before."""
    return HoldReleased(minutes=minutes) if state == "released" else HoldExpired(minutes=minutes)


# --- the person ------------------------------------------------------------------------------------------------------


class WrongAge(BookingRefusal):
    """The clinic is not for this age. Facts: clinic, person, min_age, max_age (whole years or None), age,
    of_doctor (it is the doctor's own rule)."""

    template = "refuse_age"
    appeals = "refusal"
    way = "choose_person"


class WrongSex(BookingRefusal):
    """The clinic is for the other sex. Facts: clinic, person, sex (the clinic's), of_doctor."""

    template = "refuse_sex"
    appeals = "refusal"
    way = "choose_person"


class SameDoctorSameDay(BookingRefusal):
    """The person has a slot there that day already. Facts: day, person, general, most."""

    template = "refuse_same_doctor"
    appeals = "refusal"
    way = "days"


class TooManyDoctorsToday(BookingRefusal):
    """As many doctors on one day as a person may book. Facts: day, person, most, clinic ("" where they are counted over
    the whole hospital)."""

    template = "refuse_doctors_a_day"
    appeals = "refusal"
    way = "days"


class TooManyWithDoctor(BookingRefusal):
    """As many open appointments as a person may have with this doctor. Facts: person, most."""

    template = "refuse_with_doctor"
    appeals = "refusal"


class TooManyOpen(BookingRefusal):
    """As many open appointments as a person may have. Facts: person, most, clinic (as above)."""

    template = "refuse_too_many_open"
    appeals = "refusal"


# --- cancelling ------------------------------------------------------------------------------------------------------


class CancelTooLate(BookingRefusal):
    """Past the evening before. Facts: until_day, until_time, day."""

    template = "refuse_cancel_late"
    appeals = "refusal"


class NotBooked(BookingRefusal):
    """There is nothing (any more) to confirm or cancel. Facts: state."""

    template = "refuse_not_booked"


class OtherDoctor(BookingRefusal):
    """A change keeps the doctor; another one is a new booking."""

    template = "refuse_other_doctor"


class SameTime(BookingRefusal):
    """It is at this time already. Facts: day, start, end."""

    template = "refuse_same_time"


# --- the waiting list ------------------------------------------------------------------------------------------------


class NotFull(BookingRefusal):
    """Nobody need wait: a slot is left. Facts: day, half."""

    template = "refuse_not_full"


class WaitTooLate(BookingRefusal):
    """The session is too near for anybody to be offered a slot of it. Facts: day, half, hours."""

    template = "refuse_wait_late"


class ListFull(BookingRefusal):
    """So many wait that one more would wait in vain. Facts: day, half, most."""

    template = "refuse_list_full"


class TooManyWaiting(BookingRefusal):
    """The person waits for enough already. Facts: person, most."""

    template = "refuse_too_many_waiting"
    appeals = "refusal"


class AlreadyWaiting(BookingRefusal):
    """The person is on this list. Facts: person, ahead."""

    template = "refuse_already_waiting"


# --- why there is nothing --------------------------------------------------------------------------------------------


class NoSession(BookingRefusal):
    """Nobody sits on that day, or in the days that are open. Facts: wanted (date or None), last_day."""

    template = "none_no_session"


class AllFull(BookingRefusal):
    """There are sessions and no slot is left. Facts: wanted, days, opens_day, opens_time (None: nothing opens soon)."""

    template = "none_full"


class AllStopped(BookingRefusal):
    """The sessions there were are stopped. Facts: wanted, days."""

    template = "none_stopped"


class AllOver(BookingRefusal):
    """Today's sessions have ended. Facts: wanted."""

    template = "none_over"


class OpensLater(BookingRefusal):
    """There are sessions, and their day is not open yet. Facts: day, horizon_days, opens_day, opens_time, drawn (its
    slots are drawn then; only where it is known)."""

    template = "none_opens_later"
