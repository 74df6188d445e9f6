"""What the channel tells afterwards: noted, and where it failed the push goes on."""

from __future__ import annotations

from datetime import timedelta

from flows.notices import results
from tests.flows.notices.conftest import Notices


async def _sent_as_template(notices: Notices) -> None:
    await notices.push()
    await notices.settle()
    [row] = await notices.rows()
    assert (row.state, row.way, row.message_id) == ("sent", "template", "template-1")


async def test_a_delivered_template_message_is_noted(with_templates: Notices) -> None:
    await _sent_as_template(with_templates)
    await with_templates.world.said("a", kind="delivery", message_id="template-1", status="success")
    await with_templates.settle()
    [row] = await with_templates.rows()
    assert (row.state, row.delivered) == ("sent", "delivered") and row.delivered_at is not None


async def test_who_blocked_the_account_is_told_the_next_way(with_templates: Notices) -> None:
    await with_templates.has_mobile()
    await _sent_as_template(with_templates)
    for _ in range(2):  # WeChat tells it again when it is not answered
        await with_templates.world.said("a", kind="delivery", message_id="template-1", status="failed:user block")
        await with_templates.settle()
    [row] = await with_templates.rows()
    assert (row.state, row.way, row.tried) == ("sent", "subscription", "template")
    failed = [{"message_id": "subscription-1", "template_id": "S1", "error_code": "43101", "error": "refused"}]
    await with_templates.world.said("a", kind="subscription", list=failed)
    await with_templates.settle()
    [row] = await with_templates.rows()
    assert (row.state, row.way, row.tried) == ("sent", "sms", "template,subscription")
    assert len(with_templates.world.sms.sent) == 1


async def test_a_report_of_the_sms_gateway(notices: Notices) -> None:
    await notices.has_mobile()
    await notices.push()
    await notices.settle()
    async with notices.world.database.transaction() as tx:
        results.tell(tx, "sms", "sms-1", "failed:MK:0001")
        results.tell(tx, "sms", "sms-1", "failed:MK:0001")
    await notices.settle()
    [row] = await notices.rows()
    assert (row.state, row.way, row.error) == ("fell", "call_task", "MK:0001")
    assert len(await notices.tasks()) == 1


async def test_a_result_that_comes_before_the_sending_is_written_down(with_templates: Notices) -> None:
    await with_templates.world.said("a", kind="delivery", message_id="template-1", status="success")
    await with_templates.settle()
    with_templates.traveller.shift(timedelta(seconds=10))
    await with_templates.settle()
    await _sent_as_template(with_templates)
    with_templates.traveller.shift(timedelta(minutes=4))
    await with_templates.settle()
    assert (await with_templates.rows())[0].delivered == "delivered"


async def test_results_of_messages_that_are_not_ours_are_let_go(with_templates: Notices) -> None:
    from flows.notices.undelivered import list_dead

    await with_templates.world.said("a", kind="delivery", message_id="999", status="success")
    for _ in range(12):
        await with_templates.settle()
        with_templates.traveller.shift(timedelta(minutes=6))
    async with with_templates.world.database.reading() as tx:
        assert await list_dead(tx) == []


async def test_another_contacts_message_with_the_same_id_is_another(with_templates: Notices) -> None:
    await _sent_as_template(with_templates)
    await with_templates.world.said("b", kind="delivery", message_id="template-1", status="failed:user block")
    await with_templates.settle()
    assert (await with_templates.rows())[0].delivered is None
