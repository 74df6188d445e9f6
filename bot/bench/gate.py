"""The peer of `daoyi bench opening`: a handler that reads the body and does one guarded UPDATE, served as Daoyi is.

``python -m bot.bench.gate PORT``, on the database of ``DAOYI_DATABASE``.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import uvloop
from aiohttp import web

from bot.bench.driver import GATE
from bot.db.engine import Database


async def main(port: int) -> None:
    database = Database(os.environ["DAOYI_DATABASE"])

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        async with database.reading() as tx:
            passed = await tx.link.script([(GATE, ())]) == [1]
        return web.Response(body=b"held" if passed else b"full", content_type="text/plain")

    async def ready(_: web.Request) -> web.Response:
        return web.Response(body=b"ready")

    app = web.Application(client_max_size=12 * 1024 * 1024)
    app.router.add_post("/webhooks/wechat/{account}", answer)
    app.router.add_get("/readyz", ready)
    runner = web.AppRunner(app, access_log=None, handle_signals=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    await runner.cleanup()
    await database.close()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
