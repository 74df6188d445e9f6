"""From which address a request comes. Our proxies say it in X-Forwarded-For; from others that is a rumour."""

from __future__ import annotations

from ipaddress import ip_address

from aiohttp import web

from bot.settings_parts import networks_of
from bot.web.keys import SETTINGS


def address_of(request: web.Request) -> str:
    """The nearest address that is none of our proxies', from the right: what stands left of it anybody may write."""
    rules = request.app[SETTINGS].desk
    address = request.remote or ""
    if not rules.proxies:
        return address
    hops = [each.strip() for line in request.headers.getall("X-Forwarded-For", []) for each in line.split(",")]
    while hops and within(address, rules.proxies):
        address = hops.pop()
    return address[:45]


def within(address: str, networks: str) -> bool:
    """Whether an address lies in one of the networks of a setting; what is no address lies nowhere."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return any((mapped or found) in network for network in networks_of(networks))
