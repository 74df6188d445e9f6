"""Bring the database to the schema that this program needs. Running it again changes nothing."""

from __future__ import annotations

import argparse
import asyncio

from bot import app, house
from bot.db import migrate
from bot.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--show", action="store_true", help="only say which version is there and which is needed")
    parser.add_argument("--new", metavar="TITLE", help="for developers: write the next migration from the tables")
    parser.add_argument("--tables", nargs="*", default=[], metavar="PREFIX", help="with --new: only these")


async def run(args: argparse.Namespace, settings: Settings) -> int:
    # With these the tables of every area, of the embedded hospital and of the console are known.
    assert house.AREAS.all and app.__name__
    settings.var.mkdir(parents=True, exist_ok=True)
    if args.new:
        print(await asyncio.to_thread(migrate.write_next, args.new, args.tables))
        return 0
    have, need = await migrate.revision(settings.database), migrate.newest()
    if args.show:
        print(f"have {have or 'nothing'}, need {need}")
        return 0 if have == need else 1
    await migrate.upgrade(settings.database, settings.secret_keys)
    print(f"{have or 'nothing'} -> {need}" if have != need else f"{need}, nothing to do")
    return 0
