"""`daoyi staff` and `daoyi audit`: the first administrator, and the proof from a terminal."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.access.audit import store
from bot.commands import audit, staff
from bot.db import keys_store
from bot.db.engine import Database
from bot.settings import Settings


async def said(module: object, capsys: pytest.CaptureFixture[str], settings: Settings, *words: str) -> tuple[int, str]:
    parser = argparse.ArgumentParser()
    module.arguments(parser)  # type: ignore[attr-defined]
    code = await module.run(parser.parse_args(words), settings)  # type: ignore[attr-defined]
    out = capsys.readouterr()
    return code, out.out + out.err


async def test_the_first_administrator_and_the_proof(
    migrated_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(database=migrated_url, secret_key="s" * 40, var=tmp_path, sandbox="off")
    code, text = await said(staff, capsys, settings, "add", "wang.jing", "--admin", "--full-name", "王静")
    assert code == 0 and "one-time password: " in text
    password = text.split("password: ")[1].split()[0]
    assert await said(staff, capsys, settings, "add", "wang.jing") == (1, "this name is taken\n")
    assert (await said(staff, capsys, settings, "add", "王静"))[0] == 1
    _, text = await said(staff, capsys, settings, "list")
    assert "wang.jing" in text and "系统管理员" in text and password not in text
    assert (await said(staff, capsys, settings, "reset", "nobody"))[0] == 1
    assert (await said(staff, capsys, settings, "reset", "wang.jing", "--factor"))[0] == 0
    assert await said(staff, capsys, settings, "end-sessions", "wang.jing") == (0, "0 sessions ended\n")
    assert (await said(staff, capsys, settings, "code", "wang.jing"))[1] == "only beside the sandbox\n"
    code, text = await said(audit, capsys, settings, "verify")
    assert code == 0 and "4 entries, whole; anchor 4:" in text
    database = Database(migrated_url)
    await keys_store.load(database, settings.secret_keys)
    async with database.transaction() as tx:
        await tx.update(update(store.entries).where(store.entries.c.number == 2).values(about="staff:other"))
    await database.close()
    code, text = await said(audit, capsys, settings, "verify")
    assert code == 1 and "changed at 2" in text
