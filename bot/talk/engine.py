"""Runs one event through a conversation: understands it, runs the steps it leads to, gathers what is said.

The engine changes only the session and the messages; whatever business a step does goes through its service into the
transaction of the turn.
"""

from __future__ import annotations

from typing import Any

from bot import logs
from bot.context import Context
from bot.errors import NotFound, Refusal
from bot.talk import precedence
from bot.talk.area import Areas
from bot.talk.flow import Flow, plain
from bot.talk.messages import Message
from bot.talk.outcomes import Ask, Await, Call, Choose, Done, Go, Outcome, Pass
from bot.talk.precedence import PAGE
from bot.talk.session import DEEPEST, Frame, Session, Wait
from bot.talk.voice import MISSES, Voice
from bot.talk.waits import wait_of

log = logs.get(__name__)

STEPS = 20
"""More steps than any turn needs: a loop of Go ends here and not in a hung process."""


class EndlessFlow(RuntimeError):
    """A flow went round in a circle without asking anything: a fault of the flow."""


class Engine:
    """One turn. `voice` gathers what is said; `mode` says whether the bot or staff answer after it."""

    def __init__(self, areas: Areas, context: Context, session: Session, mode: str) -> None:
        self.mode = mode
        self.areas = areas
        self.context = context
        self.session = session
        self.voice = Voice(context.wording, areas)
        self._services: dict[str, Any] = {}

    # --- what may come -------------------------------------------------------------------------------------------

    async def hear(self, text: str) -> None:
        """Words of the contact, from a text, a recognised voice or a tapped option."""
        if self.session.lapsed:
            title, self.session.lapsed = self.session.lapsed, ""
            self.voice.say("common/chat/lapsed", flow=title)
        today = self.context.clock.today()
        meaning = precedence.decide(self.session, text, self.areas, today)
        if not isinstance(meaning, precedence.Free):
            self.session.unclear = 0
        match meaning:
            case precedence.Alarm(template):
                self.voice.say(template)
            case precedence.Control(word):
                await getattr(self, f"_{word}")()
            case precedence.Courtesy(template):
                self.voice.say(template, busy=self.session.top is not None)
                self._ask_again()
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

    async def begin(self, name: str, arg: str | None = None, *, text: str = "") -> None:
        """Start a flow over whatever is going on; one that is already under way starts anew. `text` is what was said
        with its word, for a first step that can read more of it."""
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

    # --- answers, controls, misses -------------------------------------------------------------------------------

    async def _answer(self, frame: Frame, value: Any) -> None:
        assert frame.wait is not None
        if frame.wait.save:
            frame.data[frame.wait.save] = value
        await self._run(frame, frame.wait.then)

    async def _back(self) -> None:
        frame = self.session.top
        if frame is None:
            self.voice.say("common/chat/menu")
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
        await self._drop(top)
        self.voice.say(f"{flow.area}/chat/{parting}" if flow and parting else "common/chat/cancelled", flow=top.flow)
        self._resume()

    async def _help(self) -> None:
        if self.session.top is None:
            self.voice.say("common/chat/help")
            return
        self.voice.say("common/chat/help_inside")
        self.voice.ask(self.session.top)

    async def _human(self) -> None:
        if self.session.top and self.session.top.flow == "human":
            self.voice.say("common/chat/human_already")
            self._ask_again()
            return
        await self.begin("human")

    async def _free(self, text: str) -> None:
        if await self._read(text):
            self.session.unclear = 0
            return
        self.session.unclear += 1
        self.voice.say("common/chat/human_offer_free" if self.session.unclear % MISSES == 0 else "common/chat/menu")

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

    # --- running steps -------------------------------------------------------------------------------------------

    async def _run(self, frame: Frame, step: str, **given: Any) -> None:
        """Run steps of `frame` from `step` on, until something is asked or the flow ends."""
        flow = self._load(frame)
        if flow is None or not flow.has_step(step):
            log.warning("unknown_step", flow=frame.flow, step=step, version=frame.version)
            await self._begin_anew(frame)
            return
        flow.text, flow.returned = given.get("text", ""), given.get("returned")
        arg = given.get("arg") or ""
        for _ in range(STEPS):
            try:
                outcome: Outcome = await (flow.enter(arg) if step == "enter" else getattr(flow, step)())
            except Refusal as refusal:
                self._spoken(flow)
                said = f"{_home(refusal, flow)}/chat/{refusal.template}"
                self.voice.say(said, **{**plain(flow.data), **refusal.facts})
                await self._drop(frame)
                self._resume()
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
        self._resume()

    def _spoken(self, flow: Flow) -> None:
        for prompt, facts in flow.said:
            self.voice.say(f"{flow.area}/chat/{prompt}", **{**plain(flow.data), **facts})
        flow.said = []

    async def _settle(self, frame: Frame, flow: Flow, step: str, outcome: Outcome) -> None:
        if isinstance(outcome, Done):
            self.session.frames.remove(frame)
            if outcome.prompt:
                text = self.voice.text(f"{flow.area}/chat/{outcome.prompt}", **{**frame.data, **outcome.facts})
                self.voice.messages.append(Message(text, links=tuple((t, u) for t, u in outcome.links)))
            top = self.session.top
            if top and top.wait is None and top.then:
                then, top.then = top.then, ""
                await self._run(top, then, returned=outcome.result)
            else:
                self._resume()
            return
        if isinstance(outcome, Call):
            if outcome.say:
                self.voice.say(f"{flow.area}/chat/{outcome.say}", **{**frame.data, **outcome.facts})
            frame.wait, frame.then = None, outcome.then.__name__
            cls = self.areas.flows[outcome.flow]
            called = Frame(cls.name, cls.version, plain(cls.Data()))
            self.session.frames.append(called)
            await self._run(called, "enter" if outcome.arg else "start", arg=outcome.arg)
            return
        assert isinstance(outcome, (Choose, Ask, Await))
        if not frame.trail or frame.trail[-1] != step:
            frame.trail.append(step)
        frame.wait = wait_of(outcome, self.context.now)
        self.voice.ask(frame)

    def _ask_again(self) -> None:
        if self.session.top:
            self.voice.ask(self.session.top)

    def _resume(self) -> None:
        """The interrupted flow below asks its question again."""
        top = self.session.top
        if top and top.wait:
            self.voice.say("common/chat/resumed", flow=top.flow)
            self.voice.ask(top)

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
        return cls(self.context, self._service(frame.flow), data, frame.id)

    def _service(self, flow: str) -> Any:
        area = self.areas.home[flow]
        if area.name not in self._services:
            self._services[area.name] = area.service(self.context) if area.service else None
        return self._services[area.name]


def _home(refusal: Refusal, flow: Flow) -> str:
    """The area whose templates say a refusal: the one that named it, which may be a shared area below the flow's."""
    package, _, rest = type(refusal).__module__.partition(".")
    return rest.partition(".")[0] if package == "flows" else flow.area
