"""What is dear and the same for many tests is made once a run, for all of pytest's processes together."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

_place: Path | None = None


def keep_in(base: Path) -> None:
    """:param base: pytest's temporary folder of this process; xdist's processes have theirs in one folder of the run"""
    global _place
    _place = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def made(name: str, make: Callable[[Path], None]) -> Path:
    """The folder `name` that `make` has filled; who comes while it is being made waits. To be copied, never used."""
    assert _place is not None, "keep_in comes first"
    folder = _place / name
    with (_place / f"{name}.lock").open("w") as line:
        fcntl.flock(line, fcntl.LOCK_EX)
        if not folder.exists():
            making = _place / f"{name}.making"
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            make(making)
            making.rename(folder)
    return folder
