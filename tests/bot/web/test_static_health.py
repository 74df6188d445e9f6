"""Static files that a phone may keep for ever, and health that tells the truth."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot import keys, metrics
from bot.db import outbox
from bot.db.engine import Database
from bot.web import health
from bot.web.static import FOREVER, STATICS, Statics
from tests.bot.web.site import Site, make


async def test_the_address_carries_the_hash_and_the_file_is_kept_for_ever(site: Site) -> None:
    browser = await site.browser()
    address = site.app[STATICS].address("h5/page.css")
    answer = await browser.get(address)
    assert answer.headers["Cache-Control"] == FOREVER
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert answer.headers["Content-Encoding"] == "gzip" and "page-head" in await answer.text()
    plain = await browser.get("/static/h5/page.css?v=old", headers={"Accept-Encoding": "identity"})
    assert plain.headers["Cache-Control"] == "no-cache" and "Content-Encoding" not in plain.headers
    again = await browser.get("/static/h5/page.css", headers={"If-None-Match": plain.headers["ETag"]})
    assert (again.status, await again.read()) == (304, b"")


@pytest.mark.parametrize(
    "path",
    ["/static/../common/words.toml", "/static/%2e%2e/common/words.toml", "/static/h5/..%2f..%2fcommon/words.toml",
     "/static/.made", "/static/h5//page.css", "/static/h5", "/static/h5%5cpage.css", "/static/nothing.css"],
)
async def test_nothing_else_is_given_away(site: Site, path: str) -> None:
    browser = await site.browser()
    from yarl import URL

    answer = await browser.session.get(URL(str(browser.make_url("/")).rstrip("/") + path, encoded=True))
    assert answer.status == 404


def test_a_hospitals_own_file_stands_before_ours_and_a_change_is_a_new_address(tmp_path: Path) -> None:
    own, ours = tmp_path / "own", tmp_path / "ours"
    for folder in (own, ours):
        folder.mkdir()
    (ours / "a.css").write_text("ours")
    statics = Statics(own, ours)
    first = statics.address("a.css")
    (own / "a.css").write_text("own")
    assert statics.address("a.css") != first
    (own / "link.css").symlink_to("/etc/hostname")
    assert statics.find("link.css") is None


async def test_ready_only_if_a_message_could_be_handled(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FRESH", 0)
    browser = await site.browser()
    assert (await browser.get("/healthz")).status == 200
    good = await browser.get("/readyz")
    assert (good.status, await good.json()) == (
        200, {"ready": "degraded", "database": "ok", "schema": "ok", "keys": "ok", "redis": "none"})
    monkeypatch.setattr(health.migrate, "newest", lambda: "another")
    old = await browser.get("/readyz")
    assert (old.status, (await old.json())["schema"]) == (503, "old")
    monkeypatch.undo()
    monkeypatch.setattr(health, "FRESH", 0)
    monkeypatch.setattr(keys, "_installed", None)
    locked = await browser.get("/readyz")
    assert (locked.status, (await locked.json())["keys"]) == (503, "missing")


async def test_not_ready_without_the_database_and_its_address_is_not_told(
    sqlite_database: Database, tmp_path: Path
) -> None:
    made = await make(sqlite_database)
    browser = await made.browser()
    sqlite_database.url = sqlite_database.url.set(database=str(tmp_path / "no" / "such" / "file.sqlite"))
    answer = await browser.get("/readyz")
    assert (answer.status, (await answer.json())["database"]) == (503, "away")
    assert "such" not in await answer.text()
    await browser.close()
    await made.server.close()


async def test_what_waits_and_what_is_dead_is_counted(site: Site, sqlite_database: Database) -> None:
    async with sqlite_database.transaction() as tx:
        for n in range(5):
            tx.put("t", {"n": n}, due=tx.now + timedelta(hours=1) if n == 4 else None)
    async with sqlite_database.transaction() as tx:
        rows = await outbox.claim(tx, "me", limit=3, lease_s=60)
        await outbox.finish(tx, rows[0], outbox.DEAD)
        await outbox.finish(tx, rows[1])
    browser = await site.browser()
    figures = await (await browser.get("/metrics")).text()
    assert "daoyi_outbox_waiting 2.0" in figures and "daoyi_outbox_dead 1.0" in figures


async def test_figures_are_for_this_machine(site: Site, sqlite_database: Database) -> None:
    browser = await site.browser()
    answer = await browser.get("/metrics")
    assert answer.headers["Content-Type"] == metrics.CONTENT_TYPE
    assert "daoyi_turns" in await answer.text()
    for proxied in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"):
        assert (await browser.get("/metrics", headers={proxied: "203.0.113.9"})).status == 404
    opened = await make(sqlite_database, metrics_open=True)
    elsewhere = await opened.browser()
    assert (await elsewhere.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})).status == 200
    await elsewhere.close()
    await opened.server.close()
