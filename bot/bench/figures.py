"""Figures of a measurement: what a row of answers says, rounded for reading."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Answered:
    """What the load process saw, in the order of arrival. `seconds` is the whole; `answers` are (contact, HTTP status,
    seconds, body)."""

    seconds: float
    answers: list[tuple[str, int, float, bytes]]

    @classmethod
    def read(cls, path: Path) -> Answered:
        found = json.loads(path.read_text(encoding="utf-8"))
        rows = [(contact, status, took, base64.b64decode(body)) for contact, status, took, body in found["answers"]]
        return cls(found["seconds"], rows)

    @property
    def errors(self) -> int:
        return sum(status != 200 for _, status, _, _ in self.answers)

    @property
    def took(self) -> list[float]:
        return [took for _, _, took, _ in self.answers]


def percentile(values: list[float], part: float) -> float:
    """The value that `part` (0 to 1) of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0


def spread(seconds: list[float]) -> dict[str, float]:
    """p50 and p99 in milliseconds."""
    return {"p50_ms": ms(percentile(seconds, 0.5)), "p99_ms": ms(percentile(seconds, 0.99))}


def ms(seconds: float) -> float:
    return round(seconds * 1000, 3)


def shown(result: dict[str, Any]) -> str:
    """As printed: one JSON document."""
    return json.dumps(result, ensure_ascii=False, indent=2)
