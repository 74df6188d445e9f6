"""A visit as a file for the phone's calendar (RFC 5545)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.context import Context

LINE = 75
"""Octets of a line, without its end; longer ones are folded (3.1)."""


def of(context: Context, row: Any, facts: dict[str, Any]) -> str:
    """The visit in the hospital's own time zone, with a reminder two hours before. A clinic that is discreet is not
    named: calendars are seen by others."""
    wording, local = context.wording, context.clock.local
    zone = context.settings.timezone
    title = wording.render("booking/h5/calendar_title", visit=facts)
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Daoyi//booking//ZH", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        *_zone(zone, local(row.start_at)),
        "BEGIN:VEVENT", f"UID:{row.public_id}@daoyi", f"DTSTAMP:{_utc(context.now)}",
        f"DTSTART;TZID={zone}:{_wall(local(row.start_at))}", f"DTEND;TZID={zone}:{_wall(local(row.end_at))}",
        f"SUMMARY:{_text(title)}",
        f"LOCATION:{_text(wording.render('booking/h5/calendar_place', visit=facts))}",
        f"DESCRIPTION:{_text(wording.render('booking/h5/calendar_about', visit=facts))}",
        "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT2H", f"DESCRIPTION:{_text(title)}", "END:VALARM",
        "END:VEVENT", "END:VCALENDAR",
    ]
    return "".join(_folded(line) + "\r\n" for line in lines)


def _zone(name: str, at: datetime) -> list[str]:
    """The zone with the offset that holds on that day: one event needs no more."""
    offset = at.strftime("%z")
    return [
        "BEGIN:VTIMEZONE", f"TZID:{name}", "BEGIN:STANDARD", "DTSTART:19700101T000000", f"TZOFFSETFROM:{offset}",
        f"TZOFFSETTO:{offset}", "END:STANDARD", "END:VTIMEZONE",
    ]


def _wall(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%S}"


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return text


def _folded(line: str) -> str:
    """Cut after at most LINE octets, never inside of a character."""
    parts, room, current = [], LINE, ""
    for character in line:
        size = len(character.encode())
        if size > room:
            parts.append(current)
            current, room = "", LINE - 1
        current, room = current + character, room - size
    return "\r\n ".join([*parts, current])
