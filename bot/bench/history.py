"""Years of a hospital's past, made up: sessions, segments, slots, appointments; contacts and persons they look after.

The same numbers give the same rows, so that two runs measure the same. What is recent is written first: a larger past
only goes further back. Keys are our own and far above those of the hospital that is really there.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from hashlib import blake2b
from itertools import islice
from typing import Any

from bot.bench.letters import openid
from bot.bench.ward import WORDS
from bot.clock import HospitalClock
from bot.db.contacts import contact
from bot.db.engine import Database
from flows.booking import store
from flows.patients import store as patients
from flows.patients.rules import name_key

FIRST = 10_000_000
"""The first key of ours in every table."""
BATCH = 5000
SLOTS, SEGMENTS = 10, ((4, "08:00", "08:40"), (3, "08:40", "09:10"), (3, "09:10", "09:40"))
PER_SESSION = 12
"""Appointments: ten that were kept, and two that were cancelled before."""
CHANNELS = ("wechat", "wechat", "wechat", "web", "sms")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Sitting:
    """Whose sessions the past is made of."""

    site: str
    clinic: str
    doctor: str


@dataclass(frozen=True)
class Size:
    """How much there is: each number as a whole, not what is added."""

    appointments: int
    persons: int

    @property
    def sessions(self) -> int:
        return self.appointments // PER_SESSION


class History:
    """Writes the past of ``sittings``, who sit every morning and afternoon, up to yesterday."""

    def __init__(self, database: Database, clock: HospitalClock, account: str, sittings: Sequence[Sitting]) -> None:
        self.database, self.clock, self.account, self.sittings = database, clock, account, sittings
        self.today = clock.today()
        self.born = datetime.combine(self.today, datetime.min.time(), UTC)

    async def people(self, old: Size, new: Size) -> float:
        """Contacts and persons, from one size to a larger one; gives the seconds that it took."""
        begun = time.perf_counter()
        people = range(old.persons, new.persons)
        await self._write(contact, (self._contact(n) for n in people))
        await self._write(patients.person, (self._person(n) for n in people))
        await self._write(patients.link, (self._link(n) for n in people))
        return time.perf_counter() - begun

    async def past(self, old: Size, new: Size) -> float:
        """Sessions and all that is in them; the persons are there already."""
        begun = time.perf_counter()
        sessions = range(old.sessions, new.sessions)
        await self._write(store.session, (self._session(n) for n in sessions))
        await self._write(store.segment, (row for n in sessions for row in self._segments(n)))
        await self._write(store.slot, (row for n in sessions for row in self._slots(n)))
        await self._write(store.appointment, (row for n in sessions for row in self._appointments(n, new.persons)))
        return time.perf_counter() - begun

    async def _write(self, table: Any, rows: Iterable[Row]) -> None:
        """So many rows in one INSERT, and one commit for each."""
        rest: Iterator[Row] = iter(rows)
        while batch := list(islice(rest, BATCH)):
            async with self.database.transaction() as tx:
                await tx.insert_many(table, batch)

    # --- people --------------------------------------------------------------------------------------------------

    def _contact(self, n: int) -> Row:
        return {
            "id": FIRST + n, "public_id": _public("c", n), "account": self.account, "channel": "wechat",
            "external_id": openid(n), "followed": True, "easy": False, "created_at": self.born,
        }

    def _person(self, n: int) -> Row:
        name, document, mobile = _name(n), f"P{n:08d}", mobile_of(n)
        return {
            "id": FIRST + n, "public_id": _public("p", n), "active": 1, "name": name,
            "name_hash": patients.hash_of(name_key(name), "name"), "document_type": "passport", "document": document,
            "document_hash": patients.hash_of(document, "document"), "sex": ("female", "male")[n % 2],
            "birth_date": date(1950, 1, 1) + timedelta(days=n % 20_000), "mobile": mobile,
            "mobile_hash": patients.hash_of(mobile, "mobile"), "guardian_id": None, "patient_no": f"B{n:08d}",
            "record_state": "known", "created_at": self.born, "changed_at": self.born,
        }

    def _link(self, n: int) -> Row:
        mobile = mobile_of(n)
        return {
            "id": FIRST + n, "contact_id": FIRST + n, "person_id": FIRST + n, "active": 1, "relation": "self",
            "is_default": True, "reach": "all", "proof": "sms", "proved_at": self.born, "mobile": mobile,
            "mobile_hash": patients.hash_of(mobile, "mobile"), "consent": "bench", "until": None, "made_by": "bench",
            "created_at": self.born,
        }

    # --- sessions ------------------------------------------------------------------------------------------------

    def _when(self, n: int) -> tuple[date, str, Sitting]:
        """The n-th session back from yesterday."""
        days, rest = divmod(n, 2 * len(self.sittings))
        half, sitting = divmod(rest, len(self.sittings))
        return self.today - timedelta(days=1 + days), ("pm", "am")[half], self.sittings[sitting]

    def _session(self, n: int) -> Row:
        day, half, sitting = self._when(n)
        return {
            "id": FIRST + n, "code": f"bench{n}", "site": sitting.site, "clinic": sitting.clinic,
            "doctor": sitting.doctor, "substitute": None, "sitting": sitting.doctor, "date": day, "half": half,
            "kind": "expert", "fee": 2500, "building": "", "floor": "", "zone": "", "room": "", "state": "open",
            "digest": "bench", "source": "hospital",
        }

    def _segments(self, n: int) -> Iterator[Row]:
        day, half, _ = self._when(n)
        first = 1
        for at, (capacity, begins, ends) in enumerate(SEGMENTS):
            walls = [_wall(text, half) for text in (begins, ends)]
            start, end = (self.clock.moment(day, wall_time.fromisoformat(wall)) for wall in walls)
            yield {
                "id": FIRST + n * len(SEGMENTS) + at, "session_id": FIRST + n, "position": at + 1, "start_at": start,
                "end_at": end, "start_wall": walls[0], "end_wall": walls[1], "first_number": first,
                "capacity": capacity, "free": 0, "shared": False, "state": "open",
            }
            first += capacity

    def _slots(self, n: int) -> Iterator[Row]:
        for at in range(SLOTS):
            yield {
                "id": FIRST + n * SLOTS + at, "session_id": FIRST + n, "segment_id": _segment(n, at), "number": at + 1,
                "state": "taken", "appointment_id": FIRST + n * PER_SESSION + at,
            }

    def _appointments(self, n: int, persons: int) -> Iterator[Row]:
        made = self.born - timedelta(days=4 + (self.today - self._when(n)[0]).days, minutes=n % 600)
        for at in range(PER_SESSION):
            key, slot = n * PER_SESSION + at, at % SLOTS
            # The latest thirty sessions, one slot of each, are of the one who looks at their appointments.
            person = FIRST + (0 if n < 30 and at == 0 else _stir(key) % persons)
            kept = at < SLOTS
            yield {
                "id": FIRST + key, "public_id": _public("a", key), "person_id": person, "contact_id": person,
                "segment_id": _segment(n, slot), "slot_id": FIRST + n * SLOTS + slot, "number": slot + 1,
                "state": "booked" if kept else "cancelled", "hold_until": made + timedelta(minutes=15),
                "request_id": f"bench:{key}", "channel": CHANNELS[key % len(CHANNELS)], "fee": 2500,
                "registration": f"B{key}" if kept else None, "created_at": made, "created_by": "contact:bench",
                "booked_at": made + timedelta(minutes=1), "ended_at": None if kept else made + timedelta(hours=5),
                "ended_by": None if kept else "contact:bench",
            }


def _segment(n: int, slot: int) -> int:
    """In which segment of a session a slot (from 0) lies."""
    return FIRST + n * len(SEGMENTS) + (0 if slot < 4 else 1 if slot < 7 else 2)


def _wall(text: str, half: str) -> str:
    return text if half == "am" else f"{int(text[:2]) + 6:02d}{text[2:]}"


def _name(n: int) -> str:
    return WORDS[n % len(WORDS)] + WORDS[n // 7 % len(WORDS)] + WORDS[n // 131 % len(WORDS)]


def mobile_of(n: int) -> str:
    return f"139{n:08d}"


def _public(kind: str, n: int) -> str:
    """22 letters as public ids have them, spread as widely."""
    return blake2b(f"{kind}{n}".encode(), digest_size=11).hexdigest()


def _stir(n: int) -> int:
    """Who came when has no order (multiplication by an odd constant, modulo 2**32)."""
    return (n * 2654435761) % 2**32 >> 4
