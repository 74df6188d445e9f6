"""What the handlers of the played servers find in their application."""

from __future__ import annotations

from aiohttp import web

from integrations.sandbox.callbacks import Courier
from integrations.sandbox.phones import Phones
from integrations.sandbox.play_account import PlayAccount

ACCOUNTS = web.AppKey("accounts", dict[str, PlayAccount])
"""By app id."""
PHONES = web.AppKey("phones", Phones)
COURIER = web.AppKey("courier", Courier)
DOMAINS = web.AppKey("domains", frozenset[str])
"""Hosts on which the accounts may have pages: what is set as the page domain at the real platform."""
