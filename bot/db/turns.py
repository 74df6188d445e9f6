"""Several turns in one transaction: all their conversations locked by one packet, all written back by one more.

Only for turns that need nothing of the database but their own conversation (`Apart`). Each is given a transaction of
its own to note and put what it has to say; asked for a statement, that one refuses, and the turn is done again alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.mysql import insert as mysql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.db import journal
from bot.db.contacts import Locked, Statements, contact, conversation, locked_of
from bot.db.inbox import inbox
from bot.db.link import Result, Step
from bot.db.outbox import insert_step
from bot.db.prepared import Prepared
from bot.db.transaction import Transaction

_STORED = ("state", "mode", "wakes_at", "awaits", "reach", "updated_at", "turns")


class Apart(Exception):
    """The turn needs a transaction of its own; nothing of it was done."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One message: where it came from and its id there. All of one packet have account, channel and source in
    common."""

    account: str
    channel: str
    address: str
    source: str
    message: str

    @property
    def line(self) -> tuple[str, str, str]:
        return self.account, self.channel, self.source


@dataclass(slots=True)
class Closing:
    """How a turn ends: the conversation's new columns and the row of the inbox, as close_turn takes them."""

    stored: dict[str, Any]
    kept: dict[str, Any]


class NoLink:
    """The connection of a turn that shares its transaction: there is none to ask. `asked` is whether it was, whatever
    became of the refusal on its way up."""

    connection: Any = None
    in_transaction = True
    broken = False
    used_at = 0.0

    def __init__(self, dialect: Any) -> None:
        self.dialect = dialect
        self.asked = False

    def _refuse(self) -> Apart:
        self.asked = True
        return Apart()

    async def begin_if_needed(self, writable: bool) -> None:
        raise self._refuse()

    async def script(self, steps: list[Step], *, begin: bool = False, commit: bool = False) -> list[Result]:
        raise self._refuse()

    async def commit(self) -> None:
        raise self._refuse()

    async def rollback(self) -> None:
        raise self._refuse()


class _Statements:
    """Those of one dialect, compiled once for one turn and repeated for several."""

    _made: dict[tuple[str, bool], _Statements] = {}

    def __init__(self, dialect: Any, mariadb: bool) -> None:
        def bind(column: Any) -> Any:
            return bindparam(column.name, type_=column.type)

        fields = (contact.c.followed, contact.c.easy, contact.c.aloud, conversation.c.state, conversation.c.mode,
                  conversation.c.reach, conversation.c.turns, contact.c.id, contact.c.public_id, contact.c.external_id)
        joined = select(*fields).join(conversation, conversation.c.contact_id == contact.c.id)
        # Contacts first, by their unique key: whoever read the other table first would lock rows of others. Nobody
        # waits for a conversation that is locked elsewhere. TiDB takes SKIP LOCKED and then locks nothing, and MySQL
        # cannot be told from it: there such a lock is refused, and all go alone.
        found = joined.prefix_with("STRAIGHT_JOIN", dialect="mysql")
        found = found.with_for_update(skip_locked=mariadb, nowait=not mariadb)
        account, address = contact.c.account, contact.c.external_id
        self.find = Prepared(found.where(account == bind(account), address.in_([bind(address)])), dialect)
        seen = select(inbox.c.external_id, inbox.c.answer).where(inbox.c.source == bind(inbox.c.source))
        self.seen = Prepared(seen.where(inbox.c.external_id.in_([bind(inbox.c.external_id)])), dialect)
        values = {name: bind(conversation.c[name]) for name in ("contact_id", *_STORED)}
        statement: Any
        if dialect.name == "sqlite":
            statement = sqlite_insert(conversation).values(values)
            new = {name: statement.excluded[name] for name in _STORED}
            statement = statement.on_conflict_do_update(index_elements=["contact_id"], set_=new)
        else:
            statement = mysql_insert(conversation).values(values)
            statement = statement.on_duplicate_key_update({name: statement.inserted[name] for name in _STORED})
        self.store = Prepared(statement, dialect)

    @classmethod
    def of(cls, dialect: Any) -> _Statements:
        kind = dialect.name, getattr(dialect, "is_mariadb", False)
        made = cls._made.get(kind)
        if made is None:
            made = cls._made[kind] = cls(dialect, kind[1])
        return made


async def open_turns(tx: Transaction, asked: Sequence[Asked]) -> dict[str, Locked]:
    """Begin and lock the conversations of these contacts, by their addresses; left out is who is not there yet, or is
    locked by somebody else. All are of one line, and no two of one contact."""
    known, first = _Statements.of(tx.link.dialect), asked[0]
    find = [known.find.args({"account": first.account, "external_id": each.address}) for each in asked]
    seen = [known.seen.args({"source": first.source, "external_id": each.message}) for each in asked]
    steps: list[Step] = [(known.find.times(len(asked)), _listed(find)), (known.seen.times(len(asked)), _listed(seen))]
    rows, answers = await tx.link.script(steps, begin=True)
    assert isinstance(rows, list) and isinstance(answers, list)
    answered: dict[str, Any] = dict(answers)
    message_of = {each.address: each.message for each in asked}
    found = {}
    for row in rows:
        address = row[-1]
        answer = answered.get(message_of[address])
        found[address] = locked_of(row[:-1], answer, first.account, first.channel, address)
    return found


async def close_turns(tx: Transaction, turns: Iterable[tuple[Transaction, Locked, Closing]]) -> None:
    """Write all of them back, with what each has noted and put; commit."""
    known = _Statements.of(tx.link.dialect)
    keep = Statements.of(tx.link.dialect).keep
    steps: list[tuple[Prepared, tuple[Any, ...]]] = []
    for part, locked, closing in turns:
        steps.append((keep, keep.args(closing.kept)))
        steps.append((known.store, known.store.args(_row(part, locked, closing.stored))))
        steps.extend(insert_step(tx, row) for row in part.outbox)
        steps.extend(journal.steps(part))
        tx.wrote_outbox = tx.wrote_outbox or part.wrote_outbox
    await tx.link.script(_together(steps), commit=True)


def _row(part: Transaction, locked: Locked, stored: Mapping[str, Any]) -> dict[str, Any]:
    return {"contact_id": locked.contact.id, "updated_at": part.now, "turns": locked.turns + 1, **stored}


def _listed(each: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    """What all have in common, and then the last of each."""
    return (*each[0][:-1], *(args[-1] for args in each))


def _together(steps: Sequence[tuple[Prepared, tuple[Any, ...]]]) -> list[Step]:
    """The same INSERT several times is one INSERT of several rows; in the order in which each came first."""
    rows: dict[Prepared, list[tuple[Any, ...]]] = {}
    for prepared, args in steps:
        rows.setdefault(prepared, []).append(args)
    return [(prepared.times(len(each)), tuple(value for args in each for value in args))
            for prepared, each in rows.items()]
