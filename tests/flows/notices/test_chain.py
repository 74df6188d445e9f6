"""The ways a push can go, in their order, and how many of them the channel allows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import OutsideRefused
from tests.flows.notices.conftest import Notices


async def _ways(notices: Notices) -> list[tuple[str, str | None]]:
    return [(row.state, row.way) for row in await notices.rows()]


async def test_the_chain_falls_in_order(with_templates: Notices) -> None:
    notices = with_templates
    await notices.has_mobile()
    await notices.talked()
    for number in range(9):  # five of them fit into the window of the contact's message
        await notices.push(about=f"report:{number}")
    await notices.settle()
    assert (await _ways(notices))[:6] == [("sent", "customer_service")] * 5 + [("sent", "template")]
    notices.channels.errors = [OutsideRefused("47003", "bad value")]
    await notices.push(about="report:no-template")
    await notices.settle()
    assert (await _ways(notices))[-1] == ("sent", "subscription")
    notices.channels.errors = [OutsideRefused("48001"), OutsideRefused("43101")]
    await notices.push(about="report:neither")
    await notices.settle()
    row = (await notices.rows())[-1]
    assert (row.state, row.way, row.tried, row.message_id) == ("sent", "sms", "template,subscription", "sms-1")
    assert notices.world.sms.sent == [("13800001234", "probe.report", {"name": "report:neither"})]


async def test_values_of_a_template_follow_the_kind_and_fit(with_templates: Notices) -> None:
    name = "呼吸与危重症医学科住院部三病区检查报告单"  # 20 characters fit
    await with_templates.push(facts={"name": name + "再多几个字", "at": "2027-03-01 09:30"})
    await with_templates.settle()
    [(to, kind, values)] = with_templates.channels.templates
    assert (to, kind) == ("o-a", "probe.report")
    assert values == {"thing1": f"{name[:19]}…", "time2": "2027-03-01 09:30"}


async def test_five_in_48_hours(notices: Notices) -> None:
    await notices.talked()
    for _ in range(7):
        await notices.push()
    await notices.settle()
    assert len(notices.channels.sent) == 5
    assert [state for state, _ in await _ways(notices)] == ["sent"] * 5 + ["fell"] * 2
    notices.traveller.shift(timedelta(hours=47))
    await notices.talked()
    await notices.push("probe.alarm")
    await notices.settle()
    assert len(notices.channels.sent) == 6
    notices.traveller.shift(timedelta(hours=48, seconds=1))
    await notices.push("probe.alarm")
    await notices.settle()
    assert len(notices.channels.sent) == 6


@pytest.mark.parametrize("act", ["click", "scan", "subscribe"])
async def test_three_in_a_minute(notices: Notices, act: str) -> None:
    await notices.talked(kind=act)
    for _ in range(4):
        await notices.push()
    await notices.settle()
    assert len(notices.channels.sent) == 3
    await notices.talked(kind=act)
    notices.traveller.shift(61)
    await notices.push()
    await notices.settle()
    assert len(notices.channels.sent) == 3


async def test_the_channel_knows_better_than_our_ledger(with_templates: Notices) -> None:
    await with_templates.talked()
    with_templates.channels.closed = True
    await with_templates.push()
    await with_templates.settle()
    assert await _ways(with_templates) == [("sent", "template")]
    assert (await with_templates.rows())[0].error is None
    assert await with_templates.reach() == "{}"


async def test_who_left_the_account_is_not_written_to_there(with_templates: Notices) -> None:
    await with_templates.has_mobile()
    await with_templates.talked()
    await with_templates.talked(kind="unsubscribe")
    await with_templates.push()
    await with_templates.settle()
    assert await _ways(with_templates) == [("sent", "sms")]
    assert with_templates.channels.sent == [] and with_templates.channels.templates == []


async def test_nothing_reaches_so_staff_call(notices: Notices) -> None:
    await notices.push("probe.report")
    await notices.push("probe.campaign")
    await notices.settle()
    assert await _ways(notices) == [("fell", "call_task"), ("fell", None)]
    [task] = await notices.tasks()
    assert (task.reason, task.state) == ("probe.report", "open")


async def test_ten_text_messages_a_day(notices: Notices) -> None:
    await notices.has_mobile()
    for _ in range(11):
        await notices.push("probe.called")
    await notices.settle()
    assert len(notices.world.sms.sent) == 10
    assert len(await notices.tasks()) == 1
    notices.traveller.shift(timedelta(hours=25))
    await notices.push("probe.called")
    await notices.settle()
    assert len(notices.world.sms.sent) == 11


async def test_a_gateway_that_refuses_leaves_it_to_staff(notices: Notices, monkeypatch: pytest.MonkeyPatch) -> None:
    await notices.has_mobile()

    async def refuse(*args: object, **more: object) -> None:
        raise OutsideRefused("BLOCKED")

    monkeypatch.setattr(notices.world.sms, "send", refuse)
    await notices.push()
    await notices.settle()
    [row] = await notices.rows()
    assert (row.state, row.way, row.tried) == ("fell", "call_task", "sms")
