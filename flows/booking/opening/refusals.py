"""Every no that has to do with the fair opening."""

from __future__ import annotations

from flows.booking.refusals import BookingRefusal


class InDraw(BookingRefusal):
    """The session is drawn, not raced for: one wishes instead of holding. Facts: day, half."""

    template = "refuse_in_draw"
    way = "wish"


class WishesClosed(BookingRefusal):
    """The draw has begun. Facts: closes, result (HH:MM:SS and HH:MM, "" where nothing is drawn any more)."""

    template = "refuse_wishes_closed"


class AlreadyWished(BookingRefusal):
    """Another contact put the person into this draw. Facts: person, closes, result."""

    template = "refuse_already_wished"


class NotWished(BookingRefusal):
    """The draw is over, or was left before. Facts: state."""

    template = "refuse_not_wished"
