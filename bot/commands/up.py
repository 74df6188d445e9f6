"""Start everything on this machine: Redis where none is set, the schema, the hospital's seed, web, worker, sandbox."""

from __future__ import annotations

import argparse

from bot.settings import Settings
from bot.up import up


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults()


async def run(args: argparse.Namespace, settings: Settings) -> None:
    await up(settings)
