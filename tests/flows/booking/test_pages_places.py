"""Two sites that each have a 呼吸内科: wherever a name would mean two places, pages say which."""

from __future__ import annotations

from integrations.his import store as his
from tests.flows.booking import ward
from tests.flows.booking.test_pages import HOME, Reader, reader, sits

__all__ = ["reader"]
EAST = {"building": "东楼", "floor": "1", "area": "A", "room": "101"}


async def two_sites(on: Reader) -> list[int]:
    """A second site with a clinic of the same name, in which 王静 sits on Wednesday; gives the segments there."""
    async with on.world.database.transaction() as tx:
        await tx.update(his.site.update().values(name="清梧医院 总院"))
        await tx.insert(his.site, code="E", name="清梧医院 东院区", address="江东路1号", phone="")
        await tx.insert(his.department, code="51", site="E", name="内科", intro="", discreet=False)
        await tx.insert(
            his.clinic, code="5101", department="51", site="E", name="呼吸内科", subjects="呼吸内科", phone="",
            intro="", min_age=None, max_age=None, sex=None, discreet=False, online=True, **EAST,
        )
        await tx.insert(his.room, code="R5101", site="E", clinic="5101", **EAST)
        await tx.update(his.doctor.update().where(his.doctor.c.code == "D1023").values(clinics="1101,5101"))
    code = await ward.session(on.world, ward.TODAY.replace(day=3), clinic="5101")
    await ward.change_session(on.world, code, site="E")
    await ward.sync(on.world)
    return [int(row.id) for row in await ward.segments(on.world, code)]


async def test_a_doctor_who_sits_at_two_sites(reader: Reader) -> None:
    here, _ = await sits(reader)
    there, _ = await two_sites(reader)
    await reader.get(f"{HOME}doctors/D1023?day=2027-03-03")
    assert reader.text.count(">呼吸内科 · 总院、</span>") == 1  # whom the page is about
    assert '<h3 class="times-clinic">呼吸内科 · 东院区</h3>' in reader.text
    for segment, place in ((here, "呼吸内科 · 总院"), (there, "呼吸内科 · 东院区")):
        await reader.get(f"{HOME}segments/{segment}")
        assert place in reader.text
    booked = await reader.book(there)
    assert "呼吸内科 · 东院区" in reader.text
    assert "呼吸内科 · 东院区" in await reader.get(f"{booked}/change?day=2027-03-03")


async def test_lists_and_chips_tell_two_of_a_name_apart(reader: Reader) -> None:
    await sits(reader)
    await two_sites(reader)
    await reader.get(f"{HOME}experts")
    assert ">内科 · 总院</a>" in reader.text and ">内科 · 东院区</a>" in reader.text and ">妇产科</a>" in reader.text
    assert "内科 · 东院区 1 位医生" in await reader.get(f"{HOME}experts?department=51")
    assert "没有内科 · 东院区的号" in await reader.get(f"{HOME}dates?department=51&day=2027-03-02")
    shown = await reader.get(f"{HOME}search?q=呼吸内科", htmx=True)
    assert "<span>总院</span>" in shown and "<span>东院区</span>" in shown
    asked = (await reader.world.said("a", "挂号 呼吸内科")).messages[-1]
    assert [label for _, label in asked.options] == ["呼吸内科 · 总院", "呼吸内科 · 东院区"]
    chosen = "呼吸内科 · 东院区"
    for said, told in ((chosen, f"{chosen}，请选医生"), ("王静", f"王静 主任医师 · {chosen}")):
        assert told in (await reader.world.said("a", said)).messages[-1].text


async def test_what_is_no_number_of_a_page_is_the_first(reader: Reader) -> None:
    await sits(reader)
    for asked in ("²", "9" * 5000, "-1", "0", "x"):
        shown = await reader.get(f"{HOME}experts?page={asked}")
        assert reader.status == 200 and "王静" in shown, asked[:9]
        await reader.get(f"{HOME}draws?page={asked}")
        assert reader.status == 200, asked[:9]
