"""What fills an empty embedded hospital: a believable one of 800 beds, and its patients; always the same."""

from __future__ import annotations

from integrations.his.seed.fill import DAYS, seed

__all__ = ["DAYS", "seed"]
