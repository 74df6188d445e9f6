"""A small area for tests of the engine: a flow with every outcome, and one that it can call."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.context import Context
from bot.errors import Refusal
from bot.talk.area import Area, Areas
from bot.talk.flow import Flow
from bot.talk.outcomes import Ask, Await, Call, Choose, Done, Go, Option, Outcome, Pass

TEMPLATES = Path(__file__).parent / "templates"


class NotToday(Refusal):
    template = "not_today"


class ToyService:
    """Counts what the steps do, so that tests see what happened how often."""

    done: list[str] = []

    def __init__(self, context: Context) -> None:
        self.context = context

    def did(self, what: str) -> None:
        self.context.tx.put("toy.did", {"what": what})


class Tea(Flow, name="tea", version=2, words=("喝茶",), scenes=("tea",)):
    """Choose a tea, say how hot, wait for it to be brewed."""

    service: ToyService
    upgrades = {1: lambda data: {**data, "sort": data.pop("kind", "")}}

    @dataclass
    class Data:
        sort: str = ""
        heat: str = ""
        name: str = ""

    async def enter(self, arg: str) -> Outcome:
        self.data.sort = arg
        return Go(self.heat, say="chosen_for_you")

    async def start(self) -> Outcome:
        sorts = [Option("green", "绿茶"), Option("red", "红茶"), Option("oolong", "乌龙茶")]
        return Choose("sort", sorts, save="sort", then=self.heat, minutes=10)

    async def heat(self) -> Outcome:
        if self.data.sort == "oolong":
            raise NotToday(sort="乌龙茶")
        return Ask("heat", save="heat", then=self.brew, check="any", minutes=5, expired=self.cold, back=self.unheat)

    async def unheat(self) -> None:
        self.service.did("unheat")

    async def brew(self) -> Outcome:
        self.service.did("brew")
        return Await("brewing", event="brewed", key=self.frame_id, then=self.ready, minutes=15, expired=self.cold)

    async def ready(self) -> Outcome:
        return Call("guest", then=self.served)

    async def served(self) -> Outcome:
        self.data.name = self.returned
        return Done("served")

    async def cold(self) -> Outcome:
        return Done("cold")

    async def leave(self) -> None:
        self.service.did("leave")


class Guest(Flow, name="guest", words=("客人",)):
    @dataclass
    class Data:
        name: str = ""

    async def start(self) -> Outcome:
        return Ask("guest", save="name", check="name", then=self.end)

    async def end(self) -> Outcome:
        return Done("thanks", result=self.data.name)


class Loop(Flow, name="loop", words=("转圈",)):
    async def start(self) -> Outcome:
        return Go(self.start)


class Broken(Flow, name="broken", words=("坏掉",)):
    async def start(self) -> Outcome:
        raise ZeroDivisionError("toy")


class Long(Flow, name="long", words=("长单子",)):
    @dataclass
    class Data:
        pick: int = 0

    async def start(self) -> Outcome:
        return Choose("long", [Option(n, f"第{n}样") for n in range(1, 24)], save="pick", then=self.end)

    async def end(self) -> Outcome:
        return Done("picked")


class Wine(Flow, name="wine", words=("喝酒",)):
    @dataclass
    class Data:
        name: str = ""

    async def start(self) -> Outcome:
        return Ask("guest", save="name", check="name", then=self.end)

    async def end(self) -> Outcome:
        return Done("thanks")


class Juice(Flow, name="juice", words=("喝果汁",)):
    """Passes on what is none of its business: from a choice, and from a free answer."""

    @dataclass
    class Data:
        sort: str = ""

    async def start(self) -> Outcome:
        return Choose("sort", [Option("apple", "苹果汁")], save="sort", then=self.which, other=self.more)

    async def more(self) -> Outcome:
        return Pass(self.text)

    async def which(self) -> Outcome:
        return Ask("heat", save="sort", then=self.hot)

    async def hot(self) -> Outcome:
        return Pass(self.data.sort, otherwise=self.end)

    async def end(self) -> Outcome:
        return Done("cold")


class HumanToy(Flow, name="human", words=("人工",)):
    async def start(self) -> Outcome:
        return Done("human")


def alarm(text: str) -> str | None:
    return "toy/chat/alarm" if "着火" in text else None


async def reads(context: Context, text: str) -> tuple[str, str] | None:
    """A wish for red tea that nobody asked for."""
    return ("tea", "red") if "想喝红的" in text else None


AREA = Area(
    name="toy", title="玩具", flows=(Tea, Guest, Loop, Broken, Long, Wine, Juice, HumanToy), service=ToyService,
    alarm=alarm, reads=reads,
)
AREAS = Areas([AREA])
