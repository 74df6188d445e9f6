"""What staff do about a difference: have it put right by rule, or declare why it stays, which a second person confirms.

To adjust changes no book: money is where it is, and the ledger tells it so. It says that somebody has looked, why the
sides differ, and that another person agrees; the difference no longer keeps its day from being balanced.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.access import audit
from bot.context import Context
from bot.errors import NotFound
from flows.payment.reconciling import store
from flows.payment.reconciling.days import store as days
from flows.payment.reconciling.matching import REPAIR, Matching


class Adjusting:
    """`context.actor` is who acts; the pages of the desk look after rights. False: somebody else was faster."""

    def __init__(self, context: Context) -> None:
        self.context, self.tx = context, context.tx

    async def repair(self, public: str) -> bool:
        """By rule, now; False where no rule puts it right."""
        row = await self._row(public)
        if row.state != "open" or not await Matching(self.context).repair(row):
            return False
        if not await self._move(row, ("open",), state="repairing"):
            return False
        self.tx.put(REPAIR, {"difference": public}, priority=3)
        self._write("difference_repair", row)
        return True

    async def want(self, public: str, note: str) -> bool:
        """Say why it stays as it is."""
        row = await self._row(public)
        done = await self._move(
            row, ("open",), state="adjusting", note=note, wanted_by=self.context.actor, wanted_at=self.tx.now,
            approved_by=None, approved_at=None,
        )
        if done:
            self._write("difference_adjust", row, note=note)
        return done

    async def approve(self, public: str) -> bool:
        """The yes of a second person; never of the first."""
        row = await self._row(public)
        if row.wanted_by == self.context.actor:
            return False
        done = await self._move(
            row, ("adjusting",), state="adjusted", approved_by=self.context.actor, approved_at=self.tx.now
        )
        if done:
            self._write("difference_approved", row)
            await Matching(self.context).renew_state(row.account, row.day)
        return done

    async def decline(self, public: str) -> bool:
        """The no of a second person, or the first one's change of mind: it is open again."""
        row = await self._row(public)
        done = await self._move(row, ("adjusting",), state="open", note=None, wanted_by=None, wanted_at=None)
        if done:
            self._write("difference_declined", row)
        return done

    def again(self, on: date) -> None:
        """Have all accounts of a day held together once more."""
        Matching(self.context).again(on)
        audit.write(self.tx, self.context.actor, "payment.day_again", f"payment_day:{on.isoformat()}", {})

    async def _move(self, row: Any, was: tuple[str, ...], **values: Any) -> bool:
        return await store.move(self.tx, row.id, was, **values)

    async def _row(self, public: str) -> Any:
        row = await days.difference_of(self.tx, public, locked=True)
        if row is None:
            raise NotFound("difference")
        return row

    def _write(self, act: str, row: Any, **facts: str) -> None:
        audit.write(self.tx, self.context.actor, f"payment.{act}", f"difference:{row.public_id}",
                    {"kind": row.kind, "day": row.day.isoformat(), "account": row.account, **facts})
