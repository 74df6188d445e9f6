"""Whose address a request comes from: only our own proxies are believed."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from bot.web import limits
from bot.web.address import address_of, unsure, within
from bot.web.keys import SETTINGS
from tests.bot.web.site import settings


def request(remote: str, forwarded: str = "", proxies: str = "") -> web.Request:
    app = web.Application()
    app[SETTINGS] = settings(desk={"proxies": proxies})
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    made = make_mocked_request("GET", "/", headers=headers, app=app)
    return made.clone(remote=remote)


PROXIES = "10.1.0.5/32, fd00::5/128"


@pytest.mark.parametrize(
    ("remote", "forwarded", "address", "sure"),
    [
        ("203.0.113.9", "", "203.0.113.9", True),
        ("203.0.113.9", "10.1.0.5", "203.0.113.9", True),  # whoever is no proxy of ours says what they like
        ("10.1.0.5", "203.0.113.9", "203.0.113.9", True),
        ("10.1.0.5", "1.1.1.1, 203.0.113.9", "203.0.113.9", True),
        ("10.1.0.5", "203.0.113.9, 10.1.0.5", "203.0.113.9", True),
        ("::ffff:10.1.0.5", "::ffff:203.0.113.9", "203.0.113.9", True),
        ("fd00::5", "[2001:db8::1]:4711", "2001:db8::1", True),
        ("10.1.0.5", "203.0.113.9:4711", "203.0.113.9", True),
        ("10.1.0.5", "1.1.1.1, unknown", "10.1.0.5", True),
        ("10.1.0.5", "<script>", "10.1.0.5", True),
        ("10.1.0.5", "", "10.1.0.5", True),
        ("10.9.9.9", "203.0.113.9", "10.9.9.9", False),
        ("", "203.0.113.9", "", False),
    ],
)
def test_only_our_proxies_are_believed(remote: str, forwarded: str, address: str, sure: bool) -> None:
    made = request(remote, forwarded, PROXIES)
    assert (address_of(made), not unsure(made)) == (address, sure)


def test_networks() -> None:
    assert within("::ffff:10.2.3.4", "10.0.0.0/8")
    assert not within("11.2.3.4", "10.0.0.0/8, fd00::/8")
    assert not within("", "0.0.0.0/0")
    assert limits.network_of("2001:db8:1:2:3::4") == limits.network_of("2001:db8:1:2:ffff::1")
    assert limits.network_of("2001:db8:1:3::4") != limits.network_of("2001:db8:1:2::4")
    assert limits.network_of("10.1.2.3") == "10.1.2.3"
