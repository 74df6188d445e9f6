"""Which way a push goes now, decided and taken under its lock; everything that makes it go no way at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.context import Contact, Context
from bot.db.contacts import reach_of
from bot.errors import OutsideRefused, OutsideUnavailable
from bot.talk import reach
from bot.talk.channel import Channels
from bot.talk.messages import Message
from flows.notices import outcome, quota, rules, store
from flows.notices.chosen import Chosen
from flows.notices.kinds import SAID, Kinds, PushKind
from flows.notices.preferences import store as preferences
from flows.notices.service import SEND
from flows.notices.words import words_of
from flows.patients.callers import is_caller, person_of
from flows.patients.service import PatientsService
from integrations.sms.port import SmsPort

TAKEN = timedelta(seconds=45)
"""Longer than any one sending takes, shorter than the lease of an outbox row."""

CALLED = timedelta(hours=6)
"""So long it is not said once more that words of ours wait to be read."""


async def choose(context: Context, public_id: str) -> Chosen | None:
    """Take the push and decide its way; None when there is nothing (more) to do, which is then written down."""
    tx, contact = context.tx, context.contact
    assert contact is not None
    raw = await reach_of(tx, contact.id, lock=True)
    row = await store.lock(tx, public_id)
    if row is None or row.state != store.WAITING or row.due_at > tx.now:
        return None
    if row.taken_until is not None and row.taken_until > tx.now:
        # Another worker is at it, or died at it: whoever comes after its time takes over.
        raise OutsideUnavailable("push is being sent", retry_after=(row.taken_until - tx.now).total_seconds() + 1)
    if row.kind not in context.ports[Kinds]:
        await store.change(tx, row.id, state=store.DEAD, error="unknown kind")
        return None
    kind = context.ports[Kinds][row.kind]
    if end := await _unwanted(context, row, kind):
        await outcome.ended(tx, row, end)
        return None
    if kind.quiet == "waits" and (until := _quiet_until(context)):
        await store.change(tx, row.id, due_at=until)
        tx.put(SEND, {"push": public_id}, due=until, priority=kind.priority)
        return None
    words = words_of(context, kind, row.facts)
    tried = [way for way in row.tried.split(",") if way]
    account = context.settings.accounts.get(contact.account)
    held = row.way == rules.SERVICE  # taken from the ledger at an earlier try that the channel did not answer
    cost = _cost(context, contact, words.messages)
    open_now = rules.Reach(
        followed=cost is not None and await store.followed(tx, contact.id),
        quota=(cost or 0) if held else reach.left(raw, tx.now),
        has_template=account is not None and kind.name in account.templates,
        has_subscription=account is not None and kind.name in account.subscriptions,
        mobile=False,
    )
    way = rules.next_way(open_now, tried, cost=cost or 1, worth_a_call=kind.sms_fallback)
    mobile = ""
    if way in (None, rules.CALL) and _by_text(context, kind):  # only now: most pushes never need to know the number
        mobile = await _mobile(context)
        way = rules.next_way(replace(open_now, mobile=bool(mobile)), tried, worth_a_call=kind.sms_fallback)
    if way is None or way == rules.CALL:
        await outcome.out_of_ways(tx, row, way)
        return None
    if kind is SAID and way in rules.CALLS_ON and await _called_on(context):
        await outcome.joined(tx, row, way)
        return None
    if way == rules.SERVICE and not held:
        await quota.take(tx, contact.id, cost or 1)
    attempts = row.attempts + 1
    await store.change(tx, row.id, way=way, taken_until=tx.now + TAKEN, attempts=attempts)
    return Chosen(row.id, public_id, kind, contact, words, way, mobile, attempts)


def _by_text(context: Context, kind: PushKind) -> bool:
    """Whether a text message may carry it: what is worth one, and to who has nothing but a phone whatever was worded
    for one. What wants an answer in the chat they are called for instead."""
    if is_caller(context.contact):
        return not kind.asks and context.wording.has(kind.sms_template)
    return kind.sms_fallback


async def _called_on(context: Context) -> bool:
    """They were told a while ago that words of ours wait for them, and have not read those yet: all of it is read
    together, and to say the same once more would only worry them."""
    assert context.contact is not None
    since = context.now - CALLED
    return await store.called_on(context.tx, context.contact.id, SAID.name, rules.CALLS_ON, since)


def _cost(context: Context, contact: Contact, messages: tuple[Message, ...]) -> int | None:
    """How many customer-service messages this takes; None where no channel of ours carries the account any more."""
    try:
        return context.ports[Channels].of(contact.account).cost(messages)
    except OutsideRefused:
        return None


async def _unwanted(context: Context, row: Any, kind: PushKind) -> str | None:
    """The state a push ends in because nobody wants it any more, or never did."""
    if row.useless_after is not None and row.useless_after <= context.now:
        return store.USELESS
    if kind.quiet == "waits" and row.useless_after is not None:
        until = _quiet_until(context)
        if until is not None and row.useless_after <= until:
            return store.USELESS
    if not kind.obligatory and not await preferences.is_on(context.tx, row.contact_id, kind.group):
        return store.OFF
    return None


def _quiet_until(context: Context) -> datetime | None:
    push, local = context.settings.push, context.clock.local(context.now)
    return rules.quiet_until(local, push.quiet_from, push.quiet_to)


async def _mobile(context: Context) -> str:
    """The number of the contact's default person, of a caller their own; "" where none is known, none may be used or
    enough was sent."""
    if SmsPort not in context.ports or not context.settings.sms.gateway:
        return ""
    assert context.contact is not None
    since = context.now - timedelta(days=1)
    if await store.sent_by(context.tx, context.contact.id, rules.SMS, since) >= rules.SMS_A_DAY:
        return ""
    if is_caller(context.contact):
        own = await person_of(context.tx, context.contact)
        return (await PatientsService(replace(context, contact=None)).mobile_of(own) or "") if own else ""
    service = PatientsService(context)
    person = await service.default()
    return (await service.mobile_of(person.id) or "") if person else ""
