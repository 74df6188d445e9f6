"""What a transcript of notices can be given."""

from __future__ import annotations

from bot.talk.messages import Message
from flows.notices.delivery import converse
from tests.support.givens import given
from tests.support.world import World


@given
async def unsaid(world: World, *words: str) -> None:
    """The channel is shut while a conversation says something."""
    async with world.context() as context:
        contact = context.contact
    assert contact is not None
    world.channels.closed = True
    await converse(world.database, world.channels, contact, (Message(" ".join(words)),), once=words[0])
    await world.settle()
    world.channels.closed = False
