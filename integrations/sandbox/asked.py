"""What every request of the phone page's API brings along."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from bot.errors import BadInput
from integrations.sandbox.phones import Phone
from integrations.sandbox.state import PHONES


async def body_of(request: web.Request) -> dict[str, Any]:
    """:raises BadInput: no JSON object"""
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError:
        raise BadInput("not_json") from None
    if not isinstance(body, dict):
        raise BadInput("not_json")
    return body


def phone_of(request: web.Request) -> Phone:
    """The phone in the address."""
    number, phones = request.match_info["number"], request.config_dict[PHONES]
    if not number.isdigit() or int(number) not in phones:
        raise web.HTTPNotFound
    return phones[int(number)]
