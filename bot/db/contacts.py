"""Contacts and their conversations, and the two scripts that every turn of a conversation consists of.

`open_turn` begins the transaction, locks the conversation and looks whether the message was answered before;
`close_turn` keeps message and answer, writes the conversation back and commits. With the business between them a turn
that needs no other table is two round trips. Because the conversation is locked first, a message that arrives twice at
once waits there and then finds the stored answer; the unique key of the inbox is the last guard.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    UniqueConstraint,
    bindparam,
    false,
    insert,
    select,
    update,
)

from bot import keys
from bot.context import SPOKEN, Contact
from bot.db import journal
from bot.db.inbox import inbox
from bot.db.lookup import Lookup, asked, most
from bot.db.outbox import insert_step
from bot.db.prepared import Prepared
from bot.db.schema import Moment, Sealed, code, key, new_public_id, public_id, table, whole
from bot.db.transaction import Transaction

contact = table(
    "contact",
    key(),
    public_id(),
    Column("account", code(32), nullable=False),
    Column("channel", code(16), nullable=False),
    Column("external_id", code(128), nullable=False),
    Column("followed", Boolean, nullable=False, default=True),
    Column("easy", Boolean, nullable=False, default=False, server_default=false()),
    Column("aloud", code(8), nullable=False, default=SPOKEN, server_default=SPOKEN),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("account", "external_id"),
)

conversation = table(
    "conversation",
    Column("contact_id", whole(), ForeignKey("contact.id"), primary_key=True, autoincrement=False),
    Column("state", Sealed("conversation.state")),
    Column("mode", code(8), nullable=False),
    Column("wakes_at", Moment),
    Column("awaits", code(96)),
    Column("reach", code(400), nullable=False),
    Column("turns", Integer, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("ix_conversation_wakes_at", "wakes_at"),
    Index("ix_conversation_awaits", "awaits"),
)

BOT, STAFF = "bot", "staff"
_ABOUT = "conversation.state"
_WHO = tuple(contact.c[name] for name in ("id", "public_id", "account", "channel", "external_id", "easy", "aloud"))


@dataclass(slots=True)
class Locked:
    """A conversation under its lock. `state` is its JSON ("" when new), `reach` the ledger's JSON."""

    contact: Contact
    followed: bool
    state: str
    mode: str
    reach: str
    turns: int
    answer: str | None = None


class Statements:
    """The hot statements of one dialect, compiled once."""

    _made: dict[str, Statements] = {}

    def __init__(self, dialect: Any) -> None:
        def bind(column: Any, name: str | None = None) -> Any:
            return bindparam(name or column.name, type_=column.type)

        fields = (
            contact.c.followed,
            contact.c.easy,
            contact.c.aloud,
            conversation.c.state,
            conversation.c.mode,
            conversation.c.reach,
            conversation.c.turns,
            contact.c.id,
            contact.c.public_id,
        )
        account, address = contact.c.account, contact.c.external_id
        together = conversation.c.contact_id == contact.c.id
        # Who asks by address has it already; what is not asked for need not be read.
        known = select(*fields).join(conversation, together).with_for_update()
        self.by_address = Prepared(known.where(account == bind(account), address == bind(address)), dialect)
        whole = select(*fields, account, contact.c.channel, address).join(conversation, together).with_for_update()
        self.by_id = Prepared(whole.where(contact.c.id == bind(contact.c.id, "contact_id")), dialect)
        self.answered = Prepared(
            select(inbox.c.answer).where(
                inbox.c.source == bind(inbox.c.source), inbox.c.external_id == bind(inbox.c.external_id)
            ),
            dialect,
        )
        kept = [column for column in inbox.c if column.name != "id"]
        self.keep = Prepared(insert(inbox).values({c.name: bind(c) for c in kept}), dialect)
        self.store = Prepared(
            update(conversation)
            .where(conversation.c.contact_id == bind(conversation.c.contact_id, "of"))
            .values(
                {
                    name: bind(conversation.c[name])
                    for name in ("state", "mode", "wakes_at", "awaits", "reach", "updated_at")
                }
                | {"turns": conversation.c.turns + 1}
            ),
            dialect,
        )

    @classmethod
    def of(cls, dialect: Any) -> Statements:
        made = cls._made.get(dialect.name)
        if made is None:
            made = cls._made[dialect.name] = cls(dialect)
        return made


async def open_turn(tx: Transaction, account: str, channel: str, external_id: str, source: str, message: str) -> Locked:
    """Begin, lock the conversation of this contact (made if new), and look for an earlier answer to this message."""
    known = Statements.of(tx.link.dialect)
    find = (known.by_address, known.by_address.args({"account": account, "external_id": external_id}))
    seen = (known.answered, known.answered.args({"source": source, "external_id": message}))
    rows, answers = await tx.link.script([find, seen], begin=True)
    if not rows:
        await create(tx, account, channel, external_id)
        rows, answers = await tx.link.script([find, seen])
    return _locked(rows, answers, account, channel, external_id)


async def open_by_id(tx: Transaction, contact_id: int, source: str, message: str) -> Locked | None:
    """The same for a turn that no message began (a timer, an event of another area); None: no such contact."""
    known = Statements.of(tx.link.dialect)
    find = (known.by_id, known.by_id.args({"contact_id": contact_id}))
    seen = (known.answered, known.answered.args({"source": source, "external_id": message}))
    rows, answers = await tx.link.script([find, seen], begin=True)
    return _locked(rows, answers) if rows else None


async def create(tx: Transaction, account: str, channel: str, external_id: str, *, followed: bool = True) -> None:
    """Make contact and conversation, once, however many messages of a new contact arrive at the same time.

    `followed` holds for a new one; who is there already stays as known."""
    await tx.insert_once(
        contact,
        public_id=new_public_id(),
        account=account,
        channel=channel,
        external_id=external_id,
        followed=followed,
        created_at=tx.now,
    )
    row = await tx.one(select(contact.c.id).where(contact.c.account == account, contact.c.external_id == external_id))
    assert row is not None
    await tx.insert_once(
        conversation, contact_id=row.id, state=None, mode=BOT, reach="{}", turns=0, updated_at=tx.now, wakes_at=None
    )


async def set_followed(tx: Transaction, contact_id: int, followed: bool) -> bool:
    """The contact follows the account, or left it and cannot be reached on it any more. True when that is a change:
    a contact that is new follows from its first row on, so a change to following means that it came back."""
    changed = update(contact).where(contact.c.id == contact_id, contact.c.followed != followed)
    return await tx.update(changed.values(followed=followed)) == 1


async def close_turn(tx: Transaction, locked: Locked, stored: dict[str, Any], kept: dict[str, Any] | None) -> None:
    """Write conversation (`stored`: state, mode, wakes_at, awaits, reach), inbox row (`kept`) and outbox; commit."""
    known = Statements.of(tx.link.dialect)
    steps = []
    if kept is not None:
        steps.append((known.keep, known.keep.args(kept)))
    values = {"of": locked.contact.id, "updated_at": tx.now, **stored}
    steps.append((known.store, known.store.args(values)))
    await tx.settle()
    rows, tx.outbox = tx.outbox, []
    steps.extend(insert_step(tx, row) for row in rows)
    steps.extend(journal.steps(tx))
    await tx.link.script(list(steps), commit=True)


def _locked(rows: Any, answers: Any, *address: str) -> Locked:
    """`address`: account, channel and external id where the row does not end with them."""
    return locked_of(rows[0], answers[0][0] if answers else None, *address)


def locked_of(row: Any, answered: Any, *address: str) -> Locked:
    """From a row as it was read, and the earlier answer to this message (sealed; None: there is none)."""
    followed, easy, aloud, sealed, mode, reach, turns, *who = row
    state = "" if sealed is None else keys.ring().open(bytes(sealed), _ABOUT)
    answer = None if answered is None else keys.ring().open(bytes(answered), "inbox.answer")
    return Locked(Contact(*(*who, *address, bool(easy), aloud)), bool(followed), state, mode, reach, turns, answer)


async def contact_at(tx: Transaction, account: str, external_id: str) -> Contact | None:
    """The contact with this address on an account."""
    row = await tx.one(select(*_WHO).where(contact.c.account == account, contact.c.external_id == external_id))
    return None if row is None else Contact(**row._mapping)


async def contact_of(tx: Transaction, contact_id: int) -> Contact | None:
    """The contact with this key."""
    row = await tx.one(select(*_WHO).where(contact.c.id == contact_id))
    return None if row is None else Contact(**row._mapping)


async def asleep_until(tx: Transaction, now: datetime, *, limit: int) -> list[tuple[int, datetime]]:
    """Contacts whose conversation waits for something whose time is over: (contact id, since when), oldest first."""
    return [(row.contact_id, row.wakes_at) for row in await _asleep.rows(tx, now=now, most=limit)]


_asleep = Lookup(lambda: select(conversation.c.contact_id, conversation.c.wakes_at).where(
    conversation.c.wakes_at <= asked(conversation.c.wakes_at, "now")
).order_by(conversation.c.wakes_at).limit(most()))


async def reach_of(tx: Transaction, contact_id: int, *, lock: bool = False) -> str:
    """The reach ledger's JSON of a contact (bot.talk.reach reads it)."""
    statement = select(conversation.c.reach).where(conversation.c.contact_id == contact_id)
    return await tx.scalar(statement.with_for_update() if lock else statement) or "{}"


async def set_reach(tx: Transaction, contact_id: int, reach: str) -> None:
    await tx.update(update(conversation).where(conversation.c.contact_id == contact_id).values(reach=reach))
