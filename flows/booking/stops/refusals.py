"""The noes of stops. Those said to patients have words in templates/booking/chat/, those of the desk in
templates/common/desk/problem_*.j2 by `slug`."""

from __future__ import annotations

from typing import ClassVar

from bot.errors import Refusal
from flows.booking.refusals import BookingRefusal


class StopRefusal(Refusal):
    """What the desk is told instead of a stop."""

    slug: ClassVar[str] = ""


class NothingToStop(StopRefusal):
    """No segment of that part is still to come."""

    slug = "stop_nothing"


class AlreadyStopped(StopRefusal):
    """Somebody stopped it before, with the same substitute or none."""

    slug = "stop_already"


class ReasonMissing(StopRefusal):
    """Patients have to be told why."""

    slug = "stop_reason"


class NoSubstitute(StopRefusal):
    """Not a doctor who could sit there: unknown, the doctor themself, or of no clinic in that department."""

    slug = "stop_substitute"


class SubstituteBusy(StopRefusal):
    """The substitute sits elsewhere in that half day. Facts: name."""

    slug = "stop_substitute_busy"


class PreviewStale(StopRefusal):
    """More people are hit than the preview showed, or others."""

    slug = "stop_stale"


class UndoTooLate(StopRefusal):
    """Somebody has chosen, or the stop took the place of an earlier one. Facts: count."""

    slug = "stop_undo_late"


class ChoiceOver(BookingRefusal):
    """The time of the old appointment is over, or it has ended another way."""

    template = "refuse_choice_over"


class ChoiceFirst(BookingRefusal):
    """Its session was stopped, and nobody said yet what shall become of it: that is answered, not cancelled or changed.
    Facts: choice."""

    template = "refuse_choice_first"


class NotOffered(BookingRefusal):
    """That answer is not (or no longer) among those that may be given. Facts: what."""

    template = "refuse_not_offered"
