"""From which address a request comes. Our proxies say it in X-Forwarded-For; from others that is a rumour."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from aiohttp import web

from bot.settings_parts import networks_of
from bot.web.keys import SETTINGS

FORWARDED = "X-Forwarded-For"
MOST_HOPS = 20
NEARBY = "127.0.0.0/8, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, ::1/128, fc00::/7"
"""Where a reverse proxy stands; a patient of a public address never comes from there directly."""
_PORT = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::[0-9]{1,5})?")
"""Some proxies write the port, too: 10.1.2.3:4567, [2001:db8::1]:4567."""


def address_of(request: web.Request) -> str:
    """The nearest address that is none of our proxies', from the right: what stands left of it anybody may write.

    It is an address as it is usually written, or "" where the connection has none (a socket file).
    """
    proxies = request.app[SETTINGS].desk.proxies
    found = _read(request.remote or "")
    hops = [each for line in request.headers.getall(FORWARDED, []) for each in line.split(",")][-MOST_HOPS:]
    while hops and found is not None and within(str(found), proxies):
        hop = _read(hops.pop())
        if hop is None:
            break  # what a proxy of ours could not say either: it is the proxy itself, as far as we know
        found = hop
    return str(found) if found is not None else ""


def unsure(request: web.Request) -> bool:
    """Whether all may seem to come from one address: a proxy stands before us that nobody told us of."""
    if FORWARDED not in request.headers:
        return not request.remote
    remote = request.remote or ""
    return not remote or (within(remote, NEARBY) and not within(remote, request.app[SETTINGS].desk.proxies))


def within(address: str, networks: str) -> bool:
    """Whether an address lies in one of the networks of a setting; what is no address lies nowhere."""
    if not networks:
        return False
    found = _read(address)
    return found is not None and any(found in network for network in _networks(networks))


_networks = lru_cache(maxsize=16)(networks_of)


def _read(text: str) -> IPv4Address | IPv6Address | None:
    text = text.strip()
    if with_port := _PORT.fullmatch(text):
        text = with_port[1] or with_port[2]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    # An IPv4 address that came over an IPv6 socket is the same address.
    return getattr(found, "ipv4_mapped", None) or found
