"""What the pages say is so: of a hold that was given back, of what can be cancelled, of a changed appointment."""

from __future__ import annotations

import re
from datetime import time, timedelta

import time_machine

from integrations.his import store as his
from tests.flows.booking import ward
from tests.flows.booking.stops.test_page import stopped
from tests.flows.booking.test_pages import HOME, Reader, reader, sits

__all__ = ["reader"]
MINE = f"{HOME}mine/"


async def test_what_was_given_back_did_not_run_out(reader: Reader, travel: time_machine.Coordinates) -> None:
    first, second = await sits(reader)
    held = await reader.hold(first)
    token = reader.field("csrf")
    await reader.post(f"{held}/release", then="leave")
    assert "号放回去了，没有约" in reader.text
    assert "已经放回去了" in await reader.get(held) and "分钟过了" not in reader.text
    await reader.post(f"{held}/confirm", csrf=token)
    assert reader.status == 409 and "已经放回去了" in reader.text and "分钟过了" not in reader.text
    held = await reader.hold(second)
    travel.shift(timedelta(minutes=16))
    assert "留号的 15 分钟过了" in await reader.get(held)


async def test_before_the_last_word_one_knows_whether_it_can_be_cancelled(
    reader: Reader, travel: time_machine.Coordinates
) -> None:
    soon, _ = await sits(reader, 0, half="pm", starts=time(14), ends=time(15))
    later, _ = await sits(reader)
    assert "晚上 8:00 前可以改时间或取消" in await reader.get(await reader.hold(later))
    travel.shift(timedelta(hours=5, minutes=45))
    assert "约好以后不能改，也不能取消" in await reader.get(await reader.hold(soon))


async def test_a_changed_appointment_leads_to_the_one_it_became(reader: Reader) -> None:
    first, second = await sits(reader)
    old = await reader.book(first)
    shown = await reader.get(f"{old}/change?segment={second}")
    assert "25.00 元，到院支付" in shown and "费用 25.00 元" not in shown  # the line is called so already
    await reader.post(f"{old}/change", segment=str(second))
    new = reader.path.partition("?")[0]
    for again in (old, f"{old}/change", f"{old}/cancel"):
        assert "看改好的预约" in await reader.get(again) and new in reader.links(MINE), again
    assert "已经改过时间了" in reader.text
    assert "看改好的预约" not in await reader.get(new)


async def test_whom_one_has_not_seen_is_not_the_doctor_of_last_time(
    reader: Reader, travel: time_machine.Coordinates
) -> None:
    await reader.book((await sits(reader))[0])
    assert "最近约的医生" in await reader.get(HOME) and "上次看的医生" not in reader.text
    assert "最近约的医生：王静（呼吸内科）" in str((await reader.world.said("a", "挂号")).messages)
    travel.shift(timedelta(days=2))
    assert "上次看的医生" in await reader.get(HOME) and "最近约的医生" not in reader.text


async def test_a_general_clinic_is_called_what_its_sessions_are(reader: Reader) -> None:
    code = await ward.session(reader.world, doctor=None, fee=1500)
    await ward.change_session(reader.world, code, kind="specialist")
    await ward.sync(reader.world)
    shown = await reader.get(f"{HOME}clinics/1101/general")
    assert "呼吸内科 专科普通号</h1>" in shown and "专科普通号由当班医生看" in shown


async def test_who_takes_a_general_slot_instead_of_a_stopped_expert_reads_what_it_is(reader: Reader) -> None:
    await sits(reader, doctor=None, half="pm", starts=time(14), ends=time(15), fee=1000)
    _, page = await stopped(reader)
    shown = await reader.get(f"{page}/others")
    general = next(part for part in shown.split('name="segment" value="')[1:] if "普通号" in part)
    await reader.post(page, answer="other", segment=general.partition('"')[0])
    assert "改好了" in reader.text and "普通号" in reader.text and "专家号" not in reader.text


async def test_the_search_says_what_it_did_not_find_and_knows_kinds(reader: Reader) -> None:
    await sits(reader)
    await sits(reader, doctor=None, half="pm", starts=time(14), ends=time(15), fee=1000)
    assert "读音一样" in await reader.get(f"{HOME}search?q=王敬", htmx=True) and "王静" in reader.text
    shown = await reader.get(f"{HOME}search?q=欧阳医生明天", htmx=True)
    assert "没有找到“欧阳" in shown and "全院还有" in shown
    shown = await reader.get(f"{HOME}search?q=普通号", htmx=True)
    assert "clinics/1101/general" in shown and "王静" not in shown
    assert "王静" in await reader.get(f"{HOME}search?q=明天的专家号", htmx=True)
    assert "在公众号里直接说" in await reader.get(f"{HOME}search?q=肚子疼", htmx=True)


async def test_a_rule_about_one_person_leaves_the_way_to_another(reader: Reader) -> None:
    first, second = await sits(reader)
    await reader.book(first)
    await reader.hold(second)
    assert reader.status == 409 and "别的就诊人" not in reader.text  # there is nobody else
    assert "那天来过" not in await appealed(reader) and "医生叮嘱" in reader.text
    await ward.person(reader.world, "a", "李小四")
    await reader.hold(second)
    assert reader.status == 409 and "给别的就诊人挂这个号" in reader.text
    assert f"{HOME}segments/{second}" in reader.links(f"{HOME}segments/")


async def appealed(reader: Reader) -> str:
    found = re.search(r'name="about" value="([^"]+)"', reader.text)
    assert found is not None
    return await reader.post(f"{HOME}appeals/", about=found[1])


async def test_markup_in_a_doctor_s_name_is_text_on_every_page(reader: Reader) -> None:
    async with reader.world.database.transaction() as tx:
        await tx.update(his.doctor.update().where(his.doctor.c.code == "D1023").values(name="<i>王静</i>"))
    first, second = await sits(reader)
    old = await reader.book(first)
    for path in (f"{HOME}doctors/D1023", f"{HOME}segments/{second}", old, f"{old}/change", f"{old}/cancel", MINE):
        answer = await reader.on.browser.get(f"/sandbox/phone/1{path}")
        shown = await answer.text()
        assert "&lt;i&gt;王静" in shown and "<i>王静" not in shown, path


async def test_who_was_registered_on_the_way_is_the_one_it_is_for(reader: Reader) -> None:
    first, _ = await sits(reader)
    await ward.person(reader.world, "a", "李小四")
    await reader.get(f"{HOME}segments/{first}")
    one, other = re.findall(r'name="person" value="([^"]+)"', reader.text)
    assert f'value="{one}" checked' in reader.text
    await reader.get(f"{HOME}segments/{first}?person={other}")
    assert f'value="{other}" checked' in reader.text and f'value="{one}" checked' not in reader.text
    await reader.get(f"{HOME}segments/{first}?person=nobody")
    assert f'value="{one}" checked' in reader.text
