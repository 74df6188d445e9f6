"""The section of the settings about paying registration fees while booking: `[booking.fees]`."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

KEPT_MINUTES = 2
"""A slot is kept so much longer than its fee can be paid: what was paid in the last second is heard of by then."""


class Fees(BaseModel):
    """When the fee of a registration is paid; a clinic may decide otherwise in the console."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    when: Literal["hospital", "may", "must"] = Field(
        "hospital", description="`hospital`: there, on the day; `may`: online, if they like; `must`: online, before it "
        "is booked"
    )
    minutes: int = Field(10, ge=3, le=60, description="How long a slot is kept while its fee is paid")
    lock_minutes: int = Field(
        15, ge=6, le=120, description="How long the hospital keeps a number that is being paid; `minutes` and two more "
        "have to end before"
    )

    @model_validator(mode="after")
    def _shorter_than_the_lock(self) -> Self:
        if self.minutes + KEPT_MINUTES >= self.lock_minutes:
            raise ValueError(f"expected minutes at most {self.lock_minutes - KEPT_MINUTES - 1}: the hospital's lock is "
                             f"lock_minutes = {self.lock_minutes}")
        return self
