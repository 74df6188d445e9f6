"""A push: once, when it is welcome, while it is of use, the urgent ones first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import clock, metrics
from flows.notices.service import NoticesService
from tests.flows.notices.conftest import Notices


def _counted(result: str) -> float:
    line = f'daoyi_pushes_total{{channel="none",kind="probe.called",result="{result}"}} '
    found = [each for each in metrics.exposition().decode().splitlines() if each.startswith(line)]
    return float(found[0].removeprefix(line)) if found else 0.0


async def test_it_is_sent_once_however_often_it_is_told(notices: Notices) -> None:
    await notices.talked()
    assert await notices.push(about="order:1")
    assert not await notices.push(about="order:1")
    await notices.settle()
    assert not await notices.push(about="order:1")
    await notices.settle()
    assert [message.text for _, message in notices.channels.sent] == ["报告出来了\norder:1"]
    [row] = await notices.rows()
    assert (row.state, row.way, row.attempts) == ("sent", "customer_service", 1)
    assert row.sent_at == clock.now()


async def test_the_same_matter_is_another_push_for_another_contact_and_another_kind(notices: Notices) -> None:
    for who in ("a", "b"):
        await notices.talked(who)
        assert await notices.push(about="order:1", who=who)
    assert await notices.push("probe.alarm", about="order:1")
    await notices.settle()
    assert sorted(to for to, _ in notices.channels.sent) == ["o-a", "o-a", "o-b"]


async def test_what_did_not_happen_is_not_told(notices: Notices) -> None:
    await notices.talked()
    contact_id = await notices.world.contact_id("a")
    with pytest.raises(ZeroDivisionError):
        async with notices.world.context("a") as context:
            await NoticesService(context).push("probe.report", contact_id, "x", {"name": "x", "at": ""})
            raise ZeroDivisionError
    await notices.settle()
    assert await notices.rows() == [] and notices.channels.sent == []


async def test_an_unknown_kind_is_a_mistake_of_ours(notices: Notices) -> None:
    with pytest.raises(LookupError, match=r"probe\.nothing"):
        await notices.push("probe.nothing")


async def test_facts_are_sealed(notices: Notices) -> None:
    await notices.push(facts={"name": "张小明", "at": ""})
    async with notices.world.database.reading() as tx:
        from sqlalchemy import text

        stored = await tx.scalar(text("SELECT facts FROM notices_push"))
    assert "张小明".encode() not in bytes(stored)


async def test_it_waits_for_its_moment(notices: Notices) -> None:
    await notices.talked()
    await notices.push(due=clock.now() + timedelta(hours=2))
    await notices.settle()
    assert notices.channels.sent == []
    notices.traveller.shift(timedelta(hours=2, seconds=1))
    await notices.settle()
    assert len(notices.channels.sent) == 1


async def test_what_is_withdrawn_is_not_sent_and_may_be_told_anew(notices: Notices) -> None:
    await notices.talked()
    await notices.push(about="visit:1", due=clock.now() + timedelta(hours=1))
    async with notices.world.context() as context:
        assert await NoticesService(context).withdraw("probe.report", "visit:1") == 1
        assert await NoticesService(context).withdraw("probe.report", "visit:1") == 0
    assert await notices.push(about="visit:1", facts={"name": "改期", "at": ""}, due=clock.now() + timedelta(hours=3))
    notices.traveller.shift(timedelta(hours=2))
    await notices.settle()
    assert notices.channels.sent == []
    notices.traveller.shift(timedelta(hours=2))
    await notices.settle()
    assert [message.text for _, message in notices.channels.sent] == ["报告出来了\n改期"]
    async with notices.world.context() as context:
        assert await NoticesService(context).withdraw("probe.report", "visit:1") == 0


async def test_quiet_hours(notices: Notices) -> None:
    notices.move_to("2027-03-01 22:00")
    await notices.talked()
    await notices.push()
    await notices.push("probe.called")
    await notices.settle()
    assert [message.text.split("\n")[0] for _, message in notices.channels.sent] == ["到您了"]
    notices.move_to("2027-03-02 07:29")
    await notices.settle()
    assert len(notices.channels.sent) == 1
    notices.move_to("2027-03-02 07:30")
    await notices.settle()
    assert len(notices.channels.sent) == 2


async def test_what_would_be_useless_after_the_quiet_hours_is_dropped(notices: Notices) -> None:
    notices.move_to("2027-03-01 22:00")
    await notices.talked()
    await notices.push(useless_after=clock.now() + timedelta(hours=2))
    await notices.settle()
    assert [row.state for row in await notices.rows()] == ["useless"]


async def test_useless_is_dropped(notices: Notices) -> None:
    await notices.talked()
    before = _counted("useless")
    await notices.push("probe.called")
    await notices.push("probe.report", useless_after=clock.now() + timedelta(minutes=5))
    notices.traveller.shift(timedelta(minutes=21))
    await notices.settle()
    assert [row.state for row in await notices.rows()] == ["useless", "useless"]
    assert notices.channels.sent == []
    assert _counted("useless") == before + 1


async def test_who_does_not_want_it_is_left_in_peace_except_for_what_must_be_said(notices: Notices) -> None:
    await notices.talked()
    async with notices.world.context() as context:
        await NoticesService(context).prefer("probe", False)
    await notices.push()
    await notices.push("probe.alarm")
    await notices.settle()
    assert [row.state for row in await notices.rows()] == ["off", "sent"]
    async with notices.world.context() as context:
        await NoticesService(context).prefer("probe", True)
    await notices.push()
    await notices.settle()
    assert [row.state for row in await notices.rows()] == ["off", "sent", "sent"]


async def test_calling_a_number_overtakes_a_campaign(notices: Notices) -> None:
    for who in "abc":
        await notices.talked(who)
        await notices.push("probe.campaign", who)
    await notices.push("probe.called", "c")
    await notices.settle()
    assert [message.text.split("\n")[0] for _, message in notices.channels.sent] == ["到您了", "义诊", "义诊", "义诊"]
