"""Alipay's errors, sorted into ours. An answer tells `code` (10000 done, 10003 waiting, 20000 unknown, 4xxxx no) and,
where it is a no, `sub_code`."""

from __future__ import annotations

from bot.errors import OutsideError, OutsideRefused, OutsideUnavailable, OutsideUnknown

SYSTEM = "alipay_pay"
SIGNED = frozenset({"10000", "10003", "40004"})
"""Codes that tell of money: they count where Alipay signed them, and nowhere else."""
CODES = {
    "ACQ.TRADE_HAS_SUCCESS": "already_paid",
    "ACQ.TRADE_HAS_FINISHED": "already_paid",
    "ACQ.TRADE_HAS_CLOSE": "already_closed",
    "ACQ.CONTEXT_INCONSISTENT": "number_reused",
    "ACQ.DISCORDANT_REPEAT_REQUEST": "number_reused",
    "ACQ.SELLER_BALANCE_NOT_ENOUGH": "not_enough",
    "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL": "not_enough",
    "ACQ.REASON_TRADE_REFUND_FEE_ERR": "not_enough",
    "ACQ.REFUND_FEE_ERROR": "not_enough",
    "ACQ.REASON_TRADE_REFUND_TIME_OUT": "too_late",
    "ACQ.TRADE_NOT_ALLOW_REFUND": "too_late",
    "ACQ.PAYMENT_AUTH_CODE_INVALID": "payer_refused",
    "ACQ.PAYMENT_FAIL": "payer_refused",
    "ACQ.BUYER_BALANCE_NOT_ENOUGH": "payer_refused",
    "ACQ.BUYER_BANKCARD_BALANCE_NOT_ENOUGH": "payer_refused",
    "ACQ.ERROR_BALANCE_PAYMENT_DISABLE": "payer_refused",
    "ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR": "payer_refused",
    "ACQ.BUYER_PAYMENT_AMOUNT_MONTH_LIMIT_ERROR": "payer_refused",
    "ACQ.PULL_MOBILE_CASHIER_FAIL": "payer_refused",
}
SETTINGS = {
    "isv.invalid-signature": "key_refused",
    "isv.missing-signature-key": "key_refused",
    "isv.invalid-app-id": "app_refused",
    "isv.app-unconfirmed": "app_refused",
    "isv.missing-app-cert-sn": "certificate_refused",
    "isv.invalid-app-cert-sn": "certificate_refused",
    "isv.insufficient-isv-permissions": "not_permitted",
    "isv.insufficient-user-permissions": "not_permitted",
    "ACQ.ACCESS_FORBIDDEN": "not_permitted",
}
"""Not the payment's fault: something is not set up, here or at Alipay. Values are slugs of `check`."""
ABSENT = frozenset({"ACQ.TRADE_NOT_EXIST"})
PASSING = frozenset({"isv.app-call-limited", "isp.call-limited", "aop.app-call-limited", "isp.service-not-available"})


class Absent(OutsideRefused):
    """There is no such trade."""


class Waiting(OutsideUnknown):
    """10003: the payer is asked for a password."""


class NotSetUp(OutsideRefused):
    """`slug` tells what is wrong."""

    def __init__(self, slug: str, sub: str) -> None:
        super().__init__("not_set_up", sub, system=SYSTEM)
        self.slug = slug


def error_of(
    code: str, sub: str, message: str, unknown: type[OutsideUnavailable] | type[OutsideUnknown]
) -> OutsideError:
    """:param unknown: what an outcome that nobody knows is for this call"""
    if code == "10003":
        return Waiting("waiting for the payer", system=SYSTEM)
    if sub in ABSENT:
        return Absent(sub, message, system=SYSTEM)
    if sub in PASSING:
        return OutsideUnavailable(sub, system=SYSTEM)
    if not code or code == "20000" or sub.endswith("SYSTEM_ERROR"):
        return unknown(sub or "no answer", system=SYSTEM)
    if sub in SETTINGS:
        return NotSetUp(SETTINGS[sub], sub)
    return OutsideRefused(CODES.get(sub, sub or code), message, system=SYSTEM)
