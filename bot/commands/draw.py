"""The draws of fair openings: `daoyi draw verify FILE|ID` draws again and tells what is wrong; 1 if anything is.

A FILE is the record that stands on the draw's public page; an ID is the name of a draw of this installation.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from bot.db import keys_store
from bot.db.engine import Database
from bot.errors import DaoyiError
from bot.settings import Settings
from flows.booking.opening import rules


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=["verify"])
    parser.add_argument("what", metavar="FILE|ID", help="a record as it was published, or a draw of this installation")


async def run(args: argparse.Namespace, settings: Settings) -> int:
    path = Path(args.what)
    found = _read(path) if path.is_file() else await _kept(args.what, settings)
    faults = rules.faults(found)
    for fault in faults:
        print(fault, file=sys.stderr)
    wishes = found.get("wishes", [])
    won = sum(each.get("result") == "won" for each in wishes) if not faults else 0
    state = f"drawn as it should be, {won} of {len(wishes)} won" if not faults else "NOT drawn as it should be"
    print(f"{found.get('draw', '-')}: {state}; seed {found.get('seed_hash', '-')}")
    return 1 if faults else 0


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DaoyiError(f"{path} is no record of a draw: {error}") from None
    if not isinstance(found, dict):
        raise DaoyiError(f"{path} is no record of a draw")
    return found


async def _kept(public: str, settings: Settings) -> dict[str, Any]:
    """The record of a draw that is done, from the database."""
    from bot.clock import HospitalClock
    from bot.context import Context
    from bot.ports import Ports
    from bot.wording import Wording
    from flows.booking.opening.records import Records
    from flows.booking.opening.store import DONE

    database = Database(settings.database)
    await database.start()
    try:
        await keys_store.load(database, settings.secret_keys)
        async with database.reading() as tx:
            context = Context(
                tx=tx, ports=Ports(), settings=settings, wording=Wording.of(settings), contact=None, channel="",
                actor="command:draw", request_id="draw", now=tx.now, clock=HospitalClock(settings.timezone),
            )
            records = Records(context)
            found = await records.one(public)
            if found is None or found.row.state != DONE:
                raise DaoyiError(f"no file and no draw that is done: {public}")
            return await records.record(found)
    finally:
        await database.close()
