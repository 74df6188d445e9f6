"""/healthz: the process answers. /readyz: it could do its work now. /metrics: figures for Prometheus."""

from __future__ import annotations

import asyncio
import time
from ipaddress import ip_address
from typing import Any

from aiohttp import web
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot import keys, logs, metrics
from bot.db import migrate, outbox_dead
from bot.errors import NotFound
from bot.web.access import public
from bot.web.keys import DATABASE, SETTINGS

log = logs.get(__name__)

PATIENCE = 2.5  # seconds for one look; who asks has a time limit of its own
FRESH = 1.0  # seconds that an answer holds: asking must not become a load
FORWARDED = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via")
REDIS: web.AppKey[Any] = web.AppKey("health_redis")
LAST: web.AppKey[dict[str, Any]] = web.AppKey("health_last", dict)


def setup(app: web.Application, *, redis: Redis | None = None) -> None:
    """Add the three addresses."""
    app[REDIS], app[LAST] = redis, {}
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", figures)


@public
async def healthz(request: web.Request) -> web.Response:
    """Nothing is looked at: a database that is away is no reason to kill the process."""
    return web.json_response({"ok": True}, headers={"Cache-Control": "no-store"})


@public
async def readyz(request: web.Request) -> web.Response:
    """503 if a message could not be handled now. Without Redis it can: shared tokens and waking are slower, so that is
    told as ``degraded``."""
    last = request.app[LAST]
    if last.get("until", 0) < time.monotonic():
        last["found"] = await _look(request.app)
        last["until"] = time.monotonic() + FRESH
    found = last["found"]
    ready = all(found[part] == "ok" for part in ("database", "schema", "keys"))
    state = "no" if not ready else "ok" if found["redis"] == "ok" else "degraded"
    body = {"ready": state, **found}
    return web.json_response(body, status=200 if ready else 503, headers={"Cache-Control": "no-store"})


async def _look(app: web.Application) -> dict[str, str]:
    (database, schema), redis = await asyncio.gather(_database(app), _redis(app[REDIS]))
    return {"database": database, "schema": schema, "keys": "ok" if keys.installed() else "missing", "redis": redis}


async def _database(app: web.Application) -> tuple[str, str]:
    try:
        async with asyncio.timeout(PATIENCE):
            have = await migrate.revision(app[DATABASE].url.render_as_string(hide_password=False))
    except Exception as error:
        # Any driver's error means the same here, and its text may hold the address: only the type is told, and logged.
        log.warning("not_ready", part="database", error=type(error).__name__)
        return "away", "unknown"
    return "ok", "ok" if have == migrate.newest() else "old"


async def _redis(redis: Redis | None) -> str:
    if redis is None:
        return "none"
    try:
        async with asyncio.timeout(PATIENCE):
            await redis.ping()
    except (TimeoutError, RedisError, OSError):
        return "away"
    return "ok"


@public
async def figures(request: web.Request) -> web.Response:
    """Figures tell how busy a hospital is: for this machine alone, unless `metrics_open` says otherwise."""
    if not request.app[SETTINGS].metrics_open and not _from_here(request):
        raise NotFound("metrics")
    await _count_outbox(request.app)
    body = await asyncio.to_thread(metrics.exposition)
    return web.Response(body=body, headers={"Content-Type": metrics.CONTENT_TYPE, "Cache-Control": "no-store"})


async def _count_outbox(app: web.Application) -> None:
    """What waits is asked of the database and not of the workers: with all of them dead it is what one must see. A
    database that is away leaves the figures as they were; /readyz tells of it."""
    try:
        async with asyncio.timeout(PATIENCE), app[DATABASE].reading() as tx:
            waiting, dead = await outbox_dead.levels(tx)
    except Exception as error:
        log.warning("outbox_not_counted", error=type(error).__name__)
        return
    metrics.outbox_waiting.set(waiting)
    metrics.outbox_dead.set(dead)


def _from_here(request: web.Request) -> bool:
    """Asked on this machine, and not by a proxy on it for somebody elsewhere."""
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        address = ip_address(request.remote or "")
    except ValueError:
        # A socket file has no address: only this machine reaches it.
        return not request.remote
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
