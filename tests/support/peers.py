"""Python peers in an environment of their own (`make test` makes it): they cannot be installed beside what we use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.programs import MissingProgram

SCRIPTS = Path(__file__).resolve().parents[1] / "peers"


def run_peer(script: str, *, text: str, seconds: float = 60) -> str:
    """What a script of `tests/peers` prints; it gets `text` on standard input."""
    python = Path(sys.prefix) / "peers" / "bin" / "python"
    if not python.exists():
        raise MissingProgram(f"{python} is not there: make .venv/peers/.made")
    done = subprocess.run(
        [python, "-I", SCRIPTS / script], input=text, capture_output=True, text=True, timeout=seconds, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{script} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout
