"""What could not be delivered. `daoyi dead again ID` (or `--all`) tries once more; `daoyi dead done ID` closes what
staff have called about."""

from __future__ import annotations

import argparse

from bot.clock import HospitalClock
from bot.db import keys_store
from bot.db.engine import Database
from bot.db.transaction import Transaction
from bot.settings import Settings
from flows.notices.undelivered import called, list_calls, list_dead, send_again


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", nargs="?", choices=["list", "again", "done"], default="list")
    parser.add_argument("id", nargs="?", help="as `daoyi dead` shows it")
    parser.add_argument("--all", action="store_true", help="again: all of them, up to 200 at once")


async def run(args: argparse.Namespace, settings: Settings) -> int:
    database = Database(settings.database)
    await database.start()
    try:
        await keys_store.load(database, settings.secret_keys)
        async with database.transaction() as tx:
            if args.act == "again":
                return await _again(tx, args.id or "", everything=args.all)
            if args.act == "done":
                closed = await called(tx, args.id or "")
                print("done" if closed else "nobody to be called under this id")
                return 0 if closed else 1
            clock = HospitalClock(settings.timezone)
            letters = [*await list_dead(tx), *await list_calls(tx)]
            if not letters:
                print("nothing")
            for letter in letters:
                tries = f"{letter.attempts} tries  " if letter.attempts else ""
                since = f"{clock.local(letter.since):%m-%d %H:%M}"
                what = f"{letter.what} {letter.about}".strip()
                print(f"{letter.id}  {since}  {what}  {tries}{letter.error or '-'}")
    finally:
        await database.close()
    return 0


async def _again(tx: Transaction, letter_id: str, *, everything: bool) -> int:
    wanted = [letter.id for letter in await list_dead(tx)] if everything else [letter_id]
    count = 0
    for each in wanted:
        count += await send_again(tx, each)
    print(f"{count} will be tried again" if count or everything else "no such dead letter")
    return 0 if count or everything else 1
