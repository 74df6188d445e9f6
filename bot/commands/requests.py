"""Who asked for a human and was not called back yet; `daoyi requests done ID` when it is done."""

from __future__ import annotations

import argparse
import getpass

from bot.clock import HospitalClock, now
from bot.db import keys_store
from bot.db.engine import Database
from bot.settings import Settings
from flows.desk import store


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", nargs="?", choices=["list", "done"], default="list")
    parser.add_argument("id", nargs="?")


async def run(args: argparse.Namespace, settings: Settings) -> int:
    database = Database(settings.database)
    await database.start()
    try:
        await keys_store.load(database, settings.secret_keys)
        async with database.transaction() as tx:
            if args.act == "done":
                closed = await store.close(tx, args.id or "", f"shell:{getpass.getuser()}", now())
                print("done" if closed else "no such open request")
                return 0 if closed else 1
            clock = HospitalClock(settings.timezone)
            rows = await store.open_requests(tx)
            if not rows:
                print("nothing")
            for row in rows:
                print(f"{row.public_id}  {clock.local(row.asked_at):%m-%d %H:%M}  {row.mobile or '-'}  {row.about}")
    finally:
        await database.close()
    return 0
