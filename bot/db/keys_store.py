"""The table of wrapped keys, and what is done to it: load at start, rotate, rewrap, seal anew.

The table holds nothing that is of use without the secret. Every process loads it at start and looks again each half
minute (``keep_fresh``); a new data key therefore becomes current only some minutes after it was written, when every
process can open what the first of them seals.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Column, Integer, LargeBinary, UniqueConstraint, select, update

from bot import clock, keys, logs
from bot.db.engine import Database
from bot.db.schema import Moment, code, table, whole
from bot.db.transaction import Transaction
from bot.errors import DaoyiError, KeysError
from bot.keys import KeyRing, Purpose, WrappedKey

log = logs.get(__name__)

RELOAD_SECONDS = 30.0
GRACE = timedelta(minutes=5)
"""Between writing a data key and sealing with it: ten times the time in which every process has looked."""

data_key = table(
    "data_key",
    Column("id", whole(), primary_key=True, autoincrement=False),
    Column("purpose", code(8), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("master", code(16), nullable=False),
    Column("wrapped", LargeBinary(), nullable=False),
    Column("active_from", Moment, nullable=False),
    # Two machines that start on an empty database, or two that rotate at once, must not make two keys of one rank.
    UniqueConstraint("purpose", "generation"),
)


@dataclass(frozen=True, slots=True)
class KeyState:
    """One line of ``daoyi keys list``. ``state`` is ``current``, ``waiting`` (until ``key.active_from``) or ``old``;
    ``master_current`` whether the first of the secrets wraps it."""

    key: WrappedKey
    state: str
    master_current: bool


async def load(database: Database, master_secrets: Sequence[str]) -> KeyRing:
    """Read the key table, making the first keys in an empty one, and install the ring for this process.

    :param master_secrets: ``settings.secret_keys``
    :raises SettingsError: where the secrets do not open the keys
    """
    rows = await _rows(database)
    if {row.purpose for row in rows} != {"data", "index"}:
        await database.run(lambda tx: _make_first(tx, rows, master_secrets[0]))
        rows = await _rows(database)
    ring = KeyRing.from_wrapped(master_secrets, rows)
    keys.install(ring)
    return ring


async def keep_fresh(database: Database, master_secrets: Sequence[str], seconds: float = RELOAD_SECONDS) -> None:
    """Load again and again, until cancelled: a task of every web process and worker."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await load(database, master_secrets)
        except (DaoyiError, OSError) as error:
            log.error("keys_not_reloaded", exc_info=error)
        except Exception as error:
            # A database that is away comes back; the keys that are installed go on working meanwhile.
            log.warning("keys_not_reloaded", error=type(error).__name__)


async def rotate(database: Database, master_secrets: Sequence[str], grace: timedelta = GRACE) -> WrappedKey:
    """Make the next data key; it becomes current after ``grace``. Old ones stay and go on opening what they sealed.

    :raises SettingsError: where the secrets do not open the keys that are there
    """
    KeyRing.from_wrapped(master_secrets, await _rows(database))

    async def write(tx: Transaction) -> WrappedKey:
        newest = await tx.scalar(
            select(data_key.c.generation)
            .where(data_key.c.purpose == "data")
            .order_by(data_key.c.generation.desc())
            .limit(1)
        )
        row = keys.new_wrapped("data", master_secrets[0], int(newest) + 1, clock.now() + grace)
        if not await _insert(tx, row):
            raise KeysError("somebody else is rotating at this moment")
        return row

    return await database.run(write)


async def rewrap(database: Database, master_secrets: Sequence[str]) -> int:
    """Wrap every key with the first of ``master_secrets``; afterwards the others may leave the settings.

    :returns: how many were wrapped anew
    :raises SettingsError: where a key is wrapped by none of them
    """
    KeyRing.from_wrapped(master_secrets, await _rows(database))

    async def write(tx: Transaction) -> int:
        changed = 0
        for row in await _read(tx):
            new = keys.rewrapped(row, master_secrets)
            if new is not row:
                changed += await tx.update(
                    update(data_key)
                    .where(data_key.c.id == row.id, data_key.c.master == row.master)
                    .values(master=new.master, wrapped=new.wrapped)
                )
        return changed

    return await database.run(write)


async def listing(database: Database, master_secrets: Sequence[str]) -> list[KeyState]:
    """Every key, newest first, without opening any."""
    rows = sorted(await _rows(database), key=lambda row: (row.purpose, -row.generation))
    now, current_master = clock.now(), keys.fingerprint(master_secrets[0])
    states: list[KeyState] = []
    seen: set[Purpose] = set()
    for row in rows:
        state = "waiting" if row.active_from > now else "old" if row.purpose in seen else "current"
        if state == "current":
            seen.add(row.purpose)
        states.append(KeyState(row, state, row.master == current_master))
    return states


async def _make_first(tx: Transaction, rows: Sequence[WrappedKey], secret: str) -> None:
    there = {row.purpose for row in rows}
    purposes: tuple[Purpose, ...] = ("data", "index")
    if there:
        # An index key that is made a second time would find nothing of what was written before.
        raise KeysError(f"the key table lacks its {' and '.join(p for p in purposes if p not in there)} key")
    for purpose in purposes:
        await _insert(tx, keys.new_wrapped(purpose, secret))


async def _insert(tx: Transaction, row: WrappedKey) -> bool:
    return await tx.insert_once(
        data_key,
        id=row.id,
        purpose=row.purpose,
        generation=row.generation,
        master=row.master,
        wrapped=row.wrapped,
        active_from=row.active_from,
    )


async def _rows(database: Database) -> list[WrappedKey]:
    async with database.reading() as tx:
        return await _read(tx)


async def _read(tx: Transaction) -> list[WrappedKey]:
    return [
        WrappedKey(row.id, row.purpose, row.generation, row.master, bytes(row.wrapped), row.active_from)
        for row in await tx.all(select(data_key))
    ]
