"""Switches that make the played servers misbehave, and the middleware that obeys them.

A switch names an API (``wechat/cgi-bin/message/custom/send``, ``sms/v1/messages``; ``*`` at its end stands for any
rest) and what is to go wrong there.
"""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel, ConfigDict, Field

from integrations.sandbox.pay.conduct import PayConduct
from integrations.sandbox.refusal import errcode_answer


class Switch(BaseModel):
    """What goes wrong at one API; several at once where that makes sense (slow, then cut)."""

    model_config = ConfigDict(extra="forbid")

    api: str = Field(min_length=1)
    slow: float = Field(0, ge=0, le=120, description="Seconds before the work")
    errcode: int = Field(0, description="WeChat's answer instead of the work")
    code: str = Field("", description="The text-message gateway's answer instead of the work")
    http: int = Field(0, description="HTTP status instead of the work, with a page as body")
    late: int = Field(0, description="HTTP status instead of the answer, after the work")
    cut: Literal["", "before", "after"] = Field("", description="Cut the connection before or after the work")
    cap: int = Field(-1, ge=-1, description="So many requests are served, then 45009, or LIMIT at the gateway")
    times: int = Field(-1, ge=-1, description="The switch ends after so many requests")

    def fits(self, api: str) -> bool:
        return self.times != 0 and (api == self.api or (self.api.endswith("*") and api.startswith(self.api[:-1])))


class Callbacks(BaseModel):
    """How callbacks go wrong on their way to us."""

    model_config = ConfigDict(extra="forbid")

    repeat: int = Field(1, ge=1, le=20, description="So many copies at the same time")
    lost: int = Field(0, ge=0, le=3, description="So many answers do not arrive: WeChat tries again")
    slow: float = Field(0, ge=0, le=120, description="Seconds on the way")
    disorder: bool = Field(False, description="Of two callbacks the second overtakes the first")


class Misbehaviour:
    """All switches of this sandbox. The one set last is looked at first."""

    def __init__(self) -> None:
        self.switches: list[Switch] = []
        self.callbacks = Callbacks()
        self.pay = PayConduct()
        """The same object for good: the played channels hold it."""

    def set(self, raw: dict[str, Any]) -> None:
        """``{"callbacks": {...}}`` and ``{"pay": {...}}`` set those, anything else adds a switch. ValidationError for
        what does not fit."""
        if "callbacks" in raw:
            self.callbacks = Callbacks.model_validate(raw["callbacks"])
        elif "pay" in raw:
            self._pay(PayConduct.model_validate(raw["pay"]))
        else:
            self.switches.insert(0, Switch.model_validate(raw))

    def clear(self) -> None:
        self.switches, self.callbacks = [], Callbacks()
        self._pay(PayConduct())

    def _pay(self, wanted: PayConduct) -> None:
        for name in PayConduct.model_fields:
            setattr(self.pay, name, getattr(wanted, name))

    def json(self) -> dict[str, Any]:
        return {"switches": [switch.model_dump() for switch in self.switches],
                "callbacks": self.callbacks.model_dump(), "pay": self.pay.model_dump()}

    def take(self, api: str) -> Switch | None:
        """The switch for this request, counted."""
        switch = next((switch for switch in self.switches if switch.fits(api)), None)
        if switch and switch.times > 0:
            switch.times -= 1
        return switch


MISBEHAVIOUR = web.AppKey("misbehaviour", Misbehaviour)
PLAY = "/sandbox/play/"


@web.middleware
async def misbehave(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Do to a request what its switch says."""
    api = request.path.partition(PLAY)[2]
    switch = request.config_dict[MISBEHAVIOUR].take(api)
    if switch is None:
        return await handler(request)
    if switch.slow:
        await asyncio.sleep(switch.slow)
    if switch.cut == "before":
        return _cut(request)
    if switch.http:
        return web.Response(status=switch.http, text=f"<html><h1>{switch.http}</h1></html>", content_type="text/html")
    if switch.errcode or (switch.cap == 0 and not api.startswith("sms/")):
        return errcode_answer(switch.errcode or 45009, "sandbox")
    if switch.code or switch.cap == 0:
        return web.json_response({"code": switch.code or "LIMIT", "message": "sandbox"})
    if switch.cap > 0:
        switch.cap -= 1
    response = await handler(request)
    if switch.late:
        return web.Response(status=switch.late, text=f"<html><h1>{switch.late}</h1></html>", content_type="text/html")
    return _cut(request) if switch.cut == "after" else response


def _cut(request: web.Request) -> web.StreamResponse:
    """Drop the connection; what is returned goes nowhere."""
    if request.transport:
        request.transport.abort()
    return web.Response()
