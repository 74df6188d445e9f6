"""Every no that has to do with coming and not coming."""

from __future__ import annotations

from flows.booking.refusals import BookingRefusal


class PersonLocked(BookingRefusal):
    """The person did not come too often and books nothing for a while. Facts: person, count, days, until_day."""

    template = "refuse_locked"
    appeals = "lock"


class TooManyCancelled(BookingRefusal):
    """The contact cancelled so much that it looks like a tout's. Facts: most, days, until_day."""

    template = "refuse_cancelled_often"
    appeals = "refusal"


class CheckInNotYet(BookingRefusal):
    """Check-in is not open. Facts: day, start, opens_day, opens_time."""

    template = "refuse_check_in_early"


class CheckInOver(BookingRefusal):
    """The session is over. Facts: day, end."""

    template = "refuse_check_in_over"


class NoPlaceLeft(BookingRefusal):
    """Came late, and the session has no later place. Facts: day, start, end, zone."""

    template = "refuse_late_full"


class AppealedAlready(BookingRefusal):
    """There is an appeal against the same. Facts: state, made_day."""

    template = "refuse_appealed"


class TooManyAppeals(BookingRefusal):
    """So many appeals wait for an answer that no other one is taken. Facts: most."""

    template = "refuse_appeals_many"


class NothingToAppeal(BookingRefusal):
    """What it was about does not stand any more. Facts: none."""

    template = "refuse_appeal_over"
