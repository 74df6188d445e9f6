"""Carrying a push to its contact, way by way, and a conversation's words that no passive answer could take.

Nothing is sent inside a transaction. `choose` takes the push under its lock and the message from the reach ledger,
and commits; the channel is asked; `outcome` writes down what became of it. Only a crash between the channel's yes and
our record repeats a message, and where the channel knows ids of ours (`once`) not even that.
Locks are taken in the order of a turn: conversation, then push.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Protocol, TypeVar

from bot import logs, metrics
from bot.context import Contact, Context
from bot.db.engine import Database
from bot.db.transaction import Transaction
from bot.errors import OutsideRefused, OutsideUnavailable, OutsideUnknown
from bot.ports import Ports
from bot.talk.channel import Channels, WindowClosed
from bot.talk.messages import Message, dump_messages
from flows.notices import outcome, quota, rules, store
from flows.notices.choice import choose
from flows.notices.chosen import Chosen
from flows.notices.kinds import SAID
from flows.notices.service import SEND
from integrations.sms.port import SmsPort

log = logs.get(__name__)
T = TypeVar("T")


class Work(Protocol):
    """What a job lends: its ports, and transactions with a context in them."""

    @property
    def ports(self) -> Ports: ...

    async def run(self, work: Callable[[Context], Awaitable[T]], contact_id: int | None = None) -> T: ...


async def converse(
    database: Database, channels: Channels, contact: Contact, messages: tuple[Message, ...], *, once: str
) -> None:
    """Say a conversation's words as customer-service messages; those that the channel does not take now become a
    push of kind "notices.said": a template message where the account has one for it, and the words themselves as soon
    as the contact asks for them (我的消息). They never go by text message: they were meant for the chat.

    `once` names these words, so that a second run does not put them down twice.

    :raises OutsideUnavailable, OutsideUnknown: try again
    """
    try:
        channel = channels.of(contact.account)
        cost = channel.cost(messages)
        if taken := await database.run(lambda tx: quota.take(tx, contact.id, cost)):
            try:
                await channel.say(contact, messages)
            except OutsideUnavailable:
                if cost == 1:  # of several the first may have gone
                    await database.run(lambda tx: quota.give_back(tx, contact.id, taken))
                raise
            metrics.pushes.inc("talk", rules.SERVICE, "sent")
            return
    except WindowClosed:
        await database.run(lambda tx: quota.close(tx, contact.id))
    except OutsideRefused as refused:
        log.warning("words_refused", account=contact.account, code=refused.code)

    async def put_down(tx: Transaction) -> None:
        late = tx.now + timedelta(minutes=SAID.useless_minutes or 0)
        facts = {"messages": dump_messages(messages)}
        made = await store.add(tx, SAID.name, once, contact.id, facts, tx.now, late)
        if made:
            tx.put(SEND, {"push": made}, priority=SAID.priority)

    await database.run(put_down)
    metrics.pushes.inc("talk", rules.SERVICE, "fell")


async def deliver(work: Work, public_id: str) -> None:
    """Carry one push as far as it goes: sent, fallen, or out of its chain.

    :raises OutsideUnavailable, OutsideUnknown: this way may be open later; the outbox calls again
    """

    async def contact_of(context: Context) -> int | None:
        return await store.contact_id_of(context.tx, public_id)

    contact_id = await work.run(contact_of)
    if contact_id is None:
        return
    while chosen := await work.run(partial(choose, public_id=public_id), contact_id):
        try:
            message_id = await _send(work, chosen)
        except WindowClosed as closed:
            await work.run(partial(outcome.fall, chosen=chosen, code=closed.code, shut=True))
        except OutsideRefused as refused:
            log.warning("push_refused", kind=chosen.kind.name, way=chosen.way, code=refused.code)
            await work.run(partial(outcome.fall, chosen=chosen, code=refused.code))
        except (OutsideUnavailable, OutsideUnknown) as error:
            if await work.run(partial(outcome.again, chosen=chosen, error=error)):
                raise
            return
        else:
            await work.run(partial(outcome.sent, chosen=chosen, message_id=message_id))
            return


async def _send(work: Work, chosen: Chosen) -> str:
    """Ask the channel. Gives its id of the message, "" where it has none."""
    words, once = chosen.words, chosen.public_id
    if chosen.way == rules.SMS:
        receipt = await work.ports[SmsPort].send(chosen.mobile, chosen.kind.name, words.params, request_id=once)
        return receipt.message_id
    channel = work.ports[Channels].of(chosen.contact.account)
    if chosen.way == rules.SERVICE:
        await channel.say(chosen.contact, words.messages)
        return ""
    if chosen.way == rules.TEMPLATE:
        return await channel.template(chosen.contact, chosen.kind.name, words.values, url=words.url, once=once)
    return await channel.subscription(chosen.contact, chosen.kind.name, words.values, url=words.url)
