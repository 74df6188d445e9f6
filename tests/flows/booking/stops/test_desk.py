"""The desk: preview, stop, the board, calls, answers for others, undo; who may see and do what; export."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.db.engine import Database
from bot.db.transaction import Transaction
from flows.booking.stops import store
from flows.booking.stops.choices import store as choices
from flows.notices import store as pushes
from flows.notices.calls import store as calls
from flows.patients.finding import store as persons
from tests.flows.booking import ward
from tests.flows.booking.test_office import office
from tests.support.desk import Browser

HOME = "/desk/booking/stops/"
ALL = {f"booking.stops.{verb}": "all" for verb in ("view", "stop", "call", "export")}
NEW = f"{HOME}new/{ward.TOMORROW:%y%m%d}am11011023"


async def stopped(clerk: Browser, **more: str) -> str:
    """王静 does not sit tomorrow; gives the address of the stop."""
    await clerk.get(NEW)
    page = await clerk.post(NEW, step="preview", reason="医生<b>手术</b>", **more)
    assert "张*明" in page and "张三明" not in page and "医生<b>手术</b>" in page and "1 位患者" in page
    sent = dict(re.findall(r'type="hidden" name="(once|mark)" value="(\w+)"', clerk.page))
    for _ in range(2):
        await clerk.post(NEW, step="stop", reason="医生<b>手术</b>", **sent, **more)
        assert clerk.status == 303, clerk.page
    return clerk.location.partition("?")[0]


async def test_a_session_is_stopped_watched_and_called_about(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, world):
        clerk = await here.enter(await here.hire("clerk", role=ALL))
        await clerk.get(f"{HOME}new?day={ward.TOMORROW}")
        assert NEW in clerk.page and "李崇文" in clerk.page
        page = await clerk.post(NEW, step="preview", reason=" ")
        assert clerk.status == 422 and "请写一个患者看得懂的原因" in page
        page = await clerk.post(NEW, step="stop", again="1", reason="医生开会")
        assert clerk.status == 200 and 'value="医生开会"' in page, "the way back from the preview keeps what was typed"
        address = await stopped(clerk)
        assert "正在通知 1 位患者" in await clerk.get(f"{address}?done=stopped")
        page = await clerk.get(address)
        assert "没看到" in page and "王静" in page and "张*明" in page and "张三明" not in page
        async with world.database.reading() as tx:
            row = await tx.one(select(store.choice))
        assert row is not None and "没有这样的" not in page
        person = f"{HOME}person/{row.public_id}"
        assert "看电话" not in await clerk.get(person)  # without the right to look
        async with world.database.transaction() as tx:  # no way was open: the push fell to a call
            told = await tx.one(select(pushes.push).where(pushes.push.c.kind == "booking.stopped"))
            assert told is not None
            await calls.add(tx, told.id, told.contact_id, told.kind)
        here.clock.shift(timedelta(hours=13))
        clerk = await here.enter(await here.hire("other", role=ALL))
        assert row.public_id in await clerk.get(f"{HOME}calls") and "有 1 位患者" in await clerk.get(HOME)
        await clerk.get(person)
        await clerk.post(f"{person}/call", result="not_reached", note="没人接")
        assert "没人接" in clerk.page and row.public_id in await clerk.get(f"{HOME}calls")
        await clerk.get(person)
        await clerk.post(f"{person}/call", result="reached", note="")
        assert row.public_id not in await clerk.get(f"{HOME}calls")
        async with world.database.reading() as tx:
            assert await calls.open_ones(tx, 10) == []
        await clerk.get(person)
        assert "取消" in await clerk.post(f"{person}/choose", answer="cancel")
        await clerk.get(address)
        await clerk.post(f"{address}/undo")
        assert clerk.location.endswith("done=late")
        acts = await here.acts()
        for act in ("booking.stopped", "booking.stop_called", "booking.stop_answered"):
            assert act in acts
        assert await ward.balanced(world)


async def test_undone_in_time(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, world):
        clerk = await here.enter(await here.hire("clerk", role=ALL))
        address = await stopped(clerk, substitute="D1024")
        page = await clerk.get(address)
        assert "<h1>替诊：王静" in page and "撤销这次替诊" in page
        await clerk.post(f"{address}/undo")
        page = await clerk.get(clerk.location)
        assert "<h1>已撤销的替诊：王静" in page and "照常出诊" in page and "booking.stop_undone" in await here.acts()
        assert {row.state for row in await ward.segments(world, NEW.rpartition("/")[2])} == {"open"}
        assert await ward.balanced(world)


async def test_only_ones_own_departments(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, _):
        clerk = await here.enter(await here.hire("clerk", role=ALL))
        address = await stopped(clerk)
        some = {right: "department" for right in ALL if right != "booking.stops.export"}
        other = await here.enter(await here.hire("other", role=some, clinics=["1102"]))
        assert "王静" not in await other.get(HOME) and "王静" not in await other.get(f"{HOME}new?day={ward.TOMORROW}")
        for path in (address, NEW):
            await other.get(path)
            assert other.status == 404
        await other.get(HOME)
        await other.post(f"{address}/undo", csrf=other.token)
        assert other.status == 404
        looks = await here.enter(await here.hire("looks", role={"booking.stops.view": "all"}))
        page = await looks.get(HOME)
        assert "王静" in page and f"{HOME}new" not in looks.page
        for path in (f"{HOME}new", NEW, f"{HOME}?export=all"):
            await looks.get(path)
            assert looks.status == 403


async def sheet(clerk: Browser, path: str) -> str:
    """All words of the file that a list goes out as."""
    await clerk.get(f"{path}?export=all")
    assert clerk.answer is not None
    book = zipfile.ZipFile(io.BytesIO(await clerk.answer.read()))
    return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))


async def test_the_list_goes_out_masked(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, _):
        clerk = await here.enter(await here.hire("clerk", role=ALL))
        address = await stopped(clerk)
        for path in (f"{address}?export=all", f"{HOME}?export=all", f"{HOME}calls?export=all"):
            await clerk.get(path)
            assert clerk.status == 200 and clerk.answer is not None
        text = await sheet(clerk, HOME)
        assert f"{ward.TOMORROW} 上午" in text and "整场" in text
        text = await sheet(clerk, address)
        assert "张*明" in text and "张三明" not in text and "13800000001" not in text
        assert "access.exported" in await here.acts()


async def test_the_board_reads_what_is_within_reach_and_names_all_at_once(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    named: list[int] = []
    of_stops, briefs = choices.of_stops, persons.briefs

    async def counted(tx: Transaction, stops: Collection[int]) -> Sequence[Any]:
        found = await of_stops(tx, stops)
        read.append(len(found))
        return found

    async def noted(tx: Transaction, ids: Iterable[int]) -> dict[int, persons.Brief]:
        named.append(len(asked := list(ids)))
        return await briefs(tx, asked)

    async with office(sqlite_database) as (here, _):
        clerk = await here.enter(await here.hire("clerk", role=ALL))
        address = await stopped(clerk)
        other = await here.enter(await here.hire("other", role={"booking.stops.view": "department"}, clinics=["1102"]))
        monkeypatch.setattr(choices, "of_stops", counted)
        monkeypatch.setattr(persons, "briefs", noted)
        await other.get(HOME)
        await clerk.get(HOME)
        assert read == [0, 1] and not any(named)  # the list names nobody
        named.clear()
        assert "张*明" in await clerk.get(address)
        assert named == [1]
