"""Processes that are measured: started, watched, their CPU read from /proc, ended."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import aiohttp

from bot.errors import DaoyiError
from bot.redis_server import die_with_parent

ROOT = Path(__file__).resolve().parents[2]
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time that the threads of a process have used so far: to the nanosecond where the kernel keeps it
    (schedstat), else in ticks (proc(5): stat, fields 14 and 15)."""
    try:
        tasks = [task.read_text() for task in Path(f"/proc/{pid}/task").glob("*/schedstat")]
        return sum(int(task.split()[0]) for task in tasks) / 1e9
    except FileNotFoundError:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * TICK_S


@contextmanager
def apart(servers: Sequence[int], others: Sequence[int]) -> Iterator[bool]:
    """Give servers a core of their own for a while, as if load and database were on other machines; False on a single
    core. What is started meanwhile is where we are."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        yield False
        return
    try:
        for server in servers:
            _pin(server, {cores[-1]})
        for other in (os.getpid(), *others):
            _pin(other, set(cores[:-1]))
        yield True
    finally:
        _pin(os.getpid(), set(cores))


def _pin(pid: int, cores: set[int]) -> None:
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(ProcessLookupError):  # a thread that has ended meanwhile
            os.sched_setaffinity(int(task.name), cores)


class Child:
    """`python -m <arguments>` with its output in a file of `folder`."""

    def __init__(self, name: str, arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env={"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8",
                     "HOME": os.environ.get("HOME", "/"), **environment},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent if sys.platform == "linux" else None,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def cpu(self) -> float:
        return cpu_seconds(self.pid)

    async def ready(self, url: str, seconds: float = 60) -> None:
        """Wait until `url` answers 200. Raises DaoyiError with the last words of one that does not come up."""
        async with aiohttp.ClientSession() as session:
            for _ in range(int(seconds / 0.05)):
                if self._process.poll() is not None:
                    break
                try:
                    async with session.get(url) as response:
                        if response.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)
        raise DaoyiError(f"{self.name} did not come up:\n{self.log.read_text(errors='replace')[-3000:]}")

    async def done(self, seconds: float = 600) -> None:
        """Wait for one that ends by itself. Raises DaoyiError when it ended badly."""
        code = await asyncio.to_thread(self._process.wait, seconds)
        if code:
            raise DaoyiError(f"{self.name} ended with {code}:\n{self.log.read_text(errors='replace')[-3000:]}")

    async def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                await asyncio.to_thread(self._process.wait, 20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
