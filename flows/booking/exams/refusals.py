"""Every no to an examination, each with its own words in templates/booking/chat/."""

from __future__ import annotations

from flows.booking.refusals import BookingRefusal


class ExamRefusal(BookingRefusal):
    """Root of these. Those that another time would answer lead back to the times."""

    way = "times"


class Overlaps(ExamRefusal):
    """The person is somewhere else then. Facts: exam, other, day, start, end (of the other)."""

    template = "refuse_exam_overlap"


class TooNear(ExamRefusal):
    """What the other left in the body has to be gone first. Facts: exam, other, day (of the other), days, first_day
    (the first that will do)."""

    template = "refuse_exam_near"


class SpoilsLater(ExamRefusal):
    """The other way round: it would spoil an examination that is booked already. Facts: exam, other, day, days."""

    template = "refuse_exam_spoils"


class ContrastTooNear(ExamRefusal):
    """Two contrast media too near to each other. Facts: exam, other, day, days, first_day."""

    template = "refuse_exam_contrast"


class WrongOrder(ExamRefusal):
    """On one day `first` has to be over when `second` begins. Facts: exam, first, second, day."""

    template = "refuse_exam_order"


class FastingFirst(ExamRefusal):
    """On one day what needs an empty stomach comes first. Facts: exam, first, second, day."""

    template = "refuse_exam_fasting_first"


class FastingTooLate(ExamRefusal):
    """Nobody is kept hungry that long. Facts: exam, latest (time)."""

    template = "refuse_exam_latest"


class NoTimeToPrepare(ExamRefusal):
    """It has to be known longer before. Facts: exam, hours."""

    template = "refuse_exam_notice"


class ExamAge(ExamRefusal):
    """Facts: exam, person, min_age, max_age (whole years or None), age."""

    template = "refuse_exam_age"
    way = ""


class ExamSex(ExamRefusal):
    """Facts: exam, person, sex (whom it is for)."""

    template = "refuse_exam_sex"
    way = ""


class OrderBooked(ExamRefusal):
    """The order has an appointment. Facts: exam, day, start."""

    template = "refuse_exam_booked"
    way = ""


class OrderGone(ExamRefusal):
    """The hospital has no such open order (any more)."""

    template = "refuse_exam_order_gone"
    way = ""


class HospitalSilent(ExamRefusal):
    """The orders cannot be asked for just now."""

    template = "refuse_exam_silent"
    way = ""


class NoPlan(ExamRefusal):
    """There is no time for all of it that satisfies every rule. Facts: names, until_day."""

    template = "refuse_exam_no_plan"
    way = ""
