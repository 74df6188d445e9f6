"""How long is kept what is not the business itself, in days. Jobs forget the rest each night."""

from __future__ import annotations

from pydantic import Field

from bot.settings_parts import Section


class Keep(Section):
    """How long records are kept that are no part of the business."""

    journal_days: int = Field(
        400, ge=366, le=36500, description="Lines of the journal (bookings, refusals, failures): a year at least"
    )
    said_days: int = Field(
        1095, ge=31, le=36500, description="What was said in chats; a repeated message is known again only so long"
    )
    push_days: int = Field(400, ge=31, le=36500, description="Pushes that were sent or came to another end")
    command_days: int = Field(
        90, ge=7, le=36500, description="The embedded hospital's memory of commands, by which a repeated one is known"
    )
