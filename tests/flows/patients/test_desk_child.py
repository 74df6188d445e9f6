"""A child without a document at the desk: by whom, how many, and the document that comes later."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from bot.db.engine import Database
from flows.patients import store
from integrations.his import store as his
from integrations.his.port import HospitalPort
from tests.flows.booking import ward
from tests.support.desk import Browser, Desk, desk
from tests.support.world import World

ROLE = {"patients.find": "all", "patients.enrol": "all", "booking.behalf.book": "all", "booking.behalf.see": "all"}
ADULT = {"name": "周大山", "document_type": "passport", "document_number": "E88776655", "sex": "male",
         "birth_date": "1990-02-03", "mobile": "13900000001", "consent": "yes"}
CHILD = {"name": "周小满", "sex": "female", "birth_date": "2024-03-04"}
NUMBER = "330106202403040046"  # of a girl born on 2024-03-04


async def enrolled(here: Desk, world: World, **changes: str) -> tuple[Browser, str]:
    """A clerk, and the page of somebody grown up whom they registered."""
    await ward.open_hospital(world)
    await ward.sync(world)
    here.world.ports.put(HospitalPort, world.ports[HospitalPort])
    browser = await here.enter(await here.hire("clerk", role=ROLE))
    await browser.get("/desk/patients/new")
    await browser.post("/desk/patients/new", **ADULT | changes)
    assert browser.location.endswith("?done=new"), browser.page
    return browser, browser.location.partition("?")[0]


async def sends(browser: Browser, page: str, what: str = "child", **form: str) -> str:
    await browser.get(f"{page}/{what}")
    shown = await browser.post(f"{page}/{what}", **form)
    return browser.location or shown


async def rows(database: Database, table: Any = store.person) -> list[Any]:
    async with database.reading() as tx:
        return list(await tx.all(select(table).order_by(table.c.id)))


async def test_a_guardian_registers_a_child_and_brings_its_document_later(database: Database) -> None:
    async with desk(database) as here:
        world = World(database)
        browser, guardian = await enrolled(here, world)
        assert "给孩子建档" in await browser.get(guardian)
        shown = await sends(browser, guardian, **CHILD)
        assert browser.status == 422 and "同意" in shown
        child = (await sends(browser, guardian, **CHILD, consent="yes")).partition("?")[0]
        page = await browser.get(f"{child}?done=new")
        assert "周*满" in page and "补登证件" in page and "代约" in page and "****0001" in page
        again = await sends(browser, guardian, **CHILD, consent="yes")
        assert again == f"{child}?done=known" and len(await rows(database)) == 2
        await world.drain.once()  # the hospital makes the records, the child's by its guardian's document
        assert [row.record_state for row in await rows(database)] == ["known", "known"]
        assert "E88776655" in {row.guardian_document_number for row in await rows(database, his.patient)}
        wrong = await sends(browser, child, "document", document_type="resident", document_number="330106202403040045")
        assert browser.status == 422 and "周*满" in wrong
        other = await sends(browser, child, "document", document_type="resident", document_number="330106201903041219")
        assert browser.status == 409 and "不一样" in other
        done = await sends(browser, child, "document", document_type="resident", document_number=NUMBER)
        assert done == f"{child}?done=document"
        page = await browser.get(done)
        assert "****0046" in page and "证件补登好了" in page and "补登证件…" not in page
        await browser.get(f"{child}/document")
        assert browser.status == 404
        assert {"patients.enrolled", "patients.enrol_known", "patients.document_refused",
                "patients.document_added"} <= set(await here.acts())


async def test_who_is_no_guardian_and_who_needs_a_document(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        browser, youth = await enrolled(here, World(sqlite_database), birth_date="2010-02-03")
        assert "监护人要满 18 岁" in await sends(browser, youth, **CHILD, consent="yes")
        await browser.get("/desk/patients/new")
        await browser.post("/desk/patients/new", **ADULT | {"document_number": "E11223344"})
        guardian = browser.location.partition("?")[0]
        said = await sends(browser, guardian, **CHILD | {"birth_date": "2012-03-04"}, consent="yes")
        assert "满 14 岁要用本人的证件" in said and browser.status == 409
        assert len(await rows(sqlite_database)) == 2


async def test_as_many_as_a_contact_may_look_after(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        browser, guardian = await enrolled(here, World(sqlite_database))
        most = here.settings.people.max_new_per_month
        for n in range(most):
            await sends(browser, guardian, **CHILD | {"name": f"周小{'一二三四五六七八九十'[n]}"}, consent="yes")
            assert browser.location.endswith("?done=new"), browser.page
        said = await sends(browser, guardian, **CHILD, consent="yes")
        assert browser.status == 409 and ("已经登记了" in said or "已经有" in said)
        assert len(await rows(sqlite_database)) == most + 1


async def test_a_document_of_somebody_else(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        browser, guardian = await enrolled(here, World(sqlite_database))
        child = (await sends(browser, guardian, **CHILD, consent="yes")).partition("?")[0]
        for name, said in (("周小满", "可能登记了两次"), ("吴小雨", "另一个名字")):
            number = NUMBER if name == "周小满" else "330106202403040126"
            await browser.get("/desk/patients/new")
            await browser.post("/desk/patients/new", **ADULT | {
                "name": name, "document_type": "resident", "document_number": number})
            assert browser.location.endswith("?done=new"), browser.page
            shown = await sends(browser, child, "document", document_type="resident", document_number=number)
            assert browser.status == 409 and said in shown, shown
        assert (await rows(sqlite_database))[1].document is None
