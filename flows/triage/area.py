"""The furniture of triage."""

from __future__ import annotations

from bot.context import Context
from bot.talk.area import Area
from flows.triage.flow import Triage
from flows.triage.service import TriageService


async def reads(context: Context, text: str) -> tuple[str, str] | None:
    """A complaint about the body that nobody asked for."""
    return ("triage", text) if TriageService(context).read(text).complaint else None


AREA = Area(name="triage", title="导诊", flows=(Triage,), service=TriageService, reads=reads)
