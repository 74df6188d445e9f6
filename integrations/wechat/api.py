"""Calls of one account's API: the token in the address, ``errcode`` in the answer, one try again with a fresh token.

https://developers.weixin.qq.com/doc/service/guide/dev/api/
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
from redis.asyncio import Redis

from bot import logs
from bot.errors import OutsideUnavailable, OutsideUnknown
from bot.settings import Account
from integrations.outside import Reply, ask, observed
from integrations.wechat.errors import STALE_TOKEN, SYSTEM, SettingsRefused, error_of
from integrations.wechat.shared import Fetched, Shared

log = logs.get(__name__)

FILE_SECONDS = 20.0
"""Limit of one exchange that carries a file of up to 10 MB."""
Form = Callable[[], aiohttp.FormData]


class Api:
    """``session`` is shared by all accounts; ``redis`` by all processes (see ``shared.py``).

    :param seconds: limit of one exchange; a call may take two of them, and the fetch of a token
    """

    def __init__(self, account: Account, session: aiohttp.ClientSession, redis: Redis | None = None, *,
                 seconds: float = 5.0) -> None:
        self._account, self._session, self._seconds = account, session, seconds
        self.token = Shared(f"wechat:{account.app_id}:token", self._fetch_token, redis)
        self.ticket = Shared(f"wechat:{account.app_id}:ticket", self._fetch_ticket, redis)

    async def call(self, path: str, body: Mapping[str, Any] | None = None, *, form: Form | None = None,
                   repeatable: bool = False, **query: str) -> dict[str, Any]:
        """Ask ``path`` (GET without body and form, else POST) with the account's token.

        :param form: makes the form, anew for each try: a form can be sent only once
        :param repeatable: asking twice does no harm (a GET never does)
        :raises OutsideError: as ``integrations.wechat.errors`` draws it
        """
        with observed(SYSTEM, path):
            reply = await self._with_token(path, body, form, repeatable, query)
            return self._checked(reply, path, repeatable or (body is None and form is None))

    async def file(self, path: str, **query: str) -> Reply:
        """GET what may be a file; an ``errcode`` in its place is raised."""
        with observed(SYSTEM, path):
            reply = await self._with_token(path, None, None, True, query)
            if reply.json() is not None:
                self._checked(reply, path, True)
            return reply

    async def plain(self, path: str, body: Mapping[str, Any] | None = None, **query: str) -> dict[str, Any]:
        """Ask without the account's token: OAuth, and the token itself."""
        with observed(SYSTEM, path):
            return self._checked(await self._send(path, body, None, True, query), path, True)

    async def _with_token(self, path: str, body: Mapping[str, Any] | None, form: Form | None, repeatable: bool,
                          query: Mapping[str, str]) -> Reply:
        token = await self.token.get()
        reply = await self._send(path, body, form, repeatable, {"access_token": token, **query})
        if (reply.json() or {}).get("errcode") in STALE_TOKEN:
            # Refused before anything was done, so asking again is safe. Once: a second refusal is a wrong setting.
            log.info("wechat_token_stale", app_id=self._account.app_id, call=path)
            token = await self.token.renew(token)
            reply = await self._send(path, body, form, repeatable, {"access_token": token, **query})
        return reply

    def _checked(self, reply: Reply, path: str, repeatable: bool) -> dict[str, Any]:
        """The JSON of an answer; WeChat says text/plain or application/json as it likes, and 200 also for errors."""
        answer = reply.json()
        if answer is None:
            kind = OutsideUnavailable if repeatable else OutsideUnknown
            raise kind(f"no JSON from {path} ({reply.content_type})", system=SYSTEM)
        if (errcode := answer.get("errcode", 0)) == 0:
            return answer
        error = error_of(int(errcode), str(answer.get("errmsg", "")))
        if isinstance(error, SettingsRefused):
            log.error("wechat_settings_refused", app_id=self._account.app_id, call=path, error=str(error))
        raise error

    async def _send(self, path: str, body: Mapping[str, Any] | None, form: Form | None, repeatable: bool,
                    query: Mapping[str, str]) -> Reply:
        request: dict[str, Any] = {"params": query}
        if body is not None:
            # Not \uXXXX: WeChat shows such text as it stands, or refuses it (40033).
            request |= {"data": json.dumps(body, ensure_ascii=False).encode(),
                        "headers": {"Content-Type": "application/json; charset=utf-8"}}
        elif form is not None:
            request["data"] = form()
        method = "POST" if "data" in request else "GET"
        seconds = FILE_SECONDS if path.startswith("/cgi-bin/media/") else self._seconds
        return await ask(self._session, method, self._account.api_base + path, system=SYSTEM, seconds=seconds,
                         repeatable=repeatable or method == "GET", **request)

    async def _fetch_token(self, force: bool) -> Fetched:
        answer = await self.plain("/cgi-bin/stable_token", {
            "grant_type": "client_credential", "appid": self._account.app_id, "secret": self._account.app_secret,
            "force_refresh": force})
        return _fetched(answer, "access_token")

    async def _fetch_ticket(self, force: bool) -> Fetched:
        return _fetched(await self.call("/cgi-bin/ticket/getticket", type="jsapi"), "ticket")


def text_of(answer: Mapping[str, Any], name: str) -> str:
    """A value that the answer must have. OutsideUnavailable: it has not, so WeChat is not itself."""
    value = answer.get(name)
    if not isinstance(value, (str, int)) or value == "":
        raise OutsideUnavailable(f"an answer without {name}", system=SYSTEM)
    return str(value)


def _fetched(answer: Mapping[str, Any], name: str) -> Fetched:
    return Fetched(text_of(answer, name), int(text_of(answer, "expires_in")))
