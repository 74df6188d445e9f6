"""Every no of the cashier; the words stand in templates/payment/chat/."""

from __future__ import annotations

from bot.errors import Refusal


class PaymentRefusal(Refusal):
    """Root of the refusals of this area."""


class NothingToPay(PaymentRefusal):
    template = "nothing_to_pay"


class BillChanged(PaymentRefusal):
    """The hospital wrote it anew after the order was opened."""

    template = "bill_changed"


class PaidAlready(PaymentRefusal):
    template = "paid_already"


class TimeIsUp(PaymentRefusal):
    template = "time_is_up"


class OneIsRunning(PaymentRefusal):
    """Another way was begun and nobody knows yet how it ended: paying twice is kept from happening."""

    template = "one_is_running"


class NotOffered(PaymentRefusal):
    template = "not_offered"


class BeingChecked(PaymentRefusal):
    """They say that they paid, and nobody knows yet: nothing else is begun before that is known."""

    template = "being_checked"


class TooOften(PaymentRefusal):
    """One contact begins payments again and again."""

    template = "too_often"


class TooMuch(PaymentRefusal):
    """More than may be paid at once, or in a day."""

    template = "too_much"


class HospitalSilent(PaymentRefusal):
    """The hospital did not say in time what is owed."""

    template = "hospital_silent"


class OthersPay(PaymentRefusal):
    """Another contact of the family has an order for it that can be paid."""

    template = "others_pay"


class NotPriced(PaymentRefusal):
    """The insurance has not said what it would pay, or would not."""

    template = "not_priced"


class OnlyWhole(PaymentRefusal):
    """What the insurance paid of an order is undone whole or not at all, and so is the rest."""

    template = "only_whole"


class NothingToGiveBack(PaymentRefusal):
    template = "nothing_to_give_back"
