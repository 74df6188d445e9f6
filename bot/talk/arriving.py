"""Which door of the engine a message goes to, by its kind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.db.contacts import BOT, set_followed
from bot.talk.engine import Engine
from bot.talk.messages import Inbound
from bot.talk.understand.words import placeholder

WORDS = ("text", "voice")
SHOWN = ("image", "video", "location", "link", "miniprogram", "voice")
ANSWERED = {*WORDS, *SHOWN, "click", "scan", "subscribe"}

Work = Callable[[Engine], Awaitable[None]]


def work_of(inbound: Inbound) -> Work:
    """What this message does to its conversation."""

    async def work(engine: Engine) -> None:
        for listener in engine.areas.listeners.get(inbound.kind, ()):
            await listener(engine.context, inbound)
        again = False
        if inbound.kind in ("subscribe", "unsubscribe"):
            assert engine.context.contact is not None
            follows = inbound.kind == "subscribe"
            again = await set_followed(engine.context.tx, engine.context.contact.id, follows) and follows
        if engine.mode != BOT:
            return  # staff have the conversation: what is said is recorded, and nothing else
        if inbound.kind in WORDS and inbound.text.strip():
            # WeChat delivers what it cannot show us (a sticker) as words of its own.
            await (engine.show("sticker", {}) if placeholder(inbound.text) else engine.hear(inbound.text))
        elif inbound.kind == "click":
            await _enter(engine, inbound.data.get("key", ""))
        elif inbound.kind in ("subscribe", "scan"):
            await _arrive(engine, inbound, again=again)
        elif inbound.kind in SHOWN:
            await engine.show(inbound.kind, inbound.data)

    return work


async def _arrive(engine: Engine, inbound: Inbound, *, again: bool) -> None:
    if inbound.kind == "subscribe":
        engine.voice.say("common/chat/welcome_back" if again else "common/chat/welcome")
    scene = str(inbound.data.get("scene", ""))
    if scene:
        await _enter(engine, scene)
    elif inbound.kind == "scan":
        engine.voice.say("common/chat/menu")


async def _enter(engine: Engine, key: str) -> None:
    """A menu key or QR scene: "flow:booking", "doctor:D0012", or words as somebody would say them."""
    prefix, _, rest = key.partition(":")
    if prefix == "flow" and rest in engine.areas.flows:
        await engine.begin(rest)
    elif prefix in engine.areas.scenes:
        await engine.begin(engine.areas.scenes[prefix], rest)
    elif key:
        await engine.hear(key)
