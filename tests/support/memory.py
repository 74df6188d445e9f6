"""Room in memory for what a test writes: databases wait for the disk at every commit and every emptied table, and
whether they do so well is not what the tests ask. What is there survives a kill -9 all the same."""

from __future__ import annotations

import os
import shutil

PLACE = "/dev/shm"


def room(megabytes: int) -> str | None:
    """A folder in memory, where the machine has one with so much left; None for wherever things are kept otherwise."""
    if os.access(PLACE, os.W_OK) and shutil.disk_usage(PLACE).free >= megabytes * 1024 * 1024:
        return PLACE
    return None
