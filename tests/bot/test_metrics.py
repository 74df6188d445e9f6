"""Metrics: counted in one process, and summed over several that share a folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bot import metrics
from bot.metrics_registry import MOST_CHILDREN, Count

ONE_OF_SEVERAL = """
import os, sys
from pathlib import Path
from bot import metrics
metrics.share(Path(sys.argv[1]), fresh=True)
metrics.callbacks.inc("main", "answered")
children = []
for _ in range(3):
    child = os.fork()
    if child == 0:
        for _ in range(10):
            metrics.callbacks.inc("main", "answered")
        metrics.turn_seconds.observe(0.3)
        metrics.outbox_waiting.set(7)
        os._exit(0)
    children.append(child)
for child in children:
    os.waitpid(child, 0)
sys.stdout.buffer.write(metrics.exposition())
"""

LATER = """
import sys
from pathlib import Path
from bot import metrics
metrics.share(Path(sys.argv[1]))
metrics.callbacks.inc("main", "answered")
sys.stdout.buffer.write(metrics.exposition())
"""


def run(program: str, folder: Path) -> str:
    """In a process of its own: whether files are shared is decided once for a process."""
    here = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        cwd=here,
        capture_output=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(here)},
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def value(text: str, name: str) -> float:
    return float(next(line.rsplit(" ", 1)[1] for line in text.splitlines() if line.startswith(name + " ")))


def test_counted_and_told() -> None:
    name = 'daoyi_callbacks_total{account="test_counted",result="answered"}'
    metrics.callbacks.inc("test_counted", "answered")
    metrics.count(metrics.callbacks, "test_counted", "answered")
    metrics.callbacks.child("test_counted", "answered").inc()
    metrics.holds.inc("taken", amount=2)
    with metrics.turn_seconds.time():
        pass
    metrics.outbox_waiting.set(3)
    text = metrics.exposition().decode()
    assert value(text, name) == 3
    assert value(text, "daoyi_outbox_waiting") == 3
    assert value(text, "daoyi_turn_seconds_count") >= 1
    assert value(text, 'daoyi_holds_total{result="taken"}') >= 2
    assert "# TYPE daoyi_pushes_total counter" in text


def test_a_block_that_fails_is_timed_too() -> None:
    before = value(metrics.exposition().decode(), "daoyi_outbox_lag_seconds_count")
    try:
        with metrics.outbox_lag_seconds.time():
            raise ValueError
    except ValueError:
        after = value(metrics.exposition().decode(), "daoyi_outbox_lag_seconds_count")
    assert after == before + 1


def test_a_flood_of_labels_is_counted_as_other() -> None:
    flood = Count("test_flood", "Of a test", "what")
    for number in range(MOST_CHILDREN + 50):
        flood.inc(str(number))
    text = metrics.exposition().decode()
    assert value(text, 'daoyi_test_flood_total{what="other"}') == 50
    assert text.count("daoyi_test_flood_total{") == MOST_CHILDREN + 1


def test_several_processes_tell_their_sum(tmp_path: Path) -> None:
    name = 'daoyi_callbacks_total{account="main",result="answered"}'
    text = run(ONE_OF_SEVERAL, tmp_path)
    assert value(text, name) == 31
    assert value(text, "daoyi_turn_seconds_count") == 3
    assert value(text, 'daoyi_turn_seconds_bucket{le="0.5"}') == 3
    assert value(text, "daoyi_outbox_waiting") == 7
    assert value(run(LATER, tmp_path), name) == 32
    assert value(run(ONE_OF_SEVERAL, tmp_path), name) == 31


def test_sharing_too_late_is_refused(tmp_path: Path) -> None:
    late = LATER.replace(
        'metrics.share(Path(sys.argv[1]))\nmetrics.callbacks.inc("main", "answered")',
        'metrics.callbacks.inc("main", "answered")\n'
        "try:\n    metrics.share(Path(sys.argv[1]))\nexcept RuntimeError as error:\n    print(error)",
    )
    assert "comes too late" in run(late, tmp_path)
