"""Metrics that can be told by any of several processes.

With several web processes on one port, a scrape meets only one of them. They then keep their values in files of one
folder, and whichever is asked tells the sum; the worker of the same machine shares it too. prometheus-client must know
before its first metric is made whether it is so, therefore ours are made when they are first used, after ``share()``.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
    values,
)
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
MOST_CHILDREN = 1000
"""Label combinations of one metric; beyond, everything is counted under "other", so that no flood fills memory."""

_defined: list[_Metric] = []
_registry = CollectorRegistry(auto_describe=True)


class _Metric:
    """A metric that is not made before it is used. Children (one for each combination of labels) are kept."""

    def __init__(self, name: str, text: str, labels: tuple[str, ...]) -> None:
        self.name, self.text, self.label_names = f"daoyi_{name}", text, labels
        self._parent: Any = None
        self._children: dict[tuple[str, ...], Any] = {}
        _defined.append(self)

    def _make(self, registry: CollectorRegistry) -> Any:
        raise TypeError("define a Count, Spread or Level")

    def child(self, *labels: str) -> Any:
        """prometheus-client's child for ``labels``, in the order of the definition: hot paths keep it."""
        found = self._children.get(labels)
        if found is None:
            if self._parent is None:
                self._parent = self._make(_registry)
            if len(self._children) >= MOST_CHILDREN:
                return self._parent.labels(*("other",) * len(self.label_names))
            found = self._children[labels] = self._parent.labels(*labels) if self.label_names else self._parent
        return found

    def show(self) -> None:
        """Make it appear, at zero, in the exposition."""
        if self.label_names:
            self._parent = self._parent or self._make(_registry)
        else:
            self.child()


class Count(_Metric):
    """Something that happens. Exposed as ``daoyi_<name>_total``."""

    def __init__(self, name: str, text: str, *labels: str) -> None:
        super().__init__(name, text, labels)

    def _make(self, registry: CollectorRegistry) -> Counter:
        return Counter(self.name, self.text, self.label_names, registry=registry)

    def inc(self, *labels: str, amount: float = 1) -> None:
        self.child(*labels).inc(amount)


class Spread(_Metric):
    """How long something takes, in seconds. Exposed as a histogram with ``bounds`` as upper limits."""

    def __init__(self, name: str, text: str, bounds: tuple[float, ...], *labels: str) -> None:
        super().__init__(name, text, labels)
        self.bounds = bounds

    def _make(self, registry: CollectorRegistry) -> Histogram:
        return Histogram(self.name, self.text, self.label_names, buckets=self.bounds, registry=registry)

    def observe(self, seconds: float, *labels: str) -> None:
        self.child(*labels).observe(seconds)

    @contextmanager
    def time(self, *labels: str) -> Iterator[None]:
        """Observe how long the block takes, also when it fails."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.observe(time.perf_counter() - began, *labels)


class Level(_Metric):
    """How much of something there is now; of several processes the one that said it last is believed."""

    def __init__(self, name: str, text: str, *labels: str) -> None:
        super().__init__(name, text, labels)

    def _make(self, registry: CollectorRegistry) -> Gauge:
        return Gauge(self.name, self.text, self.label_names, registry=registry, multiprocess_mode="mostrecent")

    def set(self, value: float, *labels: str) -> None:
        self.child(*labels).set(value)


def share(folder: Path, fresh: bool = False) -> None:
    """From now on several processes of this machine keep their values together in ``folder``.

    Call it at the start of each of them, before anything is counted; processes that are forked or started from this
    one inherit it. ``fresh`` empties the folder: for the first one only, since files of ended processes count on.

    :raises RuntimeError: where something was counted already; it would be missing from the sum
    """
    if any(metric._parent is not None for metric in _defined):
        raise RuntimeError("metrics.share() comes too late: something was counted already")
    folder.mkdir(parents=True, exist_ok=True)
    if fresh:
        for file in folder.glob("*.db"):
            file.unlink(missing_ok=True)
    os.environ[FOLDER] = str(folder.absolute())
    values.ValueClass = values.MultiProcessValue()


def exposition() -> bytes:
    """Everything in Prometheus' text format (``CONTENT_TYPE``): of this process, or of all that share a folder."""
    for metric in _defined:
        metric.show()
    folder = os.environ.get(FOLDER)
    if not folder:
        return generate_latest(_registry)
    together = CollectorRegistry()
    MultiProcessCollector(together, path=folder)
    return generate_latest(together)


if FOLDER not in os.environ:
    ProcessCollector(registry=_registry)
    PlatformCollector(registry=_registry)
