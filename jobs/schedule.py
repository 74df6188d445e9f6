"""When periodic work runs. All of it may run on several workers, and twice: it decides by guarded UPDATEs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from jobs.job import Job

Work = Callable[[Job], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Every:
    """Every so many seconds: a divisor of 60, or whole minutes that divide an hour."""

    seconds: int
    run: Work

    def __post_init__(self) -> None:
        fits = 60 % self.seconds == 0 if self.seconds <= 60 else self.seconds % 60 == 0 and 3600 % self.seconds == 0
        if not fits:
            raise ValueError(f"{self.seconds} s does not divide a minute or an hour")


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day at this time of the hospital's wall clock."""

    hour: int
    minute: int
    run: Work
