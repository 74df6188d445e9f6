"""A whole Daoyi around one database: real dispatcher, real outbox, recording outside, a clock that tests turn."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot import clock, logs
from bot.access.where import Whereabouts
from bot.clock import HospitalClock
from bot.context import Context
from bot.db.contacts import contact, contact_of, create
from bot.db.engine import Database
from bot.db.transaction import Transaction
from bot.ports import Ports
from bot.settings import Account, Settings
from bot.talk.area import Areas
from bot.talk.channel import Channels
from bot.talk.dispatcher import Dispatcher
from bot.talk.messages import Answer, Inbound
from bot.wording import Wording
from flows.notices.kinds import Kinds
from flows.payment.owners import Owners
from integrations.sms.port import SmsPort
from jobs.job import Workshop
from jobs.outbox import Drain
from jobs.schedule import Every
from tests.support.fakes import RecordingChannels, RecordingSms

TEMPLATES = Path(__file__).parents[2] / "templates"
ACCOUNT = "main"
SELDOM_S = 60


def test_settings(**changes: Any) -> Settings:
    account = Account(
        channel="wechat", app_id="wx0123456789abcdef", app_secret="s" * 32, token="token", aes_key="a" * 43
    )
    base = {"secret_key": "t" * 40, "phone_desk": "0571-8800 1234", "accounts": {ACCOUNT: account}}
    return Settings(**{**base, **changes})


@dataclass
class World:
    """`said(name, text)` is a message of a contact; `settle()` carries out everything that is due."""

    database: Database
    areas: Areas | None = None
    """All of this installation's where none are given; a test of the engine brings a toy."""
    settings: Settings = field(default_factory=test_settings)
    ports: Ports = field(default_factory=Ports)
    channels: RecordingChannels = field(default_factory=RecordingChannels)
    sms: RecordingSms = field(default_factory=RecordingSms)

    def __post_init__(self) -> None:
        handlers, self.periodic = {}, {}
        if self.areas is None:
            from bot.areas import AREAS
            from jobs import registry

            self.areas, handlers, self.periodic = AREAS, registry.handlers(), registry.periodic()
        self.wording = Wording.of(self.settings)
        self.ports.put(Channels, self.channels)
        self.ports.put(SmsPort, self.sms)
        self.ports.put(Kinds, Kinds(self.areas.all))
        self.ports.put(Whereabouts, Whereabouts.of(self.areas.all))
        self.ports.put(Owners, Owners.of(self.areas.all))
        self.dispatcher = Dispatcher(self.database, self.areas, self.wording, self.settings, self.ports)
        self.workshop = Workshop(self.database, self.ports, self.settings, self.wording, self.dispatcher)
        self.drain = Drain(self.workshop, handlers)
        self.clock = HospitalClock(self.settings.timezone)
        self._ids = itertools.count(1)
        self._ran: dict[str, float] = {}

    def inbound(self, who: str, text: str = "", kind: str = "text", data: Mapping[str, Any] | None = None) -> Inbound:
        number = next(self._ids)
        return Inbound("wechat:main", str(number), "wechat", ACCOUNT, self.address(who), kind, text, dict(data or {}))

    async def said(self, who: str, text: str = "", kind: str = "text", **data: Any) -> Answer:
        with logs.request(logs.new_request_id()):
            return await self.dispatcher.turn(self.inbound(who, text, kind, data))

    async def settle(self, *, seldom: bool = True) -> None:
        """Everything that is due now: periodic work, then the outbox. Without `seldom`, work that comes every five
        minutes or more seldom (it compares whole tables) comes in its own time: the suite would do nothing else."""
        now = clock.now().timestamp()
        for name, every in self.periodic.items():
            if not isinstance(every, Every):
                continue
            if seldom or every.seconds < SELDOM_S or now - self._ran.get(name, 0) >= every.seconds:
                self._ran[name] = now
                await every.run(self.workshop.job(name=name))
        await self.drain.once()

    async def contact_id(self, who: str) -> int:
        async with self.database.transaction() as tx:
            return await self._contact_id(tx, who)

    def address(self, who: str) -> str:
        """A contact's openid by the name that a test calls it."""
        return f"o-{who}"

    async def _contact_id(self, tx: Transaction, who: str) -> int:
        find = select(contact.c.id).where(contact.c.account == ACCOUNT, contact.c.external_id == self.address(who))
        if await tx.scalar(find) is None:
            await create(tx, ACCOUNT, "wechat", self.address(who))
        return int(await tx.scalar(find))

    @asynccontextmanager
    async def context(self, who: str = "a") -> Any:
        """A Context as a service gets it, in a transaction of its own, on behalf of a contact."""
        async with self.database.transaction() as tx:
            known = await contact_of(tx, await self._contact_id(tx, who))
            assert known is not None
            yield Context(
                tx=tx,
                ports=self.ports,
                settings=self.settings,
                wording=self.wording,
                contact=known,
                channel="wechat",
                actor=f"contact:{known.public_id}",
                request_id="test",
                now=tx.now,
                clock=self.clock,
            )
