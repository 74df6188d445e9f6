"""Signing in: password, second factor, and what a first or an expired password asks for. Each step is transactions of
its own, because a wrong try must stay counted.

The token changes at every step that gives more (session fixation): what somebody planted or saw before is worthless.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.access import audit, factor, passwords
from bot.access.people import store as people
from bot.access.tries import store as tries
from bot.access.tries.store import Limit
from bot.access.visits import store as visits
from bot.access.visits.store import Stage, Visit
from bot.db.engine import Database
from bot.db.transaction import Transaction
from bot.documents import Problem
from bot.settings_parts import Desk

State = Literal["in", "wrong", "locked", "reused"]


@dataclass(frozen=True, slots=True)
class Answer:
    """``in``: go on with ``token`` at ``stage``; ``locked`` until ``until``; ``reused``: a code used before."""

    state: State
    token: str = ""
    stage: Stage = "full"
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Browser:
    """From where somebody comes: address, and what the browser calls itself."""

    address: str
    name: str


class SignIn:
    """The steps, for one request."""

    def __init__(self, database: Database, rules: Desk, browser: Browser) -> None:
        self.database, self.rules, self.browser = database, rules, browser

    async def password(self, login: str, password: str) -> Answer:
        """The first step. Unknown name and wrong password are answered alike, and as slowly."""
        login = login.strip().lower()[:40]
        subjects = ((f"login:{login}", self._limit(self.rules.tries)),
                    (f"address:{self.browser.address}", self._limit(self.rules.address_tries)))
        until = await self._counted(subjects)
        if until is not None:
            return Answer("locked", until=until)
        async with self.database.reading() as tx:
            row = await people.by_login(tx, login)
        known = row if row is not None and row.state == "active" else None
        invited = known is not None and known.password != people.NONE
        if not await passwords.fits(known.password if known is not None and invited else None, password):
            await self._failed("access.wrong_password", known, login)
            return Answer("wrong")
        assert known is not None
        fresh = await passwords.hash_of(password) if passwords.outdated(known.password) else None

        async def enter(tx: Transaction) -> Answer:
            # The address's own count stays: one right password among guesses does not make them good.
            await tries.forgive(tx, subjects[0][0])
            if fresh:
                await people.change(tx, known.id, password=fresh)
            return await self._enter(tx, known, "factor" if known.factor_at else "enrol", "access.password")

        return await self.database.run(enter)

    async def code(self, visit: Visit, typed: str) -> Answer:
        """The second step: a code of the authenticator, or a recovery code. A code opens once."""
        until = await self._counted(((f"factor:{visit.staff_id}", self._limit(self.rules.tries)),))
        if until is not None:
            return Answer("locked", until=until)

        async def enter(tx: Transaction) -> Answer:
            row = await people.by_id(tx, visit.staff_id)
            assert row is not None
            step = factor.step_of(row.factor, typed, tx.now) if row.factor else 0
            if step and not await people.spend_step(tx, row.id, step):
                audit.write(tx, _actor(row), "access.reused_code", _actor(row))
                return Answer("reused")
            by_recovery = not step and await people.spend_recovery(tx, row.id, typed)
            if not step and not by_recovery:
                audit.write(tx, _actor(row), "access.wrong_code", _actor(row))
                return Answer("wrong")
            await tries.forgive(tx, f"factor:{row.id}")
            await visits.end(tx, visit.id, "rotated")
            act = "access.recovery_code" if by_recovery else "access.signed_in"
            return await self._enter(tx, row, self._after_factor(row, tx.now), act)

        return await self.database.run(enter)

    async def enrol(self, visit: Visit, secret: str, typed: str) -> tuple[Answer, list[str]]:
        """Set the second factor up: the first code proves that the phone has the secret. Gives the recovery codes."""
        until = await self._counted(((f"factor:{visit.staff_id}", self._limit(self.rules.tries)),))
        if until is not None:
            return Answer("locked", until=until), []
        codes = factor.new_recovery()

        async def enter(tx: Transaction) -> Answer:
            row = await people.by_id(tx, visit.staff_id, lock=True)
            assert row is not None
            step = factor.step_of(secret, typed, tx.now)
            if not step or row.factor_at:
                return Answer("wrong")
            await people.set_factor(tx, row.id, secret, tx.now, step)
            await people.set_recovery(tx, row.id, codes)
            await tries.forgive(tx, f"factor:{row.id}")
            await visits.end(tx, visit.id, "rotated")
            return await self._enter(tx, row, self._after_factor(row, tx.now), "access.factor_set")

        answer = await self.database.run(enter)
        return answer, codes if answer.state == "in" else []

    async def change_password(self, visit: Visit, old: str, new: str) -> Problem | Answer:
        """A new password by its owner; all other sessions end, and this one gets a new token."""
        async with self.database.reading() as tx:
            row = await people.by_id(tx, visit.staff_id)
            earlier = await people.old_passwords(tx, visit.staff_id)
        assert row is not None
        if found := passwords.problem(new, self.rules, login=row.login, name=row.name):
            return found
        subject = f"change:{row.id}"
        until = await self._counted(((subject, self._limit(self.rules.tries)),))
        if until is not None:
            return Answer("locked", until=until)
        if not await passwords.fits(row.password, old):
            return Problem("password_wrong")
        async with self.database.transaction() as tx:
            await tries.forgive(tx, subject)
        # At least the present one, whatever the setting: otherwise a one-time password could be kept.
        for each in [row.password, *earlier][: max(1, self.rules.password_history)]:
            if await passwords.fits(each, new):
                return Problem("password_used")
        made = await passwords.hash_of(new)

        async def enter(tx: Transaction) -> Answer:
            await people.set_password(tx, row, made, once=False, keep=max(1, self.rules.password_history))
            await visits.end_of(tx, row.id, "password")
            return await self._enter(tx, row, "full", "access.password_changed")

        return await self.database.run(enter)

    # --- inside --------------------------------------------------------------------------------------------------

    async def _counted(self, subjects: tuple[tuple[str, Limit], ...]) -> datetime | None:
        async def count(tx: Transaction) -> datetime | None:
            for subject, limit in subjects:
                until = await tries.count(tx, subject, limit)
                if until is not None:
                    return until
            return None

        # A locked door is not in the trail: whoever knocks on it a million times must not fill that.
        return await self.database.run(count)

    async def _failed(self, act: str, row: Any, login: str) -> None:
        async def tell(tx: Transaction) -> None:
            who = _actor(row) if row is not None else "staff:unknown"
            audit.write(tx, who, act, who, {} if row is not None else {"login": login})

        await self.database.run(tell)

    async def _enter(self, tx: Transaction, row: Any, stage: Stage, act: str) -> Answer:
        token = await visits.begin(
            tx, row.id, stage, address=self.browser.address, browser=self.browser.name, hours=self.rules.session_hours
        )
        audit.write(tx, _actor(row), act, _actor(row), {"stage": stage} if stage != "full" else {})
        if stage == "full":
            await people.change(tx, row.id, signed_in_at=tx.now)
        return Answer("in", token, stage)

    def _after_factor(self, row: Any, now: datetime) -> Stage:
        old = self.rules.password_days and now - row.password_at > timedelta(days=self.rules.password_days)
        return "password" if row.password_once or old else "full"

    def _limit(self, free: int) -> Limit:
        return Limit(free, timedelta(minutes=1))


def _actor(row: Any) -> str:
    return f"staff:{row.public_id}"
