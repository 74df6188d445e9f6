"""Two at one desk, and one who taps twice: what was typed stays, and nobody's decision is lost without a word."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest

from bot.db.engine import Database
from flows.booking.roster.patterns import store as patterns
from flows.directory import store as directory
from flows.directory.rules import ClinicRule
from tests.flows.booking import ward
from tests.flows.booking.roster_office import FORM, HOME, clerk, office, published
from tests.support.desk import Browser, Desk

CLINIC = f"{HOME}clinics/1101"


def mark(page: str) -> str:
    found = re.search(r'name="mark" value="(\w*)"', page)
    assert found is not None
    return found[1]


async def rule(here: Desk) -> ClinicRule:
    async with here.database.reading() as tx:
        return (await directory.read(tx)).rule("1101")


async def two(here: Desk, path: str) -> tuple[Browser, Browser]:
    found = [await here.enter(await clerk(here, login)) for login in ("first", "second")]
    for browser in found:
        await browser.get(path)
    return found[0], found[1]


async def test_two_save_a_clinics_rules_in_the_same_instant(database: Database) -> None:
    async with office(database) as (here, _):
        both = await two(here, f"{CLINIC}/rules")
        seen = mark(both[0].page)
        sent = ({"hold_minutes": "5", "max_open": ""}, {"hold_minutes": "", "max_open": "3"})
        pairs = list(zip(both, sent, strict=True))
        await asyncio.gather(*(each.post(f"{CLINIC}/rules", mark=seen, doctor="", **what) for each, what in pairs))
        assert sorted(each.status for each in both) == [303, 409]
        (late, typed), (_, kept) = sorted(pairs, key=lambda pair: pair[0].status, reverse=True)
        page = re.sub(r"\s+", " ", late.page)
        assert "您的还没有保存" in page and "别人" not in page
        field, value = next((name, each) for name, each in typed.items() if each)
        assert re.search(rf'id="{field}"[^>]* value="{value}"', page), "what was typed stays"
        assert "现在是 不填" in page, "and what is now stands beside it"
        assert f"现在是 {max(kept.values())}" in page
        await late.post(f"{CLINIC}/rules", mark=mark(page), doctor="", hold_minutes="5", max_open="3")
        assert late.status == 303
        now = await rule(here)
        assert (now.hold_minutes, now.max_open) == (5, 3)


async def test_a_second_tap_on_a_clinics_rules_is_the_first(database: Database) -> None:
    async with office(database) as (here, _):
        browser, other = await two(here, f"{CLINIC}/rules")
        seen = mark(browser.page)
        page = await browser.post(f"{CLINIC}/rules/preview", mark=seen, doctor="", hold_minutes="5")
        assert 'name="again"' in page
        page = await browser.post(f"{CLINIC}/rules/preview", mark=seen, doctor="", hold_minutes="5", again="1")
        assert browser.status == 200 and re.search(r'id="hold_minutes"[^>]* value="5"', page), "the way back keeps it"
        for _ in range(2):
            await browser.post(f"{CLINIC}/rules", mark=seen, doctor="", hold_minutes="5")
            assert browser.status == 303
        assert (await here.acts()).count("booking.clinic_changed") == 1
        # Who comes late is told before the preview, not after it.
        await other.post(f"{CLINIC}/rules/preview", mark=seen, doctor="", hold_minutes="7")
        assert other.status == 409 and "现在是 5" in other.page
        page = await other.post(f"{CLINIC}/rules/preview", mark=mark(other.page), doctor="", min_age="9", max_age="8")
        assert other.status == 422 and re.search(r'id="max_age"[^>]* aria-invalid="true"', page)
        assert 'id="max_age-wrong"' in page


async def test_the_forms_of_a_clinic_keep_what_was_typed(database: Database) -> None:
    async with office(database) as (here, _):
        browser, other = await two(here, CLINIC)
        seen = mark(browser.page)
        page = await browser.post(CLINIC, mark=seen, horizon="400", opens="06:45")
        assert browser.status == 422 and 'value="400"' in page and 'value="06:45"' in page
        assert 'name="open" checked' not in page, "closed as it was typed, though it is open"
        page = await browser.post(f"{CLINIC}/day", mark=seen, same_day="no", before="9999", until="", no_shows="")
        assert browser.status == 422 and 'value="9999"' in page and '<option value="no" selected>' in page
        for _ in range(2):
            await browser.post(CLINIC, mark=seen, open="on", horizon="14", opens="")
            assert browser.status == 303
        page = await other.post(CLINIC, mark=seen, open="on", horizon="20", opens="")
        assert other.status == 409 and "您的还没有保存" in page and 'value="20"' in page and "14 天以内" in page
        page = await other.post(f"{CLINIC}/day", mark=seen, same_day="no", before="", until="", no_shows="")
        assert other.status == 409 and '<option value="no" selected>' in page
        await other.post(CLINIC, mark=mark(page), open="on", horizon="20", opens="")
        assert other.status == 303 and (await rule(here)).horizon_days == 20
        assert (await here.acts()).count("booking.clinic_changed") == 2


async def test_a_fee_says_beside_its_field_what_is_wrong(database: Database) -> None:
    async with office(database) as (here, _):
        browser = await here.enter(await clerk(here))
        path, sent = f"{CLINIC}/fees", {"kind": "general", "fee": "12", "first": "2027-03-05"}
        for field, value in (("fee", "abc"), ("fee", "9999"), ("first", "2027-02-28")):
            await browser.get(path)
            page = await browser.post(f"{path}/preview", **{**sent, field: value})
            assert browser.status == 422 and page.count("-wrong\">") == 1
            assert re.search(rf'id="{field}"[^>]* aria-invalid="true"[^>]* value="{value}"|'
                             rf'id="{field}"[^>]* aria-invalid="true"', page) and f'value="{value}"' in page
        page = await browser.post(f"{path}/preview", **sent)
        assert 'name="again"' in page
        page = await browser.post(f"{path}/preview", **sent, again="1")
        assert 'id="fee"' in page and 'value="12"' in page and 'value="2027-03-05"' in page


async def test_a_pattern_that_is_tapped_twice_is_drafted_once(database: Database) -> None:
    async with office(database) as (here, _):
        first, second = await two(here, f"{HOME}patterns/1101/new")
        for _ in range(2):
            await first.post(f"{HOME}patterns/1101/new", **FORM)
            assert first.status == 303
        async with here.database.reading() as tx:
            (_, edit), = await patterns.edits(tx, "1101")
        path = f"{HOME}patterns/1101/{edit.key}"
        seen = mark(await first.get(path))
        await second.get(path)
        for _ in range(2):
            await first.post(path, mark=seen, **{**FORM, "ends": "11:00"})
            assert first.status == 303
        page = await second.post(path, mark=seen, **{**FORM, "ends": "12:00"})
        assert second.status == 409 and "改过" in page


async def test_an_equal_pattern_does_not_hide_what_a_colleague_made_of_this_one(database: Database) -> None:
    async with office(database) as (here, _):
        first, second = await two(here, f"{HOME}patterns/1101/new")
        for sent in (FORM, {**FORM, "weekday": "2"}):
            await first.post(f"{HOME}patterns/1101/new", **sent)
        async with here.database.reading() as tx:
            key = next(edit.key for _, edit in await patterns.edits(tx, "1101")
                       if edit.terms and edit.terms.weekday == 2)
        path = f"{HOME}patterns/1101/{key}"
        seen = mark(await first.get(path))
        await second.get(path)
        await second.post(path, mark=seen, **{**FORM, "weekday": "2", "ends": "11:00"})
        assert second.status == 303
        page = await first.post(path, mark=seen, **FORM)  # as another line of the same clerk's already is
        assert first.status == 409 and "改过" in page
        async with here.database.reading() as tx:
            assert "11:00" in {edit.terms.ends for _, edit in await patterns.edits(tx, "1101") if edit.terms}


async def test_from_a_later_day_a_second_tap_is_one_and_a_colleague_is_told(database: Database) -> None:
    async with office(database) as (here, world):
        first, second = await two(here, f"{HOME}patterns/1101/new")
        await first.post(f"{HOME}patterns/1101/new", **FORM)
        await published(first, world)
        async with here.database.reading() as tx:
            path = f"{HOME}patterns/1101/{(await patterns.live(tx))[0].key}"
        later = {**FORM, "ends": "11:00", "first": (ward.TODAY + timedelta(days=14)).isoformat()}
        seen = mark(await first.get(path))
        for _ in range(2):
            await first.post(path, mark=seen, **later)
            assert first.status == 303
        async with here.database.reading() as tx:
            assert len(await patterns.edits(tx, "1101")) == 2
        await second.post(path, mark=mark(await second.get(path)), **{**FORM, "ends": "09:00"})
        assert second.status == 303
        await first.post(path, mark=seen, **later)
        assert first.status == 409


@pytest.mark.parametrize("odd", ("²", "9" * 5000, "１２３４５６７８９０"))
async def test_numbers_that_are_none_are_told_as_that(sqlite_database: Database, odd: str) -> None:
    async with office(sqlite_database) as (here, _):
        boss = await here.enter(await here.hire("boss", admin=True))
        for path, sent in (
            ("shares", {"channel": "window", "percent": odd, "hours": "1"}),
            ("shares", {"channel": "window", "percent": "20", "hours": odd}),
            ("draws", {"seconds": odd}),
        ):
            await boss.get(f"/desk/booking/{path}")
            await boss.post(f"/desk/booking/{path}", clinic="1101", doctor="", **sent)
            assert boss.status == 422, (path, sent)
        one = await here.hire("one")
        await boss.get("/desk/staff/roles/new")
        await boss.post(f"/desk/staff/person/{one.public_id}", name="X", version=odd)
        assert boss.status == 409
        for path in ("/desk/audit/?open=", f"{HOME}drafts?made="):
            await boss.get(path + odd)
            assert boss.status == 200, path
