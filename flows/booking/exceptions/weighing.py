"""Lets a rule be broken where the office said so: once, by one person, in one place."""

from __future__ import annotations

from collections.abc import Callable, Collection

from bot.context import Context
from bot.errors import Conflict
from flows.booking.exceptions import store
from flows.booking.refusals import BookingRefusal

REFUSAL = "refusal"
"""What `BookingRefusal.appeals` says of the rules that the office can except somebody from."""
Check = Callable[[Collection[str]], frozenset[str]]
"""A rule, or several: takes what the person is excepted from and gives what of it was needed."""


class Exceptions:
    """Asked under the lock of the person."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx

    async def weigh(
        self, check: Check, person_id: int, clinic: str, doctor: str | None, instead: Collection[int] = ()
    ) -> tuple[int, ...]:
        """Raises the refusal that no exception covers; gives the keys of those that were needed, for `use`. What the
        appointments used `instead` of which this is counts as well. Nothing is asked of the database where the rules
        have nothing against it."""
        try:
            check(())
            return ()
        except BookingRefusal as no:
            known = await self.open(person_id, clinic, doctor, instead) if no.appeals == REFUSAL else {}
            if no.template not in known:
                raise
        return tuple(known[rule] for rule in sorted(check(known)))

    async def open(
        self, person_id: int, clinic: str, doctor: str | None, instead: Collection[int] = ()
    ) -> dict[str, int]:
        """Rule -> key, of those that may be used today."""
        today = self.context.clock.local(self.context.now).date()
        return await store.open_of(self.tx, person_id, clinic, doctor, today, instead)

    async def use(
        self, keys: Collection[int], appointment_id: int | None = None, instead: Collection[int] = (), *,
        waiting_id: int | None = None, wish_id: int | None = None,
    ) -> None:
        """They were needed, for one of these. Raises Conflict where one was used or withdrawn at the same moment."""
        if not keys:
            return
        used = await store.use(
            self.tx, keys, appointment_id, instead, waiting_id=waiting_id, wish_id=wish_id
        )
        if used != len(set(keys)):
            raise Conflict("exception")
