"""The keys that personal data is sealed with: list them, make a new one, wrap them with a new master key, seal anew."""

from __future__ import annotations

import argparse

from bot.areas import AREAS
from bot.db import keys_reseal, keys_store
from bot.db.engine import Database
from bot.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=["list", "rotate", "rewrap", "reencrypt"])


def _line(state: keys_store.KeyState) -> str:
    """data 2  current  since 2027-03-01 08:00 UTC  wrapped with the first of the secrets"""
    master = "the first of the secrets" if state.master_current else "an older secret; run: daoyi keys rewrap"
    since = f"{state.key.active_from:%Y-%m-%d %H:%M} UTC"
    return f"{state.key.purpose} {state.key.generation}  {state.state}  since {since}  wrapped with {master}"


async def run(args: argparse.Namespace, settings: Settings) -> int:
    assert AREAS.all  # the sealed columns of every area are known now
    database = Database(settings.database)
    await database.start()
    try:
        secrets = settings.secret_keys
        await keys_store.load(database, secrets)
        if args.act == "rotate":
            key = await keys_store.rotate(database, secrets)
            print(f"new data key, in use from {key.active_from:%Y-%m-%d %H:%M} UTC; then run: daoyi keys reencrypt")
        elif args.act == "rewrap":
            print(f"{await keys_store.rewrap(database, secrets)} keys wrapped with the first of the secrets")
        elif args.act == "reencrypt":
            print(f"{sum(done.changed for done in await keys_reseal.reencrypt(database))} values sealed anew")
        for state in await keys_store.listing(database, secrets):
            print(_line(state))
    finally:
        await database.close()
    return 0
