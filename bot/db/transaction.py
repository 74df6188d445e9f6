"""One transaction: the handle that services and stores take, and that they never commit themselves."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Table, insert, select
from sqlalchemy.dialects.mysql import insert as mysql_insert
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.dml import UpdateBase

from bot import clock
from bot.db.faults import is_duplicate

if TYPE_CHECKING:
    from bot.db.link import Link


class Transaction:
    """A running transaction on one connection.

    `now` is one moment for all that happens in it. `put` writes an outbox row at commit: what must be done after the
    commit is never called, only written down. Money and slots are decided by guarded UPDATEs (`update` gives the
    number of rows that changed) and unique keys (`insert_once`), never by reading first.
    """

    def __init__(self, link: Link, request_id: str, writable: bool = True) -> None:
        self.link = link
        self.request_id = request_id
        self.writable = writable
        self.now: datetime = clock.now()
        self.outbox: list[dict[str, Any]] = []
        self.wrote_outbox = False
        self.notes: list[dict[str, Any]] = []
        self.last: dict[str, Callable[[Transaction], Awaitable[None]]] = {}
        """By name: what is written as the very last before the commit (a lock that all wait for is held no longer)."""
        self.ahead: dict[Any, list[Any]] = {}
        """Answers to what was asked before anybody needed it (bot.db.lookup)."""

    @property
    def shared(self) -> bool:
        """Others' turns are in this transaction (bot.db.turns): one that asks the database has to leave them, and is
        done again."""
        return self.link.connection is None

    async def settle(self) -> None:
        """Do what was left for the end; called once by whoever commits."""
        while self.last:
            await self.last.pop(next(iter(self.last)))(self)

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        if not self.writable and isinstance(statement, UpdateBase):
            raise AssertionError("who only reads writes nothing")
        await self.link.begin_if_needed(self.writable)
        return await self.link.connection.execute(statement, parameters)

    async def one(self, statement: Executable) -> Row[Any] | None:
        """The first row, or None."""
        return (await self.execute(statement)).first()

    async def all(self, statement: Executable) -> Sequence[Row[Any]]:
        return (await self.execute(statement)).all()

    async def scalar(self, statement: Executable) -> Any:
        return (await self.execute(statement)).scalar()

    async def insert(self, into: Table, **values: Any) -> int:
        """Insert one row; gives its integer key (0 where the table has none)."""
        result = await self.execute(insert(into).values(**values))
        got = result.inserted_primary_key
        return int(got[0]) if got and isinstance(got[0], int) else 0

    async def lock_or_make(self, table: Table, names: Mapping[str, Any], **values: Any) -> Row[Any]:
        """The row that these columns (a unique key) name, under its lock until the transaction ends; made with `values`
        where there is none, so that all who come at once stand in one line."""
        mine = select(table).where(*(table.c[name] == value for name, value in names.items())).with_for_update()
        row = await self.one(mine)
        if row is None:
            if self.link.dialect.name == "sqlite":
                await self.insert_once(table, **names, **values)
            else:
                # Who loses the race for a plain INSERT is left with a shared lock, and two such losers deadlock.
                new, same = mysql_insert(table).values(**names, **values), next(iter(names))
                await self.execute(new.on_duplicate_key_update({same: table.c[same]}))
            row = await self.one(mine)
        assert row is not None
        return row

    async def insert_many(self, into: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            await self.execute(insert(into), list(rows))

    async def insert_once(self, into: Table, **values: Any) -> bool:
        """Insert unless a unique key holds it already; True when this call made the row."""
        try:
            # A failed statement leaves the transaction whole on every database we run on.
            await self.execute(insert(into).values(**values))
        except IntegrityError as error:
            if is_duplicate(error):
                return False
            raise
        return True

    async def update(self, statement: Executable) -> int:
        """Run an UPDATE or DELETE; gives how many rows its WHERE met."""
        return (await self.execute(statement)).rowcount

    def put(
        self,
        topic: str,
        payload: Mapping[str, Any],
        *,
        key: str | None = None,
        lane: str | None = None,
        due: datetime | None = None,
        useless_after: datetime | None = None,
        priority: int = 5,
    ) -> None:
        """Write down what must be done once this transaction is true.

        `key` makes it happen once for all (a second row with the same key is dropped); rows of one `lane` are carried
        out one after the other; `priority` 1 goes before 9; after `useless_after` it is dropped undone.
        """
        if not self.writable:
            raise AssertionError("who only reads puts nothing into the outbox")
        self.wrote_outbox = True
        self.outbox.append(
            {
                "topic": topic,
                "payload": json.dumps(payload, ensure_ascii=False, separators=(",", ":")),
                "key": key,
                "lane": lane,
                "due_at": due or self.now,
                "useless_after": useless_after,
                "priority": priority,
                "request_id": self.request_id,
                "created_at": self.now,
            }
        )

    def note(
        self, kind: str, *, actor: str, about: str = "", failed: str = "", person: int | None = None, clinic: str = "",
        doctor: str = "", channel: str = "",
    ) -> None:
        """Write a line into the journal at commit. ``failed`` is the slug of why something was not done: such a line is
        written even where a Refusal rolls the transaction back. Nothing personal but the person's key."""
        self.notes.append(
            {
                "at": self.now,
                "kind": kind[:32],
                "failed": bool(failed),
                "reason": failed[:64],
                "about": about[:96],
                "person_id": person,
                "clinic": clinic[:32],
                "doctor": doctor[:32],
                "channel": channel[:16],
                "actor": actor[:64],
                "request_id": self.request_id[:40],
            }
        )
