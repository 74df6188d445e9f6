"""The audit trail: `daoyi audit verify` calculates the whole chain again; 1 if anything was changed or taken out.

Give `--anchor NUMBER:HASH`, as an earlier run printed it, to prove that the trail was not replaced as a whole.
"""

from __future__ import annotations

import argparse
import sys

from bot.access import audit
from bot.db import keys_store
from bot.db.engine import Database
from bot.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=["verify"])
    parser.add_argument("--anchor", default="", help="NUMBER:HASH of an earlier proof")


async def run(args: argparse.Namespace, settings: Settings) -> int:
    database = Database(settings.database)
    await database.start()
    try:
        await keys_store.load(database, settings.secret_keys)
        proof = await audit.verify(database, args.anchor)
    finally:
        await database.close()
    for fault in proof.faults:
        print(f"{fault.kind} at {fault.number}", file=sys.stderr)
    state = "whole" if proof.whole else "NOT whole"
    print(f"{proof.rows} entries, {state}; anchor {proof.anchor or '-'}")
    return 0 if proof.whole else 1
