"""What every answer carries, and what is said when something goes wrong."""

from __future__ import annotations

import re

import pytest

from bot.web.access import Access
from tests.bot.web.site import Site, open_page, staff, who


async def test_the_request_id_is_given_back_and_taken_over_from_a_proxy(site: Site) -> None:
    browser = await site.browser()
    made = (await browser.get("/open")).headers["X-Request-Id"]
    assert re.fullmatch(r"[0-9a-f]{16}", made)
    given = await browser.get("/open", headers={"X-Request-Id": "proxy-00112233"})
    assert given.headers["X-Request-Id"] == "proxy-00112233"


@pytest.mark.parametrize("odd", ["short", "x" * 41, "with space here", "<script>alert(1)</script>"])
async def test_an_odd_request_id_is_replaced(site: Site, odd: str) -> None:
    browser = await site.browser()
    assert (await browser.get("/open", headers={"X-Request-Id": odd})).headers["X-Request-Id"] != odd


@pytest.mark.parametrize("path", ["/open", "/h5/site/fault/ours", "/nowhere", "/h5/site/who", "/static/h5/page.css"])
async def test_every_answer_is_guarded(site: Site, path: str) -> None:
    browser = await site.browser()
    headers = (await browser.get(path, allow_redirects=False)).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'" and policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


async def test_https_is_insisted_on_where_patients_come_by_it(https_site: Site) -> None:
    browser = await https_site.browser()
    assert "max-age=31536000" in (await browser.get("/open")).headers["Strict-Transport-Security"]


@pytest.mark.parametrize(
    ("path", "way"),
    [
        ("/h5/nowhere", "/h5/booking/"),
        ("/h5/booking/mine/nobodys", "/h5/booking/mine/"),
        ("/h5/patients/nobody", "/h5/patients/"),
        ("/h5/directory/nothing", "/h5/directory/"),
    ],
)
async def test_a_page_that_is_not_there_leads_on(site: Site, path: str, way: str) -> None:
    browser = await site.browser()
    answer = await browser.get(path, headers={"Accept": "text/html"})
    assert answer.status == 404 and f'href="{way}"' in await answer.text()


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("bad", 400, "这个页面打不开"),
        ("gone", 404, "没有找到"),
        ("changed", 409, "已经变了"),
        ("no", 409, "现在办不了"),
        ("away", 503, "暂时办不了"),
        ("ours", 500, "抱歉，是我们的问题"),
    ],
)
async def test_a_fault_is_told_kindly_with_a_reference_and_nothing_of_the_inside(
    site: Site, name: str, status: int, said: str
) -> None:
    browser = await site.browser()
    answer = await browser.get(f"/h5/site/fault/{name}")
    text = await answer.text()
    assert answer.status == status
    assert said in text and answer.headers["X-Request-Id"] in text
    for inside in ("Traceback", "swordfish", "RuntimeError", "10.0.0.3", "odd"):
        assert inside not in text


async def test_a_program_is_told_in_json_and_a_callback_nothing(site: Site) -> None:
    browser = await site.browser()
    answer = await browser.get("/api/v1/site/fault/ours")
    assert (answer.status, await answer.json()) == (
        500,
        {"error": "ours", "reference": answer.headers["X-Request-Id"]},
    )
    asked = await browser.get("/h5/site/fault/gone", headers={"Accept": "application/json"})
    assert (await asked.json())["error"] == "not_found"
    callback = await browser.get("/webhooks/site/ours")
    assert (callback.status, await callback.read()) == (500, b"")


async def test_addresses_and_methods_that_are_not_there(site: Site) -> None:
    browser = await site.browser()
    assert "没有找到" in await (await browser.get("/nowhere")).text()
    wrong = await browser.post("/open")
    assert wrong.status == 405
    assert "GET" in wrong.headers["Allow"]


async def test_the_fault_page_stands_even_if_its_template_does_not(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **facts: object) -> str:
        raise LookupError("no words")

    from bot.web.keys import WORDING

    monkeypatch.setattr(site.app[WORDING], "render", broken)
    browser = await site.browser()
    answer = await browser.get("/h5/site/fault/ours")
    assert answer.status == 500
    assert answer.headers["X-Request-Id"] in await answer.text()


async def test_each_handler_says_who_may_come(site: Site) -> None:
    assert vars(open_page)["access"] == Access("public")
    assert vars(who)["access"] == Access("contact")
    assert vars(staff)["access"] == Access("needs", "site.read")


async def test_a_page_of_the_desk_sends_strangers_to_the_door(site: Site) -> None:
    browser = await site.browser()
    answer = await browser.get("/desk/site/", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/desk/sign-in")
