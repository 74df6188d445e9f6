"""The console is closed to outside networks by setting, every address of it, whoever asks; patients' pages are not."""

from __future__ import annotations

from bot.db.engine import Database
from tests.security.town import Way, ways_of
from tests.support.desk import desk

INSIDE, OUTSIDE = "10.1.2.3", "203.0.113.9"


async def test_no_address_of_the_desk_opens_from_outside(sqlite_database: Database) -> None:
    rules = {"networks": "10.0.0.0/8, fd00::/8", "proxies": "127.0.0.1/32"}
    async with desk(sqlite_database, desk=rules, limits={"desk": 0, "door": 0}) as here:
        browser = await here.browser()
        browser.client.session.headers["X-Forwarded-For"] = INSIDE
        staff = await here.hire("boss", admin=True)
        await browser.get("/desk/sign-in")
        await browser.post("/desk/sign-in", login=staff.login, password="Grey heron 41")
        await browser.get("/desk/sign-in/code")
        await browser.post("/desk/sign-in/code", code=here.code(staff))
        await browser.get("/desk/")
        assert browser.status == 200

        tried = 0
        # With a session that was stolen inside, with a lie before what the proxy says, and without any session.
        stolen, none = browser.client, (await here.browser()).client
        for client, lies in ((stolen, (f"{INSIDE}, {OUTSIDE}", "2001:db8::1")), (none, (OUTSIDE,))):
            for said in lies:
                for way in ways_of(here.server.app):
                    if not way.path.startswith("/desk/"):
                        continue
                    path = way.path.format_map({name: _any(way, name) for name in way.fields})
                    headers = {"X-Forwarded-For": said, "X-Real-IP": INSIDE, "Forwarded": f"for={INSIDE}"}
                    answer = await client.request(way.method, path, headers=headers, allow_redirects=False)
                    assert answer.status == 403, (way.name, said, answer.status)
                    tried += 1
        assert tried > 100
        answer = await browser.client.get("/h5/patients/privacy", headers={"X-Forwarded-For": OUTSIDE})
        assert answer.status == 200
        await browser.get("/desk/", headers={"X-Forwarded-For": "::ffff:10.9.9.9"})
        assert browser.status == 200


def _any(way: Way, name: str) -> str:
    """Something that the address takes."""
    pattern = way.resource.get_info()["pattern"]
    for value in ("x", "1", "close", "end"):
        if pattern.fullmatch(way.path.format_map({each: value if each == name else "1" for each in way.fields})):
            return value
    return "1"
