"""What the web application carries: ``app[SETTINGS]``, ``app[DISPATCHER]`` ... The types are written as text, so that
this layer needs nothing of those above it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp.web import AppKey

if TYPE_CHECKING:
    from bot.db.engine import Database
    from bot.ports import Ports
    from bot.settings import Settings
    from bot.talk.dispatcher import Dispatcher
    from bot.wording import Wording

SETTINGS: AppKey[Settings] = AppKey("settings")
DISPATCHER: AppKey[Dispatcher] = AppKey("dispatcher")
DATABASE: AppKey[Database] = AppKey("database")
WORDING: AppKey[Wording] = AppKey("wording")
PORTS: AppKey[Ports] = AppKey("ports")
READ_AT: AppKey[str] = AppKey("read_at")
"""Where a page asks to be read aloud; not there in a hospital without a voice."""
