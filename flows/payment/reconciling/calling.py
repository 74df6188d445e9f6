"""Finance is called to days that did not balance: each of the numbers that the settings name, once a day."""

from __future__ import annotations

from datetime import date, timedelta

from bot.context import Context

TELL = "payment.tell_finance"
PATIENCE = timedelta(minutes=30)
"""So long the days of a morning are held together, and rules put right what they can, before anybody is called."""


async def finance(context: Context, today: date) -> None:
    for to in range(len(context.settings.payment.tell)):
        context.tx.put(TELL, {"to": to}, key=f"{TELL}:{today}:{to}", due=context.now + PATIENCE, priority=7)
