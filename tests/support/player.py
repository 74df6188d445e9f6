"""Plays transcripts with the real dispatcher, a real database and a clock that is turned by hand.

Between any two lines the conversation lies in the database as JSON, so that each transcript is a restart test as well.
Once more with `twice` every message is delivered two times: the outcome may not change. With `update` the expected
lines are written anew, so that a change of wording is read as a diff.
"""

from __future__ import annotations

import json
import re
from collections import deque
from datetime import datetime, timedelta
from pathlib import Path

import time_machine
from sqlalchemy import func, select

from bot.db.contacts import conversation
from bot.db.schema import metadata
from bot.talk.messages import Inbound
from bot.talk.session import Session
from tests.support import givens
from tests.support.transcript import Line, read, written
from tests.support.world import World

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_BEGIN = "2027-03-01 08:00"


class Differs(AssertionError):
    """What was said is not what the transcript has."""


class Player:
    def __init__(self, world: World, path: Path, *, twice: bool = False, update: bool = False) -> None:
        self.world, self.path, self.twice, self.update = world, path, twice, update
        self._said: deque[Line] = deque()
        self._seen = 0
        self._sms = 0
        self._out: list[str] = []
        self._open: list[Line] = []
        """Answers as they stood, since something happened last; for an update."""
        self._begun = False

    async def play(self) -> None:
        lines = read(self.path)
        first = next((line.rest for line in lines if isinstance(line, Line) and line.sign == "at"), _BEGIN)
        with time_machine.travel(self._moment(first), tick=False) as traveller:
            self.traveller = traveller
            for line in lines:
                if isinstance(line, str):
                    self._flush_if_spoken(None)
                    self._out.append(line)
                elif line.expected:
                    self._expect(line)
                else:
                    self._flush_if_spoken(line)
                    self._out.append(str(line))
                    await self._act(line)
            self._flush_if_spoken(None)
        if self.update:
            self.path.write_text("\n".join(self._out) + "\n", encoding="utf-8")

    def _moment(self, text: str) -> datetime:
        local = datetime.fromisoformat(text)
        return self.world.clock.moment(local.date(), local.time())

    # --- what happens --------------------------------------------------------------------------------------------

    async def _act(self, line: Line) -> None:
        if line.sign == "given":
            await givens.call("given", self.world, line.rest)
        elif line.sign == "do":
            await givens.call("do", self.world, line.rest)
            await self._settle(seldom=True)
        elif line.sign == "at":
            self.traveller.move_to(self._moment(line.rest))
            await self._settle()
        elif line.sign == "wait":
            await self._wait(line.rest)
        elif line.sign == "rows":
            await self._rows(line)
        elif line.sign in ("session", "keep"):
            await self._golden(line)
        else:
            await self._deliver(line)

    async def _deliver(self, line: Line) -> None:
        inbound = self._inbound(line)
        answer = await self.world.dispatcher.turn(inbound)
        for message in answer.messages:
            self._said.append(Line(0, "<", written(message), line.who))
        if self.twice:
            again = await self.world.dispatcher.turn(inbound)
            if again.messages != answer.messages:
                raise Differs(f"{self._at(line)} the second delivery was answered differently: {again.messages}")
        self.traveller.shift(1)
        await self._settle()

    def _inbound(self, line: Line) -> Inbound:
        if line.sign == ">":
            return self.world.inbound(line.who, line.rest)
        kind, _, rest = line.rest.partition(" ")
        data = {"scan": {"scene": rest}, "subscribe": {"scene": rest} if rest else {}, "click": {"key": rest}}
        text = rest if kind == "voice" else ""
        return self.world.inbound(line.who, text, kind, data.get(kind, {}))

    async def _wait(self, text: str) -> None:
        """Time passes in the steps in which periodic work would run."""
        amount, unit = re.fullmatch(r"(\d+) (second|minute|hour|day)s?", text).groups()  # type: ignore[union-attr]
        end = timedelta(seconds=int(amount) * _UNITS[unit])
        step = max(timedelta(seconds=30), end / 40)
        while end > timedelta():
            self.traveller.shift(min(step, end))
            end -= step
            await self._settle()

    async def _settle(self, *, seldom: bool = False) -> None:
        await self.world.settle(seldom=seldom)
        sent = self.world.channels.sent
        for external_id, message in sent[self._seen :]:
            self._said.append(Line(0, "^", written(message), external_id.removeprefix("o-")))
        self._seen = len(sent)
        for mobile, template, params in self.world.sms.sent[self._sms :]:
            facts = " ".join(str(value) for value in params.values())
            self._said.append(Line(0, "sms", f"{mobile} {template} {facts}".strip()))
        self._sms = len(self.world.sms.sent)

    async def _rows(self, line: Line) -> None:
        words = line.rest.split()
        count = int(words.pop(0)) if words[0].isdigit() else None
        name = words.pop(0)
        table = metadata.tables[name]
        where = [table.c[key] == value for key, value in (word.split("=", 1) for word in words)]
        async with self.world.database.reading() as tx:
            found = await tx.scalar(select(func.count()).select_from(table).where(*where))
        if (count is None and not found) or (count is not None and found != count):
            raise Differs(f"{self._at(line)} {line.rest}: found {found}")

    async def _golden(self, line: Line) -> None:
        """A conversation as it was stored once goes on under today's program."""
        file = self.path.parent / line.rest
        contact_id = await self.world.contact_id(line.who)
        mine = conversation.c.contact_id == contact_id
        async with self.world.database.transaction() as tx:
            if line.sign == "session":
                session = Session.load(file.read_text(encoding="utf-8"))
                values = {"state": session.dump(), "wakes_at": session.wakes_at(), "awaits": session.awaits()}
                await tx.update(conversation.update().where(mine).values(values))
            elif self.update:
                stored = json.loads(await tx.scalar(select(conversation.c.state).where(mine)))
                file.parent.mkdir(exist_ok=True)
                file.write_text(json.dumps(stored, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
                self._out.pop()
            else:
                raise Differs(f"{self._at(line)} keep is for UPDATE=1 only")

    # --- what was said -------------------------------------------------------------------------------------------

    def _expect(self, line: Line) -> None:
        if self.update:
            self._open.append(line)
            return
        if not self._said:
            raise Differs(f"{self._at(line)} nothing was said\n  want {line}")
        got = self._said.popleft()
        if (got.sign, got.who) != (line.sign, line.who) or not _same(line.rest, got.rest):
            raise Differs(f"{self._at(line)}\n  want {line}\n  got  {got}")
        self._out.append(str(line))

    def _flush_if_spoken(self, line: Line | None) -> None:
        """All that was said has to stand in the transcript before something else happens."""
        if not self._said:
            return
        if not self.update:
            rest = "\n  ".join(str(said) for said in self._said)
            raise Differs(f"{self._at(line)} was also said:\n  {rest}")
        while self._said:
            said = self._said.popleft()
            # What was left open on purpose stays so.
            as_before = (each for each in self._open if (each.sign, each.who) == (said.sign, said.who))
            self._out.append(str(next((each for each in as_before if _same(each.rest, said.rest)), said)))
        self._open.clear()

    def _at(self, line: Line | None) -> str:
        return f"{self.path.name}:{line.number if line else 'end'}:"


def _same(want: str, got: str) -> bool:
    """Equal; `…` in the transcript stands for anything (a code that is drawn anew each time)."""
    if "…" not in want:
        return want == got
    pattern = ".*?".join(re.escape(part) for part in want.split("…"))
    return re.fullmatch(pattern, got) is not None
