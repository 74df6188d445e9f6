"""`daoyi dead`: what staff see and do at a shell."""

from __future__ import annotations

import argparse
from typing import Any

import pytest

from bot.commands import dead
from bot.db import keys_store
from bot.db.engine import Database
from bot.errors import OutsideUnavailable
from bot.settings import Settings
from tests.flows.notices.conftest import Notices


@pytest.fixture
async def ask(database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    async def loaded(*args: object) -> None:
        return None

    monkeypatch.setattr(keys_store, "load", loaded)  # the keys of the tests are installed already

    async def ask(*words: str) -> tuple[int, list[str]]:
        parser = argparse.ArgumentParser()
        dead.arguments(parser)
        url = database.url.render_as_string(hide_password=False)
        code = await dead.run(parser.parse_args(list(words)), Settings(database=url, secret_key="k" * 40))
        return code, capsys.readouterr().out.splitlines()

    return ask


async def test_nothing_dead(ask: Any) -> None:
    assert await ask() == (0, ["nothing"])
    assert await ask("again", "--all") == (0, ["0 will be tried again"])
    assert await ask("again", "p1") == (1, ["no such dead letter"])
    assert (await ask("done", "c1"))[0] == 1


async def test_letters_are_shown_and_sent_again(ask: Any, notices: Notices) -> None:
    await notices.talked()
    limit = notices.world.settings.push.attempts
    notices.channels.errors = [OutsideUnavailable("http-503") for _ in range(limit)]
    await notices.push(facts={"name": "张小明", "at": ""}, about="order:1")
    async with notices.world.database.transaction() as tx:
        tx.put("nobody.knows", {"name": "张小明"})
    for _ in range(limit):
        await notices.settle()
        notices.traveller.shift(400)
    code, lines = await ask()
    assert code == 0 and len(lines) == 2
    shown = " ".join(lines)
    assert "nobody.knows" in shown and f"probe.report order:1  {limit} tries  OutsideUnavailable" in shown
    assert "张小明" not in shown
    assert await ask("again", "--all") == (0, ["2 will be tried again"])
    await notices.settle()
    assert len(notices.channels.sent) == 1


async def test_who_is_to_be_called(ask: Any, notices: Notices) -> None:
    await notices.push(about="appointment:A1")
    await notices.settle()
    [line] = (await ask())[1]
    assert "probe.report appointment:A1  to be called" in line
    task = line.split()[0]
    assert await ask("done", task) == (0, ["done"])
    assert await ask() == (0, ["nothing"])
