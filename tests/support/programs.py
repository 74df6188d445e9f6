"""Programs of the machine that the tests run: found, or missed by name."""

from __future__ import annotations

import os
import shutil


class MissingProgram(Exception):
    """A program is not on this machine. A test that needs it fails with this; it is never left out in silence."""


def find(*names: str, package: str) -> str:
    """Path of the first of `names` that there is; servers live in sbin, which ordinary users have not on their PATH."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])
    for name in names:
        if found := shutil.which(name, path=path):
            return found
    raise MissingProgram(f"{names[0]} is not on this machine; on Debian: apt-get install {package}")
