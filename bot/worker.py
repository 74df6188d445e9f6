"""The worker: carries out the outbox and runs periodic work.

Two engines that do not need each other: the drain polls the database by itself and works without Redis; arq gives
wake-ups and runs periodic work on one of all workers. When Redis goes away, arq is started anew until it is back.
"""

from __future__ import annotations

import asyncio
import signal
from datetime import timezone
from typing import Any, cast
from zoneinfo import ZoneInfo

import arq
from arq.cron import CronJob, cron
from arq.worker import Worker
from redis.exceptions import RedisError

from bot import logs, metrics
from bot.house import House
from bot.jobs_json import dump, load
from bot.settings import Settings
from bot.waker import WAKE
from jobs import registry
from jobs.job import Workshop
from jobs.outbox import Drain
from jobs.schedule import Daily, Every

log = logs.get(__name__)


async def work(settings: Settings, *, redis_url: str, lease_s: float = 60) -> None:
    """Until SIGTERM or SIGINT; what runs then is finished."""
    house = await House.open(settings, redis_url=redis_url)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    workshop = Workshop(house.database, house.ports, house.settings, house.wording, house.dispatcher)
    drain = Drain(workshop, registry.handlers(), lease_s=lease_s)
    draining = asyncio.create_task(drain.run())
    scheduled = asyncio.create_task(_scheduled(house, workshop, drain, stop))
    log.info("worker_ready", owner=drain.owner)
    await stop.wait()
    await drain.stop()
    await draining
    await scheduled
    await house.close()
    log.info("worker_stopped")


async def _scheduled(house: House, workshop: Workshop, drain: Drain, stop: asyncio.Event) -> None:
    while not stop.is_set():
        worker = _arq_worker(house, workshop, drain)
        running = asyncio.create_task(worker.async_run())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not running.done():
            running.cancel()
        try:
            await running
        except (RedisError, OSError) as error:
            log.warning("worker_waits_for_redis", error=type(error).__name__)
            await asyncio.sleep(0.5)
        except asyncio.CancelledError:
            if not stop.is_set():
                raise
        except Exception:
            # Without periodic work no hold goes back and no wait ends, while everything else looks well.
            log.error("worker_begins_anew", exc_info=True)
            await asyncio.sleep(1)
        await _end_tasks(worker)


async def _end_tasks(worker: Worker, *, seconds: float = 15) -> None:
    """Periodic work that arq had begun may end; what takes longer is cancelled, and comes again in its next round."""
    tasks = set(worker.tasks.values())
    if tasks:
        _, running = await asyncio.wait(tasks, timeout=seconds)
        for task in running:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _arq_worker(house: House, workshop: Workshop, drain: Drain) -> Worker:
    async def wake_outbox(ctx: dict[Any, Any]) -> None:
        drain.wake()

    return Worker(
        functions=[arq.func(wake_outbox, name=WAKE, keep_result=0, max_tries=1)],
        cron_jobs=[_cron(name, when, workshop) for name, when in registry.periodic().items()],
        redis_pool=house.redis,
        handle_signals=False,
        poll_delay=0.05,
        max_jobs=50,
        job_timeout=300,
        keep_result=0,
        job_serializer=dump,
        job_deserializer=load,
        timezone=cast(timezone, ZoneInfo(house.settings.timezone)),  # any tzinfo will do
        log_results=False,
    )


def _cron(name: str, when: Every | Daily, workshop: Workshop) -> CronJob:
    async def run(ctx: dict[Any, Any]) -> None:
        with logs.request(logs.new_request_id()):
            try:
                with metrics.job_seconds.time(name):
                    await when.run(workshop.job(name=name))
            except Exception:
                # The next round tries again; an error must not end the worker or hide in Redis.
                log.error("job_failed", job=name, exc_info=True)
                metrics.jobs.inc(name, "failed")
            else:
                metrics.jobs.inc(name, "done")

    # The result stays for a while: that is how arq keeps a second worker from running the same round.
    common: dict[str, Any] = {"name": f"cron:{name}", "unique": True, "keep_result": 50}
    if isinstance(when, Daily):
        return cron(run, hour=when.hour, minute=when.minute, **common)
    if when.seconds <= 60:
        return cron(run, second=set(range(0, 60, when.seconds)), run_at_startup=True, **common)
    return cron(run, minute=set(range(0, 60, when.seconds // 60)), run_at_startup=True, **common)
