"""The list of what patients read: counts, what is missing as a to-do, and the state of each page, at first sight."""

from __future__ import annotations

from pathlib import Path

from bot.db.engine import Database
from flows.directory.editions.missing import missing
from flows.directory.editions.rules import Body, Edition
from tests.flows.directory.test_editions import DOCTOR, ONE, RIGHTS, house
from tests.support.desk import desk

LONG = "很长的介绍<b>" * 200


def test_what_is_missing() -> None:
    assert missing("doctor", DOCTOR, None) == ("picture",)
    assert missing("doctor", DOCTOR, Edition("doctor", "D1", Body(), "a.jpeg")) == ()


async def test_the_list_is_a_to_do(sqlite_database: Database, tmp_path: Path) -> None:
    async with house(sqlite_database, tmp_path) as here:
        editor = await here.enter(await here.hire("editor", role=RIGHTS))
        page = await editor.get("/desk/directory/")
        assert "擅长呼吸病" in page and "缺照片" in page and "缺介绍" in page and "医院系统里的" in page
        page = await editor.get("/desk/directory/?missing=picture")
        assert "共 1 条" in page and "王静" in page
        await editor.get(ONE)
        await editor.post(ONE, revision="0", intro=LONG[:3900])
        page = await editor.get("/desk/directory/?state=draft")
        assert "有草稿" in page and "共 1 条" in page
        assert "写好还没发布的介绍" in await editor.get("/desk/")
        await editor.get(ONE)
        await editor.post(f"{ONE}/publish", revision="1", at="2027-03-05T08:00")
        page = await editor.get("/desk/directory/?state=later")
        assert "到时发布" in page and "2027-03-05 08:00" in page and "共 1 条" in page
        assert "写好还没发布的介绍" not in await editor.get("/desk/")
        page = await editor.get(ONE)
        assert "起改看另一版" in page and "患者现在看到的是医院系统里的" in page


async def test_an_empty_directory(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        editor = await here.enter(await here.hire("editor", role=RIGHTS))
        assert "没有这样的科室" in await editor.get("/desk/directory/?state=draft&missing=intro&kind=doctor")
