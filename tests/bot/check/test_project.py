"""The real project: everything fits, and the command says so."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from bot.commands import check
from bot.settings import Settings
from tests.support.world import test_settings as settings_of_tests


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_of_tests(database=f"sqlite+aiosqlite:///{tmp_path / 'none.sqlite'}", var=tmp_path)


async def test_everything_fits(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    ended = await check.run(argparse.Namespace(draw=False, live=False), settings)
    said = capsys.readouterr().out
    assert said.count("\n") == 1 and said.endswith("everything fits\n") and ended == 0, said


async def test_every_address_of_the_house_is_looked_at(settings: Settings) -> None:
    paths = {route.path for route in (await check.this_project(settings)).routes}
    assert {"/webhooks/wechat/{account}", "/healthz", "/readyz", "/metrics"} <= paths


async def test_live_names_what_is_missing_by_its_setting(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await check.run(argparse.Namespace(draw=False, live=True), settings) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("database: expected MySQL") for line in lines)
    assert any(line.startswith("public_url: expected the https address") for line in lines)
