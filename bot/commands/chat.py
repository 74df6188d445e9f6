"""Talk to a flow in the terminal: the real engine on a hospital of its own, answers as text, pushes as they come.

Lines like `>> scan doctor:D1023` are things that the contact does. An empty line or Ctrl-D ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import datetime
from pathlib import Path

from bot import logs
from bot.areas import AREAS
from bot.chat.past import transcript
from bot.chat.room import room
from bot.clock import HospitalClock, now
from bot.db import keys_store
from bot.db.engine import Database
from bot.errors import BadInput
from bot.settings import Settings
from bot.talk.messages import Message
from bot.talk.transcript import heard, written


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("flow", nargs="?", help="begin this flow; without one, begin as a patient would")
    parser.add_argument("--real", action="store_true", help="on the configured database; workers send the pushes")
    parser.add_argument("--record", type=Path, metavar="FILE", help="write the conversation down as a transcript")
    parser.add_argument("--show", metavar="CONTACT", help="print a real conversation, masked, by the public id")
    parser.add_argument("--turns", type=int, default=30, help="how many of its last turns")


async def run(args: argparse.Namespace, settings: Settings) -> int:
    logs.configure("warning")
    if args.show:
        return await _show(settings, args.show, args.turns)
    if args.flow and args.flow not in AREAS.flows:
        print(f"no flow {args.flow}; there are {', '.join(sorted(AREAS.flows))}", file=sys.stderr)
        return 2
    local: datetime = HospitalClock(settings.timezone).local(now())
    lines = [f"at     {local:%Y-%m-%d %H:%M}"]
    sent: list[str] = []
    async with room(settings, sent.append, real=args.real, tell=lambda text: print(text, file=sys.stderr)) as opened:
        line = f">> click flow:{args.flow}" if args.flow else await _asked()
        while line:
            try:
                answer = await opened.hear(line)
            except BadInput:
                print("  acts are: >> scan SCENE, >> subscribe [SCENE], >> click KEY")
            else:
                lines.append(line if line.startswith(">>") else heard("text", line, {}))
                for message in answer.messages:
                    print(_readable(message))
                lines += [f"< {written(message)}" for message in answer.messages]
                for each in sent:
                    print(f"  {each}")
                lines += sent
                sent.clear()
            line = await _asked()
    if args.record:
        args.record.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


async def _show(settings: Settings, public_id: str, turns: int) -> int:
    database = Database(settings.database)
    try:
        await database.start()
        await keys_store.load(database, settings.secret_keys)
        print("\n".join(await transcript(settings, database, public_id, turns=turns)))
    finally:
        await database.close()
    return 0


async def _asked() -> str:
    """The next line; "" at the end."""
    try:
        return (await asyncio.to_thread(input, "> " if sys.stdin.isatty() else "")).strip()
    except EOFError:
        return ""


def _readable(message: Message) -> str:
    """As on a phone."""
    parts = [message.text, *(f"  {number} {label}" for number, label in message.options)]
    parts += [message.hint] if message.hint else []
    return "\n".join([*parts, *(f"  [{title}] {url}" for title, url in message.links)])
