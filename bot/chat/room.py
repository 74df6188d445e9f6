"""A conversation in the terminal with the real dispatcher: on a hospital of its own that is gone afterwards, or on the
configured database, where nothing but this very conversation is touched."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bot import logs
from bot.access.where import Whereabouts
from bot.areas import AREAS
from bot.chat.outside import Show, ShownChannels, ShownSms
from bot.clock import HospitalClock
from bot.db import keys_store, migrate
from bot.db.engine import Database
from bot.errors import BadInput
from bot.ports import Ports
from bot.settings import Settings
from bot.talk.channel import Channels
from bot.talk.dispatcher import Dispatcher
from bot.talk.messages import Answer, Inbound
from bot.talk.transcript import ACTS
from bot.wording import Wording
from flows.notices.kinds import Kinds
from integrations.his.embedded import EmbeddedHospital
from integrations.his.port import HospitalPort
from integrations.his.seed import seed
from integrations.sms.port import SmsPort
from jobs import booking, directory, registry
from jobs.job import Workshop
from jobs.outbox import Drain
from jobs.schedule import Every

CONTACT = "terminal"


class Room:
    """`say` gives the answer; what is sent of our own accord is shown as it leaves. With `real`, that is left to the
    workers."""

    def __init__(self, settings: Settings, database: Database, show: Show, *, real: bool) -> None:
        self._show, self._real = show, real
        wording, ports = Wording.of(settings), Ports()
        ports.put(Channels, ShownChannels(show))
        ports.put(SmsPort, ShownSms(show))
        ports.put(Kinds, Kinds(AREAS.all))
        ports.put(Whereabouts, Whereabouts.of(AREAS.all))
        ports.put(HospitalPort, EmbeddedHospital(database, HospitalClock(settings.timezone)))
        self.dispatcher = Dispatcher(database, AREAS, wording, settings, ports)
        self.workshop = Workshop(database, ports, settings, wording, self.dispatcher)
        self._drain = Drain(self.workshop, registry.handlers())
        self._account = next(iter(settings.accounts), "main")

    async def hear(self, line: str) -> Answer:
        """One line: words, or ``>> scan doctor:D12`` for something that the contact does.

        :raises BadInput: no such act
        """
        with logs.request():
            answer = await self.dispatcher.turn(self._inbound(line))
        if not self._real:
            await self._settle()
        return answer

    def _inbound(self, line: str) -> Inbound:
        kind, text, data = "text", line, {}
        if line.startswith(">>"):
            kind, _, rest = line[2:].strip().partition(" ")
            if kind not in ACTS:
                raise BadInput("no_such_act")
            text, data = "", {ACTS[kind]: rest} if rest else {}
        return Inbound("terminal", secrets.token_hex(8), "wechat", self._account, CONTACT, kind, text, data)

    async def _settle(self) -> None:
        """What workers would do by now."""
        for name, every in registry.periodic().items():
            if isinstance(every, Every) and every.seconds <= 60:
                await every.run(self.workshop.job(name=name))
        await self._drain.once()


@asynccontextmanager
async def room(settings: Settings, show: Show, *, real: bool, tell: Callable[[str], None]) -> AsyncIterator[Room]:
    """The room, open; `tell` hears what takes a while."""
    async with AsyncExitStack() as stack:
        if not real:
            tell("making a hospital …")
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="daoyi-chat-")))
            own = {"database": f"sqlite+aiosqlite:///{folder / 'chat.sqlite'}", "secret_key": secrets.token_hex(32)}
            settings = settings.model_copy(update=own)
            await migrate.upgrade(settings.database, settings.secret_keys)
        database = Database(settings.database)
        stack.push_async_callback(database.close)
        await database.start()
        await migrate.require_current(database)
        await keys_store.load(database, settings.secret_keys)
        opened = Room(settings, database, show, real=real)
        stack.push_async_callback(opened.dispatcher.finish)
        if not real:
            await seed(database, HospitalClock(settings.timezone), people=100)
            await directory.sync(opened.workshop.job(name="directory.sync"))
            await booking.sync_rosters(opened.workshop.job(name="booking.rosters"))
        yield opened
