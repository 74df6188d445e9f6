"""`daoyi payment verify`: the proof of the books from a terminal."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.commands import payment
from bot.db.engine import Database
from bot.settings import Settings

GUARD = "payment_entry_no_update"


def _definition(connection: Connection) -> str:
    """How the guard was made, so that it can be made again."""
    if connection.dialect.name == "sqlite":
        return str(connection.exec_driver_sql(f"SELECT sql FROM sqlite_master WHERE name = '{GUARD}'").scalar_one())
    return str(connection.exec_driver_sql(f"SHOW CREATE TRIGGER {GUARD}").one()[2])


async def test_books_that_agree_and_books_that_do_not(
    migrated_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(database=migrated_url, secret_key="s" * 40, var=tmp_path, sandbox="off")
    parser = argparse.ArgumentParser()
    payment.arguments(parser)
    verify = parser.parse_args(["verify"])
    assert await payment.run(verify, settings) == 0
    assert capsys.readouterr().out == (
        "0 orders, 0 movements, all agree; channels hold 0.00 yuan, insurance 0.00 yuan, hospitals have 0.00 yuan\n"
    )
    database = Database(migrated_url)
    await database.start()
    async with database.engine.begin() as connection:
        kept = await connection.run_sync(_definition)
        await connection.exec_driver_sql(f"DROP TRIGGER {GUARD}")
    assert await payment.run(verify, settings) == 1
    told = capsys.readouterr()
    assert told.err.startswith(f"{GUARD}: a guard of the ledger") and "NOT in order, 1 found" in told.out
    async with database.engine.begin() as connection:  # the next test on MariaDB has the same database
        await connection.exec_driver_sql(kept)
    await database.close()
    assert await payment.run(verify, settings) == 0
