"""`daoyi check --live` tries the keys of merchants against their channel."""

from __future__ import annotations

import argparse

import pytest

from bot.commands import check
from bot.settings import Settings
from integrations.wechat_pay.merchant import load
from tests.integrations.wechat_pay.counter import MERCHANT, NOTIFY, open_counter


async def test_wrong_keys_are_told_by_merchant(capsys: pytest.CaptureFixture[str]) -> None:
    async with open_counter() as counter:
        right = MERCHANT.model_copy(update={"gateway": counter.play.url})
        wrong = right.model_copy(update={"serial": "AAAA"})
        assert load("main", right, NOTIFY).gateway == counter.play.url
        assert await check.wrong_keys(Settings(wechat_pay={"main": right})) == []
        settings = Settings(wechat_pay={"main": right, "other": wrong})
        assert await check.wrong_keys(settings) == ["other: wechat_pay:merchant_key"]
        bad = right.model_copy(update={"api_key": "short"})
        assert "wechat_pay.main.api_key" in (await check.wrong_keys(Settings(wechat_pay={"main": bad})))[0]
        live = argparse.Namespace(live=True, draw=False)
        assert await check.run(live, settings) == 1
    assert "other: wechat_pay:merchant_key" in capsys.readouterr().out
