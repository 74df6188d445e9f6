"""Files of pictures that an edition no longer has: gone after the commit, and only then."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

from bot.db.engine import Database
from flows.directory.editions import store as editions
from tests.flows.directory.test_editions import ONE, RIGHTS, house, picture, upload
from tests.support.desk import Browser


def files(tmp_path: Path) -> set[str]:
    return {each.name for each in (tmp_path / "uploads").rglob("*.*")}


async def revision(browser: Browser) -> str:
    page = await browser.get(ONE)
    return page.split('name="revision" value="')[1].split('"')[0]


async def test_a_replaced_picture_goes_after_the_commit_and_not_before(database: Database, tmp_path: Path) -> None:
    async with house(database, tmp_path) as here:
        editor = await here.enter(await here.hire("editor", role=RIGHTS))
        await upload(editor, picture(), revision=await revision(editor))
        (first,) = files(tmp_path)
        mark = await revision(editor)
        with mock.patch("bot.db.engine.write_rows", side_effect=RuntimeError):
            await upload(editor, picture("PNG"), revision=mark)
        assert editor.status == 500 and files(tmp_path) == {first}
        await here.world.drain.once()
        assert files(tmp_path) == {first} and first in await editor.get(ONE)
        await upload(editor, picture("PNG"), revision=mark)
        assert editor.status == 303 and first in files(tmp_path) and len(files(tmp_path)) == 2
        await here.world.drain.once()
        assert first not in files(tmp_path) and len(files(tmp_path)) == 1


async def test_a_dropped_draft_keeps_its_picture_until_the_commit(sqlite_database: Database, tmp_path: Path) -> None:
    async with house(sqlite_database, tmp_path) as here:
        editor = await here.enter(await here.hire("editor", role=RIGHTS))
        await upload(editor, picture(), revision=await revision(editor))
        async with here.database.reading() as tx:
            (draft,) = await editions.of(tx, "doctor", "D1")
        await editor.get(ONE)
        with mock.patch("bot.db.engine.write_rows", side_effect=RuntimeError):
            await editor.post(f"{ONE}/withdraw/{draft.public_id}")
        assert editor.status == 500 and len(files(tmp_path)) == 1
        await editor.get(ONE)
        await editor.post(f"{ONE}/withdraw/{draft.public_id}")
        await here.world.drain.once()
        assert editor.status == 303 and not files(tmp_path)


async def test_a_picture_that_patients_see_stays_when_a_draft_takes_another(
    sqlite_database: Database, tmp_path: Path
) -> None:
    async with house(sqlite_database, tmp_path) as here:
        editor = await here.enter(await here.hire("editor", role=RIGHTS))
        await upload(editor, picture(), revision=await revision(editor))
        (shown,) = files(tmp_path)
        await editor.post(f"{ONE}/publish", revision=await revision(editor), at="", csrf=editor.token)
        await upload(editor, picture("PNG"), revision=await revision(editor))
        await here.world.drain.once()
        assert shown in files(tmp_path) and len(files(tmp_path)) == 2
