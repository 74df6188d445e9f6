"""How many turns may wait at once.

A turn holds its message while it waits for a connection and for its lane. With the database away nothing leaves, and
what comes would pile up until the process dies with all of it. So from a number on a turn is refused at the door: the
channel, who gets no 200, delivers it again, when there may be room; those inside keep their places.
"""

from __future__ import annotations

from bot import logs, metrics
from bot.errors import OutsideUnavailable

log = logs.get(__name__)

MOST = 2000
"""Of one process: some seconds of the most that it carries, and about 30 MB."""


class Crowded(OutsideUnavailable):
    """There is no room for one more turn; nothing was begun."""

    def __init__(self) -> None:
        super().__init__("too many turns wait", system="database", retry_after=5)


class Crowd:
    """Asked at the door, before anything of a turn is made."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self._told = False

    def check(self, inside: int) -> None:
        """:param inside: the turns that run or wait
        :raises Crowded: there is no room"""
        if inside < self.most:
            # Told anew only after it was half empty: a flood must not fill the log, too.
            self._told = self._told and inside > self.most // 2
            return
        metrics.turned_away.inc()
        if not self._told:
            log.error("turns_turned_away", inside=inside)
            self._told = True
        raise Crowded
