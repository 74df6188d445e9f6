"""Pages know who opened them by the channel's word to this very browser, and by nothing else."""

from __future__ import annotations

import re

import time_machine

from bot import clock
from bot.db.contacts import contact
from bot.db.engine import Database
from tests.bot.web.site import Site, begin


async def test_a_contact_comes_in_without_a_word_and_lands_where_it_wanted(site: Site) -> None:
    browser = await site.browser()
    back = await begin(browser, "/h5/site/who?day=2027-03-01&x=%E5%8F%B7")
    answer = await browser.get(f"{back}&code=code-o1", allow_redirects=False)
    assert answer.headers["Location"] == "/h5/site/who?day=2027-03-01&x=%E5%8F%B7"
    page = await (await browser.get(answer.headers["Location"])).json()
    assert (page["openid"], page["account"]) == ("o1", "main")


async def test_nothing_in_the_address_or_the_cookies_names_the_contact(site: Site) -> None:
    browser = await site.browser()
    start = await browser.get("/h5/site/who", allow_redirects=False)
    answer = await browser.get(f"{await begin(browser, '/h5/site/who')}&code=code-oNAMED", allow_redirects=False)
    told = str(start.headers) + str(answer.headers)
    assert "oNAMED" not in told
    state = start.headers["Location"].partition("&state=")[2]
    assert re.fullmatch(r"[0-9a-z]{1,128}", state), "WeChat takes letters and digits, at most 128"


async def test_the_session_cookie_is_closed_to_scripts_and_other_sites(https_site: Site) -> None:
    browser = await https_site.browser()
    start = await browser.get("/h5/site/who", allow_redirects=False)
    cookie = start.headers["Set-Cookie"]
    assert cookie.startswith("__Host-sign-in-")
    for flag in ("HttpOnly", "SameSite=Lax", "Secure", "Path=/"):
        assert flag in cookie


async def test_a_state_that_we_did_not_make_is_refused(site: Site) -> None:
    browser = await site.browser()
    back = await begin(browser, "/h5/site/who")
    forged = back[:-1] + ("0" if back[-1] != "0" else "1")
    for state in (forged, "/h5/sign-in/main?state=" + "a" * 80, "/h5/sign-in/main?state=", "/h5/sign-in/main"):
        joint = "&" if "?" in state else "?"
        answer = await browser.get(f"{state}{joint}code=code-o1", allow_redirects=False)
        assert answer.status == 400
        assert "Set-Cookie" not in answer.headers


async def test_a_way_back_that_was_forwarded_opens_as_nobody(site: Site) -> None:
    """An attacker begins, and has the victim (or the other way round) finish in another browser."""
    one, other = await site.browser(), await site.browser()
    back = await begin(one, "/h5/site/who")
    answer = await other.get(f"{back}&code=code-o1", allow_redirects=False)
    assert answer.status == 401
    assert "contact=" not in str(answer.headers.getall("Set-Cookie", []))
    shown = await answer.text()
    assert "转发来的链接只能由本人打开" in shown
    assert 'href="/h5/booking/"' in shown and "/h5/sign-in/" not in shown, "a way on that is theirs"
    assert "code-o1" not in site.sign_ins.each["main"].spent, "the code was not even redeemed"


async def test_a_link_that_was_forwarded_opens_as_who_opens_it(site: Site) -> None:
    owner, friend = await site.signed_in("o-owner"), await site.signed_in("o-friend")
    link = "/h5/site/who?about=1"
    assert (await (await owner.get(link)).json())["openid"] == "o-owner"
    assert (await (await friend.get(link)).json())["openid"] == "o-friend"


async def test_a_way_back_works_once(site: Site) -> None:
    browser = await site.browser()
    back = await begin(browser, "/h5/site/who")
    assert (await browser.get(f"{back}&code=code-o1", allow_redirects=False)).status == 303
    assert (await browser.get(f"{back}&code=code-o2", allow_redirects=False)).status == 401


async def test_a_used_code_sends_to_the_channel_again_but_not_in_a_circle(site: Site) -> None:
    site.sign_ins.each["main"].spent.add("code-o1")
    browser = await site.browser()
    back = await begin(browser, "/h5/site/who")
    again = await browser.get(f"{back}&code=code-o1", allow_redirects=False)
    assert again.status == 302
    back = "/h5/sign-in/main?state=" + again.headers["Location"].partition("&state=")[2]
    last = await browser.get(f"{back}&code=code-o1", allow_redirects=False)
    assert last.status == 401


async def test_the_snapshot_user_is_refused(site: Site) -> None:
    browser = await site.browser()
    back = await begin(browser, "/h5/site/who")
    answer = await browser.get(f"{back}&code=code-snap1", allow_redirects=False)
    assert answer.status == 403
    shown = await answer.text()
    assert "使用完整服务" in shown and 'href="/h5/site/who"' in shown, "once they use it, the page that was wanted"
    assert "/h5/sign-in/" not in shown, "the way back serves once"
    assert (await browser.get("/h5/site/who", allow_redirects=False)).status == 302


async def test_a_channel_that_is_away_is_told_kindly(site: Site) -> None:
    site.sign_ins.each["main"].away = True
    browser = await site.browser()
    answer = await browser.get(f"{await begin(browser, '/h5/site/who')}&code=code-o1", allow_redirects=False)
    assert answer.status == 503
    shown = await answer.text()
    assert "暂时办不了" in shown and 'href="/h5/site/who"' in shown and "/h5/sign-in/" not in shown


async def test_a_session_that_was_there_before_is_not_taken_over(site: Site) -> None:
    """Fixation: what a browser brings along never becomes the session of who signs in."""
    attacker = await site.signed_in("o-attacker")
    before = await (await attacker.get("/h5/site/who")).json()
    back = await begin(attacker, "/h5/site/who?account=east")
    assert "/h5/sign-in/east" in back
    await attacker.get(f"{back}&code=code-o-victim", allow_redirects=False)
    after = await (await attacker.get("/h5/site/who")).json()
    assert after["openid"] == "o-victim"
    assert after["session"] != before["session"]


async def test_a_cookie_that_was_changed_or_renamed_is_no_session(site: Site) -> None:
    browser = await site.signed_in("o1")
    jar = {cookie.key: cookie.value for cookie in browser.session.cookie_jar}
    stranger = await site.browser()
    sealed = jar["contact"]
    for value in (sealed[:-2] + "AA", sealed[5:], "", "x" * 5000, "é"):
        answer = await stranger.get("/h5/site/who", cookies={"contact": value}, allow_redirects=False)
        assert answer.status in (302, 400)
    start = await stranger.get("/h5/site/who", allow_redirects=False)
    kept = start.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
    answer = await stranger.get("/h5/site/who", cookies={"contact": kept}, allow_redirects=False)
    assert answer.status == 302, "a cookie of another name is not a session"


async def test_a_session_belongs_to_one_account(site: Site) -> None:
    browser = await site.signed_in("o1")
    answer = await browser.get("/h5/site/who?account=east", allow_redirects=False)
    assert answer.status == 302
    assert "channel.example/east" in answer.headers["Location"]


async def test_a_session_ends_and_is_renewed_while_it_is_used(site: Site) -> None:
    with time_machine.travel("2027-03-01T01:00:00Z", tick=False) as traveller:
        browser = await site.signed_in("o1")
        traveller.shift(7 * 3600)
        renewed = await browser.get("/h5/site/who")
        assert "contact=" in str(renewed.headers.getall("Set-Cookie", []))
        traveller.shift(13 * 3600)
        assert (await browser.get("/h5/site/who", allow_redirects=False)).status == 302


async def test_a_sign_in_that_was_left_open_for_too_long_is_over(site: Site) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        browser = await site.browser()
        back = await begin(browser, "/h5/site/who")
        traveller.shift(601)
        assert (await browser.get(f"{back}&code=code-o1", allow_redirects=False)).status == 401


async def test_pages_opened_side_by_side_do_not_disturb_each_other(site: Site) -> None:
    browser = await site.browser()
    one, two = await begin(browser, "/h5/site/who?a=1"), await begin(browser, "/h5/site/who?a=2")
    first = await browser.get(f"{one}&code=code-o1", allow_redirects=False)
    second = await browser.get(f"{two}&code=code-o1b", allow_redirects=False)
    assert (first.headers["Location"], second.headers["Location"]) == ("/h5/site/who?a=1", "/h5/site/who?a=2")


async def test_many_that_were_begun_do_not_fill_the_browser(site: Site) -> None:
    browser = await site.browser()
    for number in range(12):
        await begin(browser, f"/h5/site/who?a={number}")
    assert sum(cookie.key.startswith("sign-in-") for cookie in browser.session.cookie_jar) <= 3


async def test_who_comes_by_a_page_first_does_not_count_as_a_follower(site: Site, sqlite_database: Database) -> None:
    await site.signed_in("o-new")
    async with sqlite_database.reading() as tx:
        row = await tx.one(contact.select().where(contact.c.external_id == "o-new"))
    assert row is not None and row.followed is False
