"""No list of the desk leaves as a file in which a text calculates, whoever wrote it."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from bot.web.desk.export import TYPE
from tests.security.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="package")

FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "=HYPERLINK(\"http://a.invalid\")", "=cmd|' /C calc'!A0")


LISTS = ("staff/", "audit/", "directory/", "desk/", "notices/", "booking/shares", "booking/draws")


async def test_no_export_calculates(place: Town) -> None:
    for number, formula in enumerate(FORMULAS):
        staff = await place.here.hire(f"formula{number}", role={}, departments=["11"])
        async with place.here.database.transaction() as tx:
            from bot.access.people.store import staff as people

            await tx.update(people.update().where(people.c.public_id == staff.public_id).values(name=formula))
    boss, found = place.staff["boss"].client, []
    for way in place.ways:
        if way.method != "GET" or way.access.kind != "needs":
            continue
        path = way.address(place.things)[0]
        for which in ("all", "page"):
            answer = await boss.get(f"{path}{'&' if '?' in path else '?'}export={which}", allow_redirects=False)
            if answer.content_type != TYPE:
                break
            found.append(way.name)
            assert "attachment" in answer.headers["Content-Disposition"], way.name
            assert answer.headers["Cache-Control"] == "no-store", way.name
            with zipfile.ZipFile(io.BytesIO(await answer.read())) as book:
                sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name]
                texts = "".join(book.read(name).decode() for name in book.namelist() if "sharedStrings" in name)
                assert not [name for name in book.namelist() if "externalLink" in name or "vba" in name], way.name
            assert not re.search(r"<f[ >]|<hyperlink", "".join(sheets)), way.name
            if way.path == "/desk/staff/":
                assert all(formula.strip()[:3] in texts for formula in FORMULAS), "they are in it, as texts"
    assert {f"GET /desk/{each}" for each in LISTS} <= set(found)


async def test_nobody_exports_without_the_right_to(place: Town) -> None:
    """Who may read all of it and export nothing; that they tried is in the trail."""
    rights = {slug: "all" for slug in place.here.rights.by_slug if not slug.endswith(".export")}
    reader = await place.here.enter(await place.here.hire("reader", role=rights))
    for each in LISTS:
        before = await place.refusals()
        answer = await reader.client.get(f"/desk/{each}?export=all", allow_redirects=False)
        assert answer.status == 403 and await place.refusals() == before + 1, each
