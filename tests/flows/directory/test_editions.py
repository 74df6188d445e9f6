"""What the console writes of departments, clinics and doctors: drafts, pictures, preview, a date, and who may."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import FormData
from PIL import Image

from bot.access.audit import store as trail
from bot.db.engine import Database
from flows.directory import store as directory
from flows.directory.editions.rules import Body, Edition, of_form, over
from flows.directory.service import forget
from integrations.his.port import Clinic, Department, Doctor, Place, Site
from jobs.directory import HANDLES
from tests.support.desk import Browser, Desk, desk

RIGHTS = {"directory.view": "all", "directory.edit": "all", "directory.publish": "all"}
DOCTOR = Doctor("D1", "1023", "王静", "female", "主任医师", "博士", ("哮喘",), "擅长呼吸病。", ("c1",), None)
ONE = "/desk/directory/subject/doctor-D1"
PUBLIC = "/h5/directory/doctors/D1"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


async def fill(here: Desk) -> None:
    place = Place("门诊楼", "2", "B", "")
    async with here.database.transaction() as tx:
        await directory.replace(tx, {
            "sites": [Site("s1", "本部", "望江路88号", "")],
            "departments": [Department("d1", "s1", "内科", "看内科病。", False),
                            Department("d2", "s1", "外科", "", True)],
            "clinics": [Clinic(code, home, "s1", name, (), place, "", "", None, None, None, False, True)
                        for code, home, name in (("c1", "d1", "呼吸内科"), ("c2", "d2", "骨科"))],
            "doctors": [DOCTOR], "rooms": [],
        }, "digest")


@asynccontextmanager
async def house(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk(database, var=tmp_path) as here:
        await fill(here)
        yield here


async def seen(here: Desk, path: str = PUBLIC) -> str:
    """A page as anybody sees it who never signed in, in a process that reads the directory anew."""
    forget(here.world.ports)
    return await (await here.browser()).get(path)


def picture(kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 300), (20, 120, 110)).save(out, kind)
    return out.getvalue()


async def upload(browser: Browser, body: bytes, name: str = "face.jpg", **sent: str) -> str:
    form = FormData()
    form.add_field("csrf", browser.token)
    for field, value in sent.items():
        form.add_field(field, value)
    form.add_field("picture", body, filename=name, content_type="image/jpeg")
    return await browser._took(await browser.client.post(f"{ONE}/picture", data=form, allow_redirects=False))


def test_what_is_written_lies_over_the_hospitals_own() -> None:
    edition = Edition("doctor", "D1", Body(intro="新的介绍", specialties=("肺癌",)), "a" * 32 + ".jpeg")
    found = over(DOCTOR, edition)
    assert (found.intro, found.specialties, found.title) == ("新的介绍", ("肺癌",), "主任医师")
    assert found.photo == "/h5/directory/pictures/" + "a" * 32 + ".jpeg"
    assert over(DOCTOR, None) == DOCTOR


def test_a_form_is_read_with_its_limits() -> None:
    read = of_form("doctor", {"intro": " 一 \r\n\r\n\r\n二 ", "specialties": "哮喘，肺癌;哮喘", "way": "x"})
    assert read.body == Body(intro="一\n\n二", specialties=("哮喘", "肺癌")) and not read.problems
    assert set(of_form("doctor", {"title": "字" * 41}).problems) == {"title"}
    assert set(of_form("doctor", {"specialties": "、".join(map(str, range(13)))}).problems) == {"specialties"}
    assert of_form("department", {"way": "x", "title": "y"}).body == Body(way="x")


async def test_from_a_draft_to_the_patients(database: Database, tmp_path: Path) -> None:
    async with house(database, tmp_path) as here:
        editor = await here.enter(await here.hire("editor", role=RIGHTS))
        page = await editor.get("/desk/directory/")
        assert "王静" in page and "呼吸内科" in page
        await editor.get(ONE)
        intro = "看了三十年咳嗽。<script>alert(1)</script>"
        await editor.post(ONE, revision="0", intro=intro, title="", specialties="肺结节")
        assert editor.location.endswith("?open=doctor-D1")
        await editor.get(ONE)
        assert "看了三十年咳嗽" not in await seen(here) and "擅长呼吸病" in await seen(here)
        preview = await editor.get(f"{ONE}/preview")
        assert "预览" in preview and "看了三十年咳嗽" in preview
        await editor.get(ONE)
        await editor.post(ONE, revision="0", intro="我先写的")  # somebody else's page of before
        assert editor.status == 409 and "这一项改过了" in editor.page
        for _ in range(2):  # a second tap on the same button is the first
            await editor.get(ONE)
            await editor.post(ONE, revision="0", intro=intro, title="", specialties="肺结节")
            assert editor.status == 303
        for _ in range(2):
            await editor.get(ONE)
            await editor.post(f"{ONE}/publish", revision="1", at="")
            assert editor.status == 303
        page = await seen(here)
        assert "看了三十年咳嗽" in page and "肺结节" in page and "主任医师" in page
        raw = await (await here.browser()).client.get(PUBLIC)
        assert b"<script>alert" not in await raw.read()
        acts = await here.acts()
        assert [act for act in acts if act.startswith("directory.")] == ["directory.edited", "directory.published"]


async def test_a_picture_is_checked_and_shown_when_published(sqlite_database: Database, tmp_path: Path) -> None:
    async with house(sqlite_database, tmp_path) as here:
        editor = await here.enter(await here.hire("editor", role=RIGHTS))
        await editor.get(ONE)
        for bad in (SVG, b"<script>alert(1)</script>", b"\x89PNG\r\n\x1a\n" + SVG, b"GIF89a" + SVG):
            page = await upload(editor, bad, revision="0")
            assert editor.status == 422, bad
        assert not list((tmp_path / "uploads").rglob("*.*"))
        await editor.get(ONE)
        await upload(editor, picture(), revision="0")
        assert editor.status == 303
        kept = next((tmp_path / "uploads").rglob("*.jpeg")).name
        page = await editor.get(ONE)
        assert f"/desk/directory/pictures/{kept}" in page
        public = f"/h5/directory/pictures/{kept}"
        stranger = await here.browser()
        await stranger.get(public)
        assert stranger.status == 404  # a draft's
        await stranger.get(f"/desk/directory/pictures/{kept}")
        assert stranger.status in (302, 303)
        await editor.get(ONE)
        await editor.post(f"{ONE}/publish", revision="1", at="")
        assert public in await seen(here)
        answer = await stranger.client.get(public)
        assert answer.status == 200 and answer.content_type == "image/jpeg"
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and "sandbox" in answer.headers[
            "Content-Security-Policy"]
        for path in ("../../../etc/passwd", "x.svg", f"{kept}.html"):
            assert (await stranger.client.get(f"/h5/directory/pictures/{path}")).status == 404


async def test_a_date_to_come_and_taking_back(sqlite_database: Database, tmp_path: Path) -> None:
    async with house(sqlite_database, tmp_path) as here:
        editor = await here.enter(await here.hire("editor", role=RIGHTS))
        await editor.get(ONE)
        await editor.post(ONE, revision="0", intro="第一版")
        await editor.get(ONE)
        await editor.post(f"{ONE}/publish", revision="1", at="")
        await editor.get(ONE)
        await editor.post(ONE, revision="0", intro="第二版")
        await editor.get(ONE)
        await editor.post(f"{ONE}/publish", revision="1", at="not a day")
        assert editor.status == 422
        await editor.get(ONE)
        await editor.post(f"{ONE}/publish", revision="1", at="2027-03-01T12:00")
        assert "第一版" in await seen(here) and "到时发布" in await editor.get(ONE)
        here.clock.shift(timedelta(hours=4))
        await HANDLES["directory.shown"].run(here.world.workshop.job(name="directory.shown"), {})
        assert "第二版" in await seen(here)
        editor = await here.enter(await here.hire("editor2", role=RIGHTS))
        page = await editor.get(ONE)
        async with here.database.reading() as tx:
            newest = (await directory.edition_rows.of(tx, "doctor", "D1"))[0].public_id
        assert newest in page
        await editor.post(f"{ONE}/withdraw/{newest}")
        assert "第一版" in await seen(here)


async def test_what_is_published_for_another_moment_is_no_second_tap(
    sqlite_database: Database, tmp_path: Path
) -> None:
    async with house(sqlite_database, tmp_path) as here:
        editor = await here.enter(await here.hire("editor", role=RIGHTS))
        await editor.get(ONE)
        await editor.post(ONE, revision="0", intro="第一版")
        for at, status in (("2027-03-01T12:00", 303), ("2027-03-01T12:00", 303), ("", 409), ("2027-03-02T12:00", 409)):
            await editor.get(ONE)
            await editor.post(f"{ONE}/publish", revision="1", at=at)
            assert editor.status == status, at
        assert "第一版" not in await seen(here)


async def test_an_edition_of_long_ago_is_no_first_tap(sqlite_database: Database, tmp_path: Path) -> None:
    """Each draft counts from one: what somebody else has thrown away meanwhile was not published."""
    async with house(sqlite_database, tmp_path) as here:
        editor = await here.enter(await here.hire("editor", role=RIGHTS))
        await editor.get(ONE)
        await editor.post(ONE, revision="0", intro="第一版")
        await editor.get(ONE)
        await editor.post(f"{ONE}/publish", revision="1", at="")
        here.clock.shift(timedelta(minutes=2))
        await editor.get(ONE)
        await editor.post(f"{ONE}/publish", revision="1", at="")
        assert editor.status == 409 and "这一项改过了" in editor.page


async def test_rights_and_reach(sqlite_database: Database, tmp_path: Path) -> None:
    async with house(sqlite_database, tmp_path) as here:
        reader = await here.enter(await here.hire("reader", role={"directory.view": "all"}))
        page = await reader.get(ONE)
        assert "存草稿" not in page and "擅长呼吸病" in page
        await reader.get("/desk/account")
        for path in (ONE, f"{ONE}/publish"):
            await reader.post(path, revision="0", intro="x")
            assert reader.status == 403
        await upload(reader, picture(), revision="0")
        assert reader.status == 403 and not (tmp_path / "uploads").exists()
        surgeon = await here.enter(await here.hire(
            "surgeon", departments=["d2"], role=dict.fromkeys(RIGHTS, "department")))
        page = await surgeon.get("/desk/directory/")
        assert "外科" in page and "骨科" in page and "王静" not in page
        for path in (ONE, f"{ONE}/preview"):
            await surgeon.get(path)
            assert surgeon.status == 404
        await surgeon.get("/desk/account")
        await surgeon.post(ONE, revision="0", intro="x")
        assert surgeon.status == 404
        async with here.database.reading() as tx:
            told = [entry.act for entry in await trail.find(tx, trail.Wanted(act="directory."), limit=10)]
        assert told == []


@pytest.mark.parametrize("path", ["", "departments/d1", "departments/d2", "clinics/c1", "clinics/c2", "doctors/D1"])
async def test_the_pages_are_for_everybody(sqlite_database: Database, tmp_path: Path, path: str) -> None:
    async with house(sqlite_database, tmp_path) as here:
        page = await seen(here, f"/h5/directory/{path}")
        assert "<h1" in page and "没有找到" not in page
        # A discreet department stands in no browser's history.
        assert ("<title>医院介绍</title>" in page) == (path in ("departments/d2",)), page[:600]
        browser = await here.browser()
        await browser.get(f"/h5/directory/{path or 'departments/'}nowhere")
        assert browser.status == 404
