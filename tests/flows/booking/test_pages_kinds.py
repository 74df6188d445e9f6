"""What every list and page says of a session before anybody holds a slot of it: its kind, its fee, its room."""

from __future__ import annotations

from datetime import time, timedelta

from sqlalchemy import select

from flows.booking import store
from integrations.his import store as his
from tests.flows.booking import ward
from tests.flows.booking.test_pages import HOME, Reader, _other_books, reader, sits

__all__ = ["reader"]


async def another_room(on: Reader, code: str) -> None:
    """The session sits one floor higher than its clinic."""
    spot = {"building": "门诊楼", "floor": "3", "area": "C", "room": "318"}
    async with on.world.database.transaction() as tx:
        await tx.insert(his.room, code="R318", site="Z", clinic="1101", **spot)
    await ward.change_session(on.world, code, room="R318")


async def test_rows_say_the_kind_with_the_fee(reader: Reader) -> None:
    await sits(reader)
    await sits(reader, doctor=None, half="pm", fee=1000)
    for path in ("clinics/1101", "dates?day=2027-03-02", "search?q=王静"):
        assert '<span class="fee">专家号 25.00 元</span>' in await reader.get(f"{HOME}{path}"), path
    page = await reader.get(f"{HOME}clinics/1101")
    assert '普通号</div>' in page and '<span class="fee">10.00 元</span>' in page
    asked = (await reader.world.said("a", "挂号 呼吸内科")).messages[-1]
    assert any("专家号 25.00 元" in label for _, label in asked.options)


async def test_only_one_kind(reader: Reader) -> None:
    await sits(reader)
    other = await ward.session(reader.world, doctor="1024", fee=1500)
    await ward.change_session(reader.world, other, kind="specialist")
    await sits(reader, doctor=None, half="pm", fee=1000)
    page = await reader.get(f"{HOME}experts")
    assert "2 位医生" in page and f"{HOME}experts?kind=specialist" in reader.links(f"{HOME}experts")
    page = await reader.get(f"{HOME}experts?kind=specialist&department=11")
    assert "陈松年" in page and "专科普通号 15.00 元" in page and "王静" not in page
    assert f"{HOME}experts?department=16&kind=specialist" in reader.links(f"{HOME}experts")
    assert "没有儿科门诊部的专科普通号" in await reader.get(f"{HOME}experts?kind=specialist&department=16")
    page = await reader.get(f"{HOME}dates?day=2027-03-02&kind=general")
    assert "普通号</div>" in page and "王静" not in page
    page = await reader.get(f"{HOME}clinics/1101?kind=expert")
    assert "王静" in page and "陈松年" not in page
    assert "没有专家号，可以看别的号别或日期" in await reader.get(f"{HOME}clinics/1101?kind=expert&day=2027-03-03")
    assert "王静" in await reader.get(f"{HOME}clinics/1101?kind=nonsense")


async def test_a_full_and_an_absent_doctor_have_a_fee(reader: Reader) -> None:
    first, second = await sits(reader, capacity=1)
    assert '专家号 <b>25.00 元</b>' in await reader.get(f"{HOME}doctors/D1023/code")
    for n, segment in enumerate((first, second)):
        await _other_books(reader, segment, n)
    assert "约满" in await reader.get(f"{HOME}doctors/D1023")
    assert '专家号 <b>25.00 元</b></span>' in reader.text
    later, _ = await sits(reader, 9, doctor="1024", fee=3000)
    for day in (ward.TODAY + timedelta(days=9), ward.TODAY - timedelta(days=20)):  # not yet open; the last there was
        async with reader.world.database.transaction() as tx:
            mine = store.session.c.id == (await tx.scalar(select(store.segment.c.session_id).where(
                store.segment.c.id == later)))
            await tx.update(store.session.update().where(mine).values(date=day))
        page = await reader.get(f"{HOME}search?q=陈松年", htmx=True)
        assert "这几天不出诊" in page and '<span class="fee">专家号 30.00 元</span>' in page
    page = await reader.get(f"{HOME}search?q=李崇文", htmx=True)
    assert "这几天不出诊" in page and "元" not in page  # nobody knows what they cost


async def test_each_time_says_its_room_and_what_it_costs(reader: Reader) -> None:
    morning, _ = await sits(reader)
    code = await ward.session(reader.world, half="pm", starts=time(14), ends=time(15), fee=1500)
    await ward.change_session(reader.world, code, kind="specialist")
    await another_room(reader, code)
    await ward.sync(reader.world)
    page = await reader.get(f"{HOME}doctors/D1023?day=2027-03-02")
    early, late = page.split("专科普通号 · <b>15.00 元</b>")
    assert "专家号 · <b>25.00 元</b>" in early and "门诊楼 2 楼 B 区 205 诊室" in early
    assert "门诊楼 3 楼 C 区 318 诊室" in late.split("</p>")[0]
    assert page.count("门诊楼 3 楼 C 区 318 诊室") == 2 and page.count("门诊楼 2 楼 B 区 205 诊室") == 2
    assert page.count('<ul class="times">') == page.count("</ul>") - page.count('<ul class="marks"')
    page = await reader.get(f"{HOME}segments/{morning}")
    assert "专家号 25.00 元，到院支付" in page and "门诊楼 2 楼 B 区 205 诊室" in page
    asked = (await reader.world.said("a", "王静 明天")).messages[-1].text
    assert "费用写在时段后面" in asked and "地点" not in asked  # two rooms: each is said with its own time
    await ward.change_session(reader.world, code, state="stopped")
    await ward.sync(reader.world)
    asked = (await reader.world.said("b", "王静 明天")).messages[-1].text
    assert "专家号 25.00 元" in asked and "地点 门诊楼 2 楼 B 区 205 诊室" in asked
