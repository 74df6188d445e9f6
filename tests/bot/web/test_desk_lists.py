"""Lists of the desk and what they export: nothing that somebody typed becomes a formula."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from bot.db.engine import Database
from bot.errors import BadInput
from bot.web.desk.export import workbook
from bot.web.desk.lists import Column, Listing
from tests.support.desk import desk

COLUMNS = (Column("a"), Column("n", "number", total=True), Column("h", hidden=True))
LIST = Listing("t", COLUMNS, filters=("q",), sort="a")
ROWS = [{"id": str(n), "a": f"{n:03}", "n": n} for n in range(120)]
HOSTILE = ['=HYPERLINK("http://evil.example","x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "|cmd", "http://evil.example"]


def parts(body: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        return {name: book.read(name).decode() for name in book.namelist() if name.endswith((".xml", ".rels"))}


def test_no_formula_and_no_link_comes_out_of_a_text() -> None:
    found = parts(workbook(["a"], [[each] for each in HOSTILE], "boss & co"))
    sheet = found["xl/worksheets/sheet1.xml"]
    assert "<f>" not in sheet and "hyperlink" not in sheet and not [name for name in found if "sheet1.xml.rels" in name]
    assert 'quotePrefix="1"' in found["xl/styles.xml"]
    assert "=HYPERLINK" in found["xl/sharedStrings.xml"]
    assert "boss &amp;&amp; co" in sheet


@given(st.lists(st.lists(st.text(max_size=40) | st.integers(-(10**9), 10**9), min_size=2, max_size=2), max_size=5))
def test_any_text_makes_a_sound_file(rows: list[list[object]]) -> None:
    assert "<f>" not in parts(workbook(["a", "b"], rows, "x"))["xl/worksheets/sheet1.xml"]


def test_numbers_and_moments_stay_what_they_are() -> None:
    wall = datetime(2027, 3, 1, 9, tzinfo=UTC).replace(tzinfo=None)
    sheet = parts(workbook(["n", "at"], [[3, wall]], "x"))["xl/worksheets/sheet1.xml"]
    assert "<v>3</v>" in sheet and "<v>46447.375</v>" in sheet


def test_the_address_says_what_is_shown() -> None:
    asked = LIST.asked(make_mocked_request("GET", "/desk/t/?q=x&sort=-n&page=3&size=50&cols=n,h,zzz&open=7"))
    assert (asked.filters, asked.sort, asked.down, asked.page, asked.columns) == ({"q": "x"}, "n", True, 3, ("n", "h"))
    shown = LIST.shown(asked, ROWS)
    assert [row["n"] for row in shown.rows] == list(range(19, -1, -1))
    assert (shown.first, shown.last, shown.pages, shown.totals["n"]) == (101, 120, 3, sum(range(120)))
    assert asked.address(page="", open="") == "/desk/t/?q=x&sort=-n&cols=n%2Ch"


@pytest.mark.parametrize("query", ["sort=--a", "sort=%3Cscript%3E", "size=7", "cols=", "page=0", "page="])
def test_nonsense_in_the_address_is_brought_back(query: str) -> None:
    asked = LIST.asked(make_mocked_request("GET", f"/desk/t/?{query}"))
    assert (asked.sort, asked.page, asked.size, asked.columns) == ("a", 1, 50, ("a", "n"))


@pytest.mark.parametrize("page", ["-1", "x", "1e9", "٣", "9" * 30])
def test_a_page_that_is_no_number_is_refused(page: str) -> None:
    with pytest.raises(BadInput):
        LIST.asked(make_mocked_request("GET", f"/desk/t/?page={page}"))


async def test_an_export_is_made_and_told(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        browser = await here.enter(await here.hire("boss", admin=True))
        await browser.get("/desk/staff/new")
        await browser.post("/desk/staff/new", login="evil", name='=HYPERLINK("http://evil.example")')
        await browser.get("/desk/staff/?export=all&q=evil")
        assert browser.answer is not None
        found = parts(await browser.answer.read())
        assert "<f>" not in found["xl/worksheets/sheet1.xml"] and "=HYPERLINK" in found["xl/sharedStrings.xml"]
        assert "attachment" in browser.answer.headers["Content-Disposition"]
        assert (await here.acts())[-1] == "access.exported"


def test_columns_are_as_wide_as_what_stands_in_them() -> None:
    rows = [["中" * 10, "a" * 500, datetime(2027, 3, 1, tzinfo=UTC).replace(tzinfo=None)]]
    sheet = parts(workbook(["n", "long", "at"], rows, "x"))["xl/worksheets/sheet1.xml"]
    assert [round(float(each)) for each in re.findall(r'<col [^>]*width="([\d.]+)"', sheet)] == [23, 61, 22]
