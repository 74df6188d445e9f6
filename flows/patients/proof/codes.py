"""Codes by text message: drawn, sent after the commit, checked, spent."""

from __future__ import annotations

import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.context import Contact, Context
from bot.errors import NotAllowed
from flows.patients import rules, store
from flows.patients.links import store as links
from flows.patients.people import CodeCheck, Purpose
from flows.patients.proof import store as codes
from flows.patients.refusals import MobileNotProved

DIGITS = 6
SEND = "patients.sms_code"


@dataclass(frozen=True, slots=True)
class SentCode:
    """A code is on its way. `tail` is the phone's last four."""

    tail: str = field(repr=False)
    expires_at: datetime
    minutes: int


class Digits:
    """Draws codes. A transcript puts a foreseeable one into the ports under this class."""

    def draw(self) -> str:
        return "".join(secrets.choice("0123456789") for _ in range(DIGITS))


class Codes:
    """Part of PatientsService. Phones are 11 digits, as `bot.talk.understand` reads them."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx
        self.limits = context.settings.people

    async def start(self, mobile: str, purpose: Purpose) -> SentCode:
        """Send a new code; one sent before is worthless from then on.

        :raises CodeTooSoon, CodesForMobile, CodesForContact: before anything is written
        """
        contact, mobile = self._contact(), rules.plain_mobile(mobile)
        today = self.context.clock.today()
        subjects = {"contact": store.hash_of(contact.public_id, "contact"), "mobile": store.hash_of(mobile, "mobile")}
        # Always the contact first: two transactions never wait for each other crosswise.
        tallies = {kind: await codes.lock_tally(self.tx, kind, subject, today) for kind, subject in subjects.items()}
        tomorrow = today + timedelta(days=1)
        rules.may_send_code(tallies["mobile"], tallies["contact"], self.limits, self.context.now, tomorrow)
        for kind, subject in subjects.items():
            await codes.count(self.tx, kind, subject, today, tallies[kind].today)
        digits = (self.context.ports[Digits] if Digits in self.context.ports else Digits()).draw()
        expires = self.context.now + timedelta(minutes=self.limits.code_minutes)
        code_id = await codes.add(
            self.tx, contact.id, subjects["mobile"], purpose, _hash(digits, contact), self.limits.code_attempts, expires
        )
        self.tx.put(
            SEND,
            {"contact": contact.id, "mobile": mobile, "code": digits, "minutes": self.limits.code_minutes},
            key=f"{SEND}:{code_id}",
            useless_after=expires,
            priority=1,
        )
        return SentCode(mobile[-4:], expires, self.limits.code_minutes)

    async def check(self, mobile: str, purpose: Purpose, typed: str) -> CodeCheck:
        """Try a code. Every try is written down, so the caller commits whatever the answer is."""
        contact = self._contact()
        row = await codes.newest(self.tx, contact.id, self._hash(mobile), purpose)
        if row is None:
            return CodeCheck("none")
        if row.expires_at <= self.context.now:
            return CodeCheck("expired")
        if not await codes.take_try(self.tx, row.id):
            return CodeCheck("spent")
        if hmac.compare_digest(bytes(row.code_hash), _hash(read_code(typed), contact)):
            await codes.mark_used(self.tx, row.id)
            return CodeCheck("right")
        left = row.tries_left - 1
        return CodeCheck("wrong", left) if left > 0 else CodeCheck("spent")

    async def until_next(self, mobile: str, purpose: Purpose) -> int | None:
        """Seconds until another code may be sent to a phone that has one of this contact; None where it has none."""
        sent = await codes.sent_at(self.tx, self._contact().id, self._hash(mobile), purpose)
        if sent is None:
            return None
        gone = (self.context.now - sent).total_seconds()
        return max(0, self.limits.code_seconds_between - int(gone))

    async def known(self, mobile: str) -> bool:
        """Whether this contact proved this phone for a person of the family some time ago; no code is needed then."""
        since = self.context.now - rules.KNOWN_FOR
        return await links.proved_by(self.tx, self._contact().id, rules.plain_mobile(mobile), since)

    async def proved(self, mobile: str, purpose: Purpose) -> bool:
        """Whether `spend` would succeed."""
        since = self.context.now - rules.PROVED_FOR
        if await self._known_for(mobile, purpose):
            return True
        return await codes.ready(self.tx, self._contact().id, self._hash(mobile), purpose, since)

    async def require(self, mobile: str, purpose: Purpose) -> None:
        """Raises MobileNotProved where `spend` would."""
        if not await self.proved(mobile, purpose):
            raise MobileNotProved()

    async def spend(self, mobile: str, purpose: Purpose) -> None:
        """Use up the proof of this phone. Raises MobileNotProved."""
        since = self.context.now - rules.PROVED_FOR
        if not await codes.spend(self.tx, self._contact().id, self._hash(mobile), purpose, since):
            if not await self._known_for(mobile, purpose):
                raise MobileNotProved()

    async def _known_for(self, mobile: str, purpose: Purpose) -> bool:
        return purpose == "register" and await self.known(mobile)

    def _hash(self, mobile: str) -> bytes:
        return store.hash_of(rules.plain_mobile(mobile), "mobile")

    def _contact(self) -> Contact:
        if self.context.contact is None:
            raise NotAllowed("patients.code")
        return self.context.contact


def read_code(typed: str) -> str:
    """The digits of a code as people send it: 123 456, １２３４５６, 验证码是123456. "" where there are not six."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", typed[:40]))
    return digits if len(digits) == DIGITS else ""


def _hash(digits: str, contact: Contact) -> bytes:
    """Bound to the contact, so that a code read over a shoulder is worth nothing in another phone."""
    return store.hash_of(f"{contact.public_id}:{digits}", "patients_code.code")
