"""A hospital with one more area, whose pushes are of every sort, and its words in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from bot.areas import AREAS
from bot.db.contacts import conversation
from bot.db.engine import Database
from bot.settings import Account
from bot.settings_parts import Sms
from bot.talk.area import Area, Areas
from bot.talk.pushes import PushKind
from flows.notices import store
from flows.notices.service import NoticesService
from flows.patients import store as patients
from flows.patients.links import store as links
from jobs import registry
from jobs.outbox import Drain
from tests.support import world as worlds
from tests.support.world import World

KINDS = (
    PushKind("probe.called", priority=1, quiet="always", useless_minutes=20, sms_fallback=True),
    PushKind("probe.report", values={"thing1": "name", "time2": "at"}, sms_fallback=True),
    PushKind("probe.campaign", priority=9),
    PushKind("probe.alarm", quiet="always", obligatory=True),
)
WORDS = {
    "called": "到您了\n{{ name }}，请到 205 诊室。", "report": "报告出来了\n{{ name }}",
    "campaign": "义诊\n{{ name }}", "alarm": "手机号改了\n{{ name }}",
}
AREA_OF_TESTS = Area(name="probe", title="试验提醒", pushes=KINDS)
MORNING = "2027-03-01 09:00"


@dataclass
class Notices:
    """The world, and shorthand for what these tests do all the time."""

    world: World
    traveller: Any
    _ids: int = field(default=0)

    @property
    def channels(self) -> Any:
        return self.world.channels

    async def push(self, kind: str = "probe.report", who: str = "a", about: str = "", **options: Any) -> bool:
        self._ids += 1
        contact_id = await self.world.contact_id(who)
        async with self.world.context(who) as context:
            facts = options.pop("facts", {"name": about or f"件{self._ids}", "at": "上午9:30"})
            made: bool = await NoticesService(context).push(
                kind, contact_id, about or f"thing:{self._ids}", facts, **options
            )
            return made

    async def talked(self, who: str = "a", kind: str = "text") -> None:
        """The contact does something that opens a window."""
        await self.world.said(who, "你好" if kind == "text" else "", kind)

    async def settle(self) -> None:
        await self.world.drain.once()

    def move_to(self, local: str) -> None:
        moment = datetime.fromisoformat(local)
        self.traveller.move_to(self.world.clock.moment(moment.date(), moment.time()))

    async def rows(self) -> list[Any]:
        async with self.world.database.reading() as tx:
            return list(await tx.all(select(store.push).order_by(store.push.c.id)))

    async def tasks(self) -> list[Any]:
        async with self.world.database.reading() as tx:
            return list(await tx.all(select(store.call_task)))

    async def reach(self, who: str = "a") -> str:
        contact_id = await self.world.contact_id(who)
        async with self.world.database.reading() as tx:
            return str(await tx.scalar(select(conversation.c.reach).where(conversation.c.contact_id == contact_id)))

    async def has_mobile(self, who: str = "a", mobile: str = "13800001234") -> None:
        contact_id = await self.world.contact_id(who)
        async with self.world.database.transaction() as tx:
            await patients.add_person(
                tx, name="张三", document=f"11010119800101{contact_id:04d}", mobile=mobile, document_type="id_card",
                sex="male", birth_date=date(1980, 1, 1),
            )
            person_id = await tx.scalar(select(patients.person.c.id).order_by(patients.person.c.id.desc()).limit(1))
            await links.add(
                tx, contact_id, person_id, mobile=mobile, relation="self", is_default=True, reach="all", proof="code",
                consent="v1", made_by="test",
            )


def make_world(database: Database, words: Path, **account: Any) -> World:
    folder = words / "probe"
    for sort in ("push", "sms"):
        (folder / sort).mkdir(parents=True, exist_ok=True)
        for name, text in WORDS.items():
            (folder / sort / f"{name}.j2").write_text(text, encoding="utf-8")
    main = worlds.test_settings().accounts["main"]
    settings = worlds.test_settings(
        accounts={"main": Account(**{**main.model_dump(), **account})}, templates_override=words,
        sms=Sms(gateway="http://gateway.invalid", key="k", secret="s" * 20),
    )
    world = World(database, Areas([*AREAS.all, AREA_OF_TESTS]), settings)
    world.drain = Drain(world.workshop, registry.handlers())
    return world


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(datetime.fromisoformat(f"{MORNING}+08:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def notices(database: Database, tmp_path: Path, clock: Any) -> Notices:
    return Notices(make_world(database, tmp_path / "words"), clock)


@pytest.fixture
def with_templates(database: Database, tmp_path: Path, clock: Any) -> Notices:
    """The account has templates for reports and for a conversation's words, and a subscription for reports."""
    world = make_world(
        database, tmp_path / "words", templates={"probe.report": "T1", "notices.said": "T2"},
        subscriptions={"probe.report": "S1"},
    )
    return Notices(world, clock)
