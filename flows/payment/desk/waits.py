"""What of the cashier waits for finance: counted on their start page, within their reach."""

from __future__ import annotations

from bot.access.rights import Member
from bot.access.work import Wait
from bot.context import Context
from flows.directory.service import DirectoryService
from flows.payment.covered import store as claims
from flows.payment.desk.parts import APPROVE, CLAIMS, DAYS, HOME, REFUND, VIEW, within
from flows.payment.history import store as history
from flows.payment.odd import store as finding
from flows.payment.reconciling.days import store as days


async def _refunds(context: Context, member: Member, right: str, state: str) -> int:
    if not member.may(VIEW):
        return 0
    clinics = within(member.range(right), await DirectoryService(context).catalogue())
    return await history.count_refunds(context.tx, (state,), clinics)


async def waiting(context: Context, member: Member) -> int:
    return await _refunds(context, member, APPROVE, "waiting")


async def stuck(context: Context, member: Member) -> int:
    return await _refunds(context, member, REFUND, "stuck")


async def kept(context: Context, member: Member) -> int:
    return await _refunds(context, member, REFUND, "refused")


async def odd(context: Context, member: Member) -> int:
    clinics = within(member.range(VIEW), await DirectoryService(context).catalogue())
    return await finding.count_orders(context.tx, finding.Wanted(clinics=clinics))


async def notices(context: Context, member: Member) -> int:
    return await finding.count_notices(context.tx, "", "no")


async def covers(context: Context, member: Member) -> int:
    if not member.may(VIEW):
        return 0
    clinics = within(member.range(CLAIMS), await DirectoryService(context).catalogue())
    return await claims.count(context.tx, claims.Wanted(state="wanting", clinics=clinics))


async def differences(context: Context, member: Member) -> int:
    return await days.count(context.tx, days.Wanted(state="live"))


WAITS = (
    Wait("payment_refunds", APPROVE, f"{HOME}refunds?state=waiting", waiting),
    Wait("payment_stuck", REFUND, f"{HOME}refunds?state=stuck", stuck, late=True),
    Wait("payment_kept", REFUND, f"{HOME}refunds?state=refused", kept, late=True),
    Wait("payment_covers", CLAIMS, f"{HOME}claims?state=wanting", covers),
    Wait("payment_odd", VIEW, f"{HOME}odd", odd, late=True),
    Wait("payment_notices", DAYS, f"{HOME}notices?looked=no", notices, late=True),
    Wait("payment_differences", DAYS, f"{HOME}differences?state=live", differences, late=True),
)
