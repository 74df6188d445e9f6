"""`daoyi up`: the whole on one machine, in the foreground, ended by one Ctrl-C."""

from __future__ import annotations

import asyncio
import signal
import sys
import time

import aiohttp

from bot import logs
from bot.access import passwords
from bot.access.office import Office
from bot.access.rights import ADMINISTRATOR, Rights
from bot.access.roles import store as roles
from bot.areas import AREAS
from bot.clock import HospitalClock
from bot.db import keys_store, migrate
from bot.db.engine import Database
from bot.db.transaction import Transaction
from bot.house import House, effective
from bot.listening import require_free
from bot.redis_server import RedisServer
from bot.settings import Settings
from bot.settings_speech import PROGRAM
from bot.supervise import Supervisor
from integrations.his.seed import seed
from integrations.sandbox.app import sandbox_port, sandbox_url
from integrations.wechat import menu_sync
from integrations.wechat.port import WeChatAccounts
from jobs import booking, booking_played, directory, staff
from jobs.job import Workshop

log = logs.get(__name__)
DEMONSTRATOR = "admin"


async def up(settings: Settings) -> None:
    """Redis where none is set, migrate, seed an empty hospital, web, worker, and the sandbox where nothing is real."""
    settings.var.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    running = effective(settings)
    require_free(running.host, running.port, *([sandbox_port(running)] if running.sandbox == "on" else []))
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    redis = RedisServer(settings.var, settings.redis)
    await redis.start()
    keeping = asyncio.create_task(redis.keep())
    supervisor = Supervisor()
    shown = ""
    try:
        await migrate.upgrade(settings.database, settings.secret_keys)
        await prepare(running, redis.url)
        shown = await _first_administrator(running)
        environment = {"DAOYI_REDIS": redis.url}
        if running.sandbox == "on":
            supervisor.add("sandbox", "sandbox", **environment)
        supervisor.add("worker", "worker", **environment)
        supervisor.add("web", "serve", **environment)
        played = running.sandbox == "on"
        if await _ready(f"{_here(running)}/readyz", stop) and (
            not played or await _ready(f"{sandbox_url(running)}/healthz", stop)
        ):
            if played:
                await _publish_menu(running, redis.url)
            _tell(running, time.monotonic() - began, shown)
            shown = ""
        await stop.wait()
    finally:
        if shown:  # told now or never: only its hash is kept
            print(f"The desk's administrator is {DEMONSTRATOR} with {shown} (once).", file=sys.stderr, flush=True)
        await supervisor.stop()
        keeping.cancel()
        await redis.stop()


async def prepare(settings: Settings, redis_url: str) -> None:
    """The embedded hospital's people and rosters, and our copy of its directory: who opens the page finds it all."""
    house = await House.open(settings, redis_url=redis_url)
    try:
        workshop = Workshop(house.database, house.ports, settings, house.wording, house.dispatcher)
        if await seed(house.database, HospitalClock(settings.timezone)):
            await directory.sync(workshop.job(name="directory.sync"))
            await booking.sync_rosters(workshop.job(name="booking.rosters"))
            await staff.sync(workshop.job(name="staff.sync"))
            await booking_played.begin(workshop.job(name="booking.played"))
        else:
            await booking_played.come(workshop.job(name="booking.played"))
    finally:
        await house.close()


async def _publish_menu(settings: Settings, redis_url: str) -> None:
    """The played WeChat begins without a menu at every start; a real account keeps its own (`daoyi menu sync`)."""
    house = await House.open(settings, redis_url=redis_url)
    try:
        clients = house.ports[WeChatAccounts]
        for name in settings.accounts:
            await menu_sync.sync(name, settings, clients[name])
    finally:
        await house.close()


def _here(settings: Settings) -> str:
    """Where the web listens, as this machine reaches it."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    return f"http://{host}:{settings.port}"


async def _ready(url: str, stop: asyncio.Event) -> bool:
    """Wait for a process to answer well; False when somebody stopped us before."""
    async with aiohttp.ClientSession() as session:
        while not stop.is_set():
            try:
                async with session.get(url) as response:
                    if response.status == 200:
                        return True
            except aiohttp.ClientError:
                log.debug("not_ready_yet")
            await asyncio.sleep(0.1)
    return False


async def _first_administrator(settings: Settings) -> str:
    """Beside the sandbox, somebody who may do everything at the desk; gives their one-time password, the first time
    only. A real installation gets its first administrator by `daoyi staff add`: no account that everybody knows of."""
    if settings.sandbox != "on":
        return ""
    plain = passwords.one_time()
    made = await passwords.hash_of(plain)
    database = Database(settings.database)
    await database.start()

    async def hire(tx: Transaction) -> bool:
        if await roles.administrators(tx):
            return False
        office = Office(tx, Rights.of(AREAS.all), "command:up")
        await office.begin()
        row = await office.hire(DEMONSTRATOR, "演示管理员", "", made)
        await office.give(row.public_id, ADMINISTRATOR)
        return True

    try:
        await keys_store.load(database, settings.secret_keys)
        return plain if await database.run(hire) else ""
    finally:
        await database.close()


def _tell(settings: Settings, seconds: float, password: str = "") -> None:
    lines = [f"Daoyi is up after {seconds:.1f} s."]
    if settings.sandbox == "on":
        lines.append(f"  The patient's phone:  {settings.base_url}/sandbox/")
    lines.append(f"  The staff's desk:     {settings.base_url}/desk/")
    if password:
        lines.append(f"                        as {DEMONSTRATOR} with {password} (once; you choose your own then)")
    lines += [
        f"  Callbacks:            {settings.base_url}/webhooks/wechat/<account>",
        f"  Health, figures:      {settings.base_url}/readyz  {settings.base_url}/metrics",
    ]
    if settings.speech.by == "none" and settings.speech.kind != "none":
        lines.append(f"  No voice here:        with {PROGRAM} on this machine, answers and pages are read aloud")
    lines.append("  Ctrl-C ends it.")
    print("\n".join(lines), file=sys.stderr, flush=True)
