"""The sandbox as a whole: its settings, what it refuses, how it misbehaves."""

from __future__ import annotations

import asyncio
import time

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.errors import OutsideUnavailable, OutsideUnknown, SettingsError
from bot.settings import Account, Settings
from bot.settings_parts import Sms
from integrations.sandbox.app import make_sandbox_app, sandbox_settings, sandbox_url
from integrations.wechat import errors
from tests.integrations.playing import SETTINGS, Play
from tests.support.patience import LONG_S

REAL = Account(channel="wechat", app_id="wx1234567890abcdef", token="token")


def test_all_processes_get_the_same_account() -> None:
    one, two = sandbox_settings(SETTINGS, ["booked"]), sandbox_settings(SETTINGS, ["booked"])
    assert one.accounts == two.accounts and one.sms == two.sms and one.sandbox_on
    assert one.accounts["main"].api_base == "http://127.0.0.1:8081/sandbox/play/wechat"
    assert set(one.accounts["main"].templates) == {"booked"}
    assert one.accounts["main"].templates["booked"] != one.accounts["main"].subscriptions["booked"]
    other = sandbox_settings(SETTINGS.model_copy(update={"secret_key": "another secret key, of somebody else"}))
    assert other.accounts["main"].app_secret != one.accounts["main"].app_secret
    # As strict as real ones: they pass the settings' own checks.
    Account.model_validate(one.accounts["main"].model_dump())


def test_it_is_where_browsers_find_it() -> None:
    assert sandbox_url(SETTINGS.model_copy(update={"public_url": "http://192.168.1.5:9000", "port": 9000})) == \
        "http://192.168.1.5:9001"
    assert sandbox_url(Settings(var=SETTINGS.var, host="0.0.0.0", port=80)) == "http://127.0.0.1:81"


@pytest.mark.parametrize(("update", "named"), [
    ({"accounts": {"main": REAL}}, "accounts.main.api_base"),
    ({"accounts": {"main": REAL.model_copy(update={"api_base": "https://sh.api.weixin.qq.com"})}}, "accounts.main"),
    ({"sms": Sms(gateway="https://sms.example")}, "sms.gateway"),
])
def test_it_never_stands_beside_anything_real(update: dict[str, object], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        make_sandbox_app(sandbox_settings(SETTINGS).model_copy(update=update))


async def test_it_starts_by_itself() -> None:
    async with TestClient(TestServer(make_sandbox_app(sandbox_settings(SETTINGS)))) as client:
        assert (await (await client.get("/healthz")).json()) == {"ok": True}
        assert (await client.get("/sandbox/api/state")).status == 200


async def _follow(play: Play) -> None:
    await play.post("/phones/1/event", {"event": "subscribe"})


@pytest.mark.parametrize(("switch", "kind"), [
    ({"errcode": 45015}, errors.WindowClosed), ({"errcode": -1}, OutsideUnavailable), ({"http": 500}, OutsideUnknown),
    ({"cut": "before"}, OutsideUnknown), ({"cut": "after"}, OutsideUnknown), ({"slow": 60}, OutsideUnknown),
    ({"cap": 0}, errors.QuotaReached),
])
async def test_one_api_goes_wrong_and_the_others_do_not(
        play: Play, switch: dict[str, object], kind: type[Exception]) -> None:
    await _follow(play)
    api = "wechat/cgi-bin/message/custom/send"
    set_to = await play.post("/misbehave", {"api": api, **switch})
    assert set_to["switches"][0]["api"] == api
    client = play.client(seconds=1 if "slow" in switch else LONG_S)
    with pytest.raises(kind):
        await client.send_text(play.openid, "x")
    assert (await client.profile(play.openid)).following
    # Done before the connection was cut, not done in the other cases: that is the whole difference.
    assert len(play.seen("customer")) == (1 if switch.get("cut") == "after" else 0)
    async with play.session.delete(play.url("/sandbox/api/misbehave")) as response:
        assert (await response.json())["switches"] == []
    await client.send_text(play.openid, "y")


async def test_a_switch_ends_by_itself(play: Play) -> None:
    await _follow(play)
    await play.post("/misbehave", {"api": "wechat/*", "errcode": -1, "times": 2})
    client = play.client()
    for _ in range(2):
        with pytest.raises(OutsideUnavailable):
            await client.send_text(play.openid, "x")
    await client.send_text(play.openid, "x")


async def test_a_daily_quota(play: Play) -> None:
    await _follow(play)
    await play.post("/misbehave", {"api": "wechat/cgi-bin/message/custom/send", "cap": 2})
    client = play.client()
    for _ in range(2):
        await client.send_text(play.openid, "x")
    with pytest.raises(errors.QuotaReached):
        await client.send_text(play.openid, "x")


async def test_a_slow_server_answers_in_the_end(play: Play) -> None:
    await _follow(play)
    await play.post("/misbehave", {"api": "wechat/cgi-bin/message/custom/send", "slow": 0.3})
    began = time.monotonic()
    await asyncio.gather(*(play.client().send_text(play.openid, "x") for _ in range(3)))
    assert time.monotonic() - began >= 0.3
