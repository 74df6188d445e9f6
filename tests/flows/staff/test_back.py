"""After a form beside a list: the list as it was being looked at. And what is beyond somebody's reach is noted."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from bot.db.engine import Database
from bot.db.journal import journal
from tests.support.desk import Browser, desk


async def saved(browser: Browser, public: str, **headers: str) -> dict[str, list[str]]:
    """Where saving a member leads to."""
    page = await browser.get(f"/desk/staff/person/{public}")
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    sent = {"csrf": browser.token, "name": "王静", "version": version[1], "active": "on"}
    answer = await browser.client.post(f"/desk/staff/person/{public}", data=sent, headers=headers,
                                       allow_redirects=False)
    assert answer.status == 303
    led = urlsplit(answer.headers["Location"])
    assert (led.scheme, led.netloc, led.path) == ("", "", "/desk/staff/")
    return parse_qs(led.query)


@pytest.mark.parametrize(("seen", "kept"), [
    ("https://h.example/desk/staff/?q=wang&sort=-name&page=3&open=other",
     {"q": ["wang"], "sort": ["-name"], "page": ["3"]}),
    ("https://h.example/desk/audit/?q=wang", {}), ("https://[h", {}), ("", {}),
])
async def test_the_filters_stay(database: Database, seen: str, kept: dict[str, list[str]]) -> None:
    async with desk(database) as here:
        browser = await here.enter(await here.hire("boss", admin=True))
        wang = await here.hire("wang")
        assert await saved(browser, wang.public_id, Referer=seen) == {**kept, "open": [wang.public_id]}


async def test_what_is_beyond_the_reach_is_noted(database: Database) -> None:
    async with desk(database) as here:
        other = await here.hire("other", clinics=["1102"])
        browser = await here.enter(await here.hire("mine", role={"staff.view": "department"}, clinics=["1101"]))
        await browser.get(f"/desk/staff/person/{other.public_id}")
        assert browser.status == 404
        async with database.reading() as tx:
            rows = await tx.all(select(journal))
        assert [(row.kind, row.reason, row.about) for row in rows] == [
            ("access.not_done", "NotFound", "/desk/staff/person/{id}")]
        boss = await here.enter(await here.hire("boss", admin=True))
        page = await boss.get("/desk/audit/journal?kind=access.")
        assert "不在数据范围内" in page and "员工" in page


@pytest.mark.parametrize(("seen", "kept"), [
    ("https://h.example/desk/staff/?q=wang", True), ("https://h.example/desk/", False),
    ("https://h.example/h5/", False),
])
async def test_a_session_that_ended_leads_back_to_the_list(sqlite_database: Database, seen: str, kept: bool) -> None:
    async with desk(sqlite_database) as here:
        browser = await here.browser()
        await browser.get("/desk/staff/person/x", headers={"HX-Request": "true", "HX-Current-URL": seen})
        assert browser.answer is not None and browser.answer.headers["HX-Redirect"] == "/desk/sign-in"
        assert bool(browser.cookie("desk-back")) == kept


async def test_a_refused_form_forgets_neither_the_filters_nor_the_place(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        browser = await here.enter(await here.hire("boss", admin=True))
        wang = await here.hire("wang")
        path, seen = f"/desk/staff/person/{wang.public_id}", "/desk/staff/?q=wang&sort=-name&page=2"
        page = await browser.get(path, headers={"HX-Request": "true", "HX-Current-URL": f"https://h.example{seen}"})
        for name in ("", "", "王静"):  # twice in vain: then the browser knows no list any more, and the form does
            version, kept = (re.search(rf'name="{field}" value="([^"]+)"', page) for field in ("version", "list_at"))
            assert version and kept and kept[1] == seen
            page = await browser.post(path, name=name, version=version[1], active="on", list_at=kept[1])
            assert name or (browser.status == 422 and seen in page)
        led = urlsplit(browser.location)
        assert led.path == "/desk/staff/"
        assert parse_qs(led.query) == {"q": ["wang"], "sort": ["-name"], "page": ["2"], "open": [wang.public_id]}
        for forged in ("https://evil.example/desk/staff/?q=x", "//evil/desk/staff/?q=x", "/desk/audit/?q=x"):
            page = await browser.get(path)
            version = re.search(r'name="version" value="(\d+)"', page)
            assert version
            await browser.post(path, name="王静", version=version[1], active="on", list_at=forged)
            assert urlsplit(browser.location).query == f"open={wang.public_id}"
