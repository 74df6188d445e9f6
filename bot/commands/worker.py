"""Start one worker, in the foreground. Any number may run, on any number of machines."""

from __future__ import annotations

import argparse

from bot.house import effective
from bot.redis_server import RedisServer
from bot.settings import Settings
from bot.worker import work


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lease", type=float, default=60, metavar="SECONDS", help="how long a claimed row is ours")


async def run(args: argparse.Namespace, settings: Settings) -> None:
    redis_url = RedisServer(settings.var, settings.redis).url
    await work(effective(settings), redis_url=redis_url, lease_s=args.lease)
