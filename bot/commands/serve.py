"""Start the web processes (`DAOYI_PROCESSES` of them on one port), in the foreground."""

from __future__ import annotations

import argparse
import asyncio
import signal

from bot import metrics
from bot.app import serve
from bot.house import effective
from bot.listening import require_free
from bot.redis_server import RedisServer
from bot.settings import Settings
from bot.supervise import Supervisor


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--shared", action="store_true", help=argparse.SUPPRESS)


async def run(args: argparse.Namespace, settings: Settings) -> None:
    redis_url = RedisServer(settings.var, settings.redis).url
    if args.shared:
        metrics.share(settings.var / "metrics")
    else:
        require_free(settings.host, settings.port)
        if settings.processes > 1:
            await _several(settings)
            return
    await serve(effective(settings), redis_url=redis_url, reuse_port=args.shared)


async def _several(settings: Settings) -> None:
    """Children on the same port (SO_REUSEPORT), kept running, their metrics added up."""
    metrics.share(settings.var / "metrics", fresh=True)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    supervisor = Supervisor()
    for place in range(settings.processes):
        supervisor.add(f"web{place}", "serve", "--shared")
    await stop.wait()
    await supervisor.stop()
