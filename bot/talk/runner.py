"""Runs the steps of flows: from where an answer led to, until something is asked or the flow ends."""

from __future__ import annotations

import itertools
from typing import Any

from bot import logs
from bot.context import Context
from bot.errors import NotFound, Refusal
from bot.talk.area import Areas
from bot.talk.channel import Narrator
from bot.talk.flow import Flow, plain
from bot.talk.messages import Message
from bot.talk.outcomes import Ask, Await, Call, Choose, Done, Go, Outcome, Pass
from bot.talk.session import DEEPEST, Frame, Session
from bot.talk.voice import Voice
from bot.talk.waits import wait_of

log = logs.get(__name__)

STEPS = 20
"""More steps than any turn needs: a loop of Go ends here and not in a hung process."""


class EndlessFlow(RuntimeError):
    """A flow went round in a circle without asking anything: a fault of the flow."""


class Runner:
    """The running half of the engine. `voice` gathers what is said; `mode` says whether the bot or staff answer after
    the turn."""


    def __init__(self, areas: Areas, context: Context, session: Session, mode: str) -> None:
        self.mode = mode
        self.areas = areas
        self.context = context
        self.session = session
        easy = context.contact is not None and context.contact.easy
        self.voice = Voice(context.wording, areas, easy=easy, aloud=Narrator in context.ports)
        self._services: dict[str, Any] = {}

    async def begin(self, name: str, arg: str | None = None, *, text: str = "") -> None:
        """Start a flow over whatever is going on; one that is already under way starts anew. `text` is what was said
        with its word, for a first step that can read more of it."""
        if self._raised(name, arg):
            return await self._resume()
        for frame in [frame for frame in self.session.frames if frame.flow == name]:
            if frame in self.session.frames:
                # One that was called and is begun anew goes back to its caller all the same.
                await self._drop(frame, callers=frame is not self.session.top)
        while len(self.session.frames) >= DEEPEST:
            await self._drop(self.session.frames[0])
        cls = self.areas.flows[name]
        frame = Frame(name, cls.version, plain(cls.Data()))
        self.session.frames.append(frame)
        await self._run(frame, "start" if arg is None else "enter", arg=arg, text=text)

    async def _read(self, text: str) -> bool:
        """Let the areas read a text that nobody asked for; True when one of them could and its flow has begun."""
        for reader in self.areas.readers:
            if found := await reader(self.context, text):
                await self.begin(*found)
                return True
        return False

    async def _passed(self, frame: Frame, passed: Pass) -> bool:
        """Let others answer what a flow was told and has no use for; True when somebody did."""
        if await self._read(passed.text):
            return True
        inside = self.areas.word_in(passed.text)
        if inside is None or inside == frame.flow:
            return False
        await self.begin(inside, text=passed.text)
        return True

    async def _run(self, frame: Frame, step: str, **given: Any) -> None:
        """Run steps of `frame` from `step` on, until something is asked or the flow ends."""
        flow = self._load(frame)
        if flow is None or not flow.has_step(step):
            log.warning("unknown_step", flow=frame.flow, step=step, version=frame.version)
            await self._begin_anew(frame)
            return
        flow.text, flow.returned = given.get("text", ""), given.get("returned")
        flow.resumed = given.get("resumed", False)
        arg = given.get("arg") or ""
        for _ in range(STEPS):
            try:
                outcome: Outcome = await (flow.enter(arg) if step == "enter" else getattr(flow, step)())
            except Refusal as refusal:
                self._spoken(flow)
                said = f"{_home(refusal, flow)}/chat/{refusal.template}"
                self.voice.say(said, **{**plain(flow.data), **refusal.facts})
                await self._drop(frame)
                await self._resume()
                return
            except NotFound as gone:
                # What the conversation was about is not there any more, or is not this contact's.
                log.warning("step_found_nothing", flow=frame.flow, step=step, what=gone.what)
                await self._begin_anew(frame)
                return
            frame.data = plain(flow.data)
            self._spoken(flow)
            if isinstance(outcome, Go):
                if outcome.say:
                    self.voice.say(f"{flow.area}/chat/{outcome.say}", **{**frame.data, **outcome.facts})
                step = outcome.then.__name__
                continue
            if isinstance(outcome, Pass):
                if await self._passed(frame, outcome):
                    return
                if outcome.otherwise is not None:
                    step = outcome.otherwise.__name__
                    continue
                assert frame.wait is not None, "a text was passed on that nothing asked for"
                why = f"{flow.area}/chat/{outcome.say}" if outcome.say else ""
                facts = {**frame.data, **outcome.facts} if why else {}
                self.voice.missed(frame, frame.wait, outcome.text, "", facts, why)
                return
            await self._settle(frame, flow, step, outcome)
            return
        raise EndlessFlow(f"{frame.flow}.{step}")

    async def _begin_anew(self, frame: Frame) -> None:
        """There is nothing to go on with: say so, and give back what was held."""
        self.voice.say("common/chat/restarted")
        await self._drop(frame)
        await self._resume()

    def _spoken(self, flow: Flow) -> None:
        for prompt, facts in flow.said:
            self.voice.say(f"{flow.area}/chat/{prompt}", **{**plain(flow.data), **facts})
        flow.said = []

    async def _settle(self, frame: Frame, flow: Flow, step: str, outcome: Outcome) -> None:
        if isinstance(outcome, Done):
            self.session.frames.remove(frame)
            if flow.hushed:
                return
            if outcome.prompt:
                text = self.voice.text(f"{flow.area}/chat/{outcome.prompt}", **{**frame.data, **outcome.facts})
                self.voice.messages.append(Message(text, links=tuple((t, u) for t, u in outcome.links)))
            await self._return(outcome.result)
            return
        if isinstance(outcome, Call):
            frame.wait, frame.then = None, outcome.then.__name__
            if self._raised(outcome.flow, outcome.arg):
                return await self._resume()
            if outcome.say:
                self.voice.say(f"{flow.area}/chat/{outcome.say}", **{**frame.data, **outcome.facts})
            cls = self.areas.flows[outcome.flow]
            called = Frame(cls.name, cls.version, plain(cls.Data()))
            self.session.frames.append(called)
            await self._run(called, "enter" if outcome.arg else "start", arg=outcome.arg)
            return
        assert isinstance(outcome, (Choose, Ask, Await))
        if not frame.trail or frame.trail[-1] != step:
            frame.trail.append(step)
        frame.wait = wait_of(outcome, self.context.now)
        if not flow.hushed:
            self.voice.ask(frame)

    async def _return(self, result: Any) -> None:
        """A flow has ended: its caller goes on with what came of it (None: nothing), or the one below asks again."""
        top = self.session.top
        if top and top.wait is None and top.then:
            then, top.then = top.then, ""
            await self._run(top, then, returned=result)
        else:
            await self._resume()

    async def _ask_again(self, *, resumed: bool = False) -> None:
        """The present question once more; a list that ages is looked up anew. `resumed`: behind the end of another
        flow, which said what came of it."""
        top = self.session.top
        if top is None:
            return
        cls, step = self.areas.flows.get(top.flow), top.trail[-1] if top.trail else ""
        if cls is not None and step in cls.anew:
            await self._run(top, step, resumed=resumed)
        else:
            self.voice.ask(top)

    async def _resume(self) -> None:
        """The interrupted flow below asks its question again, unless there is nothing more to ask."""
        top, said = self.session.top, len(self.voice.messages)
        if top and top.wait:
            await self._ask_again(resumed=said > 0)
            if self.session.top is top:
                back = Message(self.voice.text("common/chat/resumed", flow=top.flow))
                self.voice.messages.insert(said, back)

    def _raised(self, name: str, arg: str | None) -> bool:
        """Whether an interrupted flow of this name, which nobody called and which may go on, now lies on top."""
        frames = self.session.frames
        for place, frame in enumerate(frames[:-1]):
            called = place and frames[place - 1].wait is None
            if frame.flow == name and not arg and self.areas.flows[name].goes_on and frame.wait and not called:
                frames.append(frames.pop(place))
                return True
        return False

    async def _drop(self, frame: Frame, *, callers: bool = True) -> Frame:
        """End a frame before its time, and whoever had called it: nothing would come back to them any more, and they
        would take the end of some other flow for it. Gives the last that was ended."""
        flow = self._load(frame)
        if flow is not None:
            await flow.leave()
        place = self.session.frames.index(frame)
        del self.session.frames[place]
        caller = self.session.frames[place - 1] if callers and place else None
        return await self._drop(caller) if caller is not None and caller.wait is None else frame

    def _load(self, frame: Frame) -> Flow | None:
        """The flow object of a frame, its data carried over to today's version; None: there is no such flow now, or
        its data do not fit."""
        cls = self.areas.flows.get(frame.flow)
        if cls is None:
            return None
        try:
            data = cls.load_data(frame.data, frame.version)
        except Exception:
            # What another version stored cannot be carried over: begin anew, or nothing would get them out of here.
            log.error("flow_data_unreadable", flow=frame.flow, version=frame.version, exc_info=True)
            return None
        frame.data, frame.version = plain(data), cls.version
        flow = cls(self.context, self._service(frame.flow), data, frame.id)
        flow.called = any(
            above is frame and caller.wait is None for caller, above in itertools.pairwise(self.session.frames)
        )
        if cls.looks_below:
            under = self.session.frames[: self.session.frames.index(frame)] if frame in self.session.frames else []
            flow.below = tuple(found for each in reversed(under) if (found := self._load(each)) is not None)
        return flow

    def _service(self, flow: str) -> Any:
        area = self.areas.home[flow]
        if area.name not in self._services:
            self._services[area.name] = area.service(self.context) if area.service else None
        return self._services[area.name]


def _home(refusal: Refusal, flow: Flow) -> str:
    """The area whose templates say a refusal: the one that named it, which may be a shared area below the flow's."""
    package, _, rest = type(refusal).__module__.partition(".")
    return rest.partition(".")[0] if package == "flows" else flow.area
