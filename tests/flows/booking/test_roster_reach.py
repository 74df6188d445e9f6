"""The roster's pages: whose sessions are whose to see, change and publish."""

from __future__ import annotations

from bot.access.people import store as people
from bot.db.engine import Database
from flows.booking.roster.patterns import store as patterns
from tests.flows.booking import ward
from tests.flows.booking.roster_office import CODE, FORM, HOME, clerk, made, office, published


async def test_whose_clinics_are_whose(database: Database) -> None:
    async with office(database) as (here, world):
        boss = await here.enter(await clerk(here, "boss"))
        await made(boss)
        await made(boss, clinic="1102", doctor="D1031", room="R1102")
        await published(boss, world)
        await published(boss, world, "1102")
        mine = await here.enter(await clerk(here, "head", "department", clinics=["1102"]))
        page = await mine.get(HOME)
        assert "心血管内科" in page and "呼吸内科" not in page and "王静" not in page
        page = await mine.get(f"{HOME}clinics")
        assert "心血管内科" in page and "呼吸内科" not in page
        page = await mine.get(f"{HOME}changes")
        assert "李崇文" in page and "王静" not in page
        for path in ("?clinic=1101", "preview/1101", f"session/{CODE}", "patterns?clinic=1101", "clinics/1101",
                     "patterns/1101/new"):
            await mine.get(HOME + path)
            assert mine.status == 404, path
        for path in (f"session/{CODE}/close", "preview/1101/publish", "preview/1101/discard", "clinics/1101",
                     "patterns/1101/new"):
            await mine.get("/desk/account")
            await mine.post(HOME + path, **FORM)
            assert mine.status == 404, path
        assert "王静" not in await mine.get(f"{HOME}?open={CODE}")
        # Few clinics stand together whatever department they are of: nobody misses half of what is theirs.
        page = await boss.get(HOME)
        assert "所有科室" in page and "patterns?clinic=1101" in page and "patterns?clinic=1501" in page
        page = await boss.get(f"{HOME}?department=11")
        assert "patterns?clinic=1101" in page and "patterns?clinic=1501" not in page


async def test_each_act_has_its_right(database: Database) -> None:
    async with office(database) as (here, world):
        boss = await here.enter(await clerk(here, "boss"))
        await made(boss)
        looks = await here.enter(await here.hire("looks", role={"booking.roster.see": "all"}))
        page = await looks.get(f"{HOME}preview/1101")
        assert "您能看，不能发布" in page and "新排班" not in await looks.get(f"{HOME}patterns?clinic=1101")
        assert "您能看，不能改" in await looks.get(f"{HOME}clinics/1101")
        for path in ("preview/1101/publish", "preview/1101/discard", "copy", "clinics/1101", "patterns/1101/new",
                     f"session/{CODE}/close"):
            await looks.get("/desk/account")
            await looks.post(HOME + path)
            assert looks.status == 403, path
        await looks.get(f"{HOME}clinics?export=all")
        assert looks.status == 403
        nobody = await here.enter(await here.hire("nobody", role={"booking.view": "all"}))
        await nobody.get(HOME)
        assert nobody.status == 403
        drafts = await here.enter(await clerk(here, "drafts", without="booking.roster.publish"))
        await published(drafts, world)
        assert drafts.status == 403
        async with database.reading() as tx:
            assert await patterns.live(tx) == [] and len(await patterns.edits(tx)) == 1


async def test_a_doctor_with_reach_own_has_their_own_sessions(database: Database) -> None:
    async with office(database) as (here, world):
        boss = await here.enter(await clerk(here, "boss"))
        doctor = await clerk(here, "doctor", "own")
        async with database.transaction() as tx:
            row = await people.by_login(tx, "doctor")
            assert row is not None
            await people.change(tx, row.id, doctor="D1023")
        own = await here.enter(doctor)
        page = await own.get(HOME)
        table = page.split("<table")[1].split("</table>")[0]
        assert "王静" in table and "陈松年" not in table and "普通门诊" not in table
        await made(own, doctor="D1024")
        assert own.status == 404
        await made(own)
        assert own.status == 303
        await made(boss, doctor="D1024", half="pm", starts="14:00", ends="16:00")
        page = await own.get(f"{HOME}preview/1101")
        assert "王静" in page and "陈松年" not in page
        assert page.count("每周二上午") == 1 and "1 处" in await own.get(HOME)
        await published(own, world)  # somebody else's draft is in it
        assert own.status == 403
        await published(boss, world)
        await own.get(f"{HOME}session/{CODE}")
        await own.post(f"{HOME}session/{CODE}/close")
        assert own.status == 303
        page = await own.get(f"{HOME}changes")
        assert "王静" in page and "陈松年" not in page
        assert "关闭出诊" in page and (await ward.segments(world, CODE))[0].state == "closed"
        await own.get(f"{HOME}session/{CODE}")
        await own.post(f"{HOME}session/{CODE}/open")
        assert (await ward.segments(world, CODE))[0].state == "open"
