"""`daoyi up` in processes, as a browser meets it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.redis_server import die_with_parent
from tests.support import once
from tests.support.patience import LONG_S
from tests.support.ports import free_port

LOG = "up.log"


@asynccontextmanager
async def everything(folder: Path, *, empty: bool = False) -> AsyncIterator[tuple[str, int]]:
    """`daoyi up` with its var in `folder`; gives the address of the phones and its process id.

    The hospital is there already, and nobody in it: what `daoyi up` made of an empty var is made once a run and copied,
    together with what it printed. `empty` begins with nothing.
    """
    if not empty:
        shutil.copytree(await asyncio.to_thread(once.made, "installation", begun), folder, dirs_exist_ok=True)
    async with running(folder) as found:
        yield found


def begun(folder: Path) -> None:
    """An installation that has come up for the first time and was ended in order."""

    async def begin() -> None:
        async with running(folder):
            pass

    asyncio.run(begin())


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[tuple[str, int]]:
    port = free_port()
    settings = {"DAOYI_PORT": str(port), "DAOYI_VAR": str(folder / "var"), "DAOYI_CONFIG": "",
                "DAOYI_DEMONSTRATION": "false",
                # Notices come at whatever hour this runs.
                "DAOYI_PUSH__QUIET_FROM": "00:00", "DAOYI_PUSH__QUIET_TO": "00:00"}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DAOYI_")}
    with (folder / LOG).open("ab") as log:
        said = log.tell()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "up", cwd=folder, env={**clean, **settings}, stdout=log, stderr=log,
            start_new_session=True, preexec_fn=die_with_parent,
        )
        try:
            await _up(process, folder / LOG, said)
            yield f"http://127.0.0.1:{port}/sandbox/", process.pid
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(LONG_S):
                await process.wait()


async def _up(process: asyncio.subprocess.Process, log: Path, said: int) -> None:
    async with asyncio.timeout(3 * LONG_S):
        while b"is up after" not in (heard := log.read_bytes()[said:]):
            assert process.returncode is None, heard.decode(errors="replace")[-3000:]
            await asyncio.sleep(0.1)
