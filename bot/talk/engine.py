"""Runs one event through a conversation: understands it, runs the steps it leads to, gathers what is said.

The engine changes only the session and the messages; whatever business a step does goes through its service into the
transaction of the turn.
"""

from __future__ import annotations

from typing import Any

from bot.talk import hearing, precedence
from bot.talk.flow import plain
from bot.talk.messages import Message
from bot.talk.precedence import PAGE
from bot.talk.runner import Runner
from bot.talk.session import Frame, Wait
from bot.talk.voice import MISSES

EASY, MENU = "easy", "menu"
"""The flow of easy mode, and what it is entered with to show what can be begun."""


class Engine(Runner):
    """One turn: what may come, and what it leads to. `urgent`: it answers emergency words. `again`: what is read aloud
    once more instead of what is said."""

    urgent = False
    again: hearing.Told | None = None

    @property
    def messages(self) -> list[Message]:
        return self.voice.messages

    # --- what may come -------------------------------------------------------------------------------------------

    async def hear(self, text: str) -> None:
        """Words of the contact, from a text, a recognised voice or a tapped option."""
        if self.session.lapsed:
            title, self.session.lapsed = self.session.lapsed, ""
            self.voice.say("common/chat/lapsed", flow=title)
        today = self.context.clock.today()
        easy, aloud = self.voice.easy, self.voice.aloud
        meaning = precedence.decide(self.session, text, self.areas, today, easy=easy, aloud=aloud)
        if not isinstance(meaning, precedence.Free):
            self.session.unclear = 0
        match meaning:
            case precedence.Alarm(template):
                self.voice.say(template)
                self.urgent = True
            case precedence.Control(word):
                await getattr(self, f"_{word}")()
            case precedence.Courtesy(template):
                self.voice.say(template, busy=self.session.top is not None)
                await self._ask_again()
                if self.voice.easy and self.session.top is None:
                    await self.begin(EASY, MENU)
            case precedence.Begin(flow, said, alone):
                if alone or not await self._read(said):
                    await self.begin(flow, text=said)
            case precedence.Free():
                await self._free(text)
            case _:
                top = self.session.top
                assert top is not None and top.wait is not None, "a wait decided"
                await self._waited(top, top.wait, meaning, text)

    async def _waited(self, top: Frame, wait: Wait, meaning: precedence.Meaning, text: str) -> None:
        """What the present wait made of the text."""
        match meaning:
            case precedence.Given(value):
                await self._answer(top, value)
            case precedence.Which(numbers):
                shown = tuple((n, wait.options[n - 1][1]) for n in numbers[:PAGE])
                self.voice.messages.append(Message(self.voice.text("common/chat/ambiguous", text=text), shown))
            case precedence.Turned(page):
                wait.page = page
                self.voice.ask(top)
            case precedence.Elsewhere():
                await self._run(top, wait.other, text=text)
            case precedence.Missed(problem, facts):
                self.voice.missed(top, wait, text, problem, facts)

    async def show(self, kind: str, data: dict[str, Any]) -> None:
        """A picture, place or the like: the answer to a wait that asked for one, else a helpful word."""
        top = self.session.top
        if top and top.wait and top.wait.kind == "text" and top.wait.check == kind:
            await self._answer(top, data)
            return
        self.voice.say(f"common/chat/unsupported_{kind}")
        if top:
            self.voice.ask(top)

    async def happened(self, event: str, facts: dict[str, Any]) -> None:
        """An event that a frame of this conversation awaits (`name:key`). A frame below comes up for it."""
        frames = self.session.frames
        for place, frame in reversed(list(enumerate(frames))):
            if frame.wait and frame.wait.event == event:
                first = place  # who called it comes up with it
                while first and frames[first - 1].wait is None:
                    first -= 1
                self.session.frames = [*frames[:first], *frames[place + 1 :], *frames[first : place + 1]]
                await self._run(frame, frame.wait.happened or frame.wait.then, returned=facts)
                return

    async def lapse(self) -> None:
        """End what was waited for too long: the waits' own steps, or a quiet end that gives back what was held."""
        while due := next((f for f in reversed(self.session.frames) if f.wait and f.wait.due(self.context.now)), None):
            assert due.wait is not None
            if due.wait.expired and due is self.session.top:
                await self._run(due, due.wait.expired)
                continue
            ended = await self._drop(due)
            if not self.session.frames and ended.flow in self.areas.flows:
                self.session.lapsed = ended.flow

    # --- answers, controls, misses -------------------------------------------------------------------------------

    async def _answer(self, frame: Frame, value: Any) -> None:
        assert frame.wait is not None
        if frame.wait.save:
            frame.data[frame.wait.save] = value
        await self._run(frame, frame.wait.then)

    async def _back(self) -> None:
        frame = self.session.top
        if frame is None:
            await self._menu()
            return
        if len(frame.trail) < 2:
            self.voice.say("common/chat/back_at_start")
            self.voice.ask(frame)
            return
        if frame.wait and frame.wait.back:
            flow = self._load(frame)
            if flow is not None:
                await getattr(flow, frame.wait.back)()
                frame.data = plain(flow.data)
        frame.trail.pop()
        await self._run(frame, frame.trail.pop())

    async def _cancel(self) -> None:
        if not self.session.frames:
            self.voice.say("common/chat/nothing_to_cancel")
            return
        top = self.session.frames[-1]
        flow = self._load(top)
        parting = await flow.parting() if flow is not None else ""
        await self._drop(top, callers=False)
        self.voice.say(f"{flow.area}/chat/{parting}" if flow and parting else "common/chat/cancelled", flow=top.flow)
        await self._return(None)

    async def _help(self) -> None:
        if self.session.top is None:
            if self.voice.easy:
                await self._menu()
            else:
                self.voice.say("common/chat/help")
            return
        self.voice.say("common/chat/help_inside")
        await self._ask_again()

    async def _human(self) -> None:
        if self.session.top and self.session.top.flow == "human":
            self.voice.say("common/chat/human_already")
            await self._ask_again()
            return
        await self.begin("human")

    async def _listen(self) -> None:
        """Have read aloud what was said last; the question that waits is neither answered nor asked again."""
        if not self.voice.aloud:
            self.voice.say("common/chat/listen_none")
            await self._ask_again()
            return
        assert self.context.contact is not None
        ours = [Message(self.voice.text(f"common/chat/{name}")) for name in ("listen", "listen_nothing", "listen_away")]
        begun, nothing, _ = ours
        self.again = await hearing.last(self.context.tx, self.context.contact.id, besides=ours)
        self.voice.messages.append(begun if self.again else nothing)

    async def _free(self, text: str) -> None:
        if await self._read(text):
            self.session.unclear = 0
            return
        self.session.unclear += 1
        if self.session.unclear % MISSES == 0:
            self.voice.say("common/chat/human_offer_free")
        else:
            await self._menu()

    async def _menu(self) -> None:
        """What can be begun here; in easy mode by number."""
        if self.voice.easy:
            await self.begin(EASY, MENU)
        else:
            self.voice.say("common/chat/menu")
