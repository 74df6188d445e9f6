"""The only source of time. Moments are aware UTC; rosters and what people are told are the hospital's wall clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


class HospitalClock:
    """Turns moments into what hangs on the hospital's wall, and back. `tz` is an IANA name such as Asia/Shanghai."""

    def __init__(self, tz: str | ZoneInfo = "Asia/Shanghai") -> None:
        self.tz = ZoneInfo(tz) if isinstance(tz, str) else tz

    def today(self) -> date:
        """The date in the hospital now; near midnight it is not the date in UTC."""
        return now().astimezone(self.tz).date()

    def local(self, moment: datetime) -> datetime:
        """`moment` (aware) as an aware local datetime. A naive one raises ValueError: nobody knows what it means."""
        if moment.tzinfo is None:
            raise ValueError("a moment must be aware")
        return moment.astimezone(self.tz)

    def moment(self, day: date, at: time) -> datetime:
        """The UTC moment at which the hospital's clocks show `at` on `day`.

        Where clocks are set back, the first of the two; where they are set forward, the skipped time counts on.
        """
        return datetime.combine(day, at.replace(tzinfo=None), self.tz).astimezone(UTC)
