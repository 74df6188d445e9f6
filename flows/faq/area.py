"""The furniture of questions and answers."""

from __future__ import annotations

from bot.context import Context
from bot.talk.area import Area
from flows.faq.flow import Faq
from flows.faq.service import FaqService


async def reads(context: Context, text: str) -> tuple[str, str] | None:
    """A question to the hospital that nobody asked for."""
    return ("faq", text) if FaqService(context).ask(text) else None


AREA = Area(name="faq", title="常见问题", flows=(Faq,), service=FaqService, reads=reads)
