"""Members of staff from the command line: the first administrator, and the way back in when nobody can sign in.

`daoyi staff add NAME --admin` prints a one-time password; `list`; `reset NAME` (with --factor the second factor, too);
`end-sessions NAME`; `code NAME` tells the present code of the second factor, only beside the sandbox.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys

from bot import clock
from bot.access import factor, passwords
from bot.access.office import Office
from bot.access.people import store as people
from bot.access.refusals import BadLogin, LoginTaken
from bot.access.rights import ADMINISTRATOR, Rights
from bot.access.roles import store as roles
from bot.areas import AREAS
from bot.db import keys_store
from bot.db.engine import Database
from bot.db.transaction import Transaction
from bot.errors import NotFound
from bot.house import effective
from bot.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=["add", "list", "reset", "end-sessions", "code"])
    parser.add_argument("name", nargs="?", default="", help="the name to sign in with")
    parser.add_argument("--admin", action="store_true", help="add: with every right")
    parser.add_argument("--full-name", default="", help="add: as colleagues call them")
    parser.add_argument("--factor", action="store_true", help="reset: the second factor is set up anew, too")


async def run(args: argparse.Namespace, settings: Settings) -> int:
    database = Database(settings.database)
    await database.start()
    try:
        await keys_store.load(database, settings.secret_keys)
        return await _act(args, effective(settings), database)
    except NotFound:
        print("nobody of this name", file=sys.stderr)
    except LoginTaken:
        print("this name is taken", file=sys.stderr)
    except BadLogin:
        print("expected a name of small letters, digits, dots and dashes, 2 to 40, a letter first", file=sys.stderr)
    finally:
        await database.close()
    return 1


async def _act(args: argparse.Namespace, settings: Settings, database: Database) -> int:
    rights = Rights.of(AREAS.all)
    if args.act == "list":
        async with database.reading() as tx:
            await _list(tx)
        return 0
    plain = passwords.one_time()
    made = await passwords.hash_of(plain)
    login = args.name.strip().lower()

    async def work(tx: Transaction) -> str:
        office = Office(tx, rights, f"command:{_operator()}"[:64])
        await office.begin()
        if args.act == "add":
            row = await office.hire(login, args.full_name, "", made)
            if args.admin:
                await office.give(row.public_id, ADMINISTRATOR)
            return f"{login}  one-time password: {plain}\nsign in at {settings.base_url}/desk/"
        row = await people.by_login(tx, login)
        if row is None:
            raise NotFound("staff")
        if args.act == "reset":
            await office.reset(row.public_id, made, factor=args.factor)
            return f"{login}  one-time password: {plain}"
        if args.act == "end-sessions":
            return f"{await office.end_sessions(row.public_id)} sessions ended"
        return _code(row.factor, settings)

    said = await database.run(work)
    print(said)
    return 0 if said else 1


def _code(secret: str | None, settings: Settings) -> str:
    """Only where nothing is real: elsewhere this would make one factor of two."""
    if settings.sandbox != "on":
        return "only beside the sandbox"
    return factor.code_now(secret, clock.now()) if secret else "no second factor is set up yet"


async def _list(tx: Transaction) -> None:
    held = await roles.holders(tx)
    for row in await people.everybody(tx):
        names = ", ".join(role.name for role in held.get(row.id, []))
        factor_set = "factor" if row.factor_at else "no factor"
        last = f"{row.signed_in_at:%Y-%m-%d %H:%M} UTC" if row.signed_in_at else "never"
        print(f"{row.login:20} {row.state:9} {factor_set:10} {last:22} {names}")


def _operator() -> str:
    """Who types at the terminal, for the trail."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
