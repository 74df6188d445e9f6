"""Jobs in Redis are JSON: a pickle from a shared Redis would run whatever somebody put there."""

from __future__ import annotations

import json
from typing import Any


def dump(job: dict[str, Any]) -> bytes:
    return json.dumps(job, separators=(",", ":"), default=str).encode()


def load(raw: bytes) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(raw)
    return loaded
