"""The command `daoyi`. Each command is a module of `bot.commands`, loaded only when it is called."""

from __future__ import annotations

import argparse
import asyncio
import gc
import importlib
import sys
from collections.abc import Sequence
from importlib.metadata import version
from types import ModuleType

from bot import logs
from bot.errors import DaoyiError, SettingsError
from bot.settings import load_settings

COMMANDS = {
    "up": "the whole on this machine, in the foreground",
    "serve": "the web processes",
    "worker": "one worker",
    "sandbox": "the played servers of WeChat and of a text-message gateway",
    "migrate": "bring the database to today's schema",
    "check": "whether everything fits together, and what is missing to go live",
    "chat": "talk to a flow in the terminal",
    "bench": "measure, as ratios inside one run",
    "menu": "the menus of the accounts",
    "keys": "the keys that personal data is sealed with",
    "staff": "who may sign in at the desk",
    "audit": "whether the trail of what was done is whole",
    "payment": "whether the books of the cashier agree",
    "draw": "whether a draw of a fair opening came out as it should",
    "dead": "what could not be delivered",
    "requests": "who asked for a human",
}


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="daoyi", description="The patient-facing half of a hospital.")
    top.add_argument("--version", action="version", version=f"daoyi {version('daoyi')}")
    parts = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, line in COMMANDS.items():
        parts.add_parser(name, help=line, add_help=False)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what was asked, 1 when not, 2 when it was asked wrongly."""
    given = list(sys.argv[1:] if argv is None else argv)
    name = parser().parse_args(given[:1]).command
    module = _read_in(name)
    own = argparse.ArgumentParser(prog=f"daoyi {name}", description=module.__doc__)
    module.arguments(own)
    args = own.parse_args(given[1:])
    try:
        settings = load_settings()
        logs.configure(settings.log_level, settings.log_format == "json")
        return _run(module.run(args, settings)) or 0
    except SettingsError as error:
        print("\n".join(("These settings are not right:", *(f"  {line}" for line in error.problems))), file=sys.stderr)
        return 2
    except DaoyiError as error:
        print(f"daoyi {name}: {error}", file=sys.stderr)
        return 1


def _read_in(name: str) -> ModuleType:
    """A program that is being read makes no garbage: to look for some again and again takes a sixth of the start."""
    gc.disable()
    try:
        return importlib.import_module(f"bot.commands.{name}")
    finally:
        gc.enable()


def _run(work: object) -> int | None:
    if not asyncio.iscoroutine(work):
        return work if isinstance(work, int) else None
    import uvloop

    result = uvloop.run(work)
    return result if isinstance(result, int) else None


if __name__ == "__main__":
    sys.exit(main())
