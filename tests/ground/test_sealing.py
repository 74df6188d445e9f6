"""Columns that were plain are sealed by a migration, wherever it was broken off, on both databases."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy import Connection

from bot import app, house, keys
from bot.db import keys_reseal, keys_store, migrate
from bot.db.engine import Database
from bot.db.migrations import sealing
from bot.errors import SettingsError

SECRET = "the secret of the test, long enough for us"
BEFORE, AFTER = "0033", "0034"
WORDS = ("患者来电说路上堵车", "复诊" * 40, "=1+1", "a'; --", "")
LOCKS = sa.table("booking_lock", *map(sa.column, ("id", "public_id", "person_id", "state", "count", "since", "until",
                                                  "reason")))
EXAMS = sa.table("booking_exam", *map(sa.column, ("id", "appointment_id", "item", "name", "fee", "bundle")))


def to(connection: Connection, revision: str, *, secrets: tuple[str, ...] = (), down: bool = False) -> None:
    config = migrate.configuration(connection)
    config.attributes["secrets"] = secrets
    (command.downgrade if down else command.upgrade)(config, revision)


def fill(connection: Connection) -> None:
    """Locks with reasons and one without, and examinations."""
    if connection.dialect.name != "sqlite":
        connection.execute(sa.text("SET foreign_key_checks = 0"))
    moment = "2027-03-01 01:00:00"
    for number, words in enumerate((*WORDS, None), 1):
        connection.execute(LOCKS.insert().values(
            id=number, public_id=f"lock{number}", person_id=number, state="lifted", count=3, since=moment,
            until=moment, reason=words))
    for number, words in enumerate(WORDS, 1):
        connection.execute(EXAMS.insert().values(
            id=number, appointment_id=number, item="BA", name=words[:64], fee=0, bundle="b"))


def stored(connection: Connection, table: sa.TableClause, name: str) -> list[Any]:
    found = connection.execute(sa.select(table.c[name]).order_by(table.c.id))
    return [bytes(row[0]) if isinstance(row[0], (bytes, bytearray, memoryview)) else row[0] for row in found]


async def ring_of(url: str) -> keys.KeyRing:
    database = Database(url)
    await database.start()
    try:
        return await keys_store.load(database, [SECRET])
    finally:
        await database.close()


async def run(url: str, *arguments: Any, **named: Any) -> None:
    with mock.patch.object(sealing, "BATCH", 2):
        await migrate._with_connection(url, lambda connection: to(connection, *arguments, **named))


def opened(ring: keys.KeyRing, values: list[Any], about: str) -> list[Any]:
    assert not [each for each in values if each is not None and not isinstance(each, bytes)]
    return [None if each is None else ring.open(each, about) for each in values]


async def test_what_is_there_is_sealed_and_comes_back(database_url: str) -> None:
    await run(database_url, BEFORE)
    ring = await ring_of(database_url)
    await migrate._with_connection(database_url, fill)
    with pytest.raises(SettingsError, match="DAOYI_SECRET_KEY"):
        await run(database_url, AFTER)
    await run(database_url, AFTER, secrets=(SECRET,))
    reasons = await migrate._with_connection(database_url, lambda one: stored(one, LOCKS, "reason"))
    assert opened(ring, reasons, "booking_lock.reason") == [*WORDS, None]
    names = await migrate._with_connection(database_url, lambda one: stored(one, EXAMS, "name"))
    assert opened(ring, names, "booking_exam.name") == [each[:64] for each in WORDS]
    await run(database_url, BEFORE, secrets=(SECRET,), down=True)
    assert await migrate._with_connection(database_url, lambda one: stored(one, LOCKS, "reason")) == [*WORDS, None]


async def test_a_migration_that_was_broken_off_goes_on(database_url: str) -> None:
    """Where DDL commits by itself: with the second column half filled, and with the old one gone already."""
    await run(database_url, BEFORE)
    ring = await ring_of(database_url)
    await migrate._with_connection(database_url, fill)

    def broken_off(connection: Connection) -> None:
        for statement in ("ALTER TABLE booking_lock ADD COLUMN reason_anew BLOB",
                          "ALTER TABLE booking_exam ADD COLUMN name_anew BLOB"):
            connection.execute(sa.text(statement))
        half = sa.table("booking_lock", sa.column("id"), sa.column("reason_anew"))
        sealed = ring.seal(WORDS[0], "booking_lock.reason")
        connection.execute(half.update().where(half.c.id == 1).values(reason_anew=sealed))
        done = sa.table("booking_exam", sa.column("id"), sa.column("name_anew"))
        for number, words in enumerate(WORDS, 1):
            sealed = ring.seal(words[:64], "booking_exam.name")
            connection.execute(done.update().where(done.c.id == number).values(name_anew=sealed))
        connection.execute(sa.text("ALTER TABLE booking_exam DROP COLUMN name"))

    await migrate._with_connection(database_url, broken_off)
    await run(database_url, AFTER, secrets=(SECRET,))
    reasons = await migrate._with_connection(database_url, lambda one: stored(one, LOCKS, "reason"))
    assert opened(ring, reasons, "booking_lock.reason") == [*WORDS, None]
    names = await migrate._with_connection(database_url, lambda one: stored(one, EXAMS, "name"))
    assert opened(ring, names, "booking_exam.name") == [each[:64] for each in WORDS]


def test_they_are_sealed_anew_with_a_new_key() -> None:
    assert house.AREAS.all and app.__name__  # with these all tables are known
    known = {f"{column.table.name}.{column.name}" for column in keys_reseal.sealed_columns()}
    assert {"booking_no_show.reason", "booking_lock.reason", "booking_excused.reason", "booking_exam.name",
            "patients_look.why", "booking_exception.reason"} <= known
