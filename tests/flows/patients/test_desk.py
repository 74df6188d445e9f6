"""Finding a person from the desk, masked; the full values for a reason, which is written down."""

from __future__ import annotations

from datetime import date

import pytest

from bot.access.audit import store as trail
from bot.db.engine import Database
from flows.patients import store
from flows.patients.trail.store import look
from tests.support.desk import Desk, desk

NUMBER, MOBILE = "330106198805162717", "13812345678"


async def registered(here: Desk) -> str:
    async with here.database.transaction() as tx:
        await store.add_person(tx, name="张三明", document=NUMBER, document_type="id_card", mobile=MOBILE, sex="male",
                               birth_date=date(1988, 5, 16), patient_no="P000123")
        row = await store.by_document(tx, "id_card", NUMBER)
        assert row is not None
        return str(row.public_id)


TYPED = ["张三明", " 张 三明 ", NUMBER, "3301061988 0516 2717", MOBILE, "+86 138 1234 5678", "P000123"]


@pytest.mark.parametrize("typed", TYPED)
async def test_found_by_anything_and_masked(sqlite_database: Database, typed: str) -> None:
    async with desk(sqlite_database) as here:
        public_id = await registered(here)
        browser = await here.enter(await here.hire("clerk", role={"patients.find": "all"}))
        page = await browser.post("/desk/patients/find", q=typed)
        assert "张*明" in page and f"/desk/patients/person/{public_id}" in page
        assert "张三明" not in page and NUMBER not in page and MOBILE not in page
        page = await browser.get(f"/desk/patients/person/{public_id}")
        assert "****2717" in page and NUMBER not in page and "P000123" not in page and "看完整信息" not in page
        await browser.post(f"/desk/patients/person/{public_id}/reveal", why="just curious")
        assert browser.status == 403
        assert "access.refused" in await here.acts()


async def test_parts_find_nothing(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        await registered(here)
        browser = await here.enter(await here.hire("clerk", role={"patients.find": "all"}))
        for typed in ("张", "张三", "2717", "1381234", "%", "' OR 1=1", ""):
            assert "张*明" not in await browser.post("/desk/patients/find", q=typed)
            await browser.get("/desk/patients/find")


async def test_a_look_needs_a_reason_and_is_written_down(database: Database) -> None:
    async with desk(database) as here:
        public_id = await registered(here)
        browser = await here.enter(await here.hire("clerk", role={"patients.find": "all", "patients.reveal": "all"}))
        await browser.get(f"/desk/patients/person/{public_id}")
        page = await browser.post(f"/desk/patients/person/{public_id}/reveal", kind="核对身份", why=" ")
        assert browser.status == 422 and NUMBER not in page
        page = await browser.post(f"/desk/patients/person/{public_id}/reveal", kind="联系本人", why="回电")
        assert browser.status == 422 and ">回电</textarea>" in page
        assert '<option value="联系本人" selected>' in page
        page = await browser.post(f"/desk/patients/person/{public_id}/reveal", kind="核对身份", why="来电改约")
        assert NUMBER in page and MOBILE in page and "张三明" in page
        async with database.reading() as tx:
            entry = (await trail.find(tx, trail.Wanted(act="patients.revealed"), limit=5))[0]
            seen = await tx.all(look.select())
        assert entry.about == f"person:{public_id}" and entry.facts == {"why": "核对身份 · 来电改约"}
        assert len(seen) == 1 and seen[0].actor == entry.actor
        assert NUMBER not in str(entry.facts)
        await browser.get("/desk/patients/person/" + "x" * 22)
        assert browser.status == 404
